"""Claims: both sides lowered in every layout that is open, then proved, or refuted at a certified point."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product as combinations

from deltarule.algebra import Budget, Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Judgement
from deltarule.calculus.detail import written_out
from deltarule.calculus.judge import Judge
from deltarule.calculus.rules import expand_functions
from deltarule.checking.compact import compact_pairs
from deltarule.checking.index_conditions import apart
from deltarule.checking.lowered import implied, lowered, settled_equation
from deltarule.checking.named_losses import named_losses
from deltarule.checking.rows import Condition, DocumentRow
from deltarule.checking.state import State
from deltarule.language.equation import Declaration, Equation
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Delta,
    Derivative,
    Expression,
    Number,
    Piecewise,
    Symbol,
    fresh,
    multiply,
    names,
    negate,
    rename,
    substitute,
    subtract,
    walk,
)
from deltarule.language.functions import FUNCTIONS
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.references import Survey, reference
from deltarule.reading.values import IllShaped, Unread, Value, aligned

__all__ = ["claim", "holds", "nothing_in_common", "relates_free_names", "shapes_open"]

MAX_CHOICES = 4
PROBE = Budget(seconds=0.1, points=1)


@dataclass(frozen=True)
class Outcome:
    """The judgement of a pair of sides under one set of choices."""

    status: str  # proved refuted undecided ill-shaped unread
    judgement: Judgement | None = None
    reason: str = ""
    implied: bool = False
    elementwise: bool = False


def claim(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    if _introduces_function(state, left, right, row):
        return
    _claim(state, left, right, row)


def _claim(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    opened: dict[object, tuple[str, ...]] = {}
    with state.symbols.undone():
        outcome = _outcome(state, left, right, {}, opened)
    if len(opened) > MAX_CHOICES:
        opened = dict(list(opened.items())[:MAX_CHOICES])
    keys = list(opened)
    outcomes: dict[tuple[str, ...], Outcome] = {}
    for values in combinations(*(opened[key] for key in keys)):
        chosen = dict(zip(keys, values, strict=True))
        with state.symbols.undone():
            outcomes[values] = outcome if not keys else _outcome(state, left, right, chosen, {})
    if not keys:
        outcomes[()] = outcome
    _settle(state, row, keys, outcomes, left, right)
    if row.verdict == "unread" and any(isinstance(side, t.Partial) for side in (left, right)):
        _by_what_is_not_zero(state, left, right, row)


def _by_what_is_not_zero(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """∂z/∂W = aᵀ, read as ∂z_i/∂W_ij = a_j: true in that layout or not understood, never refuted."""
    for a, b in compact_pairs(state, left, right):
        if _equality(state, a, b, False, None, None).status == "proved":
            text = "a derivative of more than two axes by its components that are not zero"
            row.verdict, row.condition, row.reason = (
                "conditional",
                Condition("layout", text),
                f"true where it is {text}",
            )
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
    return list(out)


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
    used = set().union(*(names(v.expression) for v in sides))
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
    calls = any(isinstance(n, Apply) and n.function.startswith(state.symbols.prefix) for n in nodes)
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
        for facts in (state.facts, *(facts for _, facts in _unsaid(state))):
            if unsaid or _differ(state, a.expression, b.expression, facts):
                continue
            if _equality(state, a.expression, b.expression, False, facts, None).status == "proved":
                return True
    return False


def _differ(state: State, a: Expression, b: Expression, facts: Facts) -> bool:
    """Whether some point tells the sides apart, everything unfolded."""
    from deltarule.algebra.refute import counterexample

    defs = _with_signals(state)
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
    proved = [values for values, o in outcomes.items() if o.status == "proved"]
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
        proved = [v for v in proved if not outcomes[v].elementwise]
        if outcomes[proved[0]].implied:
            row.verdict, row.condition = "conditional", Condition("implied-sum", "a sum over the repeated index")
            row.reason = "true where the sum without an index runs over every index in it"
            return
        if not keys or all(u in proved for u in uniform):
            row.verdict, row.reason = "proved", "follows from the definitions"
            return
        best = next((u for u in uniform if u in proved), proved[0])
        where = {"column": "denominator", "row": "numerator"}
        if best in uniform:
            text = f"{where[best[0]]} layout"
            state.layouts[best[0]].append(row.line)
        else:
            parts = [f"∂{k[1]}/∂{k[2]} as a {v}" for k, v in zip(keys, best, strict=True)]  # type: ignore[index]
            text = ", ".join(parts)
            state.layouts["row"].append(row.line)
        row.verdict, row.condition = "conditional", Condition("layout", text)
        row.reason = f"true in one layout only: {text}"
        return
    conditional = _under_assumptions(state, left, right, keys, outcomes)
    if conditional is not None:
        row.verdict, row.condition = "conditional", conditional
        row.reason = f"true under: {conditional.text}"
        return
    for status in ("undecided", "refuted", "ill-shaped", "unread"):
        found = next((o for o in outcomes.values() if o.status == status), None)
        if found is not None:
            row.verdict, row.reason = status, found.reason
            if found.judgement is not None and status == "refuted":
                shown = found.judgement.counterexample or {}
                row.counterexample = {k.replace(state.symbols.prefix, ""): v for k, v in shown.items()}
            return


def _lower_pair(
    state: State, left: t.Tree, right: t.Tree, choices: dict[object, str], opened: dict[object, tuple[str, ...]]
) -> tuple[Value, Value, bool]:
    lowering, (a, b) = lowered(state, left, right, choices=choices)
    opened.update(lowering.open)
    if b.rank == 0 and a.rank and b.is_number and b.expression is Number(0):
        b = a.with_expression(Number(0))
    state.bare_function = lowering.bare
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


def _outcome(
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
        if "elementwise" not in choices and facts is None and definitions is None:
            chosen: dict[object, str] = {**choices, "elementwise": "yes"}
            other = _outcome(state, left, right, chosen, {})
            if other.status == "proved":
                return replace(other, elementwise=True)
        return Outcome("ill-shaped", reason=error.reason)
    except Unread as error:
        return Outcome("unread", reason=error.reason)
    if state.apart:
        a, b = (v.with_expression(apart(v.expression, state.apart)) for v in (a, b))
    outcome = _equality(state, a.expression, b.expression, implied, facts, definitions)
    if outcome.status == "refuted" and state.bare_function:
        return Outcome("undecided", reason="a function stands without its argument")
    return outcome


def _equality(
    state: State, a: Expression, b: Expression, implied: bool, facts: Facts | None, definitions: Definitions | None
) -> Outcome:
    defs = definitions or _with_signals(state)
    missing = _never_introduced(state, a, b, defs)
    if missing and definitions is None:
        for key in missing:
            state.missing.setdefault(key, 0)
        return Outcome("undecided", reason=f"{', '.join(missing)} is never introduced")
    if definitions is None and a is not ZERO and b is not ZERO:
        defs = _without_far_losses(state, a, b, defs)
        apart = _unconnected(state, a, b, defs)
        if apart:
            return Outcome("undecided", reason=apart)
    judge = Judge(defs, facts or state.facts)
    worst: Judgement | None = None
    domain: list[str] = []
    for x, y in _instances(a, b):
        judgement = judge.equality(x, y, refute=True)
        if judgement.verdict == "refuted" and (names(x) | names(y)) & state.backward:
            return Outcome("undecided", reason="a recursion over layers whose beginning is not given")
        broken = _broken(state, x, y) if judgement.verdict == "refuted" else set()
        if broken:
            return Outcome("undecided", reason=f"it rests on {', '.join(sorted(broken))}, which was not understood")
        if judgement.verdict == "refuted" and (unsaid := _without_loss(state, a, b, defs)):
            return Outcome("undecided", reason=unsaid)
        if judgement.verdict == "refuted":
            return Outcome("refuted", judgement, judgement.reason)
        domain += [d for d in judgement.domain if d not in domain]
        if judgement.verdict != "proved":
            worst = judgement
    if worst is not None:
        return Outcome("undecided", worst, worst.reason)
    return Outcome("proved", Judgement("proved", tuple(domain)), implied=implied)


def _without_loss(state: State, a: Expression, b: Expression, defs: Definitions) -> str:
    """Why a derivative of something that is only named cannot be refuted: the other side has none of it."""
    above = [{n.of.name for n in _derivatives(e) if isinstance(n.of, Symbol)} for e in (a, b)]
    for name in above[0] ^ above[1]:
        if name in state.symbols.objectives and name not in defs.equations:
            return f"no equation says what {name} is"
    return ""


def _derivatives(*sides: Expression) -> Iterator[Derivative]:
    for e in sides:
        for node in walk(e):
            if isinstance(node, Derivative) and isinstance(node.of, Symbol):
                yield node


def _without_far_losses(state: State, a: Expression, b: Expression, defs: Definitions) -> Definitions:
    """Where a loss is defined at the last layer and differentiated at layer l, it is only known to depend on it."""
    far = {
        node.of.name
        for node in _derivatives(a, b)
        if isinstance(node.of, Symbol)
        and node.by.name in state.counted_names
        and node.of.name in state.symbols.objectives
        and node.of.name in defs.equations
        and not defs.depends(node.of.name, node.by.name)
    }
    if not far:
        return defs
    out = Definitions.of((e for n, e in defs.equations.items() if n not in far), dict(defs.declarations))
    for target in far:
        for sink in out.equations:
            if not out.users(sink):
                out.signals[target, sink] = f"∂{target}/∂{sink}"
    return out


def _unconnected(state: State, a: Expression, b: Expression, defs: Definitions) -> str:
    """Why a derivative says nothing: no definition leads from one name to the other, or a recursion has no end."""
    recursive = {n for key in state.counted if key in defs.equations for n in defs.mentions(key)}
    components = {name for entity in state.symbols.entities.values() for name in entity.split.values()}
    for node in _derivatives(a, b):
        assert isinstance(node.of, Symbol)
        of, by = node.of.name, node.by.name
        if of == by:
            continue
        if of in components and by in components:
            continue  # units of two layers that are written out: one need not depend on the other
        if of in defs.equations and not defs.depends(of, by):
            return f"no definition leads from {by} to {of}"
        abstract = of not in defs.equations and any(target == of for target, _ in defs.signals)
        if abstract and (of, by) not in defs.signals and not defs.users(by):
            return f"no definition leads from {by} to {of}"
        if (
            by in recursive
            and by not in state.counted_names
            and (of in state.counted_names or of in state.symbols.objectives)
            and not _unrolled(state, of, defs)
        ):
            return f"{by} is the same in every step, and where the steps begin is not said"
    return ""


def _unrolled(state: State, of: str, defs: Definitions) -> bool:
    """Whether all that a quantity is computed from stands at numbered steps: L = L_1 + L_2 + L_3."""
    usage = state.symbols.usage
    steps = usage.steps if isinstance(usage, Survey) else set()
    stack, seen = [of], set[str]()
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        scripts = name.replace("^", "_").partition("_")[2]
        if name in state.counted_names and steps & set(re.findall("[A-Za-z]+", scripts)):
            return False
        base, _, step = name.rpartition("_")
        if (
            step.isdigit()
            and int(step)
            and name not in defs.equations
            and any(f"{base}_{t}" in defs.equations for t in steps)
        ):
            return False  # a step in between that was not written out
        stack += defs.mentions(name)
    return len(seen) > 1 and not seen & state.broken


def _broken(state: State, a: Expression, b: Expression) -> set[str]:
    """The names below the two sides whose definition was not understood."""
    stack, seen = list(names(a) | names(b)), set()
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack += state.definitions.mentions(name)
    bodies = [state.definitions.equations[n].right for n in seen if n in state.definitions.equations]
    seen |= {e.function for body in (a, b, *bodies) for e in walk(body) if isinstance(e, Apply)}
    return {name.removeprefix(state.symbols.prefix) for name in seen & state.broken}


def _with_signals(state: State) -> Definitions:
    """The definitions, with a name for the derivative of an abstract loss by each sink of the document."""
    defs, find = state.definitions, state.symbols.find
    sizes = {a.size for e in defs.equations.values() for n in walk(e.right) for a in n.axes}
    if any(find(size) != size for size in sizes):
        equations = [settled_equation(e, find) for e in defs.equations.values()]
        defs = Definitions.of(equations, dict(defs.declarations))
    for key, entity in state.symbols.entities.items():
        if key not in defs.declarations:
            defs.declarations[key] = Declaration(key, state.symbols.sizes(entity))
    defs.signals.clear()
    abstract = [k for k in state.symbols.objectives if k in state.symbols.entities]
    sinks = [n for n in defs.equations if not defs.users(n)]
    for target in abstract:
        if target not in defs.equations:
            for sink in sinks:
                defs.signals[target, sink] = f"∂{target}/∂{sink}"
    return defs


def _never_introduced(state: State, a: Expression, b: Expression, defs: Definitions) -> list[str]:
    """Names that something is differentiated by though no definition has them, and that stand in no definition."""
    known: set[str] = set(defs.equations)
    for equation in defs.equations.values():
        known |= names(equation.right)
    out = []
    for e in (a, b):
        for node in walk(e):
            if isinstance(node, Derivative) and isinstance(node.of, Symbol) and node.by.name not in known:
                of = node.of.name
                if of in defs.equations and node.by.name not in out:
                    out.append(node.by.name)
    return out


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


def _under_assumptions(
    state: State, left: t.Tree, right: t.Tree, keys: list[object], outcomes: dict[tuple[str, ...], Outcome]
) -> Condition | None:
    """The first of the conditions that documents leave unsaid under which the row is proved."""
    readable = [v for v, o in outcomes.items() if o.status in {"refuted", "undecided"}]
    for values in readable:
        chosen = dict(zip(keys, values, strict=True))
        try:
            with state.symbols.undone():
                a, b, _ = _lower_pair(state, left, right, chosen, {})
        except (IllShaped, Unread):
            continue
        flipped = _other_side(b.expression)
        if flipped is not None and _equality(state, a.expression, flipped, False, None, None).status == "proved":
            return Condition("kink", "the value at the kink is a convention")
        for condition, facts in _unsaid(state):
            if _equality(state, a.expression, b.expression, False, facts, None).status == "proved":
                return condition
        if (size := _mean_or_sum(state, a.expression, b.expression)) is not None:
            return Condition("scale", f"a mean or a sum over the {size} samples")
        for condition, definitions in (*named_losses(state, a.expression, b.expression), *_elsewhere(state, a, b)):
            if _unconnected(state, a.expression, b.expression, definitions):
                continue
            if _equality(state, a.expression, b.expression, False, None, definitions).status == "proved":
                return condition
    return None


def _mean_or_sum(state: State, a: Expression, b: Expression) -> str | None:
    """The number of samples by which the sides differ, for an objective of which no equation says which it is."""
    above = {n.of.name for n in _derivatives(a, b) if isinstance(n.of, Symbol)} & set(state.symbols.objectives)
    if not above or above & set(state.definitions.equations):
        return None
    for name in ("m", "N", "n", "B"):
        if name not in names(a) | names(b) or name in state.definitions.equations:
            continue
        m = Symbol(name)
        for left, right in ((multiply(m, a), b), (a, multiply(m, b))):
            if _equality(state, left, right, False, None, None).status == "proved":
                return name
    return None


def _other_side(e: Expression) -> Expression | None:
    """The expression with every case that holds at its kink made one that does not, and the other way round."""

    def flip(u: Expression) -> Expression | None:
        match u:
            case Piecewise(cases=cases, otherwise=otherwise):
                return Piecewise(((c, not strict, v) for c, strict, v in cases), otherwise)
            case Apply(function="step", arguments=(argument,)):
                return subtract(ONE, Apply("step", (negate(argument),)))
        return None

    out = substitute(e, flip)
    return out if out is not e else None


def _unsaid(state: State) -> Iterator[tuple[Condition, Facts]]:
    for key in ("y", "t"):
        entity = state.symbols.entities.get(key)
        if entity is not None and entity.rank == 1:
            axis = fresh(state.symbols.find(entity.sizes[0]))
            total = multiply(Symbol(key, (axis,)), bound=(axis,))
            facts = replace(state.facts, equal=(*state.facts.equal, (total, ONE)))
            yield Condition("normalised-targets", f"Σ {key} = 1"), facts


def _elsewhere(state: State, a: Value, b: Value) -> Iterator[tuple[Condition, Definitions]]:
    """A name that is differentiated by, or stands alone, though never introduced: read as what the document's own
    functions make of it, `a = σ(z)`."""
    defs = state.definitions
    used = names(a.expression) | names(b.expression)
    known: set[str] = set()
    for equation in defs.equations.values():
        known |= names(equation.right)
    entities = state.symbols.entities
    missing = [n for n in used if n not in known and n not in defs.equations and n not in state.counted_names
               and (e := entities.get(n)) is not None and e.rank in (None, 0)]  # fmt: skip
    given = [
        n
        for n in used
        if n in defs.equations
        and n not in state.symbols.objectives
        and (e := entities.get(n)) is not None
        and e.rank in (None, 0)
    ]
    functions = [f.table_name for f in state.symbols.functions.values()]
    if any("sigmoid" in s.lower() for s in (state.document.text,)) or functions:
        functions = list(dict.fromkeys([*functions, "sigmoid"]))
    for z in missing:
        for n in given:
            for f in functions:
                if f.startswith(state.symbols.prefix) and f not in FUNCTIONS:
                    continue
                other = Definitions.of([], dict(defs.declarations))
                body = Apply(f, (Symbol(z),))
                equations = dict(defs.equations)
                equations[n] = Equation(Symbol(n), body)
                for equation in equations.values():
                    if n in names(equation.right) and equation.name == n:
                        continue
                    other.define(equation)
                yield (
                    Condition("definition-elsewhere", f"{n} = σ({z}), which line {_line_of(state, n)} does not say"),
                    other,
                )


def _line_of(state: State, key: str) -> int:
    return state.seen_definition.get(key, 0)


def _instances(a: Expression, b: Expression) -> Iterator[tuple[Expression, Expression]]:
    """The pair itself, or one pair for each index where components of a written-out vector stand in it."""
    literal = [
        axis
        for axis in dict.fromkeys((*a.axes, *b.axes))
        if isinstance(axis.size, int)
        and any(isinstance(n, Delta) and axis in n.axes and len(n.axes) == 1 for e in (a, b) for n in walk(e))
    ]
    fixed_components = any(
        isinstance(n, Symbol) and any(isinstance(i, int) for i in n.indices) for e in (a, b) for n in walk(e)
    )
    if not literal and not fixed_components:
        yield a, b
        return
    sizes = [range(1, int(axis.size) + 1) for axis in literal]
    total = 1
    for r in sizes:
        total *= len(r)
    if total > 64:
        yield a, b
        return
    for indices in combinations(*sizes):
        chosen = dict(zip(literal, indices, strict=True))
        yield _flat(rename(a, chosen)), _flat(rename(b, chosen))


def _flat(e: Expression) -> Expression:
    try:
        return written_out(e) if not any(isinstance(n, Derivative) for n in walk(e)) else e
    except ValueError:
        return e
