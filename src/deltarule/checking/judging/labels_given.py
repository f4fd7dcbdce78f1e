"""A label y ∈ {0, 1} takes two values only: what fails at y = 3/8 may hold at both, and is judged at each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product as combinations

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.lowered import lowered
from deltarule.checking.judging.sections import take
from deltarule.checking.words.label_values import label_values
from deltarule.language.arithmetic import add, multiply, power
from deltarule.language.equation import Equation
from deltarule.language.expression import Axis, Number, Symbol, fresh
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.values import IllShaped, Unread

__all__ = ["at_its_values"]

MOST = 2
"""Names with a set of values that are tried together."""


def at_its_values(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge a refuted row at the values that its labels can have."""
    if row.verdict != "refuted":
        return
    known = state.definitions
    used = mentioned(state, left) | mentioned(state, right)
    used |= {n for name in used if name in known.equations for n in names(known.unfold(known.equations[name].right))}
    given = {a for a, _ in state.facts.equal}  # "for y = 1" says which
    values = {
        key: numbers
        for key, numbers in label_values(state)
        if key in used and key not in known.equations and Symbol(key) not in given
    }
    if not values or len(values) > MOST:
        return
    said = ", ".join(f"{key} ∈ {{{', '.join(map(str, numbers))}}}" for key, numbers in values.items())
    if _by_their_squares(state, left, right, row, values, said):
        return
    trials: list[tuple[dict[str, Fraction], DocumentRow]] = []
    try:
        for point in combinations(*values.values()):
            at = dict(zip(values, point, strict=True))
            state.definitions = Definitions.of([*known.equations.values(), *_equations(state, at)], known.declarations)
            trial = replace(row, counterexample=None)
            with state.symbols.undone():
                claim(state, left, right, trial)
            trials.append((at, trial))
    finally:
        state.definitions = known
    for at, trial in trials:
        if trial.verdict == "refuted":
            row.counterexample = {**{key: str(n) for key, n in at.items()}, **(trial.counterexample or {})}
            return
    whole = all(_one_number(state, key, left, right) for key in values)
    found = next((trial for _, trial in trials if trial.verdict == "conditional"), trials[0][1])
    if whole and all(trial.verdict in {"proved", "conditional"} for _, trial in trials):
        take(row, found, f"{found.reason}, for {said}")
    else:
        row.verdict, row.reason, row.counterexample = "undecided", f"it fails for other values than {said} only", None


def _by_their_squares(
    state: State, left: t.Tree, right: t.Tree, row: DocumentRow, values: dict[str, list[Fraction]], said: str
) -> bool:
    """Whether the row holds by t² = 1 of labels -1 and 1, y² = y of 0 and 1: also where they are summed."""
    equal = []
    for key, (one, other) in values.items():
        label = Symbol(key, [fresh(size) for size in state.symbols.sizes(state.symbols.entities[key])])
        line = add(multiply(Number(one + other), label), Number(-one * other))
        equal.append((power(label, 2), line))
    kept, trial = state.facts, replace(row, counterexample=None)
    state.facts = replace(kept, equal=(*kept.equal, *equal))
    try:
        with state.symbols.undone():
            claim(state, left, right, trial)
    finally:
        state.facts = kept
    if trial.verdict in {"proved", "conditional"}:
        take(row, trial, f"{trial.reason}, for {said}")
    return trial.verdict in {"proved", "conditional"}


def _one_number(state: State, key: str, left: t.Tree, right: t.Tree) -> bool:
    """Whether a label is a number, or stands in the row at free indices only: of a row for each n, what holds where all
    labels are alike holds for every one."""
    entity = state.symbols.entities[key]
    if not entity.rank and not entity.samples:
        return True
    try:
        with state.symbols.undone():
            _, sides = lowered(state, left, right)
    except (IllShaped, Unread):
        return False
    definitions = state.definitions
    whole = [definitions.unfold(definitions.resolve(v.expression), values=True) for v in sides]
    found = [u for e in whole for u in walk(e) if isinstance(u, Symbol) and u.name == key]
    free = all(isinstance(i, Axis) and not i.bound for u in found for i in u.indices)
    return free and len({u.indices for u in found}) <= 1


def _equations(state: State, at: dict[str, Fraction]) -> Iterator[Equation]:
    for key, number in at.items():
        axes = [fresh(size) for size in state.symbols.sizes(state.symbols.entities[key])]
        yield Equation(Symbol(key, axes), Number(number))
