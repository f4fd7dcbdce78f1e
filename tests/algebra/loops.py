"""What an expression means at a point, in index loops at 40 digits (mpmath): the oracle of the fuzz tests.

Nothing of the kernel is used. A value is None where the expression is not defined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from mpmath import mp, mpf

from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Expression,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Sum,
    Symbol,
)

DIGITS = 40
ZERO = mpf(10) ** -30


class Undefined(Exception):
    pass


def _log(u: Any) -> Any:
    if u <= ZERO:
        raise Undefined
    return mp.log(u)


def _sign(u: Any) -> int:
    return 0 if abs(u) < ZERO else 1 if u > 0 else -1


def _exp(u: Any) -> Any:
    if abs(u) > 5000:
        raise Undefined
    return mp.exp(u)


def _power(u: Any, numerator: int, denominator: int) -> Any:
    if abs(u) < ZERO:
        if numerator < 0:
            raise Undefined
        return mpf(0)
    if denominator == 1:
        return u**numerator
    if u < 0:
        raise Undefined
    return u ** (mpf(numerator) / denominator)


SCALAR: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "log": _log,
    "sin": mp.sin,
    "cos": mp.cos,
    "erf": mp.erf,
    "abs": abs,
    "sign": _sign,
    "step": lambda u: 1 if _sign(u) > 0 else 0,
    "maximum": max,
    "minimum": min,
    "sqrt": lambda u: _power(u, 1, 2),
    "sigmoid": lambda u: 1 / (1 + _exp(-u)),
    "tanh": mp.tanh,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "relu": lambda u: max(mpf(0), u),
    "leaky_relu": lambda u, a: u if u > 0 else a * u,
    "softplus": lambda u: mp.log(1 + _exp(u)),
    "log1p": lambda u: _log(1 + u),
    "expm1": lambda u: _exp(u) - 1,
    "f": lambda u: mp.sin(u) + u * u / 3 + mpf(1) / 7,
    "g": lambda u: mp.cos(u) * mpf(2) / 3 - u,
}
FIRST: dict[str, Callable[..., Any]] = {
    "f": lambda u: mp.cos(u) + 2 * u / 3,
    "g": lambda u: -mp.sin(u) * mpf(2) / 3 - 1,
}


def value(
    e: Expression,
    at: Mapping[Axis, int],
    lookup: Callable[[str, tuple[int, ...]], Any],
    sizes: Mapping[str, int],
) -> Any:
    """The value at the components `at` (from 1), or None where it is not defined."""

    def size(a: Axis) -> int:
        return a.size if isinstance(a.size, int) else sizes[a.size]

    def place(i: Axis | int, at: Mapping[Axis, int]) -> int:
        return at[i] if isinstance(i, Axis) else i

    def inside(bound: tuple[Axis, ...], at: Mapping[Axis, int]) -> Any:
        for numbers in product(*(range(1, size(a) + 1) for a in bound)):
            yield {**at, **dict(zip(bound, numbers, strict=True))}

    def go(e: Expression, at: Mapping[Axis, int]) -> Any:
        match e:
            case Number(value=v):
                return mpf(v.numerator) / v.denominator
            case Symbol(name=name, indices=indices):
                if not indices and name in sizes:
                    return mpf(sizes[name])
                return lookup(name, tuple(place(i, at) for i in indices))
            case Sum(terms=terms):
                return sum((go(t, at) for t in terms), mpf(0))
            case Product(factors=factors, bound=bound):
                whole = mpf(0)
                for there in inside(bound, at):
                    part = mpf(1)
                    for f in factors:
                        part *= go(f, there)
                    whole += part
                return whole
            case Maximum(body=body, bound=bound):
                return max(go(body, there) for there in inside(bound, at))
            case Power(base=base, exponent=q):
                return _power(go(base, at), q.numerator, q.denominator)
            case Delta(first=a, second=b):
                return mpf(1 if place(a, at) == place(b, at) else 0)
            case Piecewise(cases=cases, otherwise=otherwise):
                for u, strict, v in cases:
                    sign = _sign(go(u, at))
                    if sign > 0 or (sign == 0 and not strict):
                        return go(v, at)
                return go(otherwise, at)
            case Apply(function=name, arguments=arguments, order=order):
                table = FIRST if any(order) else SCALAR
                return table[name](*(go(a, at) for a in arguments))
        raise TypeError(type(e).__name__)

    with mp.workdps(DIGITS):
        try:
            return go(e, at)
        except (Undefined, OverflowError, ZeroDivisionError, ValueError):
            return None


def differ(a: Any, b: Any) -> bool:
    """Whether two values are plainly apart."""
    return abs(a - b) > mpf(10) ** -12 * (1 + max(abs(a), abs(b)))
