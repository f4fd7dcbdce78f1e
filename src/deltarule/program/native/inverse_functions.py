"""tan, the inverse trigonometric and hyperbolic functions, and exp2, log2, log10, cbrt, in double precision.

float is widened and rounded once at the end. With |v| ≤ tan(π/12), after 1/x and after turning by π/6,

    atan(v) = v + v³ P(v²)        asin(x) = atan(x/√((1 - x)(1 + x)))        acos(x) = 2 atan(√((1 - x)/(1 + x)))
"""

from __future__ import annotations

import math
from collections.abc import Callable

from deltarule.program.native.coefficients import ATAN, EXP
from deltarule.program.native.exponential import FORMATS, Exponential, exponential
from deltarule.program.native.lanes import Lanes, exact_fma, fma, polynomial
from deltarule.program.native.logarithm import log, log1p
from deltarule.program.native.trigonometric import cos, sin

__all__ = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "exp2", "in_double", "log2", "log10", "tan"]

LOG2, LOG2_LOW = math.log(2), 2.3190468138462996e-17
LARGE = 2.0**28
"""From here on 1 is lost beside the square."""

Kernel = Callable[[Lanes, bool], Lanes]


def in_double(kernel: Callable[[Lanes], Lanes]) -> Kernel:
    """The kernel of double numbers for float numbers too."""

    def of(x: Lanes, exact: bool) -> Lanes:
        return kernel(x) if x.bits == 64 else kernel(x.widened()).narrowed()

    return of


@in_double
def tan(x: Lanes) -> Lanes:
    return sin(x, True) / cos(x, True)


def _atan(x: Lanes) -> Lanes:
    size = abs(x)
    over = size > 1.0
    u = over.choose(1.0 / size, size)
    turned = u > math.tan(math.pi / 12)
    root = math.sqrt(3)
    v = turned.choose(fma(u, root, -1.0) / (u + root), u)
    z = v * v
    part = fma(v * z, polynomial(z, ATAN[64]), v)
    part = turned.choose(part + math.pi / 6, part)
    return over.choose(math.pi / 2 - part, part).with_sign_of(x)


atan = in_double(_atan)


@in_double
def asin(x: Lanes) -> Lanes:
    return _atan(x / ((1.0 - x) * (1.0 + x)).sqrt())


@in_double
def acos(x: Lanes) -> Lanes:
    return 2.0 * _atan(((1.0 - x) / (1.0 + x)).sqrt())


@in_double
def asinh(x: Lanes) -> Lanes:
    """log(|x| + √(x² + 1)) by log1p, with the sign of x."""
    size = abs(x)
    large = size > LARGE
    small = size.at_most(LARGE)
    square = small * small
    near = log1p(small + square / (1.0 + (1.0 + square).sqrt()), True)
    return large.choose(log(size, True) + LOG2, near).with_sign_of(x)


@in_double
def acosh(x: Lanes) -> Lanes:
    more = x.at_most(LARGE) - 1.0
    near = log1p(more + (more * (more + 2.0)).sqrt(), True)
    y = (x > LARGE).choose(log(x, True) + LOG2, near)
    return (x < 1.0).choose(math.nan, y)


@in_double
def atanh(x: Lanes) -> Lanes:
    size = abs(x)
    return (0.5 * log1p((size + size) / (1.0 - size), True)).with_sign_of(x)


@in_double
def log2(x: Lanes) -> Lanes:
    return log(x, True) * (1 / LOG2)


@in_double
def log10(x: Lanes) -> Lanes:
    return log(x, True) * (1 / math.log(10))


@in_double
def exp2(x: Lanes) -> Lanes:
    """2^k exp(r log 2) with x = k + r, k whole: nothing is lost before the product with log 2, which is kept in two."""
    f = FORMATS[64]
    inside = x.at_least(-1080.0).at_most(1030.0)
    shifted = inside + f.shift
    part = inside - (shifted - f.shift)
    r = part * LOG2
    low = exact_fma(part, LOG2, -r) + part * LOG2_LOW
    return Exponential(shifted.as_bits() - f.shift_bits, r, low, r * r, polynomial(r, EXP[64])).scaled(True)


@in_double
def cbrt(x: Lanes) -> Lanes:
    """exp(log|x|/3), and one step of Newton for y³ = |x|."""
    size = abs(x)
    y = exponential(log(size, True) * (1 / 3)).scaled(True)
    square = y * y
    y = y - (exact_fma(square, y, -size)) / (3.0 * square)
    usual = (size > 0.0) & (size < math.inf)
    return usual.choose(y.with_sign_of(x), x)
