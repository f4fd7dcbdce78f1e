"""Exponentials and logarithms. `exp` splits over sums; a logarithm over factors known to be positive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deltarule.algebra import (
    cases,
    denominators,
    indicators,
    polynomial,
    positivity,
    powers,
    substitution,
)
from deltarule.algebra.budget import Undefined
from deltarule.algebra.terms import (
    UNIT,
    Atom,
    Item,
    Polynomial,
    constant,
    item_polynomial,
    monomial,
    tidy_number,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["exponential", "logarithm"]


def exponential(ctx: Context, p: Polynomial) -> Polynomial:
    """exp(Σ c m) = Π exp(m)^c; exp(c log u) = u^c."""
    if not p:
        return constant(1)
    key = ("exp", frozenset(p.items()))
    found = ctx.kernels.get(key)
    if found is None:
        found = cases.split(ctx, p, lambda u: exponential(ctx, u))
        if found is None:
            p = _partial_fractions(ctx, p)
            single: dict[Item, Any] = {}
            parts: list[Polynomial] = []
            for m, c in p.items():
                if len(m) == 1 and m[0][1] == 1 and isinstance(m[0][0], Atom) and m[0][0].head.kind == "log":
                    inner = m[0][0]
                    parts.append(powers.power(ctx, substitution.instantiate(ctx, inner.head.payload[0], inner), c))
                else:
                    single[cases.made_atom(ctx, "exp", None, [{m: 1}])] = c
            found = polynomial.product(ctx, [{monomial(single): 1}, *parts])
        ctx.kernels[key] = found
    return found


def _partial_fractions(ctx: Context, p: Polynomial) -> Polynomial:
    if not denominators.denominators(p):
        return p
    return ctx.reduced(denominators.rational_form(ctx, p), everywhere=True)


def logarithm(ctx: Context, p: Polynomial) -> Polynomial:
    """log Π f^e = Σ e log f over the factors known to be positive; the others stay together."""
    if not p:
        raise Undefined("the logarithm of zero")
    key = ("log", frozenset(p.items()))
    found = ctx.kernels.get(key)
    if found is None:
        found = cases.split(ctx, p, lambda u: logarithm(ctx, u))
        if found is None:
            found = _logarithm(ctx, p)
        ctx.kernels[key] = found
    return found


def _logarithm(ctx: Context, p: Polynomial) -> Polynomial:
    over, below = denominators.combined(ctx, p)
    if not over:
        raise Undefined("the logarithm of zero")
    number, over = denominators.numeric_content(over)
    shift, primitive = denominators.content(over)
    pairs: list[tuple[Polynomial, Any]] = [(item_polynomial(item), e) for item, e in shift.items()]
    pairs += [(item_polynomial(d), -k) for d, k in below.items()]
    sign = 1
    if primitive == {UNIT: -1}:
        sign = -1
    elif primitive != {UNIT: 1}:
        c, factors = denominators.factored(ctx, primitive)
        sign = 1 if c > 0 else -1
        number *= abs(c)
        pairs += factors
    out: Polynomial = {}
    for prime, e in powers.prime_factors(tidy_number(number)):
        polynomial.add_into(out, item_polynomial(cases.made_atom(ctx, "log", None, [constant(prime)])), e)
    rest: list[tuple[Polynomial, Any]] = []
    for f, e in pairs:
        known = positivity.expression_sign(ctx, f)
        if known:
            if known < 0 and e % 2:
                sign = -sign
            polynomial.add_into(out, _log_of(ctx, polynomial.scale(f, known)), e)
        elif e.denominator != 1:
            polynomial.add_into(out, _log_of(ctx, f), e)
        elif e % 2 == 0:  # log u² = 2 log |u|
            one = polynomial.single(f)
            item = one[0][0][0] if one is not None else None
            if isinstance(item, Atom) and item.head.kind == "power":
                f = polynomial.base_of(ctx, item)  # noqa: PLW2901
            polynomial.add_into(out, logarithm(ctx, indicators.absolute(ctx, f)), e)
        else:
            rest.append((f, e))
    if rest:
        if len(rest) == 1:
            polynomial.add_into(out, _log_of(ctx, polynomial.scale(rest[0][0], sign)), rest[0][1])
        else:
            base: Polynomial = constant(sign)
            for f, e in rest:
                base = polynomial.multiply(ctx, base, powers.whole_power(ctx, f, e))
            polynomial.add_into(out, item_polynomial(cases.made_atom(ctx, "log", None, [base])))
    elif sign < 0:
        raise Undefined("the logarithm of what is negative")
    return out


def _log_of(ctx: Context, f: Polynomial) -> Polynomial:
    """log f for one item, or for an f without content."""
    one = polynomial.single(f)
    if one is not None and one[1] == 1 and len(one[0]) == 1 and isinstance(one[0][0][0], Atom) and one[0][0][1] == 1:
        item = one[0][0][0]
        inner = (
            substitution.instantiate(ctx, item.head.payload[0], item) if item.head.slots or item.head.payload else {}
        )
        if item.head.kind == "exp":
            return inner
        if item.head.kind == "prime":
            return item_polynomial(cases.made_atom(ctx, "log", None, [constant(item.head.name)]))
        if item.head.kind == "power":
            return item_polynomial(cases.made_atom(ctx, "log", None, [inner]))
    return item_polynomial(cases.made_atom(ctx, "log", None, [f]))
