"""A row for the indices of which the text beside it speaks: i = j, or i ≠ j."""

from __future__ import annotations

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.checking.notation.index_conditions import at_equal_indices, not_of_both
from deltarule.reading import tree as t

__all__ = ["under_conditions"]


def under_conditions(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge the row once more for these indices."""
    sides = [at_equal_indices(side, state.under) for side in (left, right)]
    state.apart = [(i, j.letter) for sign, i, j in state.under if sign == "≠" and isinstance(j, t.Name)]
    try:
        claim(state, sides[0], sides[1], row)
    finally:
        state.apart = []
    if row.verdict in {"proved", "conditional"}:
        row.counterexample = None
        not_of_both(state, row)
