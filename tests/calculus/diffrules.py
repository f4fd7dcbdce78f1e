"""The scalar rules of DiffRules.jl (src/rules.jl), transcribed as numbers, beside the equations of the functions.

A row is DiffRules' name, the function in the text notation (of x, or of x and y), DiffRules' derivative by each
argument as a function of numbers, and points of the domain. An inverse function is given by what it inverts, of y.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mpmath import mp, mpf

Number = Any


class Rule(NamedTuple):
    """`equation` by x is `rules[0]`, by y `rules[1]`, at the points."""

    name: str
    equation: str
    rules: tuple[Callable[..., Number], ...]
    points: tuple[tuple[str, ...], ...]
    value: Callable[..., Number]
    """The function itself, by mpmath."""
    inverts: bool = False
    """Whether the equation is that of x by y, y being the function."""


def one(*points: str) -> tuple[tuple[str, ...], ...]:
    return tuple((p,) for p in points)


ANY = one("-2.7", "-0.4", "0.3", "1.9")
ABOVE = one("0.07", "0.6", "1.3", "5.2")
UNIT = one("-0.9", "-0.2", "0.35", "0.8")
BETWEEN = one("0.1", "0.45", "0.93")
OVER = one("1.2", "2.6", "7")
PAIRS = (("0.7", "1.9"), ("2.3", "0.4"), ("1.1", "3.6"))
DEGREE = "pi/180"


def degrees(f: Callable[[Number], Number]) -> Callable[[Number], Number]:
    return lambda x: f(x * mp.pi / 180)


def deg2rad(v: Number) -> Number:
    return v * mp.pi / 180


def rad2deg(v: Number) -> Number:
    return v * 180 / mp.pi


def erfcx(x: Number) -> Number:
    return mp.exp(x * x) * mp.erfc(x)


R = Rule
RULES = [
    R("+", "x", (lambda x: mpf(1),), ANY, lambda x: x),
    R("-", "-x", (lambda x: mpf(-1),), ANY, lambda x: -x),
    R("sqrt", "sqrt(x)", (lambda x: 1 / (2 * mp.sqrt(x)),), ABOVE, mp.sqrt),
    R("cbrt", "cbrt(x)", (lambda x: 1 / (3 * mp.cbrt(x) ** 2),), ABOVE, mp.cbrt),
    R("abs2", "x**2", (lambda x: x + x,), ANY, lambda x: x * x),
    R("inv", "reciprocal(x)", (lambda x: -((1 / x) ** 2),), ANY, lambda x: 1 / x),
    R("log", "log(x)", (lambda x: 1 / x,), ABOVE, mp.log),
    R("log10", "log10(x)", (lambda x: 1 / x / mp.log(10),), ABOVE, mp.log10),
    R("log2", "log2(x)", (lambda x: 1 / x / mp.log(2),), ABOVE, lambda x: mp.log(x, 2)),
    R("log1p", "log1p(x)", (lambda x: 1 / (x + 1),), one("-0.8", "0.01", "4"), mp.log1p),
    R("exp", "exp(x)", (mp.exp,), ANY, mp.exp),
    R("exp2", "exp2(x)", (lambda x: mpf(2) ** x * mp.log(2),), ANY, lambda x: mpf(2) ** x),
    R("exp10", "exp(x*log(10))", (lambda x: mpf(10) ** x * mp.log(10),), ANY, lambda x: mpf(10) ** x),
    R("expm1", "expm1(x)", (mp.exp,), ANY, mp.expm1),
    R("sin", "sin(x)", (mp.cos,), ANY, mp.sin),
    R("cos", "cos(x)", (lambda x: -mp.sin(x),), ANY, mp.cos),
    R("tan", "tan(x)", (lambda x: 1 + mp.tan(x) ** 2,), ANY, mp.tan),
    R("sec", "sec(x)", (lambda x: mp.sec(x) * mp.tan(x),), ANY, mp.sec),
    R("csc", "csc(x)", (lambda x: -mp.csc(x) * mp.cot(x),), ANY, mp.csc),
    R("cot", "cot(x)", (lambda x: -(1 + mp.cot(x) ** 2),), ANY, mp.cot),
    R("sind", f"sin({DEGREE}*x)", (lambda x: deg2rad(degrees(mp.cos)(x)),), ANY, degrees(mp.sin)),
    R("cosd", f"cos({DEGREE}*x)", (lambda x: -deg2rad(degrees(mp.sin)(x)),), ANY, degrees(mp.cos)),
    R("tand", f"sin({DEGREE}*x)/cos({DEGREE}*x)", (lambda x: deg2rad(1 + degrees(mp.tan)(x) ** 2),), ANY,
      degrees(mp.tan)),
    R("secd", f"1/cos({DEGREE}*x)", (lambda x: deg2rad(degrees(mp.sec)(x) * degrees(mp.tan)(x)),), ANY,
      degrees(mp.sec)),
    R("cscd", f"1/sin({DEGREE}*x)", (lambda x: -deg2rad(degrees(mp.csc)(x) * degrees(mp.cot)(x)),), ANY,
      degrees(mp.csc)),
    R("cotd", f"cos({DEGREE}*x)/sin({DEGREE}*x)", (lambda x: -deg2rad(1 + degrees(mp.cot)(x) ** 2),), ANY,
      degrees(mp.cot)),
    R("sinpi", "sin(pi*x)", (lambda x: mp.pi * mp.cospi(x),), ANY, mp.sinpi),
    R("cospi", "cos(pi*x)", (lambda x: -(mp.pi * mp.sinpi(x)),), ANY, mp.cospi),
    R("asin", "asin(x)", (lambda x: 1 / mp.sqrt(1 - x**2),), UNIT, mp.asin),
    R("acos", "acos(x)", (lambda x: -1 / mp.sqrt(1 - x**2),), UNIT, mp.acos),
    R("atan", "atan(x)", (lambda x: 1 / (1 + x**2),), ANY, mp.atan),
    R("asec", "1/cos(y)", (lambda x: 1 / (abs(x) * mp.sqrt(x**2 - 1)),), OVER, mp.asec, inverts=True),
    R("acsc", "1/sin(y)", (lambda x: -1 / (abs(x) * mp.sqrt(x**2 - 1)),), OVER, mp.acsc, inverts=True),
    R("acot", "cos(y)/sin(y)", (lambda x: -1 / (1 + x**2),), ANY, mp.acot, inverts=True),
    R("asind", f"sin({DEGREE}*y)", (lambda x: 1 / deg2rad(mp.sqrt(1 - x**2)),), UNIT,
      lambda x: rad2deg(mp.asin(x)), inverts=True),
    R("acosd", f"cos({DEGREE}*y)", (lambda x: -1 / deg2rad(mp.sqrt(1 - x**2)),), UNIT,
      lambda x: rad2deg(mp.acos(x)), inverts=True),
    R("atand", f"sin({DEGREE}*y)/cos({DEGREE}*y)", (lambda x: 1 / deg2rad(1 + x**2),), ANY,
      lambda x: rad2deg(mp.atan(x)), inverts=True),
    R("asecd", f"1/cos({DEGREE}*y)", (lambda x: 1 / deg2rad(abs(x) * mp.sqrt(x**2 - 1)),), OVER,
      lambda x: rad2deg(mp.asec(x)), inverts=True),
    R("acscd", f"1/sin({DEGREE}*y)", (lambda x: -1 / deg2rad(abs(x) * mp.sqrt(x**2 - 1)),), OVER,
      lambda x: rad2deg(mp.acsc(x)), inverts=True),
    R("acotd", f"cos({DEGREE}*y)/sin({DEGREE}*y)", (lambda x: -1 / deg2rad(1 + x**2),), ANY,
      lambda x: rad2deg(mp.acot(x)), inverts=True),
    R("sinh", "sinh(x)", (mp.cosh,), ANY, mp.sinh),
    R("cosh", "cosh(x)", (mp.sinh,), ANY, mp.cosh),
    R("tanh", "tanh(x)", (lambda x: 1 - mp.tanh(x) ** 2,), ANY, mp.tanh),
    R("sech", "sech(x)", (lambda x: -mp.tanh(x) * mp.sech(x),), ANY, mp.sech),
    R("csch", "csch(x)", (lambda x: -mp.coth(x) * mp.csch(x),), ANY, mp.csch),
    R("coth", "coth(x)", (lambda x: -(mp.csch(x) ** 2),), ANY, mp.coth),
    R("asinh", "asinh(x)", (lambda x: 1 / mp.sqrt(x**2 + 1),), ANY, mp.asinh),
    R("acosh", "acosh(x)", (lambda x: 1 / mp.sqrt(x**2 - 1),), OVER, mp.acosh),
    R("atanh", "atanh(x)", (lambda x: 1 / (1 - x**2),), UNIT, mp.atanh),
    R("asech", "log(1/x + sqrt(1/x**2 - 1))", (lambda x: -1 / (x * mp.sqrt(1 - x**2)),), BETWEEN, mp.asech),
    R("acsch", "log(1/x + sqrt(1/x**2 + 1))", (lambda x: -1 / (abs(x) * mp.sqrt(1 + x**2)),), ANY, mp.acsch),
    R("acoth", "log((x + 1)/(x - 1))/2", (lambda x: 1 / (1 - x**2),), OVER, mp.acoth),
    R("sinc", "sin(pi*x)/(pi*x)", (lambda x: mp.cospi(x) / x - mp.sinpi(x) / (mp.pi * x**2),), ANY,
      lambda x: mp.sinpi(x) / (mp.pi * x)),
    R("deg2rad", "x*pi/180", (lambda x: deg2rad(1),), ANY, deg2rad),
    R("rad2deg", "x*180/pi", (lambda x: rad2deg(1),), ANY, rad2deg),
    R("abs", "abs(x)", (lambda x: mpf(-1) if x < 0 else mpf(1),), ANY, abs),
    # two arguments
    R("+", "x + y", (lambda x, y: mpf(1), lambda x, y: mpf(1)), PAIRS, lambda x, y: x + y),
    R("-", "x - y", (lambda x, y: mpf(1), lambda x, y: mpf(-1)), PAIRS, lambda x, y: x - y),
    R("*", "x * y", (lambda x, y: y, lambda x, y: x), PAIRS, lambda x, y: x * y),
    R("/", "x / y", (lambda x, y: 1 / y, lambda x, y: -(x / y / y)), PAIRS, lambda x, y: x / y),
    R("\\", "y / x", (lambda x, y: -(y / x / x), lambda x, y: 1 / x), PAIRS, lambda x, y: y / x),
    R("^", "exp(y*log(x))", (lambda x, y: y * x ** (y - 1), lambda x, y: x**y * mp.log(x)), PAIRS, lambda x, y: x**y),
    R("hypot", "sqrt(x**2 + y**2)", (lambda x, y: x / mp.hypot(x, y), lambda x, y: y / mp.hypot(x, y)), PAIRS,
      mp.hypot),
    R("log(b, x)", "log(y)/log(x)",
      (lambda b, x: mp.log(x) / (-(mp.log(b) ** 2) * b), lambda b, x: 1 / x / mp.log(b)), PAIRS,
      lambda b, x: mp.log(x) / mp.log(b)),
    R("max", "maximum(x, y)", (lambda x, y: mpf(x > y), lambda x, y: mpf(not x > y)), PAIRS, max),
    R("min", "minimum(x, y)", (lambda x, y: mpf(not x > y), lambda x, y: mpf(x > y)), PAIRS, min),
    # SpecialFunctions
    R("erf", "erf(x)", (lambda x: 2 * mp.exp(-(x**2)) / mp.sqrt(mp.pi),), ANY, mp.erf),
    R("erfc", "erfc(x)", (lambda x: -(mp.exp(-(x**2)) * 2 / mp.sqrt(mp.pi)),), ANY, mp.erfc),
    R("erfinv", "erf(y)", (lambda x: mp.sqrt(mp.pi) * mp.exp(mp.erfinv(x) ** 2) / 2,), UNIT, mp.erfinv, inverts=True),
    R("erfcinv", "1 - erf(y)", (lambda x: -(mp.sqrt(mp.pi) * mp.exp(mp.erfinv(1 - x) ** 2)) / 2,), BETWEEN,
      lambda x: mp.erfinv(1 - x), inverts=True),
    R("logerfc", "log(1 - erf(x))",
      (lambda x: -2 * mp.exp(-(x**2) - mp.log(mp.erfc(x))) / mp.sqrt(mp.pi),), ANY, lambda x: mp.log(mp.erfc(x))),
    R("erfcx", "exp(x**2)*(1 - erf(x))", (lambda x: 2 * (x * erfcx(x) - 1 / mp.sqrt(mp.pi)),), ANY, erfcx),
    R("logerfcx", "x**2 + log(1 - erf(x))", (lambda x: 2 * (x - 1 / (erfcx(x) * mp.sqrt(mp.pi))),), ANY,
      lambda x: mp.log(erfcx(x))),
    R("erf(x, y)", "erf(y) - erf(x)",
      (lambda x, y: -2 * mp.exp(-(x**2)) / mp.sqrt(mp.pi), lambda x, y: 2 * mp.exp(-(y**2)) / mp.sqrt(mp.pi)), PAIRS,
      lambda x, y: mp.erf(y) - mp.erf(x)),
    # LogExpFunctions
    R("xlogx", "x*log(x)", (lambda x: 1 + mp.log(x),), ABOVE, lambda x: x * mp.log(x)),
    R("logistic", "sigmoid(x)", (lambda x: (z := 1 / (1 + mp.exp(-x))) * (1 - z),), ANY,
      lambda x: 1 / (1 + mp.exp(-x))),
    R("logit", "logit(x)", (lambda x: 1 / (x * (1 - x)),), BETWEEN, lambda x: mp.log(x / (1 - x))),
    R("log1psq", "log(1 + x**2)", (lambda x: 2 * x / (1 + x**2),), ANY, lambda x: mp.log(1 + x**2)),
    R("log1pexp", "softplus(x)", (lambda x: 1 / (1 + mp.exp(-x)),), ANY, lambda x: mp.log1p(mp.exp(x))),
    R("log1mexp", "log(1 - exp(x))", (lambda x: -mp.exp(x - mp.log(1 - mp.exp(x))),), one("-3", "-0.7", "-0.1"),
      lambda x: mp.log(1 - mp.exp(x))),
    R("log2mexp", "log(2 - exp(x))", (lambda x: -mp.exp(x - mp.log(2 - mp.exp(x))),), one("-3", "-0.7", "0.2"),
      lambda x: mp.log(2 - mp.exp(x))),
    R("logexpm1", "log(exp(x) - 1)", (lambda x: mp.exp(x - mp.log(mp.expm1(x))),), ABOVE,
      lambda x: mp.log(mp.expm1(x))),
    R("log1pmx", "log(1 + x) - x", (lambda x: -x / (1 + x),), ABOVE, lambda x: mp.log1p(x) - x),
    R("logmxp1", "log(x) - x + 1", (lambda x: (1 - x) / x,), ABOVE, lambda x: mp.log(x) - x + 1),
    R("xlogy", "x*log(y)", (lambda x, y: mp.log(y), lambda x, y: x / y), PAIRS, lambda x, y: x * mp.log(y)),
    R("logaddexp", "log(exp(x) + exp(y))",
      (lambda x, y: mp.exp(x - mp.log(mp.exp(x) + mp.exp(y))), lambda x, y: mp.exp(y - mp.log(mp.exp(x) + mp.exp(y)))),
      PAIRS, lambda x, y: mp.log(mp.exp(x) + mp.exp(y))),
    R("logsubexp", "log(abs(exp(x) - exp(y)))",
      (lambda x, y: (1 if x > y else -1) * mp.exp(x - mp.log(abs(mp.exp(x) - mp.exp(y)))),
       lambda x, y: (-1 if x > y else 1) * mp.exp(y - mp.log(abs(mp.exp(x) - mp.exp(y))))),
      PAIRS, lambda x, y: mp.log(abs(mp.exp(x) - mp.exp(y)))),
    R("xlog1py", "x*log(1 + y)", (lambda x, y: mp.log1p(y), lambda x, y: x / (1 + y)), PAIRS,
      lambda x, y: x * mp.log1p(y)),
]  # fmt: skip
