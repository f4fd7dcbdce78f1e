"""Putting other indices into a normal form.

An injective renaming keeps every template as it is. Where two indices become one, or an index becomes a component, a
template is built again from its argument: `exp(x_i - x_j)` at i = j is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deltarule.algebra import canonical, indicators, kernels, logarithms, polynomial, powers, selections, summation
from deltarule.algebra.terms import (
    Atom,
    Component,
    Head,
    Item,
    Polynomial,
    atom,
    constant,
    item_polynomial,
    monomial,
    scratch,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["instantiate", "opened", "substituted"]


def instantiate(ctx: Context, template: Polynomial, at: Atom) -> Polynomial:
    """A polynomial over the slots of an atom's head, at the indices of the atom."""
    return substituted(ctx, template, dict(zip(at.head.slots, at.indices, strict=True)))


def substituted(ctx: Context, p: Polynomial, mapping: Mapping[int, int]) -> Polynomial:
    """The polynomial with free axes replaced by other axes or by components (negative numbers)."""
    mapping = {a: b for a, b in mapping.items() if a != b}
    if not mapping or not p:
        return p
    out: Polynomial = {}
    ctx.meter.spend(len(p))
    for m, c in p.items():
        powers: dict[Item, Any] = {}
        extra: list[Polynomial] = []
        special = False
        for item, e in m:
            moved = item if item.free.isdisjoint(mapping) else _moved(ctx, item, e, mapping)
            if isinstance(moved, Item):
                powers[moved] = powers.get(moved, 0) + e
                special = special or moved.special
            else:
                extra.append(moved)
        if special or extra:
            part = polynomial.tidied(ctx, powers)
            polynomial.add_into(out, polynomial.product(ctx, [part, *extra]), c)
        else:
            polynomial.add_into(out, {monomial(powers): c})
    return out


def _moved(ctx: Context, item: Item, e: Any, mapping: Mapping[int, int]) -> Item | Polynomial:
    """An item at other indices; where that is not an item, the polynomial that its power e is."""
    if isinstance(item, Component):
        return _moved_component(ctx, item, e, mapping)
    assert isinstance(item, Atom)
    indices = tuple(mapping.get(i, i) for i in item.indices)
    kind = item.head.kind
    if kind == "delta":
        p, q = indices
        if p == q:
            return constant(1)
        return constant(0) if p < 0 and q < 0 else atom(item.head, indices)
    if kind == "selection" and not _injective(indices):
        return selections.moved(ctx, item, indices)
    if not item.head.slots or _injective(indices):
        return atom(item.head, indices)
    return _rebuilt(ctx, item.head, indices, e)


def _injective(indices: tuple[int, ...]) -> bool:
    return len(set(indices)) == len(indices) and min(indices, default=1) > 0


def _rebuilt(ctx: Context, head: Head, indices: tuple[int, ...], e: Any) -> Polynomial:
    mapping = dict(zip(head.slots, indices, strict=True))
    name = head.name
    if head.kind == "maximum":  # the axes that the reduction binds may not be captured
        bound = {s: scratch(s) for s in name[1]}
        mapping.update(bound)
        name = name[0], tuple(bound.values())
    payload = [substituted(ctx, p, mapping) if isinstance(p, dict) else p for p in head.payload]
    match head.kind:
        case "power":
            return powers.power(ctx, payload[0], e)
        case "exp":
            out = logarithms.exponential(ctx, payload[0])
        case "log":
            out = logarithms.logarithm(ctx, payload[0])
        case "positive":
            out = indicators.indicator(ctx, payload[0])
        case "zero":
            out = indicators.vanishing(ctx, payload[0])
        case "maximum":
            out = kernels.maximum(ctx, payload[0], name)
        case "derivative":
            out = kernels.derivative(ctx, head.name, head.slots, indices)
        case _:
            function, order = name
            out = kernels.function(ctx, function, order, payload)
    return out if e == 1 else powers.power(ctx, out, e)


def _moved_component(ctx: Context, item: Component, e: int, mapping: Mapping[int, int]) -> Item | Polynomial:
    inner = {a: b for a, b in mapping.items() if a in item.free}
    targets = set(inner.values())
    injective = len(targets) == len(inner) and min(targets) > 0 and targets.isdisjoint(item.free.difference(inner))
    if injective or all(a.head.kind == "symbol" for a, _ in item.factors):
        powers: dict[Atom, Any] = {}
        for a, k in item.factors:
            b = a if a.free.isdisjoint(inner) else atom(a.head, tuple(inner.get(i, i) for i in a.indices))
            powers[b] = powers.get(b, 0) + k
        if all(powers.values()):
            return canonical.canonical(ctx, powers, item.bound)
    factors, bound = opened(item)
    whole = polynomial.product(ctx, [substituted(ctx, item_polynomial(a, k), inner) for a, k in factors])
    out = summation.summed(ctx, whole, bound)
    return out if e == 1 else polynomial.raised(ctx, out, e)


def opened(item: Component) -> tuple[list[tuple[Atom, Any]], tuple[int, ...]]:
    """The factors of a component with its bound indices made free under new names, and those."""
    renaming = {b: scratch(b) for b in item.bound}
    factors = [(atom(a.head, tuple(renaming.get(i, i) for i in a.indices)), k) for a, k in item.factors]
    return factors, tuple(renaming.values())
