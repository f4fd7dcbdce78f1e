"""`S = A Bᵀ ∈ ℝ^{n×n}`: the space of the value is that of S."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["spaces_of_values"]


def spaces_of_values(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a membership of the name on the left for that of a value on the right."""
    return [_of_the_name(s) for s in statements]


def _of_the_name(s: Statement) -> Statement:
    first = s.sides[0].tree
    if not s.memberships or not s.relations or any(r.symbol not in EQUAL for r in s.relations):
        return s
    if not isinstance(first, t.Name) and not (isinstance(first, t.Scripted) and isinstance(first.base, t.Name)):
        return s
    values = [side.tree for side in s.sides[1:] if not isinstance(side.tree, t.Name | t.Scripted)]
    own = [(first, space) for x, space in s.memberships if any(x is value for value in values)]
    known = [x for x, _ in s.memberships]
    return replace(s, memberships=(*s.memberships, *own)) if own and first not in known else s
