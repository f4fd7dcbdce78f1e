"""Content, factors, common denominators: polynomials over items handed to python-flint and back.

Items are algebraically opaque here: an identity of polynomials in the items is an identity whatever they are.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, gcd, lcm
from typing import TYPE_CHECKING, Any

from deltarule.algebra import polynomial
from deltarule.algebra.terms import (
    UNIT,
    Atom,
    Coefficient,
    Item,
    Polynomial,
    monomial,
    tidy_number,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["cleared", "combined", "content", "denominators", "divided", "factored", "numeric_content", "rational_form"]

MAX_VARIABLES = 48
MAX_TERMS = 1500
MAX_DEGREE = 40
MAX_WHOLE_DEGREE = 400


def numeric_content(p: Polynomial) -> tuple[Coefficient, Polynomial]:
    """p = c q with c > 0 and q of coprime whole coefficients."""
    top = gcd(*(c.numerator for c in p.values()))
    bottom = lcm(*(c.denominator for c in p.values()))
    c = tidy_number(Fraction(top, bottom))
    return (1, p) if c == 1 else (c, {m: tidy_number(Fraction(k) / c) for m, k in p.items()})


def content(p: Polynomial) -> tuple[dict[Item, Any], Polynomial]:
    """p = m q with the largest monomial m that divides every term (exponents may be negative or fractions)."""
    least: dict[Item, Any] = {}
    monomials = list(p)
    every: set[Item] = {item for m in monomials for item, _ in m}
    for item in every:
        e = min(next((k for i, k in m if i is item), 0) for m in monomials)
        if e:
            least[item] = e
    if not least:
        return least, p
    out: Polynomial = {}
    for m, c in p.items():
        powers = dict(m)
        for item, e in least.items():
            powers[item] = powers.get(item, 0) - e
        out[monomial(powers)] = c
    return least, out


def denominators(p: Polynomial) -> dict[Atom, int]:
    """The powers `D^q` with q < 0 that stand in the terms, each with the whole power of D that clears it."""
    found: dict[Atom, int] = {}
    for m in p:
        for item, e in m:
            if item.special and isinstance(item, Atom) and item.head.kind == "power" and e < 0:
                found[item] = max(found.get(item, 0), -floor(e))
    return found


def cleared(ctx: Context, p: Polynomial, of: dict[Atom, int]) -> Polynomial:
    """p Π D^k, where no D is left below the line."""
    if not of:
        return p
    out: Polynomial = {}
    bases = {d: polynomial.base_of(ctx, d) for d in of}
    for m, c in p.items():
        powers = dict(m)
        factors: list[Polynomial] = []
        for d, k in of.items():
            e = powers.pop(d, 0)
            whole = floor(e)
            if e != whole:
                powers[d] = tidy_number(e - whole)
            if k + whole:
                factors.append(polynomial.raised(ctx, bases[d], k + whole))
        part: Polynomial = {monomial(powers): c}
        for factor in factors:
            part = polynomial.multiply(ctx, part, factor)
        polynomial.add_into(out, part)
        ctx.meter.room(len(out))
    return out


def combined(ctx: Context, p: Polynomial) -> tuple[Polynomial, dict[Atom, int]]:
    """p = N / Π D^k with what N and the D have in common cancelled."""
    of = denominators(p)
    for _ in range(8):
        if not of:
            break
        p = cleared(ctx, p, of)
        more = denominators(p)  # a base may hold denominators of its own
        if not more:
            break
        for d, k in more.items():
            of[d] = of.get(d, 0) + k
    for d in list(of):
        base = polynomial.base_of(ctx, d)
        while of[d] and p:
            quotient = divided(ctx, p, base)
            if quotient is None:
                break
            p = quotient
            of[d] -= 1
        if not of[d]:
            del of[d]
    return p, of


def rational_form(ctx: Context, p: Polynomial) -> Polynomial:
    """N / Π D^k with common factors cancelled: the form in which an argument is compared."""
    if not denominators(p):
        return p
    over, below = combined(ctx, p)
    return polynomial.multiply(ctx, over, {monomial({d: -k for d, k in below.items()}): 1})


# python-flint --------------------------------------------------------------------------------------------------


class _Variables:
    """The items of some polynomials as variables: `item = x^(1/root)`; exponents are shifted to be whole and ≥ 0."""

    def __init__(self, *polynomials: Polynomial) -> None:
        self.roots: dict[Item, int] = {}
        for p in polynomials:
            for m in p:
                for item, e in m:
                    self.roots[item] = lcm(self.roots.get(item, 1), e.denominator)
        self.items = sorted(self.roots, key=lambda item: item.id)
        whole = (sum(abs(e) * self.roots[item] for item, e in m) for p in polynomials for m in p)
        self.too_large = len(self.items) > MAX_VARIABLES or max(whole, default=0) > MAX_WHOLE_DEGREE
        """Of 1 + x^(1.105905967) python-flint would make a polynomial of degree 10^9, and die of it."""

    def context(self) -> Any:
        import flint

        return flint.fmpq_mpoly_ctx.get([f"x{k}" for k in range(max(1, len(self.items)))], flint.Ordering.deglex)

    def read(self, p: Polynomial) -> Any:
        import flint

        place = {item: k for k, item in enumerate(self.items)}
        terms = {}
        for m, c in p.items():
            exponents = [0] * max(1, len(self.items))
            for item, e in m:
                exponents[place[item]] = int(e * self.roots[item])
            terms[tuple(exponents)] = flint.fmpq(c.numerator, c.denominator)
        return self.context().from_dict(terms)

    def write(self, q: Any) -> Polynomial:
        out: Polynomial = {}
        for exponents, c in q.to_dict().items():
            powers = {
                item: tidy_number(Fraction(int(e), self.roots[item]))
                for item, e in zip(self.items, exponents, strict=False)
                if e
            }
            out[monomial(powers)] = tidy_number(Fraction(int(c.p), int(c.q)))
        return out


def _degree(p: Polynomial) -> Any:
    return max((sum(abs(e) for _, e in m) for m in p), default=0)


def divided(ctx: Context, p: Polynomial, by: Polynomial) -> Polynomial | None:
    """p / by where that leaves no remainder (as polynomials in the items), else None."""
    if not p:
        return p
    if len(by) == 1 or len(p) < 2 or len(p) > MAX_TERMS or _degree(p) > 2 * MAX_DEGREE:
        return None
    shift, p = content(p)
    if {item for m in by for item, _ in m} - {item for m in p for item, _ in m}:
        return None
    ctx.meter.spend(len(p) + len(by))
    variables = _Variables(p, by)
    if variables.too_large:
        return None
    quotient, remainder = divmod(variables.read(p), variables.read(by))
    if not remainder.is_zero():
        return None
    return polynomial.multiply(ctx, variables.write(quotient), {monomial(shift): 1})


def factored(ctx: Context, p: Polynomial) -> tuple[Coefficient, list[tuple[Polynomial, int]]]:
    """p = c Π f^e with irreducible f of more than one term (p without content)."""
    key = frozenset(p.items())
    found = ctx.factors.get(key)
    if found is None:
        found = ctx.factors[key] = _factored(ctx, p)
    return found


def _factored(ctx: Context, p: Polynomial) -> tuple[Coefficient, list[tuple[Polynomial, int]]]:
    c, p = numeric_content(p)
    if p == {UNIT: 1}:
        return c, []
    if _evidently_irreducible(p) or len(p) > MAX_TERMS or _degree(p) > MAX_DEGREE:
        return c, [(p, 1)]
    variables = _Variables(p)
    if variables.too_large:
        return c, [(p, 1)]
    ctx.meter.spend(10 * len(p))
    number, factors = variables.read(p).factor()
    out: list[tuple[Polynomial, int]] = []
    total = c * tidy_number(Fraction(int(number.p), int(number.q)))
    for f, e in factors:
        unit, primitive = numeric_content(variables.write(f))
        total *= polynomial.number_power(unit, e)
        out.append((primitive, int(e)))
    return tidy_number(total), out


def _evidently_irreducible(p: Polynomial) -> bool:
    """A term linear in an item that occurs in no other term, with nothing else in it: c x + (the rest free of x)."""
    counts: dict[Item, int] = {}
    for m in p:
        for item, _ in m:
            counts[item] = counts.get(item, 0) + 1
    return any(len(m) == 1 and m[0][1] == 1 and counts[m[0][0]] == 1 for m in p)
