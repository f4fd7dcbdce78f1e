"""`L = y D² + (1 - y) m²`, and further down "a similar pair (y = 1)": a number for a name that stood for any before.

A row that still writes the name means it for any value; only a row that has the number in its place, or that works
with numbers, is judged at the number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from fractions import Fraction

from deltarule.calculus.definitions import Definitions
from deltarule.checking.state import State
from deltarule.checking.worked_numbers import is_calculation
from deltarule.language.expression import Number
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["note_late_values", "without_any_late_value", "without_late_values", "written_numbers"]


def note_late_values(state: State, before: Collection[str]) -> None:
    """Note the names among those defined since `before` that were given a number after an equation had used them."""
    known = state.definitions
    for name in [n for n in known.equations if n not in before]:
        if isinstance(known.equations[name].right, Number) and known.users(name):
            state.late_values.add(name)


@contextmanager
def without_any_late_value(state: State, left: t.Tree, right: t.Tree) -> Iterator[set[str]]:
    """Inside, no name has its late value, unless the row works with numbers; which those are."""
    if is_calculation(left) or is_calculation(right):
        yield set()
        return
    kept, late = state.definitions, set(state.late_values) & set(state.definitions.equations)
    state.definitions = Definitions.of((e for n, e in kept.equations.items() if n not in late), kept.declarations)
    try:
        yield late
    finally:
        state.definitions = kept


@contextmanager
def without_late_values(state: State, left: t.Tree, right: t.Tree) -> Iterator[set[str]]:
    """Inside, the names that a row writes have no late values; which they are."""
    late = _written(state, left, right) if state.late_values else set()
    if not late or is_calculation(left) or is_calculation(right):
        yield set()
        return
    kept = state.definitions
    state.definitions = Definitions.of((e for n, e in kept.equations.items() if n not in late), kept.declarations)
    try:
        yield late
    finally:
        state.definitions = kept


def written_numbers(*sides: t.Tree) -> set[Fraction]:
    """The numbers that stand in some sides, but for those below and above names."""
    below = {id(x) for side in sides for n in t.walk(side) if isinstance(n, t.Scripted)
             for script in (n.sub, n.sup) if script is not None for x in t.walk(script)}  # fmt: skip
    return {n.value for side in sides for n in t.walk(side) if isinstance(n, t.Num) and id(n) not in below}


def _written(state: State, *sides: t.Tree) -> set[str]:
    found = {r.key for side in sides for n in t.walk(side) if (r := reference(n, state.symbols.usage)) is not None}
    return found & state.late_values
