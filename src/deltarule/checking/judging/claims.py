"""Claims: both sides lowered in every layout that is open, then proved, or refuted at a certified point."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from itertools import product as combinations

from deltarule.algebra import Budget, Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.rules import expand_functions
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.compact import compact_pairs
from deltarule.checking.judging.factorials import by_a_factorial
from deltarule.checking.judging.late_values import at_late_values, only_at_the_values, without_late_values
from deltarule.checking.judging.left_unsaid import unsaid_facts
from deltarule.checking.judging.lowered import implied, lowered
from deltarule.checking.judging.outcomes import Outcome, equality, follows
from deltarule.checking.judging.over_steps import over_steps
from deltarule.checking.judging.signals import with_signals
from deltarule.checking.judging.total_differentials import only_what_varies
from deltarule.checking.judging.unsaid_conditions import unsaid_condition
from deltarule.checking.judging.unsummed import chains_summed
from deltarule.checking.judging.without_argument import alike
from deltarule.checking.judging.written_links import (
    by_what_is_unknown,
    with_repeated_summed,
)
from deltarule.checking.notation.index_conditions import apart
from deltarule.language.expression import ZERO, Apply, Derivative, Expression, Number, Piecewise, Symbol
from deltarule.language.traversal import names, substitute, symbols, walk
from deltarule.reading import tree as t
from deltarule.reading.differentials import PREFIX
from deltarule.reading.lowering import Lowering
from deltarule.reading.references import reference, trees
from deltarule.reading.symbols import SCALAR_CAPITALS
from deltarule.reading.values import IllShaped, Unread, Value, aligned

__all__ = ["claim", "holds", "nothing_in_common", "outcome_by", "relates_free_names", "shapes_open"]

MAX_CHOICES = 4
LAYOUTS = {"column": "denominator", "row": "numerator"}
COUNTS = frozenset({"n", "m", "N", "M"})
ENTRYWISE: dict[object, str] = {"elementwise": "yes"}
BEFORE: dict[object, str] = {"before the product": "yes"}
"""Other ways to take products, where the shapes do not fit."""
PROBE = Budget(seconds=0.1, points=1)


def claim(state: State, left: t.Tree, right: t.Tree, row: DocumentRow, supposed: Collection[str] = frozenset()) -> None:
    """Judge a row; by the numbers of the names that are supposed beside it without saying so."""
    if _introduces_function(state, left, right, row):
        return
    with without_late_values(state, left, right) as late:
        _claim(state, left, right, row)
        if row.verdict in {"proved", "conditional"} and (letters := _numbers_beside_vectors(state, left, right)):
            row.verdict, row.condition = "undecided", None
            row.reason = f"nothing says what shape {', '.join(letters)} has; it holds for numbers"
        elif row.verdict in {"proved", "conditional"} and by_a_factorial(state, left, right):
            row.verdict, row.condition, row.reason = "undecided", None, "a derivative by what stands in a factorial"
        elif row.verdict in {"proved", "conditional"} and _entrywise_and_not(state, left, right):
            row.verdict, row.condition = "undecided", None
            row.reason = "⊙ is of vectors, and nothing says what shapes the factors of the other products have"
    only_what_varies(state, left, right, row)
    if row.verdict in {"proved", "conditional"}:
        only_at_the_values(state, left, right, row, supposed, _claim)
    if row.verdict == "refuted" and late:
        at_late_values(state, left, right, row, late, _claim)


def _numbers_beside_vectors(state: State, left: t.Tree, right: t.Tree) -> list[str]:
    """The capitals that are read as numbers beside vectors, V of o = V h, of which nothing says that they are numbers:
    of matrices the row may well be false."""
    letters = shapes_open(state, left, right)
    pair = _expressions(state, left, right) if letters else None
    if pair is None:
        return []
    nodes = [n for e in pair for n in walk(state.definitions.unfold(e, values=True))]
    beside = any(isinstance(n, Symbol) and n.indices for n in nodes)
    return [x for x in letters if beside and x.partition("_")[0].partition("^")[0] not in SCALAR_CAPITALS]


def _entrywise_and_not(state: State, left: t.Tree, right: t.Tree) -> bool:
    """Whether a row that was read with numbers only has ⊙, hence vectors, and a product of names without it as well:
    δ^l = w^{l+1} δ^{l+1} ⊙ σ'(z^l) lacks a transpose where w is a matrix."""
    nodes = [n for side in (left, right) for n in t.walk(side) if isinstance(n, t.Factors)]
    if not any(op == "odot" for n in nodes for op, _ in n.items):
        return False
    if not any(map(_names_multiplied, nodes)) or (pair := _expressions(state, left, right)) is None:
        return False
    expressions = [n for e in pair for n in walk(state.definitions.unfold(e, values=True))]
    return not any(isinstance(n, Symbol) and n.indices for n in expressions)


def _names_multiplied(product: t.Factors) -> bool:
    """Whether two names stand beside each other, or with a dot between them."""
    return any(
        op in {"", "cdot", "times"} and all(isinstance(x, t.Name | t.Scripted) for x in (one, other))
        for (_, one), (op, other) in pairwise(product.items)
    )


def _expressions(state: State, left: t.Tree, right: t.Tree) -> tuple[Expression, Expression] | None:
    try:
        with state.symbols.undone():
            a, b, _ = _lower_pair(state, left, right, {}, {})
    except (Unread, IllShaped):
        return None
    return a.expression, b.expression


def _claim(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    opened: dict[object, tuple[str, ...]] = {}
    with state.symbols.undone():
        outcome = outcome_by(state, left, right, {}, opened)
    if len(opened) > MAX_CHOICES:
        opened = dict(list(opened.items())[:MAX_CHOICES])
    keys = list(opened)
    outcomes: dict[tuple[str, ...], Outcome] = {}
    for values in combinations(*(opened[key] for key in keys)):
        chosen = dict(zip(keys, values, strict=True))
        with state.symbols.undone():
            outcomes[values] = outcome if not keys else outcome_by(state, left, right, chosen, {})
    if not keys:
        outcomes[()] = outcome
    _settle(state, row, keys, outcomes, left, right)
    if row.verdict == "unread" and any(isinstance(side, t.Partial) for side in (left, right)):
        _by_what_is_not_zero(state, left, right, row)


def _by_what_is_not_zero(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """∂z/∂W = aᵀ, read as ∂z_i/∂W_ij = a_j: true in that layout or not understood, never refuted."""
    for a, b in compact_pairs(state, left, right):
        if equality(state, a, b, False, None, None).status == "proved":
            text = "a derivative of more than two axes by its components that are not zero"
            row.verdict, row.reason = "conditional", f"true where it is {text}"
            row.condition = Condition("layout", text)
            return


def shapes_open(state: State, *sides: t.Tree) -> list[str]:
    """The matrices, by their letters, in some sides of which nothing says what shape they have."""
    out: dict[str, None] = {}
    for side in sides:
        for node in t.walk(side):
            found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
            entity = state.symbols.entities.get(found.key) if found is not None else None
            if entity is None or entity.rank is not None or entity.key in state.symbols.objectives:
                continue
            if entity.key not in state.definitions.equations and entity.key[:1].isupper():
                out[entity.key] = None
    if out:  # the B of Σ_{i=1}^B is a number
        bounds = [n.upper for s in state.statements for x in s.sides for n in trees(x.tree) if isinstance(n, t.Big)]
        numbers = {r.key for upper in bounds if upper is not None and (r := reference(upper, state.symbols.usage))}
        return [letter for letter in out if letter not in numbers]
    return []


def relates_free_names(state: State, left: t.Tree, right: t.Tree) -> bool:
    """Whether an equality is no identity but a relation, such as wᵀx + b = 0: no derivative, function or definition."""
    try:
        _, sides = lowered(state, left, right)
    except (Unread, IllShaped):
        return False
    nodes = [n for v in sides for n in walk(v.expression)]
    if any(isinstance(n, Derivative | Apply | Piecewise) for n in nodes):
        return False
    if not any(isinstance(v.expression, Number | Symbol) for v in sides):
        return False  # (a + b)² = a² + b², AᵀB = AB: both sides are worked out, which claims an identity
    used = {name.removeprefix(PREFIX) for v in sides for name in names(v.expression)}
    return len(used) > 1 and not used & (set(state.definitions.equations) | set(state.symbols.macros))


def nothing_in_common(state: State, left: t.Tree, right: t.Tree) -> bool:
    """Whether what goes into the two sides is altogether different, and nothing is differentiated: h(x) = g(z)."""
    try:
        _, (a, b) = lowered(state, left, right)
    except (Unread, IllShaped):
        return False
    nodes = [n for v in (a, b) for n in walk(v.expression)]
    if any(isinstance(n, Derivative) or (isinstance(n, Apply) and any(n.order)) for n in nodes):
        return False
    own = {f.table_name for f in state.symbols.functions.values()}
    calls = any(isinstance(n, Apply) and n.function in own for n in nodes)
    used = [names(state.definitions.unfold(v.expression)) for v in (a, b)]
    return calls and bool(used[0]) and bool(used[1]) and not used[0] & used[1]


def holds(state: State, left: t.Tree, right: t.Tree) -> bool:
    """Whether `left = right` is proved, with gradients as columns or as rows; looked at numerically first."""
    opened: dict[object, tuple[str, ...]] = {}
    for lies in ("column", "row"):
        chosen = {key: lies for key in opened if key != "kink"}
        if lies == "row" and not chosen:
            break
        try:
            with state.symbols.undone():
                a, b, unsaid = _lower_pair(state, left, right, chosen, opened)
        except (Unread, IllShaped):
            continue
        for facts in (state.facts, *(facts for _, facts in unsaid_facts(state))):
            if unsaid:
                continue
            if (found := over_steps(state, a.expression, b.expression, with_signals(state), facts)) is not None:
                if found.verdict == "proved":
                    return True
                continue
            if _differ(state, a.expression, b.expression, facts):
                continue
            if equality(state, a.expression, b.expression, False, facts, None).status == "proved":
                return True
    return False


def _differ(state: State, a: Expression, b: Expression, facts: Facts) -> bool:
    """Whether some point tells the sides apart, everything unfolded."""
    from deltarule.algebra.refute import counterexample

    defs = with_signals(state)
    x, y = (expand_functions(defs.unfold(defs.resolve(e), values=True)) for e in (a, b))
    return counterexample(x, y, facts.about(x, y), PROBE) is not None


def _settle(
    state: State,
    row: DocumentRow,
    keys: list[object],
    outcomes: dict[tuple[str, ...], Outcome],
    left: t.Tree,
    right: t.Tree,
) -> None:
    proved = [v for v, o in outcomes.items() if o.status == "proved" and not _matrices_mixed(state, keys, v)]
    if "kink" in keys:  # the point between the cases is left out: one side suffices
        place = keys.index("kink")
        keys = [key for key in keys if key != "kink"]
        kept = {v for v in outcomes if v in proved} or set(outcomes)
        outcomes = {v[:place] + v[place + 1 :]: o for v, o in outcomes.items() if v in kept}
        _settle(state, row, keys, outcomes, left, right)
        row.domain = (*row.domain, "the point between the cases is left out") if row.verdict == "proved" else row.domain
        return
    if proved:
        uniform = [("column",) * len(keys), ("row",) * len(keys)]
        domain = outcomes[proved[0]].judgement
        row.domain = domain.domain if domain is not None else ()
        if all(outcomes[v].elementwise for v in proved):
            row.verdict, row.condition = "conditional", Condition("layout", "products of vectors taken elementwise")
            row.reason = "true where products and derivatives of vectors are taken component by component"
            return
        if all(outcomes[v].before_product for v in proved):
            row.verdict, row.condition = "conditional", Condition("layout", "⊙ before the product behind it")
            row.reason = "true where ⊙ is taken before the product behind it"
            return
        proved = [v for v in proved if not (outcomes[v].elementwise or outcomes[v].before_product)]
        if outcomes[proved[0]].implied:
            row.verdict, row.condition = "conditional", Condition("implied-sum", "a sum over the repeated index")
            row.reason = "true where the sum without an index runs over every index in it"
            return
        if not keys or all(u in proved for u in uniform):
            follows(row, domain)
            return
        best = next((u for u in uniform if u in proved), proved[0])
        text = _said_layout(keys, best)
        matrices = {v for k, v in zip(keys, best, strict=True) if _by_a_matrix(state, k)}
        if best in uniform:
            state.layouts[best[0]].append(row.line)
            state.matrix_layouts |= matrices
        elif matrices and state.matrix_layouts and not matrices & state.matrix_layouts:
            row.verdict = "ill-shaped"
            row.reason = "the gradient by a matrix lies here the other way than on the lines before, the vectors do not"
            return
        else:
            state.layouts["row"].append(row.line)
        row.verdict, row.condition = "conditional", Condition("layout", text)
        row.reason = f"true in one layout only: {text}"
        return
    fails = any(o.status == "refuted" for o in outcomes.values())  # by the equations: nothing else is meant
    for values in outcomes:
        if (conditional := _under_assumptions(state, left, right, keys, values, outcomes, fails)) is None:
            continue
        others = [(lies,) * len(keys) for lies in LAYOUTS if (lies,) * len(keys) != values]
        if any(_under_assumptions(state, left, right, keys, v, outcomes, fails) is None for v in others if keys):
            conditional = replace(conditional, text=f"{conditional.text}; {_said_layout(keys, values)}")
        row.verdict, row.condition = "conditional", conditional
        row.reason = f"true under: {conditional.text}"
        return
    for status in ("undecided", "refuted", "ill-shaped", "unread"):
        found = next((o for o in outcomes.values() if o.status == status), None)
        if found is not None:
            row.verdict, row.reason = status, found.reason
            if found.judgement is not None and found.judgement.verdict == "refuted":
                shown = found.judgement.counterexample or {}
                point = {k.replace(state.symbols.prefix, ""): v for k, v in shown.items()}
                state.failing[id(row)], row.counterexample = (row, point), point if status == "refuted" else None
            return


def _matrices_mixed(state: State, keys: list[object], values: tuple[str, ...]) -> bool:
    """Whether the derivatives by two matrices lie differently in one row: a transpose that is wrong looks like that."""
    return len({v for k, v in zip(keys, values, strict=True) if _by_a_matrix(state, k)}) > 1


def _by_a_matrix(state: State, key: object) -> bool:
    """Whether a choice is about how the derivative by a matrix lies."""
    entity = state.symbols.entities.get(key[2]) if isinstance(key, tuple) and len(key) == 3 else None
    return entity is not None and entity.rank == 2


def _may_be_a_vector(state: State, e: Expression) -> bool:
    """Whether something in what was read as a number is not made of vectors by its equation, and may be one itself."""
    for s in symbols(e):
        if s.name not in state.symbols.objectives and not any(
            n.indices for n in symbols(state.definitions.unfold(s, values=True))
        ):
            return True
    return False


def _lower_pair(
    state: State, left: t.Tree, right: t.Tree, choices: dict[object, str], opened: dict[object, tuple[str, ...]]
) -> tuple[Value, Value, bool]:
    lowering, (a, b) = lowered(state, left, right, choices=choices)
    opened.update(lowering.open)
    if b.rank == 0 and a.rank and b.is_number and b.expression is Number(0):
        b = a.with_expression(Number(0))
    state.turned = lowering.turned
    state.bare_function, state.off_diagonal = lowering.bare, lowering.off_diagonal
    unsaid = lowering.implied
    if state.einstein:
        letters = [{x.name for x in v.expression.axes} for v in (a, b)]
        if letters[0] != letters[1]:
            kept = letters[0] & letters[1]
            sides = [implied(v, kept) for v in (a, b)]
            unsaid = unsaid or any(s is not None for s in sides)
            a, b = sides[0] or a, sides[1] or b
    if lowering.kinks:
        opened["kink"] = ("below", "above")
    return a, aligned(a, b), unsaid


def outcome_by(
    state: State,
    left: t.Tree,
    right: t.Tree,
    choices: dict[object, str],
    opened: dict[object, tuple[str, ...]],
    facts: Facts | None = None,
    definitions: Definitions | None = None,
) -> Outcome:
    try:
        try:
            a, b, implied = _lower_pair(state, left, right, choices, opened)
        except IllShaped:
            for side in (left, right):  # which choices there were, although the sides do not fit
                trial = Lowering(state.symbols, choices=choices)
                with suppress(IllShaped, Unread):
                    trial.lower(side)
                opened.update(trial.open)
            raise
    except IllShaped as error:
        if not {*ENTRYWISE, *BEFORE} & choices.keys() and facts is None and definitions is None:
            for ways in (ENTRYWISE, BEFORE, ENTRYWISE | BEFORE):
                other = outcome_by(state, left, right, {**choices, **ways}, {})
                off_diagonal = state.off_diagonal
                if other.status == "proved" and all(
                    equality(state, e, ZERO, False, None, None).status == "proved" for e in off_diagonal
                ):  # of a softmax, ∂p/∂u = p(1 - p) is one entry of many
                    return replace(other, elementwise=ENTRYWISE.items() <= ways.items(), before_product=ways == BEFORE)
        return Outcome("ill-shaped", reason=error.reason)
    except Unread as error:
        return Outcome("unread", reason=error.reason)
    if state.apart:
        sides = apart(a.expression, b.expression, state.apart)
        a, b = (v.with_expression(e) for v, e in zip((a, b), sides, strict=True))
    outcome = equality(state, a.expression, b.expression, implied, facts, definitions)
    if outcome.status == "proved" and any(_may_be_a_vector(state, e) for e in state.turned):
        return Outcome(
            "undecided", reason="a transpose of what is read as a number: nothing says which names are vectors"
        )
    if definitions is None:
        outcome = by_what_is_unknown(state, a.expression, b.expression, outcome, facts, implied)
    if outcome.status == "refuted" and state.bare_function and not alike(state, left, right, a, b):
        return Outcome("undecided", outcome.judgement, "a function stands without its argument")
    if outcome.status == "refuted" and (summed := chains_summed(a, b)) is not None:
        anew = equality(state, summed[0].expression, summed[1].expression, True, facts, definitions)
        if anew.status == "proved":
            return anew
    if (anew := with_repeated_summed(state, a, b, outcome, facts, definitions)) is not None:
        return anew
    if outcome.status == "refuted" and implied and COUNTS & (names(a.expression) | names(b.expression)):
        return Outcome("undecided", outcome.judgement, "a sum without bounds beside the number of its terms")
    if outcome.status == "refuted" and (letter := _component_unsaid(state, left, right, a, b)):
        return Outcome("undecided", outcome.judgement, f"the index {letter} stands on one side only")
    return outcome


def _component_unsaid(state: State, left: t.Tree, right: t.Tree, a: Value, b: Value) -> str:
    """The letter that says of which component ℓ = -log p_c is, where it is free on one side only."""
    used = {r.key for s in (left, right) for n in t.walk(s) if (r := reference(n, state.symbols.usage)) is not None}
    letters = set().union(*(state.of_one_component.get(key, set()) for key in used))
    apart = {x.name for x in a.expression.axes} ^ {x.name for x in b.expression.axes}
    return min(letters & apart, default="")


def _introduces_function(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """∂h_i/∂a_i = g'(a_i) with a g that is only named: g is the function from a to h."""
    if not isinstance(left, t.Partial):
        return False
    lowering = Lowering(state.symbols)
    try:
        a, b = lowering.lower(left), lowering.lower(right)
    except (Unread, IllShaped):
        return False
    match a.expression, b.expression:
        case Derivative(of=Symbol() as h, by=Symbol() as u), Apply(function=name, arguments=(v,), order=(1,)) if (
            v is u and name.startswith(state.symbols.prefix)
        ):
            base = name.removeprefix(state.symbols.prefix)
            f = state.symbols.functions.get(base)
            if f is None or f.defined or h.name not in state.definitions.equations:
                return False
            body = state.definitions.definition(h.name, h.indices)
            s = Symbol("s")
            inside = substitute(body, lambda e: s if e is u else None)
            if (
                u.name in names(inside)
                or inside.axes
                or any(isinstance(e, Apply) and e.function == name for e in walk(inside))
            ):
                return False
            state.symbols.define_function(base, "s", inside, base, row.line)
            row.verdict, row.reason = "definition", f"{base} is the function from {u.name} to {h.name}"
            return True
    return False


def _said_layout(keys: Sequence[object], values: Sequence[str]) -> str:
    """The layout in words, or how each derivative lies where they lie in more than one way."""
    if len(set(values)) == 1:
        return f"{LAYOUTS[values[0]]} layout"
    return ", ".join(f"∂{k[1]}/∂{k[2]} as a {v}" for k, v in zip(keys, values, strict=True))  # type: ignore[index]


def _under_assumptions(
    state: State,
    left: t.Tree,
    right: t.Tree,
    keys: list[object],
    values: tuple[str, ...],
    outcomes: Mapping[tuple[str, ...], Outcome],
    fails: bool,
) -> Condition | None:
    """The first of the conditions that documents leave unsaid under which the row is proved, as its derivatives lie."""
    if values not in outcomes or outcomes[values].status not in {"refuted", "undecided"}:
        return None
    chosen = dict(zip(keys, values, strict=True))
    try:
        with state.symbols.undone():
            a, b, unsaid = _lower_pair(state, left, right, chosen, {})
    except (IllShaped, Unread):
        return None
    return unsaid_condition(state, left, right, a, b, unsaid, fails)
