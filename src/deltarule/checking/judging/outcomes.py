"""A pair of expressions judged by the definitions of the document, and what stands in the way of a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as combinations

from deltarule.algebra import Budget, Facts
from deltarule.algebra.plain import plain
from deltarule.algebra.refute import counterexample
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Judgement
from deltarule.calculus.detail import written_out
from deltarule.calculus.judge import Judge
from deltarule.calculus.rules import expand_functions
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.function_bodies import bodies_with_values
from deltarule.checking.judging.inverted import by_the_variable
from deltarule.checking.judging.over_steps import over_steps
from deltarule.checking.judging.shared_parameters import by_any_step, part_of_one_step
from deltarule.checking.judging.signals import derivatives, with_signals, without_far_losses
from deltarule.checking.judging.total_differentials import with_differentials
from deltarule.checking.judging.unknown_dependence import dependence_unknown
from deltarule.checking.letters.steps import letter_and_step
from deltarule.checking.notation.hidden_arguments import hidden_argument
from deltarule.checking.notation.joined_columns import by_a_part
from deltarule.checking.words.sides_of_zero import on_each_side
from deltarule.language.expression import (
    ZERO,
    Apply,
    Delta,
    Derivative,
    Expression,
    Power,
    Product,
    Sum,
    Symbol,
    rename,
)
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, substitute, walk
from deltarule.reading.references import Survey

PROBE = Budget(seconds=0.5, points=2)
RESTS_ON = "it rests on"
NO_BEGINNING = "where the steps begin is not said"
MOST_NAMES = 60
"""Definitions of a document in which conditions are still told by their names."""

__all__ = [
    "RESTS_ON",
    "Outcome",
    "equality",
    "follows",
    "unconnected",
]


@dataclass(frozen=True)
class Outcome:
    """The judgement of a pair of sides under one set of choices."""

    status: str  # proved refuted undecided ill-shaped unread
    judgement: Judgement | None = None
    reason: str = ""
    implied: bool = False
    elementwise: bool = False
    before_product: bool = False


def equality(
    state: State, a: Expression, b: Expression, implied: bool, facts: Facts | None, definitions: Definitions | None
) -> Outcome:
    """The judgement of a pair; where |r| > d is known, also on each side of it."""
    part, known = by_a_part(state, a, b)
    outcome = _equality(state, a, b, implied, facts, definitions)
    if part and (known or outcome.status == "refuted"):
        return Outcome("undecided", reason=f"{part} is a part of a column: what it goes into is not looked into")
    sides = on_each_side(facts or state.facts) if outcome.status == "undecided" else ()
    if not sides or not (names(a) | names(b)):
        return outcome
    found = [_equality(state, a, b, implied, one, definitions) for one in sides]
    return found[0] if all(one.status == "proved" for one in found) else outcome


def _equality(
    state: State, a: Expression, b: Expression, implied: bool, facts: Facts | None, definitions: Definitions | None
) -> Outcome:
    defs, unknown_change = with_differentials(state, definitions or with_signals(state), a, b)
    if (found := over_steps(state, a, b, defs, facts or state.facts)) is not None:
        return Outcome(found.verdict, found, found.reason, implied=implied)
    missing = _never_introduced(state, a, b, defs)
    if missing and definitions is None:
        for key in missing:
            state.missing.setdefault(key, 0)
        return Outcome("undecided", reason=f"{', '.join(missing)} is never introduced")
    a, b = (bodies_with_values(_own_components(state, by_the_variable(e, defs), defs), defs) for e in (a, b))
    if definitions is None and a is not ZERO and b is not ZERO:
        defs = without_far_losses(state, a, b, defs)
        apart = unconnected(state, a, b, defs)
        if apart:
            return _over_any_step(state, a, b, defs, facts or state.facts, implied, apart)
    if hidden := hidden_argument(state, a, b, defs):
        return Outcome("undecided", reason=hidden)
    judge = Judge(defs, facts or state.facts)
    if (shared := _by_shared_derivatives(defs, a, b)) is not None:
        judgement = Judge(shared, facts or state.facts).equality(a, b)
        if judgement.verdict == "proved":
            return Outcome("proved", Judgement("proved", tuple(by_name(list(judgement.domain), defs))), implied=implied)
    worst: Judgement | None = None
    domain: list[str] = []
    kinks: list[str] = []
    for x, y in _instances(a, b):
        judgement = _at_a_point(judge, x, y) if state.unrolled else judge.equality(x, y, refute=True)
        if judgement.verdict == "refuted" and (names(x) | names(y)) & state.backward:
            return Outcome("undecided", judgement, "a recursion over layers whose beginning is not given")
        broken = _broken(state, x, y) if judgement.verdict == "refuted" else set()
        if broken:
            said = f"{RESTS_ON} {', '.join(sorted(broken))}, which was not understood"
            return Outcome("undecided", judgement, said)
        if judgement.verdict == "refuted" and unknown_change:
            return Outcome("undecided", judgement, unknown_change)
        if judgement.verdict == "refuted" and (unsaid := _without_loss(state, a, b, defs)):
            return Outcome("undecided", judgement, unsaid)
        if judgement.verdict == "refuted":
            return Outcome("refuted", judgement, judgement.reason)
        domain += [d for d in judgement.domain if d not in domain]
        kinks += judgement.kinks
        if judgement.verdict != "proved":
            worst = judgement
    if worst is not None:
        return Outcome("undecided", worst, worst.reason)
    if unknown := dependence_unknown(state, a, b, defs, facts or state.facts):
        return Outcome("undecided", reason=unknown)
    if any(isinstance(n, Derivative) or (isinstance(n, Apply) and any(n.order)) for e in (a, b) for n in walk(e)):
        kinks = []  # a derivative has no value at a kink, or one by convention
    return Outcome(
        "proved", Judgement("proved", tuple(by_name(domain, defs)), kinks=tuple(by_name(kinks, defs))), implied=implied
    )


def _over_any_step(
    state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts, implied: bool, apart: str
) -> Outcome:
    """The outcome where a name is the same in every step: by a step that is any step, if that decides it."""
    open_so_far = Outcome("undecided", reason=apart)
    if not apart.endswith(NO_BEGINNING) or _broken(state, a, b):
        return open_so_far
    found = by_any_step(state, a, b, defs, facts)
    if found is None:
        part = part_of_one_step(state, a, b, defs, facts)
        found = part[0] if part is not None and part[0].verdict == "refuted" else None
    return open_so_far if found is None else Outcome(found.verdict, found, found.reason, implied=implied)


def _own_components(state: State, e: Expression, defs: Definitions) -> Expression:
    """y_2 by the value that it was given, also where it comes out of an equation for all: L_t = (a_t - y_t)², t = 2."""
    own: dict[tuple[str, tuple[object, ...]], str] = {
        (key, at): name for key, one in state.symbols.entities.items() for at, name in one.split.items()
    }
    if not own or any(isinstance(n, Derivative) and n.by.name in own.values() for n in walk(e)):
        return e

    def named(u: Expression) -> Expression | None:
        name = own.get((u.name, u.indices)) if isinstance(u, Symbol) else None
        return Symbol(name) if name is not None else None

    whole = defs.unfold(defs.resolve(e))
    put = substitute(whole, named)
    return e if put is whole else put


def follows(row: DocumentRow, judgement: Judgement | None) -> None:
    """Make a row proved, or conditional where its sides differ at a kink at which both have a value."""
    row.verdict, row.reason = "proved", "follows from the definitions"
    if judgement is not None and judgement.kinks:
        text = f"not where {', '.join(judgement.kinks).replace('!=', '=')}: the values differ there"
        row.verdict, row.condition, row.reason = "conditional", Condition("kink", text), f"true, but {text}"


def _at_a_point(judge: Judge, a: Expression, b: Expression) -> Judgement:
    """Refuted, or else not: where a number of steps was put in, nothing else counts."""
    defs = judge.definitions
    x, y = (expand_functions(defs.unfold(defs.resolve(e), values=True)) for e in (a, b))
    found = counterexample(x, y, judge.facts.about(x, y), PROBE)
    if found is None:
        return Judgement("proved")
    return Judgement("refuted", (), "the two sides are not equal", dict(found))


def by_name(conditions: list[str], defs: Definitions) -> list[str]:
    """Conditions in which what a name stands for is written out, with the name: 1 - y_hat != 0."""
    if not any("(" in c for c in conditions) or len(defs.equations) > MOST_NAMES:  # most are of names already
        return conditions
    written: dict[str, str] = {}
    for equation in defs.equations.values():
        for body in (defs.unfold(equation.right), equation.right):
            if isinstance(body, Sum | Product):
                written.setdefault(f"({plain(body)})", plain(equation.left))
            elif isinstance(body, Power | Apply):
                written.setdefault(plain(body), plain(equation.left))
    for text in sorted(written, key=len, reverse=True):
        one = re.compile(rf"(^|.){re.escape(text)}(?![\w^\[])")

        def named(found: re.Match[str], name: str = written[text], call: bool = text[0] == "(") -> str:
            before = found[1]
            if before.isalnum() or before in ("_", "'"):
                return f"{before}({name})" if call else found[0]
            return before + name

        conditions = [one.sub(named, condition) for condition in conditions]
    return list(dict.fromkeys(conditions))


def _without_loss(state: State, a: Expression, b: Expression, defs: Definitions) -> str:
    """Why a derivative of something that is only named cannot be refuted: the other side has none of it."""
    above = [{n.of.name for n in derivatives(e) if isinstance(n.of, Symbol)} for e in (a, b)]
    for name in above[0] ^ above[1]:
        if name in state.symbols.objectives and name not in defs.equations and not _part_of_another(defs, name, a, b):
            return f"no equation says what {name} is"
    return ""


def _part_of_another(defs: Definitions, name: str, *sides: Expression) -> bool:
    """Whether what is differentiated in a row is computed from a loss that is only named, L + λθ²: its derivative by
    each name is one unknown on both sides."""
    nodes = list(derivatives(*sides))
    wholes = {n.of.name for n in nodes if isinstance(n.of, Symbol)} - {name}
    return any(w in defs.equations and defs.depends(w, name) for w in wholes) and all(
        (name, n.by.name) in defs.signals for n in nodes if n.of is Symbol(name)
    )


def _by_shared_derivatives(defs: Definitions, a: Expression, b: Expression) -> Definitions | None:
    """The definitions with a name for each ∂L/∂h that stands on both sides, as it may take long to work out and need
    not be: what holds whatever its value is holds. Not within another derivative, where it does not stay as it is."""
    nodes = list(derivatives(a, b))
    if any(isinstance(inner, Derivative) for n in nodes for inner in walk(n.of)):
        return None
    one, other = ({(n.of.name, n.by.name) for n in derivatives(e) if isinstance(n.of, Symbol) and not n.held}
                  for e in (a, b))  # fmt: skip
    shared = {(of, by) for of, by in one & other if of in defs.equations and (of, by) not in defs.signals}
    if not shared:
        return None
    out = Definitions.of(defs.equations.values(), dict(defs.declarations))
    out.signals = {**defs.signals, **{pair: f"∂{pair[0]}/∂{pair[1]}" for pair in shared}}
    return out


def unconnected(state: State, a: Expression, b: Expression, defs: Definitions) -> str:
    """Why a derivative says nothing: no definition leads from one name to the other, or a recursion has no end."""
    every = {n for key in state.counted if key in defs.equations for n in defs.mentions(key)}
    through = _recursive(state, defs)
    components = {name for entity in state.symbols.entities.values() for name in entity.split.values()}
    for node in derivatives(a, b):
        assert isinstance(node.of, Symbol)
        of, by = node.of.name, node.by.name
        if of == by:
            continue
        if of in components and by in components:
            continue  # units of two layers that are written out: one need not depend on the other
        if of in defs.equations and not defs.depends(of, by):
            return f"no definition leads from {by} to {of}"
        for loss in set(defs.mentions(of)) & set(state.symbols.objectives) - set(defs.equations) - {by}:
            ways = {sink for target, sink in defs.signals if target == loss}
            if by not in ways and not any(defs.depends(sink, by) for sink in ways):
                return f"no definition leads from {by} to {loss}"  # the L of J = L + λ ‖W‖²
        abstract = of not in defs.equations and any(target == of for target, _ in defs.signals)
        if abstract and (of, by) not in defs.signals and not defs.users(by):
            return f"no definition leads from {by} to {of}"
        if (
            by in (through if of in state.counted_names else every)
            and by not in state.counted_names
            and (of in state.counted_names or of in state.symbols.objectives)
            and not _unrolled(state, of, defs)
        ):
            return f"{by} is the same in every step, and {NO_BEGINNING}"
    return ""


def _recursive(state: State, defs: Definitions) -> set[str]:
    """The names on which every step rests by way of the step before: W of s_t = f(W s_{t-1}), not V of g_t = V s_t."""
    counted = [key for key in state.counted if key in defs.equations]
    carried = {
        letter_and_step(n)[0]
        for key in counted
        for n in defs.mentions(key)
        if n in state.counted_names and letter_and_step(n)[1] != letter_and_step(key)[1]
    }
    through = [key for key in counted if letter_and_step(key)[0] in carried]
    mentioned = {n for key in counted for n in defs.mentions(key)}
    return {n for n in mentioned if any(defs.depends(key, n) for key in through)}


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
    seen |= _functions(a, b, *bodies)
    return {name.removeprefix(state.symbols.prefix) for name in seen & state.broken}


def _functions(*bodies: Expression) -> set[str]:
    """The functions in some expressions, and those by which they are defined."""
    out: set[str] = set()
    waiting = list(bodies)
    while waiting:
        for e in walk(waiting.pop()):
            if isinstance(e, Apply) and e.function not in out:
                out.add(e.function)
                row = FUNCTIONS.get(e.function)
                if row is not None and row.definition is not None:
                    waiting.append(row.definition)
    return out


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
