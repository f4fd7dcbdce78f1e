"""`L = y D² + (1 - y) m²`, and further down "a similar pair (y = 1)": a number for a name that stood for any before.

A row that still writes the name means it for any value; only a row that has the number in its place, or that works
with numbers, is judged at the number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from deltarule.calculus.definitions import Definitions
from deltarule.checking.state import State
from deltarule.checking.worked_numbers import is_calculation
from deltarule.language.expression import Number
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["note_late_values", "without_late_values"]


def note_late_values(state: State, before: Collection[str]) -> None:
    """Note the names among those defined since `before` that were given a number after an equation had used them."""
    known = state.definitions
    for name in [n for n in known.equations if n not in before]:
        if isinstance(known.equations[name].right, Number) and known.users(name):
            state.late_values.add(name)


@contextmanager
def without_late_values(state: State, left: t.Tree, right: t.Tree) -> Iterator[None]:
    """Inside, the names that a row writes have no late values."""
    late = _written(state, left, right) if state.late_values else set()
    if not late or is_calculation(left) or is_calculation(right):
        yield
        return
    kept = state.definitions
    state.definitions = Definitions.of((e for n, e in kept.equations.items() if n not in late), kept.declarations)
    try:
        yield
    finally:
        state.definitions = kept


def _written(state: State, *sides: t.Tree) -> set[str]:
    found = {r.key for side in sides for n in t.walk(side) if (r := reference(n, state.symbols.usage)) is not None}
    return found & state.late_values
