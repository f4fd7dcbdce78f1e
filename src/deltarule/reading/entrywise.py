"""s ⊙ δ W as (s ⊙ δ) W, where the shapes do not fit otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deltarule.reading import tree as t
from deltarule.reading.values import Unread, Value, hadamard

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = ["entrywise_first"]

PRODUCTS = frozenset({"", "cdot", "times"})


def entrywise_first(low: Lowering, total: Value, part: Sequence[tuple[str, t.Tree]]) -> Value:
    """What stands before ⊙ times the first factor behind it, entry by entry, and then the product with the others."""
    value, k = low.operand(part, 0)
    low.meet(total, value)
    total = hadamard(low.resized(total), low.resized(value))
    while k < len(part):
        op, item = part[k]
        if op not in PRODUCTS:
            raise Unread(f"the operator {op}", item.start)
        value, k = low.operand(part, k)
        total = low.times(total, value, op)
    return total
