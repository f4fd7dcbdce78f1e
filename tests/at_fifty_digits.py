"""The value of a scalar expression, and of a derivative, at fifty digits by mpmath: the oracle of rules and forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mpmath import mp, mpf

from deltarule.language.expression import Apply, Expression, Number, Piecewise, Power, Product, Sum, Symbol

DIGITS = 50

PRIMITIVES: dict[str, Callable[..., Any]] = {
    "exp": mp.exp,
    "log": mp.log,
    "erf": mp.erf,
    "sin": mp.sin,
    "cos": mp.cos,
    "asin": mp.asin,
    "atan": mp.atan,
    "step": lambda u: mpf(u > 0),
    "sign": mp.sign,
    "abs": abs,
    "maximum": max,
    "minimum": min,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **PRIMITIVES,
    "sqrt": mp.sqrt,
    "sigmoid": lambda s: 1 / (1 + mp.exp(-s)),
    "tanh": mp.tanh,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "relu": lambda s: max(mpf(0), s),
    "leaky_relu": lambda s, a: s if s > 0 else a * s,
    "softplus": lambda s: mp.log(1 + mp.exp(s)),
    "log1p": mp.log1p,
    "expm1": mp.expm1,
    **{
        n: getattr(mp, n)
        for n in [
            "tan",
            "cot",
            "sec",
            "csc",
            "acos",
            "sech",
            "csch",
            "coth",
            "asinh",
            "acosh",
            "atanh",
            "log10",
            "erfc",
        ]
    },
    "exp2": lambda s: mpf(2) ** s,
    "log2": lambda s: mp.log(s, 2),
    "cbrt": lambda s: mp.sign(s) * mp.cbrt(abs(s)),
    "rsqrt": lambda s: 1 / mp.sqrt(s),
    "reciprocal": lambda s: 1 / s,
    "logit": lambda s: mp.log(s / (1 - s)),
    "elu": lambda s: s if s > 0 else mp.expm1(s),
    "selu": lambda s: mpf("1.0507009873554805") * (s if s > 0 else mpf("1.6732632423543772") * mp.expm1(s)),
    "gelu": lambda s: s * mp.ncdf(s),
    "gelu_tanh": lambda s: s / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (s + mpf("0.044715") * s**3))),
    "silu": lambda s: s / (1 + mp.exp(-s)),
    "mish": lambda s: s * mp.tanh(mp.log(1 + mp.exp(s))),
    "softsign": lambda s: s / (1 + abs(s)),
    "log_sigmoid": lambda s: -mp.log(1 + mp.exp(-s)),
    "hard_tanh": lambda s: min(max(s, mpf(-1)), mpf(1)),
    "hard_sigmoid": lambda s: min(max(s + 3, mpf(0)), mpf(6)) / 6,
    "hard_swish": lambda s: s * min(max(s + 3, mpf(0)), mpf(6)) / 6,
    "relu6": lambda s: min(max(s, mpf(0)), mpf(6)),
    "tanh_shrink": lambda s: s - mp.tanh(s),
}


def value(e: Expression, at: Mapping[str, Any]) -> Any:
    """The value of an expression without axes."""
    match e:
        case Number(value=v):
            return mpf(v.numerator) / v.denominator
        case Symbol(name="pi"):
            return +mp.pi
        case Symbol(name=name, indices=()):
            return mpf(at[name])
        case Sum(terms=terms):
            return mp.fsum(value(t, at) for t in terms)
        case Product(factors=factors, bound=()):
            return mp.fprod(value(f, at) for f in factors)
        case Power(base=base, exponent=n):
            return mp.power(value(base, at), mpf(n.numerator) / n.denominator if n.denominator > 1 else int(n))
        case Apply(function=name, arguments=arguments, order=order):
            inside = [value(a, at) for a in arguments]
            if any(order):
                return mp.diff(FUNCTIONS[name], tuple(inside), tuple(order))
            return FUNCTIONS[name](*inside)
        case Piecewise(cases=cases, otherwise=otherwise):
            for condition, strict, then in cases:
                u = value(condition, at)
                if u > 0 or (u == 0 and not strict):
                    return value(then, at)
            return value(otherwise, at)
    raise TypeError(f"no scalar value: {e!r}")


def slope(e: Expression, name: str, at: Mapping[str, Any]) -> Any:
    """The derivative by mpmath's own differences, which take extra digits as they need."""
    return mp.diff(lambda u: value(e, {**at, name: u}), mpf(at[name]))


def close(a: Any, b: Any, digits: int = DIGITS - 8) -> bool:
    """Equal to so many digits (of the larger, or absolutely where both are below 1)."""
    return abs(a - b) <= mpf(10) ** -digits * max(mpf(1), abs(a), abs(b))


def fifty_digits() -> Any:
    return mp.workdps(DIGITS)
