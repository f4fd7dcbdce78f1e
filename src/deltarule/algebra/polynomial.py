"""Adding and multiplying polynomials, and what a product of monomials simplifies by.

Beyond adding exponents: Kronecker deltas are contracted, indicators are idempotent, a root of a prime loses its whole
part, and a power `D^q` with q ≥ 1 gives up whole factors `D`.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from deltarule.algebra import substitution
from deltarule.algebra.budget import Exhausted, Undefined
from deltarule.algebra.terms import (
    UNIT,
    Atom,
    Coefficient,
    Component,
    Item,
    Monomial,
    Polynomial,
    monomial,
    tidy_number,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["add", "add_into", "base_of", "multiply", "number_power", "product", "raised", "scale", "single", "tidied"]


def add(*polynomials: Polynomial) -> Polynomial:
    out: Polynomial = {}
    for p in polynomials:
        add_into(out, p)
    return out


def add_into(out: Polynomial, p: Polynomial, factor: Coefficient = 1) -> None:
    """out += factor p."""
    for m, c in p.items():
        total = out.get(m, 0) + (c if factor == 1 else c * factor)
        if total:
            out[m] = total
        else:
            out.pop(m, None)


def scale(p: Polynomial, factor: Coefficient) -> Polynomial:
    if factor == 1:
        return p
    return {m: tidy_number(c * factor) for m, c in p.items()} if factor else {}


def single(p: Polynomial) -> tuple[Monomial, Coefficient] | None:
    """The monomial and the coefficient of a polynomial of one term."""
    return next(iter(p.items())) if len(p) == 1 else None


def multiply(ctx: Context, p: Polynomial, q: Polynomial) -> Polynomial:
    if len(q) > len(p):
        p, q = q, p
    if len(q) == 1:
        ((m, c),) = q.items()
        if not m:
            return scale(p, c)
    ctx.meter.spend(len(p) * len(q))
    if len(p) * len(q) > ctx.meter.budget.terms * 4:
        raise Exhausted(f"a product of {len(p)} by {len(q)} terms")
    out: Polynomial = {}
    for n, d in q.items():
        for m, c in p.items():
            _add_product(ctx, out, m, n, c * d)
    ctx.meter.room(len(out))
    return out


def product(ctx: Context, polynomials: list[Polynomial]) -> Polynomial:
    out: Polynomial = {UNIT: 1}
    for p in sorted(polynomials, key=len):
        if not p:
            return {}
        out = multiply(ctx, out, p)
    return out


def raised(ctx: Context, p: Polynomial, n: int) -> Polynomial:
    """p to a whole power n ≥ 0, multiplied out; the number of terms is estimated first."""
    terms = 1
    for k in range(min(n, 64)):
        terms = terms * (len(p) + k) // (k + 1)
        if terms > ctx.meter.budget.terms // 2:
            raise Exhausted(f"power {n} of {len(p)} terms")
    out: Polynomial = {UNIT: 1}
    for _ in range(n):
        out = multiply(ctx, out, p)
    return out


def _add_product(ctx: Context, out: Polynomial, m: Monomial, n: Monomial, c: Coefficient) -> None:
    if not m:
        key = n
    elif not n:
        key = m
    else:
        powers = dict(m)
        for item, e in n:
            powers[item] = powers.get(item, 0) + e
        for item in powers:
            if item.special:
                add_into(out, tidied(ctx, powers), c)
                return
        key = monomial(powers)
    total = tidy_number(out.get(key, 0) + c)
    if total:
        out[key] = total
    else:
        out.pop(key, None)


def base_of(ctx: Context, a: Atom) -> Polynomial:
    """The base of a power atom, at its indices."""
    found = ctx.bases.get(a)
    if found is None:
        found = substitution.instantiate(ctx, a.head.payload[0], a)
        ctx.bases[a] = found
    return found


def number_power(value: Coefficient, exponent: int) -> Coefficient:
    if not value and exponent < 0:
        raise Undefined("a division by zero")
    if (
        abs(exponent) > 4000
        or abs(exponent) * max(value.numerator.bit_length(), value.denominator.bit_length()) > 20_000
    ):
        raise Exhausted("a number of more than 20,000 bits")
    if exponent >= 0:
        return value**exponent
    from fractions import Fraction

    return tidy_number(Fraction(value) ** exponent)


def tidied(ctx: Context, powers: dict[Item, Any]) -> Polynomial:
    """The polynomial that the product of the items to their exponents is."""
    coefficient: Coefficient = 1
    extra: list[Polynomial] = []
    deltas: list[Atom] = []
    zeros: list[Atom] = []
    powers = {item: e for item, e in powers.items() if e}
    for item, e in list(powers.items()):
        if not item.special or not isinstance(item, Atom):
            continue
        kind = item.head.kind
        if kind == "prime":
            whole = floor(e)
            if whole:
                coefficient *= number_power(item.head.name, whole)
                _put(powers, item, e - whole)
        elif kind in ("positive", "zero", "delta", "selection"):
            if e < 0:
                raise Undefined("a division by an indicator")
            powers[item] = 1
            if kind == "delta":
                deltas.append(item)
            elif kind == "zero":
                zeros.append(item)
        elif kind == "power":
            if e >= 1:
                whole = floor(e)
                _put(powers, item, e - whole)
                extra.append(raised(ctx, base_of(ctx, item), whole))
            elif e < 0:
                _cancel(ctx, powers, item)
    if zeros and _vanishes(ctx, powers, zeros):
        return {}
    for delta in deltas:
        p, q = delta.indices
        keep, gone = (p, q) if q > 0 else (q, p)  # indices are sorted: a component (negative) comes first
        if any(item is not delta and gone in item.free for item in powers):
            rest = {item: e for item, e in powers.items() if item is not delta}
            moved = substitution.substituted(ctx, {monomial(rest): coefficient}, {gone: keep})
            return multiply(ctx, product(ctx, [moved, *extra]), {((delta, 1),): 1})
    out: Polynomial = {monomial(powers): tidy_number(coefficient)}
    for p in extra:
        out = multiply(ctx, out, p)
    return out


def _put(powers: dict[Item, Any], item: Item, e: Any) -> None:
    if e:
        powers[item] = tidy_number(e)
    else:
        del powers[item]


def _cancel(ctx: Context, powers: dict[Item, Any], item: Atom) -> None:
    """C^m · (C)^q with a component C as the base of a power: m and q meet."""
    base = item.head.payload[0]
    if len(base) != 1:
        return
    (m,) = base
    if len(m) != 1 or not isinstance(m[0][0], Component):
        return
    found = single(base_of(ctx, item))
    if found is None:
        return
    whole = found[0][0][0]
    while powers.get(whole, 0) > 0 and powers.get(item, 0) < 0:
        _put(powers, whole, powers[whole] - 1)
        _put(powers, item, powers[item] + 1)


def _vanishes(ctx: Context, powers: dict[Item, Any], zeros: list[Atom]) -> bool:
    """u [u = 0] = 0 where u is one item, and [u > 0] [u = 0] = 0."""
    for z in zeros:
        found = single(base_of(ctx, z))
        of = found[0] if found is not None else UNIT
        for item, e in powers.items():
            if isinstance(item, Atom) and item.head.kind == "positive" and item.indices == z.indices:
                if item.head.payload[0] == z.head.payload[0]:
                    return True
            elif len(of) == 1 and of[0][0] is item and of[0][1] > 0 and e > 0:
                return True
    return False
