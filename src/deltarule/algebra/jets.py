"""Derivatives of scalar functions at a ball, by power series in one argument: used to refute, never to prove."""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import Any

import flint

from deltarule.algebra.budget import Unsupported
from deltarule.language.expression import Apply, Expression, Number, Power, Product, Sum, Symbol
from deltarule.language.functions import ScalarFunction, expand

__all__ = ["derivative_value"]

MAX_ORDER = 6
NAN = flint.arb("nan")


class _Kink(Exception):
    """The point is on a kink, or cannot be told from one."""


def derivative_value(row: ScalarFunction, order: tuple[int, ...], arguments: list[Any]) -> Any:
    """The derivative of the function by one of its arguments; not finite at a kink."""
    by = [k for k, n in enumerate(order) if n]
    if len(by) != 1 or order[by[0]] > MAX_ORDER:
        raise Unsupported(f"a mixed or high derivative of {row.name}")
    n = order[by[0]]
    length = n + 1
    series = {
        name: flint.arb_series([u, flint.arb(1)] if k == by[0] else [u], prec=length)
        for k, (name, u) in enumerate(zip(row.parameters, arguments, strict=True))
    }
    node = row.definition if row.definition is not None else Apply(row.name, tuple(Symbol(p) for p in row.parameters))
    try:
        found = _series(node, series, length)
    except (_Kink, ZeroDivisionError, ValueError):
        return NAN
    return found[n] * factorial(n)


def _constant(value: Any, length: int) -> Any:
    return flint.arb_series([value], prec=length)


def _series(e: Expression, at: dict[str, Any], length: int) -> Any:
    match e:
        case Number(value=v):
            return _constant(flint.arb(flint.fmpq(v.numerator, v.denominator)), length)
        case Symbol(name="pi") if "pi" not in at:
            return _constant(flint.arb.pi(), length)
        case Symbol(name=name):
            return at[name]
        case Sum(terms=terms):
            total = _constant(flint.arb(0), length)
            for t in terms:
                total = total + _series(t, at, length)
            return total
        case Product(factors=factors, bound=()):
            whole = _constant(flint.arb(1), length)
            for f in factors:
                whole = whole * _series(f, at, length)
            return whole
        case Power(base=base, exponent=q):
            return _power(_series(base, at, length), q, length)
        case Apply(function=name, arguments=arguments, order=order) if not any(order):
            definition = expand(e)
            if definition is not None:
                return _series(definition, at, length)
            return _primitive(name, [_series(u, at, length) for u in arguments], length)
    raise Unsupported(f"a derivative through {type(e).__name__}")


def _power(u: Any, q: Fraction, length: int) -> Any:
    if q.denominator == 1:
        out = _constant(flint.arb(1), length)
        for _ in range(abs(int(q))):
            out = out * u
        if q >= 0:
            return out
        if u[0].contains(0):
            raise _Kink
        return _constant(flint.arb(1), length) / out
    if not u[0] > 0:
        raise _Kink
    return (u.log() * _constant(flint.arb(flint.fmpq(q.numerator, q.denominator)), length)).exp()


def _primitive(name: str, arguments: list[Any], length: int) -> Any:
    u = arguments[0]
    v = arguments[1] if len(arguments) > 1 else _constant(flint.arb(0), length)
    match name:
        case "exp":
            return u.exp()
        case "log":
            if not u[0] > 0:
                raise _Kink
            return u.log()
        case "sin":
            return u.sin()
        case "cos":
            return u.cos()
        case "erf":
            return u.erf()
        case "asin":
            if not abs(u[0]) < 1:
                raise _Kink
            return u.asin()
        case "atan":
            return u.atan()
    above = u[0] > v[0]
    if not above and not u[0] < v[0]:
        raise _Kink
    match name:
        case "maximum":
            return u if above else v
        case "minimum":
            return v if above else u
        case "abs":
            return u if above else _constant(flint.arb(0), length) - u
        case "sign":
            return _constant(flint.arb(1 if above else -1), length)
        case "step":
            return _constant(flint.arb(1 if above else 0), length)
    raise Unsupported(f"no series of {name}")
