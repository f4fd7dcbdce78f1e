"""`max`, `abs`, `sign` and `step` by the indicators [u > 0] and [u = 0].

u is normalised in sign and content, so that `[-u > 0] = 1 - [u > 0] - [u = 0]` holds at the kink too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deltarule.algebra import (
    cases,
    denominators,
    polynomial,
    positivity,
    substitution,
)
from deltarule.algebra.terms import (
    UNIT,
    Atom,
    Head,
    Monomial,
    Polynomial,
    atom,
    constant,
    head,
    item_polynomial,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["absolute", "greater", "indicator", "sign", "vanishing"]


def _signed(ctx: Context, u: Polynomial) -> tuple[int, list[_Factor]]:
    """u has the sign s Π f over its factors of unknown sign; s is 0 where u = 0 identically."""
    key = ("signed", frozenset(u.items()))
    found = ctx.kernels.get(key)
    if found is None:
        found = ctx.kernels[key] = _read_signs(ctx, u)
    return found


@dataclass(frozen=True)
class _Factor:
    """[v > 0] and [v = 0] for a factor v normalised in sign; whether its exponent is odd."""

    above: Polynomial
    zero: Polynomial
    odd: bool


def _read_signs(ctx: Context, u: Polynomial) -> tuple[int, list[_Factor]]:
    over, below = denominators.combined(ctx, u)
    if not over:
        return 0, []
    _, over = denominators.numeric_content(over)
    shift, primitive = denominators.content(over)
    pairs: list[tuple[Polynomial, Any]] = [(item_polynomial(item), e) for item, e in shift.items()]
    pairs += [(polynomial.base_of(ctx, d), -k) for d, k in below.items()]
    s = 1
    if primitive == {UNIT: -1}:
        s = -1
    elif primitive != {UNIT: 1}:
        c, factors = denominators.factored(ctx, primitive)
        s = 1 if c > 0 else -1
        pairs += factors
    unknown: list[tuple[Polynomial, Any]] = []
    for f, e in pairs:
        f = _exponents(ctx, f) or f  # noqa: PLW2901
        known = positivity.expression_sign(ctx, f)
        if known < 0 and e % 2:
            s = -s
        if not known:
            unknown.append((f, e))
    if len(unknown) > cases.MAX_SPLIT or (len(unknown) > 1 and ctx.facts.positive):
        whole = polynomial.product(ctx, [polynomial.raised(ctx, f, _parity(e)) for f, e in unknown])
        if known := positivity.expression_sign(ctx, whole):  # a fact about the product, y s > 0
            return s * known, []
        unknown = unknown if len(unknown) <= cases.MAX_SPLIT else [(whole, 1)]
    out: list[_Factor] = []
    for f, e in unknown:
        # Below the line, or under a root there, a factor is not zero where u is defined.
        if e < 0 and e.denominator != 1:
            continue
        if e % 2 and positivity.not_negative(ctx, polynomial.scale(f, -1)):
            f, s = polynomial.scale(f, -1), -s  # noqa: PLW2901
        made = cases.made_atom(ctx, "positive", None, [f])
        least = min(made.head.payload[0].items(), key=lambda t: [(i.id, k) for i, k in t[0]])
        odd = e.denominator == 1 and e % 2 == 1 and not positivity.not_negative(ctx, f)
        if least[1] < 0:
            made = cases.made_atom(ctx, "positive", None, [polynomial.scale(f, -1)])
            s = -s if odd else s
        vanishes = {} if e < 0 else item_polynomial(atom(_zero_of(made.head), made.indices))
        out.append(_Factor(item_polynomial(made), vanishes, odd))
    return s, out


def _exponents(ctx: Context, f: Polynomial) -> Polynomial | None:
    """u - v for exp(u) - exp(v), a polynomial of the same sign; None for anything else."""
    if len(f) != 2:
        return None
    (m, c), (n, d) = f.items()
    if c + d or not all(isinstance(i, Atom) and i.head.kind == "exp" for i, _ in (*m, *n)):
        return None

    def exponent(p: Monomial) -> Polynomial:
        items = [(i, e) for i, e in p if isinstance(i, Atom)]
        inside = (polynomial.scale(substitution.instantiate(ctx, i.head.payload[0], i), e) for i, e in items)
        return polynomial.add({}, *inside)

    apart = polynomial.add(exponent(m), polynomial.scale(exponent(n), -1))
    if not apart:
        return None
    return polynomial.scale(denominators.numeric_content(apart)[1], 1 if c > 0 else -1)


def _parity(e: Any) -> int:
    return 1 if e.denominator == 1 and e % 2 else 2


def _zero_of(positive: Head) -> Head:
    """The head of [v = 0] for that of [v > 0]."""
    return head("zero", None, positive.payload, positive.arity, positive.symmetries, positive.slots)


def _nonzero(ctx: Context, factors: list[_Factor]) -> Polynomial:
    """[u ≠ 0]."""
    return polynomial.product(ctx, [polynomial.add(constant(1), polynomial.scale(f.zero, -1)) for f in factors])


def indicator(ctx: Context, u: Polynomial) -> Polynomial:
    """[u > 0] = (sign u + [u ≠ 0]) / 2."""
    split = cases.split(ctx, u, lambda w: indicator(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    if not s:
        return {}
    if not factors:
        return constant(1 if s > 0 else 0)
    return polynomial.scale(polynomial.add(sign(ctx, u), _nonzero(ctx, factors)), Fraction(1, 2))


def vanishing(ctx: Context, u: Polynomial) -> Polynomial:
    """[u = 0]."""
    split = cases.split(ctx, u, lambda w: vanishing(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    return polynomial.add(constant(1), polynomial.scale(_nonzero(ctx, factors), -1)) if s else constant(1)


def sign(ctx: Context, u: Polynomial) -> Polynomial:
    """[u > 0] - [-u > 0], which is 0 at u = 0: the product of the signs of the factors."""
    split = cases.split(ctx, u, lambda w: sign(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    parts = [constant(s)]
    for f in factors:
        if f.odd:
            parts.append(polynomial.add(polynomial.scale(f.above, 2), constant(-1), f.zero))
        else:
            parts.append(polynomial.add(constant(1), polynomial.scale(f.zero, -1)))
    return polynomial.product(ctx, parts)


def absolute(ctx: Context, u: Polynomial) -> Polynomial:
    """|u| = s u Π (2 [v > 0] - 1) over the odd factors, at u = 0 too."""
    split = cases.split(ctx, u, lambda w: absolute(ctx, w))
    if split is not None:
        return split
    s, factors = _signed(ctx, u)
    parts = [polynomial.add(polynomial.scale(f.above, 2), constant(-1)) for f in factors if f.odd]
    return polynomial.product(ctx, [polynomial.scale(u, s), *parts])


def greater(ctx: Context, a: Polynomial, b: Polynomial) -> Polynomial:
    """max(a, b) = (a + b + |a - b|) / 2, at a = b too."""
    apart = absolute(ctx, polynomial.add(a, polynomial.scale(b, -1)))
    return polynomial.scale(polynomial.add(a, b, apart), Fraction(1, 2))
