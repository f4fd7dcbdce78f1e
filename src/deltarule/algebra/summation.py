"""Binding an index: Σ over an axis of a polynomial.

Factors free of the index leave the sum, a delta is contracted, and what bound indices connect becomes one component.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from deltarule.algebra import canonical, polynomial, selections, substitution
from deltarule.algebra.budget import Unsupported
from deltarule.algebra.terms import (
    Atom,
    Component,
    Item,
    Polynomial,
    atom,
    axis_of,
    constant,
    head,
    item_polynomial,
    monomial,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["size_of", "summed"]

MAX_OPENED = 12


def size_of(axis: int) -> Polynomial:
    """The number of values of an axis: a number, or an atom."""
    size = axis_of(axis).size
    return constant(size) if isinstance(size, int) else item_polynomial(atom(head("size", size), ()))


def summed(ctx: Context, p: Polynomial, axes: Iterable[int]) -> Polynomial:
    """Σ over the axes of p."""
    axes = tuple(axes)
    if not axes:
        return p
    if ctx.mode.literal:
        rest = []
        for axis in axes:
            size = axis_of(axis).size
            if isinstance(size, int):
                ctx.meter.room(size * len(p))
                p = polynomial.add(*(substitution.substituted(ctx, p, {axis: -c}) for c in range(1, size + 1)))
            else:
                rest.append(axis)
        axes = tuple(rest)
        if not axes:
            return p
    out: Polynomial = {}
    ctx.meter.spend(len(p) * (1 + len(axes)))
    for m, c in p.items():
        polynomial.add_into(out, _summed(ctx, m, set(axes)), c)
    return ctx.reduced(out)


def _summed(ctx: Context, m: tuple[tuple[Item, Any], ...], axes: set[int]) -> Polynomial:
    outside: dict[Item, Any] = {}
    touching: list[tuple[Item, Any]] = []
    present: set[int] = set()
    delta: Atom | None = None
    for item, e in m:
        if item.free.isdisjoint(axes):
            outside[item] = e
        else:
            touching.append((item, e))
            present |= item.free & axes
            if isinstance(item, Atom) and item.head.kind == "delta":
                delta = item
    extra = [size_of(axis) for axis in axes if axis not in present]
    if delta is not None:
        gone = next(i for i in delta.indices if i in axes)
        keep = delta.indices[1] if delta.indices[0] == gone else delta.indices[0]
        if keep < 0:
            size = axis_of(gone).size
            if isinstance(size, int) and -keep > size:
                return {}
        elif axis_of(keep).size != axis_of(gone).size:
            raise Unsupported(f"a delta between axes of sizes {axis_of(gone).size} and {axis_of(keep).size}")
        rest = monomial({item: e for item, e in m if item is not delta})
        moved = substitution.substituted(ctx, {rest: 1}, {gone: keep})
        inner = summed(ctx, moved, present - {gone})
        return polynomial.product(ctx, [inner, *extra])
    powers: dict[Atom, Any] = {}
    bound = set(present)
    opened = 0
    for item, e in touching:
        if isinstance(item, Component):
            opened += e
            if opened > MAX_OPENED:
                raise Unsupported(f"a sum over a product of more than {MAX_OPENED} sums")
            for _ in range(e):
                factors, inner_bound = substitution.opened(item)
                bound.update(inner_bound)
                for a, k in factors:
                    powers[a] = powers.get(a, 0) + k
        else:
            assert isinstance(item, Atom)
            powers[item] = powers.get(item, 0) + e
    equations = [a for a in powers if a.head.kind == "selection"]
    if equations:
        powers |= dict.fromkeys(equations, 1)
        found = _selected(ctx, powers, bound)
        if found is not None:
            return polynomial.product(ctx, [{monomial(outside): 1}, found, *extra])
    result = dict(outside)
    for group, group_bound in _connected(powers, bound):
        made = canonical.canonical(ctx, group, group_bound)
        result[made] = result.get(made, 0) + 1
    special = any(item.special for item in result)
    out: Polynomial = polynomial.tidied(ctx, result) if special else {monomial(result): 1}
    for p in extra:
        out = polynomial.multiply(ctx, out, p)
    return out


def _selected(ctx: Context, powers: dict[Atom, Any], bound: set[int]) -> Polynomial | None:
    """The sum with one equation between indices used, if one can be: solved for what it alone holds, or replaced by
    its difference to another."""
    ctx.meter.spend(len(powers))
    found = selections.solved(powers, bound)
    if found is not None:
        gone, indices = found
        left = polynomial.tidied(ctx, {a: e for a, e in powers.items() if a is not gone})
        return summed(ctx, left, bound - indices)
    shorter = selections.difference(ctx, powers, bound)
    if shorter is not None:
        gone, instead = shorter
        rest = polynomial.tidied(ctx, {a: e for a, e in powers.items() if a is not gone})
        return summed(ctx, polynomial.multiply(ctx, rest, instead), bound)
    return None


def _connected(powers: dict[Atom, Any], bound: set[int]) -> list[tuple[dict[Atom, Any], list[int]]]:
    """The factors in groups that share bound indices."""
    parent = {b: b for b in bound}

    def find(b: int) -> int:
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        return b

    for a in powers:
        mine = [i for i in a.free if i in parent]
        for other in mine[1:]:
            parent[find(other)] = find(mine[0])
    groups: dict[int, tuple[dict[Atom, Any], list[int]]] = {}
    for b in bound:
        groups.setdefault(find(b), ({}, []))[1].append(b)
    for a, e in powers.items():
        groups[find(next(i for i in a.free if i in parent))][0][a] = e
    return list(groups.values())
