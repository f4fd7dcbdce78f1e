"""log, log1p and softplus.

    x = 2^k (1 + f), sqrt(1/2) ≤ 1 + f < sqrt(2)        s = f/(2 + f)        log(1 + f) = f - (f²/2 - s (f²/2 + R(s²)))

with R a minimax polynomial of what atanh leaves (the scheme of Sun's fdlibm). f is exact, or comes with its rounding
error.
"""

from __future__ import annotations

import math

from deltarule.program.native.coefficients import LOG
from deltarule.program.native.exponential import FORMATS, falling
from deltarule.program.native.lanes import Bits, Lanes, fma, polynomial

__all__ = ["log", "log1p", "softplus", "split"]

HALF_ROOT = {32: 0x3F3504F3, 64: 0x3FE6A09E667F3BCD}
"""The bits of sqrt(1/2)."""


def split(x: Lanes) -> tuple[Bits, Lanes, Lanes]:
    """For a positive normal x: k + bias as an integer, k as a number, and m with x = 2^k m, sqrt(1/2) ≤ m < sqrt(2)."""
    f = FORMATS[x.bits]
    shifted = x.as_bits() - HALF_ROOT[x.bits]
    biased = (shifted + (f.bias << f.mantissa)) >> f.mantissa
    exponent = 2.0**f.mantissa
    number = (biased | ((f.mantissa + f.bias) << f.mantissa)).as_number() - (exponent + f.bias)
    m = ((shifted & ((1 << f.mantissa) - 1)) + HALF_ROOT[x.bits]).as_number()
    return biased, number, m


def _log(k: Lanes, part: Lanes, low: Lanes | float) -> Lanes:
    """k log 2 + log(1 + part) + low."""
    f = FORMATS[part.bits]
    s = part / (2.0 + part)
    z = s * s
    half = 0.5 * part * part
    rest = s * (half + z * polynomial(z, LOG[part.bits])) + fma(k, f.log2_low, low)
    return fma(k, f.log2_high, part - (half - rest))


def log(x: Lanes, exact: bool) -> Lanes:
    f = FORMATS[x.bits]
    raised = 2.0 ** (f.mantissa + 2)
    tiny = x < 2.0 ** (1 - f.bias)
    _, k, m = split(tiny.choose(x * raised, x))
    y = _log(k - tiny.choose(x.constant(f.mantissa + 2.0), 0.0), m - 1.0, 0.0)
    y = (x < math.inf).choose(y, x)
    y = (x < 0.0).choose(math.nan, y)
    return x.equals(0.0).choose(-math.inf, y)


def log1p(x: Lanes, exact: bool) -> Lanes:
    f = FORMATS[x.bits]
    u = 1.0 + x
    back = u - 1.0
    lost = (1.0 - (u - back)) + (x - back)
    biased, k, m = split(u)
    near = biased.equals(f.bias)
    down = (2 * f.bias - biased) << f.mantissa  # the bits of 2^-k
    counts = u < 2.0 ** (f.mantissa + 2)  # beyond, what is lost is nothing to the logarithm, and 2^-k is subnormal
    low = counts.choose(near.choose(x.constant(0.0), lost * down.as_number()), 0.0)
    part = near.choose(x, m - 1.0)
    y = _log(k, part, low).with_sign_of(x)
    y = (x < math.inf).choose(y, x)
    y = (x < -1.0).choose(math.nan, y)
    return x.equals(-1.0).choose(-math.inf, y)


def softplus(x: Lanes, exact: bool) -> Lanes:
    """max(x, 0) + log(1 + e), e = exp(-|x|) with its rounding error."""
    small, small_low = falling(x).value
    above = small > math.sqrt(2) - 1
    minus = small - 1.0
    halved_low = 0.5 * ((small - (minus + 1.0)) + small_low)
    part = above.choose(0.5 * minus, small)
    part_low = above.choose(halved_low, small_low)
    k = above.choose(x.constant(1.0), 0.0)
    return x.at_least(0.0) + _log(k, part, part_low * (1.0 - part))
