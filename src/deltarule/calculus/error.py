"""How exactly a formula is evaluated in float64: the largest relative error at sample points, against ball arithmetic.

Used to choose between forms of one derivative that are proved equal; it never decides what is true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import flint

from deltarule.language.expression import Apply, Expression, Number, Piecewise, Power, Product, Sum, Symbol
from deltarule.language.functions import expand

__all__ = ["POINTS", "floating", "in_balls", "relative_error"]

_SIZES = (1e-9, 1e-4, 0.03, 0.4, 0.9999999, 1.1, 2.7, 6.0, 12.0, 19.5, 28.0, 37.5, 80.0, 300.0, 1000.0, 1e18)
POINTS = tuple(sign * size for size in _SIZES for sign in (1, -1))
PRECISION = 3200
"""Bits of a ball: enough for exp(-2000) beside 1."""


def _sigmoid(s: float) -> float:
    return 1 / (1 + math.exp(-s)) if s >= 0 else math.exp(s) / (1 + math.exp(s))


def _softplus(s: float) -> float:
    return max(s, 0.0) + math.log1p(math.exp(-abs(s)))


FLOATING = {
    # the forms in which the engines evaluate these functions under the accuracy policy
    "exp": lambda u: math.exp(u) if u < 709 else math.inf,
    "log": lambda u: math.log(u) if u > 0 else -math.inf if u == 0 else math.nan,
    "erf": math.erf,
    "sin": math.sin,
    "cos": math.cos,
    "asin": math.asin,
    "atan": math.atan,
    "step": lambda u: float(u > 0),
    "sign": lambda u: float((u > 0) - (u < 0)),
    "abs": abs,
    "maximum": max,
    "minimum": min,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "tanh": math.tanh,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "sqrt": math.sqrt,
    **{name: getattr(math, name) for name in ("tan", "acos", "asinh", "acosh", "atanh", "erfc", "cbrt", "exp2")},
    **{name: getattr(math, name) for name in ("log2", "log10")},
}

BALL = {
    "exp": lambda u: u.exp(),
    "log": lambda u: u.log(),
    "erf": lambda u: u.erf(),
    "sin": lambda u: u.sin(),
    "cos": lambda u: u.cos(),
    "asin": lambda u: u.asin(),
    "atan": lambda u: u.atan(),
    "abs": abs,
    "maximum": lambda a, b: a.max(b),
    "minimum": lambda a, b: a.min(b),
    "step": lambda u: flint.arb(1 if u > 0 else 0),
    "sign": lambda u: flint.arb(1 if u > 0 else -1 if u < 0 else 0),
}


def floating(e: Expression, values: Mapping[str, float]) -> float:
    """The value of a scalar expression in float64, operation by operation; NaN where it cannot be computed."""
    try:
        match e:
            case Number(value=v):
                return float(v)
            case Symbol(name="pi") if "pi" not in values:
                return math.pi
            case Symbol(name=name):
                return values[name]
            case Sum(terms=terms):
                total = floating(terms[0], values)
                for t in terms[1:]:
                    total += floating(t, values)
                return total
            case Product(factors=factors, bound=()):
                total = floating(factors[0], values)
                for f in factors[1:]:
                    total *= floating(f, values)
                return total
            case Power(base=base, exponent=n):
                b = floating(base, values)
                if b == 0 and n < 0:
                    return math.inf
                if n == -1:
                    return 1 / b
                if b < 0 and n.denominator != 1:
                    return math.nan
                return b ** (int(n) if n.denominator == 1 else float(n))
            case Apply(function=function, arguments=arguments):
                known = FLOATING.get(function)
                if known is not None:
                    return known(*(floating(a, values) for a in arguments))
                body = expand(e)
                return math.nan if body is None else floating(body, values)
            case Piecewise(cases=cases, otherwise=otherwise):
                for condition, strict, then in cases:
                    u = floating(condition, values)
                    if u > 0 or (u == 0 and not strict):
                        return floating(then, values)
                return floating(otherwise, values)
    except (OverflowError, ValueError, ZeroDivisionError):
        return math.nan
    return math.nan


def _exact(e: Expression, values: Mapping[str, flint.arb]) -> flint.arb:
    match e:
        case Number(value=v):
            return flint.arb(v.numerator) / v.denominator
        case Symbol(name="pi") if "pi" not in values:
            return flint.arb.pi()
        case Symbol(name=name):
            return values[name]
        case Sum(terms=terms):
            return sum((_exact(t, values) for t in terms), flint.arb(0))
        case Product(factors=factors, bound=()):
            out = flint.arb(1)
            for f in factors:
                out *= _exact(f, values)
            return out
        case Power(base=base, exponent=n):
            b = _exact(base, values)
            return b ** int(n) if n.denominator == 1 else b ** (flint.arb(n.numerator) / n.denominator)
        case Apply(function=function, arguments=arguments):
            known = BALL.get(function)
            if known is not None:
                return known(*(_exact(a, values) for a in arguments))
            body = expand(e)
            if body is not None:
                return _exact(body, values)
        case Piecewise(cases=cases, otherwise=otherwise):
            for condition, strict, then in cases:
                u = _exact(condition, values)
                if u > 0 or (u == 0 and not strict):
                    return _exact(then, values)
            return _exact(otherwise, values)
    return flint.arb("nan")


def in_balls(e: Expression, values: Mapping[str, float], precision: int = PRECISION) -> flint.arb:
    """The value of a scalar expression in ball arithmetic; NaN where some part of it has no such value."""
    old = flint.ctx.prec
    flint.ctx.prec = precision
    try:
        return _exact(e, {name: flint.arb(value) for name, value in values.items()})
    finally:
        flint.ctx.prec = old


@lru_cache(maxsize=4096)
def _at(e: Expression, s: str, point: float) -> flint.arb:
    """The value at one point: many forms are measured against one truth."""
    return _exact(e, {s: flint.arb(point)})


@lru_cache(maxsize=4096)
def relative_error(
    form: Expression, exact: Expression, s: str, activity: tuple[str, Expression] | None = None
) -> float:
    """The largest relative error of `form` over `POINTS` of the variable `s`, against `exact`; inf if not finite.

    `activity` is (name, its expression): a saved activity enters `form` rounded to float64. Where the exact
    value is below the smallest normal number, the form only has to be finite.
    """
    worst = 0.0
    old = flint.ctx.prec
    flint.ctx.prec = PRECISION
    try:
        for point in POINTS:
            values = {s: point}
            truth = _at(exact, s, point)
            if activity is not None:
                name, body = activity
                values[name] = float(_at(body, s, point).mid())
            if not truth.is_finite():
                continue
            value = floating(form, values)
            if not math.isfinite(value) and abs(float(truth.mid())) < 1e300:
                return math.inf
            if abs(float(truth.mid())) < 1e-300 or not math.isfinite(value):
                continue
            worst = max(worst, float((abs(flint.arb(value) - truth) / abs(truth)).mid()))
    finally:
        flint.ctx.prec = old
    return worst
