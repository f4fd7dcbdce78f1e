"""Cases in a normal form: f(g u + v) = g f(u + v) + (1 - g) f(v) for an idempotent g, a delta or an indicator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deltarule.algebra import (
    canonical,
    polynomial,
    substitution,
)
from deltarule.algebra.budget import Undefined
from deltarule.algebra.terms import (
    Atom,
    Item,
    Polynomial,
    atom,
    item_polynomial,
    monomial,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["MAX_SPLIT", "exact", "idempotents", "made_atom", "split"]

MAX_SPLIT = 3
"""How many cases are told apart before a function of them is left opaque."""


def made_atom(ctx: Context, kind: str, name: Any, arguments: list[Polynomial], inner: tuple[int, ...] = ()) -> Atom:
    """The atom of a function of the arguments."""
    of, indices = canonical.template(ctx, kind, name, arguments, inner)
    return atom(of, indices)


def idempotents(p: Polynomial) -> list[Atom]:
    """The deltas and indicators that stand in the terms, outside any sum."""
    found: dict[Atom, None] = {}
    for m in p:
        for item, _ in m:
            if item.special and isinstance(item, Atom) and item.head.kind in ("delta", "selection", "positive", "zero"):
                found[item] = None
    return sorted(found, key=lambda a: (a.head.kind != "delta", a.id))


def exact(ctx: Context, p: Polynomial, g: Atom, value: int) -> Polynomial:
    """p where the idempotent g has the value 0 or 1."""
    out: Polynomial = {}
    for m, c in p.items():
        rest = monomial({item: e for item, e in m if item is not g})
        if len(rest) == len(m):
            polynomial.add_into(out, {m: c})
        elif value:
            polynomial.add_into(out, {rest: c})
    if value and g.head.kind in ("positive", "zero"):  # [u > 0] [u = 0] = 0
        out = {m: c for m, c in out.items() if not any(_excludes(g, item) for item, _ in m)}
    if value and g.head.kind == "delta":
        keep, gone = g.indices if g.indices[1] > 0 else g.indices[::-1]
        out = substitution.substituted(ctx, out, {gone: keep})
    return out


def _excludes(g: Atom, item: Item) -> bool:
    """Whether the two are [u > 0] and [u = 0] for one u."""
    return (
        isinstance(item, Atom)
        and item.head.kind in ("positive", "zero")
        and item.head.kind != g.head.kind
        and item.indices == g.indices
        and item.head.payload == g.head.payload
    )


def split(ctx: Context, p: Polynomial, f: Any) -> Polynomial | None:
    """f(p) by the cases of one idempotent of p, or None where p has none (or too many)."""
    found = idempotents(p)
    if not found or len(found) > MAX_SPLIT:
        return None
    g = found[0]
    branches: list[Polynomial] = []
    failure: Undefined | None = None
    for value in (1, 0):
        try:
            branches.append(f(exact(ctx, p, g, value)))
        except Undefined as e:  # f(p) has no value in this case, so any value will do there
            if failure is not None:
                raise
            failure = e
            branches.append({})
    one, zero = branches
    difference = polynomial.add(one, polynomial.scale(zero, -1))
    return polynomial.add(zero, polynomial.multiply(ctx, item_polynomial(g), difference))
