"""Derivatives by what is the same in every step: ∂h_t/∂w of h_t = f(w h_{t-1} + u x_t) goes on through h_{t-1}.

One step, which is any step, proves such a row: what the step before hands on is a quantity with a derivative by w of
its own, whatever that is. It is refuted only if it fails so, and also where the step before is the first one.
"""

from __future__ import annotations

from collections.abc import Iterator

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Judgement
from deltarule.calculus.judge import Judge
from deltarule.checking.core.state import State
from deltarule.checking.judging.sums_apart import here
from deltarule.language.expression import ZERO, Derivative, Expression, Symbol
from deltarule.language.traversal import names, walk
from deltarule.reading.over_time import at_step, offset
from deltarule.reading.references import Survey

__all__ = ["by_any_step", "by_parameters", "in_its_own_step", "part_of_one_step", "places_of", "step_of"]


def by_any_step(state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts) -> Judgement | None:
    """Proved or refuted at a step that is any step; None where that says nothing."""
    found = places_of(state, a, b)
    if found is None:
        return None
    letter, first = found
    parameters = {n.by.name for n, _ in by_parameters(state, a, b)}
    if any(of not in defs.equations and step_of(of, letter) is None for _, of in by_parameters(state, a, b)):
        return None  # of a loss that is only named: every step has its part in it
    refuted: Judgement | None = None
    for last in (first, first - 1):
        cut = _cut(defs, letter, last, parameters)
        judgement = _judged(cut, a, b, facts, refute=last == first)
        if judgement.verdict == "proved":
            return judgement
        refuted = judgement if judgement.verdict == "refuted" else refuted
    if refuted is None:
        return None
    begun = _judged(_cut(defs, letter, first - 1, ()), a, b, facts, refute=True)
    return begun if begun.verdict == "refuted" else None


def in_its_own_step(state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts) -> bool:
    """Whether a row holds where each derivative holds the step before fixed, by way of all names of its own step."""
    found = places_of(state, a, b)
    if found is None:
        return False
    nodes = list(by_parameters(state, a, b))
    steps = {step_of(of, found[0]) for _, of in nodes}
    if len(steps) != 1 or (last := steps.pop()) is None:
        return False
    cut = _cut(defs, found[0], last - 1, ())
    return (
        all(cut.resolve(n) is not ZERO for n, _ in nodes)
        and _judged(cut, a, b, facts, refute=False).verdict == "proved"
    )


def part_of_one_step(
    state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts
) -> tuple[Judgement, str] | None:
    """∂L/∂b of a loss that is only named, as what one step has in it: proved or refuted so, and which step. None where
    the row is about something else."""
    found = places_of(state, a, b)
    nodes = list(by_parameters(state, a, b))
    if found is None or any(of in defs.equations or step_of(of, found[0]) is not None for _, of in nodes):
        return None
    letter = found[0]
    own = {n for n in defs.equations if step_of(n, letter) == 0}
    out = _with(defs, own | {n for n in defs.equations if step_of(n, letter) is None})
    handed = {n for n in own if any(u not in out.equations for u in defs.users(n)) or not out.users(n)}
    out.signals |= {(of, n): f"∂{of}/∂{n}" for _, of in nodes for n in handed}
    if out.resolve(nodes[0][0]) is ZERO:
        return None
    judgement = _judged(out, a, b, facts, refute=True)
    return (judgement, letter) if judgement.verdict in {"proved", "refuted"} else None


def by_parameters(state: State, *sides: Expression) -> Iterator[tuple[Derivative, str]]:
    """The derivatives of names by what is not counted, each with that name."""
    nodes = (n for e in sides for n in walk(e) if isinstance(n, Derivative))
    for node in nodes:
        counted = node.by.name in state.counted_names
        if isinstance(node.of, Symbol) and node.of.name != node.by.name and not counted:
            yield node, node.of.name


def step_of(name: str, letter: str) -> int | None:
    """How many steps behind the one at hand a name stands; None where it stands at none."""
    found = at_step(name, (letter,))
    return None if found is None else offset(found[0])


def places_of(state: State, a: Expression, b: Expression) -> tuple[str, int] | None:
    """The letter of the steps of which a row speaks, and the first of them; None where there are several letters."""
    usage = state.symbols.usage
    letters = usage.steps if isinstance(usage, Survey) else set()
    used = names(a) | names(b) | {n.of.name for e in (a, b) for n in walk(e) if isinstance(n, Derivative)
                                  and isinstance(n.of, Symbol)}  # fmt: skip
    found = {(x, k) for n in used for x in letters if (k := step_of(n, x)) is not None}
    if len({x for x, _ in found}) != 1:
        return None
    return next(iter(found))[0], min(k for _, k in found)


def _cut(defs: Definitions, letter: str, last: int, parameters: set[str] | tuple[()]) -> Definitions:
    """The equations after a step; what that step and those before it hand on is only known to depend on parameters."""
    of_steps = {_plain(n, letter) for n in defs.equations if step_of(n, letter) is not None}
    kept = {n for n in defs.equations if (at := step_of(n, letter)) is None or at > last}
    out = _with(defs, kept)
    handed = {n for e in out.equations.values() for n in names(e.right)} | set(defs.equations)
    for name in handed:
        if name not in kept and step_of(name, letter) is not None and _plain(name, letter) in of_steps:
            out.signals |= {(name, by): f"∂{name}/∂{by}" for by in parameters}
    return out


def _plain(name: str, letter: str) -> str:
    found = at_step(name, (letter,))
    assert found is not None
    return here(found[0])


def _with(defs: Definitions, kept: set[str]) -> Definitions:
    out = Definitions.of((e for n, e in defs.equations.items() if n in kept), dict(defs.declarations))
    out.signals = dict(defs.signals)
    return out


def _judged(defs: Definitions, a: Expression, b: Expression, facts: Facts, refute: bool) -> Judgement:
    x, y = defs.resolve(a), defs.resolve(b)
    if any(isinstance(n, Derivative) for e in (x, y) for n in walk(e)):
        return Judgement("undecided")
    return Judge(defs, facts).equality(x, y, refute=refute)
