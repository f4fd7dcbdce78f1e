"""From a normal form back to an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.algebra.terms import Atom, Component, Head, Item, Polynomial, axis_of, index_of
from deltarule.language.arithmetic import add, multiply, power
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Expression,
    Index,
    Maximum,
    Number,
    Symbol,
    fresh,
    rename,
    selection,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["expression_of"]


def expression_of(p: Polynomial) -> Expression:
    """An expression with this normal form, its terms and factors in the order of their names."""
    terms = []
    for m, c in p.items():
        factors = sorted((power(_item(i), e) for i, e in m), key=repr)
        terms.append((multiply(*factors), multiply(Number(c), *factors)))
    return add(*(whole for _, whole in sorted(terms, key=lambda t: repr(t[0]))))


def _item(item: Item) -> Expression:
    if isinstance(item, Component):
        names = {b: fresh(axis_of(b).size) for b in item.bound}
        renaming = {axis_of(b): a for b, a in names.items()}
        factors = [rename(power(_item(a), e), renaming) for a, e in item.factors]
        return multiply(*factors, bound=names.values())
    assert isinstance(item, Atom)
    return _atom(item.head, item.indices)


def _atom(head: Head, indices: tuple[int, ...]) -> Expression:
    at: Mapping[Axis, Index] = {axis_of(s): index_of(i) for s, i in zip(head.slots, indices, strict=False)}
    match head.kind:
        case "symbol":
            return Symbol(head.name, (index_of(i) for i in indices))
        case "size":
            return Symbol(head.name)
        case "prime":
            return Number(head.name)
        case "delta":
            return Delta(index_of(indices[0]), index_of(indices[1]))
        case "selection":
            coefficients, value = head.name
            return selection(zip(map(index_of, indices), coefficients, strict=True), value)
        case "derivative":
            return rename(head.name, at)
    body = expression_of(head.payload[0])
    match head.kind:
        case "maximum":
            inner = {axis_of(s): fresh(axis_of(s).size) for s in head.name[1]}
            return rename(Maximum(rename(body, inner), inner.values()), at)
        case "zero":
            u = rename(body, at)
            return add(Number(1), multiply(Number(-1), power(Apply("sign", (u,)), 2)))
    body = rename(body, at)
    match head.kind:
        case "positive":
            return Apply("step", (body,))
        case "exp" | "log":
            return Apply(head.kind, (body,))
        case "power":
            return body
    name, order = head.name
    return Apply(name, (rename(expression_of(u), at) for u in head.payload), order)
