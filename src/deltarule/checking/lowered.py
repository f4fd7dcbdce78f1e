"""Sides of a row lowered together: one letter has one size in them, and sizes that were found equal are one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from deltarule.checking.state import State
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.values import Value

__all__ = ["lowered"]

ROUNDS = 3


def lowered(state: State, *sides: t.Tree, choices: Mapping[object, str] | None = None) -> tuple[Lowering, list[Value]]:
    """The values of the sides. Lowering a side can show that two sizes are one, so it is done until nothing new shows.

    Raises Unread or IllShaped.
    """
    lowering, values = Lowering(state.symbols), []
    for _ in range(ROUNDS):
        known = len(state.symbols.parents)
        lowering = Lowering(state.symbols, choices=dict(choices or {}))
        values = [lowering.lower(side) for side in sides]
        for one, other in pairwise(values):
            lowering.meet(one, other)
        if len(state.symbols.parents) == known:
            break
    return lowering, [lowering.resized(v) for v in values]
