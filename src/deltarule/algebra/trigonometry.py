"""sin and cos: quarters of a turn leave the argument, inverse functions undo, and cos² = 1 - sin².

    sin(asin u) = u        cos(asin u) = √(1 - u²)        sin(atan u) = u/√(1 + u²)        cos(atan u) = 1/√(1 + u²)

All hold wherever the left side has a value. Nothing says that asin(sin u) = u: that holds for |u| ≤ π/2 alone.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deltarule.algebra import polynomial, powers, substitution
from deltarule.algebra.terms import Atom, Item, Polynomial, constant, monomial
from deltarule.language.traversal import names

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["squared_cosines", "wave", "without_quarters"]

INVERSES = ("asin", "atan")


def without_quarters(ctx: Context, p: Polynomial) -> tuple[Polynomial, int] | None:
    """p = q + n π/2 with a whole n ≠ 0: (q, n modulo 4); None where p has no such part, or π is no number because
    something is assumed of it."""
    for m, c in p.items():
        if len(m) == 1 and m[0][1] == 1 and _is_pi(m[0][0]):
            turns = Fraction(c) * 2
            if turns.denominator == 1 and not _assumed(ctx):
                return {n: k for n, k in p.items() if n != m}, int(turns) % 4
    return None


def _is_pi(item: object) -> bool:
    return isinstance(item, Atom) and item.head.kind == "symbol" and item.head.name == "pi" and not item.indices


def _assumed(ctx: Context) -> bool:
    facts = ctx.facts
    return any("pi" in names(e) for e in (*facts.positive, *(e for pair in facts.equal for e in pair)))


def wave(ctx: Context, name: str, p: Polynomial) -> Polynomial | None:
    """sin or cos of ±asin(u) or ±atan(u); None for another argument."""
    if len(p) != 1:
        return None
    ((m, c),) = p.items()
    if abs(c) != 1 or len(m) != 1 or m[0][1] != 1 or not isinstance(m[0][0], Atom):
        return None
    item = m[0][0]
    if item.head.kind != "function" or item.head.name not in [(f, (0,)) for f in INVERSES]:
        return None
    u = substitution.instantiate(ctx, item.head.payload[0], item)
    square = powers.power(ctx, u, 2)
    if item.head.name[0] == "asin":
        sine, cosine = u, powers.power(ctx, _plus_one(polynomial.scale(square, -1)), Fraction(1, 2))
    else:
        cosine = powers.power(ctx, _plus_one(square), Fraction(-1, 2))
        sine = polynomial.multiply(ctx, u, cosine)
    return cosine if name == "cos" else polynomial.scale(sine, c)


def _plus_one(p: Polynomial) -> Polynomial:
    return polynomial.add(constant(1), p)


def squared_cosines(ctx: Context, p: Polynomial) -> Polynomial:
    """p with cos(u)² replaced by 1 - sin(u)² as often as it stands in a term, first multiplied by what is below: zero
    where p is, wherever that has a value."""
    below: dict[Item, Any] = {}
    for m in p:
        for item, e in m:
            if e < 0 and _cosine(item):
                below[item] = max(below.get(item, 0), -e)
    if below:
        p = polynomial.multiply(ctx, p, {monomial(below): 1})
    if not any(e >= 2 and _cosine(item) for m in p for item, e in m):
        return p
    from deltarule.algebra import kernels

    out: Polynomial = {}
    for m, c in p.items():
        part: Polynomial = {monomial({item: e for item, e in m if not (e >= 2 and _cosine(item))}): c}
        for item, e in m:
            if e >= 2 and _cosine(item):
                assert isinstance(item, Atom)
                u = substitution.instantiate(ctx, item.head.payload[0], item)
                sine = kernels.function(ctx, "sin", (0,), [u])
                square = _plus_one(polynomial.scale(powers.power(ctx, sine, 2), -1))
                part = polynomial.multiply(ctx, part, powers.whole_power(ctx, square, int(e // 2)))
                if e % 2:
                    part = polynomial.multiply(ctx, part, {monomial({item: e % 2}): 1})
        polynomial.add_into(out, part)
        ctx.meter.spend(len(part))
    return out


def _cosine(item: object) -> bool:
    return isinstance(item, Atom) and item.head.kind == "function" and item.head.name == ("cos", (0,))
