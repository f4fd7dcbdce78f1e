"""Powers: by multiplication and square roots where the exponent is a known number, else exp(b log a).

In double precision log a is carried in two numbers (about 2^-68 of it is lost), since b multiplies its error.
"""

from __future__ import annotations

import math
from fractions import Fraction

from llvmlite import ir

from deltarule.program.native.coefficients import LONG_LOG
from deltarule.program.native.exponential import FORMATS, exp, exponential
from deltarule.program.native.lanes import Lanes, Truth, exact_fma, fma, polynomial
from deltarule.program.native.logarithm import log, split

__all__ = ["emit_power", "power"]

LARGEST_BY_PRODUCTS = 32
"""Exponents up to this are products; half an ulp for each is less than what exp(b log a) costs."""


def emit_power(builder: ir.IRBuilder, base: ir.Value, exponent: Fraction | int) -> ir.Value:
    """base^exponent for a number that is known while compiling."""
    x, n = Lanes(builder, base), Fraction(exponent)
    return known_power(x, n).value


def known_power(x: Lanes, n: Fraction) -> Lanes:
    if n == 0:
        return x.constant(1.0)
    if n.denominator > 2 or abs(n) > LARGEST_BY_PRODUCTS:
        return _finished(x, x.constant(float(n)), n)
    if n < 0:  # x^n itself may overflow where 1/x^n is a number still
        return known_power(1.0 / x, -n) if n <= -1 else 1.0 / x.sqrt()
    whole = n.numerator // n.denominator
    factors = [x.sqrt()] if n.denominator == 2 else []
    square = x
    while whole:
        if whole & 1:
            factors.append(square)
        whole >>= 1
        square = square * square if whole else square
    total = factors[0]
    for f in factors[1:]:
        total = total * f
    return total


def power(a: Lanes, b: Lanes) -> Lanes:
    """a^b as IEEE 754 has it: NaN for a < 0 unless b is whole; 1 where b = 0 or a = 1."""
    return _finished(a, b, None)


def _finished(a: Lanes, b: Lanes, known: Fraction | None) -> Lanes:
    size = abs(a)
    high = _float_power(size, b, known) if a.bits == 32 else _double_power(size, b, known)
    half = 0.5 * b
    whole = b.equals(b.rint())
    odd = _and_not(whole, half.equals(half.rint()))
    y = odd.choose(high.with_sign_of(a), high)
    finite_below = (a < 0.0) & (a > -math.inf)
    y = _and_not(finite_below, whole).choose(math.nan, y)
    y = a.is_nan().choose(a, y)
    y = b.is_nan().choose(b, y)
    y = (a.equals(-1.0) & abs(b).equals(math.inf)).choose(1.0, y)
    return (a.equals(1.0) | b.equals(0.0)).choose(1.0, y)


def _and_not(a: Truth, b: Truth) -> Truth:
    return Truth(a.builder, a.builder.and_(a.value, a.builder.not_(b.value)))


def _ends(size: Lanes, b: Lanes, y: Lanes) -> Lanes:
    """0 and infinity to a power."""
    zero = (b > 0.0).choose(b.constant(0.0), math.inf)
    infinite = (b > 0.0).choose(b.constant(math.inf), 0.0)
    return size.equals(0.0).choose(zero, size.equals(math.inf).choose(infinite, y))


def _float_power(size: Lanes, b: Lanes, known: Fraction | None) -> Lanes:
    """In double precision throughout: one rounding at the end."""
    exponent = b.widened() if known is None else b.widened().constant(float(known))
    wide = exp(exponent * log(size.widened(), False), False)
    return _ends(size, b, wide.narrowed())


def _double_power(size: Lanes, b: Lanes, known: Fraction | None) -> Lanes:
    high, low = _long_log(size)
    f = FORMATS[64]
    product = b * high
    lost = exact_fma(b, high, -product) + b * low
    if known is not None:
        lost = lost + float(known - Fraction(float(known))) * high
    clamped = product.at_least(f.smallest).at_most(f.largest)
    e = exponential(clamped)
    value, _ = e.one_plus
    inside = (abs(product) < 746.0).choose(lost, 0.0)
    first, second = e.scales()
    return _ends(size, b, fma(value, inside, value) * first * second)


def _long_log(x: Lanes) -> tuple[Lanes, Lanes]:
    """log x of a positive number as an unevaluated sum; 0 and what is not finite give anything.

    2 atanh(s) = 2s + s³ (2/3 + s² (...)), s = (m - 1)/(m + 1) in two numbers, likewise its square and 2/3.
    """
    tiny = x < 2.0**-1022
    _, k, m = split(tiny.choose(x * 2.0**54, x))
    k = k - tiny.choose(x.constant(54.0), 0.0)
    above, below = m - 1.0, m + 1.0
    below_low = m - (below - 1.0)
    s = above / below
    s_low = (exact_fma(-s, below, above) - s * below_low) / below
    z = s * s
    z_low = exact_fma(s, s, -z) + 2.0 * (s * s_low)
    tail = z * polynomial(z, LONG_LOG[64])  # 2/5 z + 2/7 z² + ...
    two_thirds, two_thirds_low = 2 / 3, 3.700743415417188e-17
    c = two_thirds + tail
    c_low = tail - (c - two_thirds) + two_thirds_low
    p = z * c
    p_low = exact_fma(z, c, -p) + fma(z, c_low, z_low * c)
    q = s * p
    q_low = exact_fma(s, p, -q) + fma(s, p_low, s_low * p)
    two = 2.0 * s
    sum_ = two + q
    sum_low = (two - sum_) + q + (q_low + 2.0 * s_low)
    f = FORMATS[64]
    base = k * f.log2_high
    total = base + sum_
    back = total - base
    total_low = (base - (total - back)) + (sum_ - back) + fma(k, f.log2_low, sum_low)
    high = total + total_low
    return high, total_low - (high - total)
