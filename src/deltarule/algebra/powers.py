"""Powers and roots: distributed only over factors that are known to be positive (`positivity`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deltarule.algebra import (
    cases,
    denominators,
    indicators,
    polynomial,
    positivity,
)
from deltarule.algebra.budget import Exhausted, Undefined, Unsupported
from deltarule.algebra.terms import (
    UNIT,
    Atom,
    Coefficient,
    Item,
    Polynomial,
    atom,
    constant,
    head,
    item_polynomial,
    monomial,
    tidy_number,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["power", "prime_factors", "whole_power"]


def power(ctx: Context, p: Polynomial, q: Any) -> Polynomial:
    """p^q for a rational q."""
    q = tidy_number(q)
    if q == 0:
        return constant(1)
    if q == 1:
        return p
    if not p:
        if q < 0:
            raise Undefined("a division by what is identically zero")
        return {}
    whole = q.denominator == 1
    one = polynomial.single(p)
    if one is not None and not one[0]:
        return _number_root(ctx, one[1], q)
    if whole and q > 0:
        if one is not None and not any(item.special for item, _ in one[0]):
            return {monomial({item: e * q for item, e in one[0]}): polynomial.number_power(one[1], q)}
        return polynomial.raised(ctx, p, q)
    key = ("power", frozenset(p.items()), q)
    found = ctx.kernels.get(key)
    if found is None:
        found = cases.split(ctx, p, lambda u: power(ctx, u, q))
        if found is None:
            found = _power(ctx, p, q, whole)
        ctx.kernels[key] = found
    return found


def _number_root(ctx: Context, value: Coefficient, q: Any) -> Polynomial:
    if q.denominator == 1:
        return constant(polynomial.number_power(value, q))
    if value < 0:
        raise Unsupported("a root of a negative number")
    powers: dict[Item, Any] = {}
    for prime, e in prime_factors(value):
        powers[atom(head("prime", prime), ())] = e * q
    return polynomial.tidied(ctx, powers)


def prime_factors(value: Coefficient) -> list[tuple[int, int]]:
    """The prime factors of a positive rational, with exponents."""
    import flint

    if max(value.numerator, value.denominator).bit_length() > 128:
        raise Exhausted("factors of a number of more than 128 bits")
    top = flint.fmpz(value.numerator).factor() if value.numerator > 1 else []
    bottom = flint.fmpz(value.denominator).factor() if value.denominator > 1 else []
    return [(int(p), int(e)) for p, e in top] + [(int(p), -int(e)) for p, e in bottom]


def _power(ctx: Context, p: Polynomial, q: Any, whole: bool) -> Polynomial:
    over, below = denominators.combined(ctx, p)
    if not over:
        raise Undefined("a division by what is identically zero") if q < 0 else Unsupported("a root of zero")
    number, over = denominators.numeric_content(over)
    shift, primitive = denominators.content(over)
    parts: list[Polynomial] = [_number_root(ctx, number, q)]
    rest: list[tuple[Polynomial, Any]] = []
    sign = 1
    pairs: list[tuple[Polynomial, Any]] = [(item_polynomial(item), e) for item, e in shift.items()]
    pairs += [(item_polynomial(d), -k) for d, k in below.items()]
    if primitive == {UNIT: -1}:
        sign = -1
    elif primitive != {UNIT: 1}:
        c, factors = denominators.factored(ctx, primitive)
        sign = 1 if c > 0 else -1
        parts.append(_number_root(ctx, abs(c), q))
        pairs += factors
    for f, e in pairs:
        known = 1 if whole else positivity.expression_sign(ctx, f)
        if known:
            if known < 0 and e % 2:
                sign = -sign
            parts.append(_base_power(ctx, polynomial.scale(f, known), e * q))
        elif e.denominator != 1:  # u^(1/2) is defined for u ≥ 0 only
            parts.append(_base_power(ctx, f, e * q))
        else:
            rest.append((f, e))
    if whole:
        parts.append(constant(sign ** abs(q)))
    elif rest:
        parts.append(_root_of_unknown(ctx, rest, sign, q))
    elif sign < 0:
        raise Unsupported("a root of what is negative")
    return polynomial.product(ctx, parts)


def _base_power(ctx: Context, f: Polynomial, q: Any) -> Polynomial:
    """f^q for an f without content, or for one item."""
    q = tidy_number(q)
    if q == 0:
        return constant(1)
    one = polynomial.single(f)
    if one is not None and one[1] == 1 and len(one[0]) == 1 and isinstance(one[0][0][0], Atom):
        item, e = one[0][0]
        return polynomial.tidied(ctx, {item: e * q})
    if q.denominator == 1 and q > 0:
        return polynomial.raised(ctx, f, q)
    sign: Coefficient = 1
    if q.denominator == 1 and one is None:
        made = cases.made_atom(ctx, "power", None, [f])
        least = min(made.head.payload[0].items(), key=lambda t: [(i.id, e) for i, e in t[0]])
        if least[1] < 0:
            made = cases.made_atom(ctx, "power", None, [polynomial.scale(f, -1)])
            sign = (-1) ** abs(q)
    else:
        made = cases.made_atom(ctx, "power", None, [f])
    return polynomial.scale(polynomial.tidied(ctx, {made: q}), sign)


def _root_of_unknown(ctx: Context, rest: list[tuple[Polynomial, Any]], sign: int, q: Any) -> Polynomial:
    """(± Π f^e)^q for f of unknown sign: distributed only where that cannot change the value."""
    if len(rest) == 1:
        ((f, e),) = rest
        if e % 2 and sign > 0:  # f^e ≥ 0 exactly where f ≥ 0
            return _base_power(ctx, f, e * q)
    if sign > 0 and all(e % 2 == 0 and (e * q).denominator == 1 for _, e in rest):  # √(f² g²) = |f| |g|
        return polynomial.product(ctx, [power(ctx, indicators.absolute(ctx, f), e * q) for f, e in rest])
    base: Polynomial = constant(sign)
    for f, e in rest:
        base = polynomial.multiply(ctx, base, whole_power(ctx, f, e))
    return polynomial.tidied(ctx, {cases.made_atom(ctx, "power", None, [base]): q})


def whole_power(ctx: Context, f: Polynomial, e: int) -> Polynomial:
    """f^e for one item, or for e > 0."""
    one = polynomial.single(f)
    return polynomial.raised(ctx, f, e) if one is None else item_polynomial(one[0][0][0], e)
