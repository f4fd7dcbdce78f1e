"""`∂z/∂W = aᵀ`: a derivative of many axes by what stands off its zeros, ∂z_i/∂W_ij = a_j."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

from deltarule.checking.core.state import State
from deltarule.language.arithmetic import multiply
from deltarule.language.expression import Axis, Delta, Expression, rename
from deltarule.reading import tree as t
from deltarule.reading.chains import Link, link
from deltarule.reading.lowering import Lowering
from deltarule.reading.values import IllShaped, Unread, Value

__all__ = ["compact_pairs"]


def compact_pairs(state: State, left: t.Tree, right: t.Tree) -> Iterator[tuple[Expression, Expression]]:
    """The derivative, and what the other side says of it in each way in which its axes can be meant."""
    for side, other in ((left, right), (right, left)):
        lowering = Lowering(state.symbols)
        try:
            found = link(lowering, side)
            value = lowering.lower(other) if found is not None and found.axes > 2 else None
        except (Unread, IllShaped):
            continue
        if found is not None and value is not None and value.rank:
            yield from _meant(state, lowering, found, value)


def _meant(state: State, low: Lowering, found: Link, value: Value) -> Iterator[tuple[Expression, Expression]]:
    above = [a for a in (found.of.row, found.of.col) if a is not None]
    below = [a for a in (found.by.row, found.by.col) if a is not None]
    own = [a for a in (value.row, value.col) if a is not None]
    joined = found.axes - len(own)
    if joined % 2 or joined == 0:
        return
    pairs = joined // 2
    for first in combinations(above, pairs):
        for second in permutations(below, pairs):
            rest = [a for a in (*above, *below) if a not in first and a not in second]
            for order in permutations(own):
                with state.symbols.undone():
                    sizes = [*zip(first, second, strict=True), *zip(rest, order, strict=True)]
                    if not all(state.symbols.unify(x.size, y.size) for x, y in sizes):
                        continue
                    yield _pair(state, low, found, value, sizes[:pairs], sizes[pairs:])


def _pair(
    state: State,
    low: Lowering,
    found: Link,
    value: Value,
    equal: list[tuple[Axis, Axis]],
    placed: list[tuple[Axis, Axis]],
) -> tuple[Expression, Expression]:
    def settled(a: Axis) -> Axis:
        return Axis(a.name, state.symbols.find(a.size))

    sizes = {a: settled(a) for v in (found.of, found.by) for a in (v.row, v.col) if a is not None}
    derivative = low.resized(Value(rename(found.expression, sizes))).expression
    meant = rename(value.expression, {own: settled(place) for place, own in placed})
    deltas = [Delta(settled(x), settled(y)) for x, y in equal]
    return derivative, multiply(meant, *deltas)
