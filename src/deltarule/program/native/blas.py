"""Which products the BLAS does: large ones of two matrices. An update that only adds one is part of it."""

from __future__ import annotations

from collections.abc import Callable

from deltarule.language.arithmetic import add, multiply
from deltarule.language.expression import ONE, Axis, Expression, Product, Sum, Symbol
from deltarule.language.traversal import names
from deltarule.program.native.groups import Group, grouped, ordered
from deltarule.program.native.operations import Contraction, contraction

__all__ = ["by_blas", "renewed", "split"]

WORK = 1 << 20
"""Multiplications from which a call is worth its overhead; the code of `products` does smaller ones."""
NARROWEST = 8
"""The smallest size of an axis: thinner products are bound by memory, where the BLAS gains nothing."""
USUAL_ROWS = 128
"""Taken for the rows of a batch where their number is not known while compiling."""


def by_blas(group: Group, size: Callable[[Axis], int | None]) -> Contraction | None:
    """The product that a group begins with, if it is a large one of two matrices."""
    found = contraction(group.head)
    if found is None or len(found.out) != 2 or len(found.bound) != 1:
        return None
    if len(found.left.axes) != 2 or len(found.right.axes) != 2:
        return None
    sizes = [USUAL_ROWS if (n := size(a)) is None else n for a in (*found.out, *found.bound)]
    if min(sizes) < NARROWEST or sizes[0] * sizes[1] * sizes[2] < WORK:
        return None
    return found


def renewed(group: Group) -> tuple[str, Expression, Expression] | None:
    """`target ← β target + α product`: the target, β and α, if that is all that a group does with its product."""
    if len(group.members) != 2 or not group.members[1].target:
        return None
    product, update = group.members
    own, other = Symbol(product.name, group.axes), Symbol(update.target, group.axes)
    factors: dict[Expression, list[Expression]] = {own: [], other: []}
    for term in update.body.terms if isinstance(update.body, Sum) else (update.body,):
        parts = list(term.factors) if isinstance(term, Product) and not term.bound else [term]
        arrays = [p for p in parts if p.axes]
        if len(arrays) != 1 or arrays[0] not in factors:
            return None
        parts.remove(arrays[0])
        factors[arrays[0]].append(multiply(*parts) if parts else ONE)
    alpha, beta = add(*factors[own]), add(*factors[other])
    if names(alpha) & {product.name, update.target} or names(beta) & {product.name, update.target}:
        return None
    return update.target, beta, alpha


def split(groups: tuple[Group, ...], size: Callable[[Axis], int | None], loss: str | None = None) -> tuple[Group, ...]:
    """The groups with large products on their own: what else was done with one follows it."""
    alone = {g.head.name for g in groups if by_blas(g, size) is not None and renewed(g) is None}
    if not alone:
        return groups
    return tuple(ordered(grouped((m for g in groups for m in g.members), alone), loss))
