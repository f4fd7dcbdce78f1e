"""Sums, products, powers and quotients in tidy form: 0 and 1 vanish, numbers are gathered, nests are flattened.

The classes `Sum`, `Product` and `Power` keep what they are given; these functions make them.

>>> from deltarule.language.expression import Symbol
>>> x = Symbol("x")
>>> add(x, multiply(Number(2), Number(3)), negate(Number(1))), power(power(x, 2), 3), divide(x, Number(2))
((x + 5), (x)^(6), 1/2*x)
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from deltarule.language.expression import ONE, ZERO, Apply, Axis, Expression, Number, Power, Product, Sum

__all__ = ["add", "divide", "multiply", "negate", "power", "subtract"]


def add(*terms: Expression) -> Expression:
    """The sum, flattened, its numbers gathered where the first of them stands."""
    flat: list[Expression] = []
    constant: int | Fraction = 0
    place = None
    for term in terms:
        for t in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(t, Number):
                constant += t.value
                if place is None and t.value:
                    place = len(flat)
            else:
                flat.append(t)
    if constant or not flat:
        flat.insert(place or 0, Number(constant))
    return flat[0] if len(flat) == 1 else Sum(flat)


def multiply(*factors: Expression, bound: Iterable[Axis] = ()) -> Expression:
    """The product, flattened where nothing is bound, its number in front; summed over `bound`."""
    flat: list[Expression] = []
    coefficient: int | Fraction = 1
    for factor in factors:
        for f in factor.factors if isinstance(factor, Product) and not factor.bound else (factor,):
            if isinstance(f, Number):
                coefficient *= f.value
            else:
                flat.append(f)
    bound = tuple(bound)
    if not coefficient and not any(isinstance(f, Power) and f.base is ZERO for f in flat):  # 0/0 is no number
        return ZERO
    if coefficient != 1 or not flat:
        flat.insert(0, Number(coefficient))
    return flat[0] if len(flat) == 1 and not bound else Product(flat, bound)


def negate(e: Expression) -> Expression:
    return add(*(multiply(Number(-1), t) for t in e.terms)) if isinstance(e, Sum) else multiply(Number(-1), e)


def subtract(a: Expression, b: Expression) -> Expression:
    return add(a, negate(b))


def power(base: Expression, exponent: int | Fraction) -> Expression:
    exponent = Fraction(exponent)
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    if isinstance(base, Number) and exponent.denominator == 1 and abs(exponent) <= 64 and base.value:
        return Number(base.value ** int(exponent))
    if isinstance(base, Power) and exponent.denominator == 1:
        joined = base.exponent * exponent
        whole = base.exponent.denominator == 1 or joined.denominator != 1
        if whole or _not_negative(base.base):  # (√x)² is not x: it has no value below 0
            return power(base.base, joined)
    return Power(base, exponent)


def _not_negative(e: Expression) -> bool:
    """Whether e ≥ 0 by the way it is written: numbers, even powers, squares of factors, and their sums."""
    match e:
        case Number(value=v):
            return v >= 0
        case Power(base=base, exponent=q):
            return q.denominator != 1 or q % 2 == 0 or _not_negative(base)
        case Apply(function="exp" | "abs", order=order):
            return not any(order)
        case Sum(terms=terms):
            return all(map(_not_negative, terms))
        case Product(factors=factors):
            return all(factors.count(f) % 2 == 0 or _not_negative(f) for f in set(factors))
    return False


def divide(a: Expression, b: Expression) -> Expression:
    return multiply(a, power(b, -1))
