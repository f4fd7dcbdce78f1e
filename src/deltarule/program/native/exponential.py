"""exp and what is made of one exponential: expm1, sigmoid, tanh, sinh, cosh.

    x = k log 2 + r, |r| ≤ log(2)/2        exp(x) = 2^k (1 + r + r² q(r))

with log 2 in two parts, so that x - k log 2 loses nothing, and q a minimax polynomial (W. J. Cody & W. Waite 1980;
P. T. P. Tang 1989). With `exact`, the rounding error of 1 + r and of a quotient is kept as a second number and added
last: the largest error is then near half an ulp. A result below the normal numbers is rounded once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from llvmlite import ir

from deltarule.program.native.coefficients import EXP, SINH
from deltarule.program.native.lanes import Bits, Lanes, fma, polynomial

__all__ = [
    "FORMATS",
    "Exponential",
    "cosh",
    "exp",
    "expm1",
    "exponential",
    "falling",
    "quotient",
    "sigmoid",
    "sigmoids",
    "sinh",
    "tanh",
    "waited_for",
]


@dataclass(frozen=True)
class Format:
    """A binary floating-point format, and log 2 split for it."""

    mantissa: int
    bias: int
    log2_high: float
    """log 2 to so few digits that its product with every exponent k is exact."""
    log2_low: float
    smallest: float
    """exp of this is less than half the smallest number above 0: it rounds to 0."""
    largest: float
    """exp of this overflows."""

    @property
    def shift(self) -> float:
        """1.5·2^mantissa: adding it rounds to a whole number, which then stands in the lowest bits."""
        return 1.5 * 2.0**self.mantissa

    @property
    def shift_bits(self) -> int:
        return ((self.mantissa + self.bias) << self.mantissa) | (1 << (self.mantissa - 1))


FORMATS = {
    32: Format(23, 127, 0.693145751953125, 1.4286068203094173e-06, -104.0, 89.0),
    64: Format(52, 1023, 6.93147180369123816490e-01, 1.90821492927058770002e-10, -746.0, 710.0),
}


@dataclass(frozen=True)
class Exponential:
    """exp(x) = 2^k (1 + r + r² q): see the module's docstring."""

    k: Bits
    r: Lanes
    r_low: Lanes
    """What rounding r lost."""
    r2: Lanes
    q: Lanes

    @property
    def format(self) -> Format:
        return FORMATS[self.r.bits]

    def parts(self, exact: bool) -> tuple[Lanes, Lanes]:
        """1 + r rounded, and the rest of 1 + r + r² q: neither waits long for the other."""
        head = 1.0 + self.r
        rest = self.r - (head - 1.0)
        return head, fma(self.r2, self.q, rest + self.r_low if exact else rest)

    @cached_property
    def one_plus(self) -> tuple[Lanes, Lanes]:
        """1 + r + r² q and its rounding error."""
        head, tail = self.parts(True)
        total = head + tail
        return total, tail - (total - head)

    @cached_property
    def factors(self) -> tuple[Lanes, Lanes]:
        """`scales()`."""
        return self.scales()

    @cached_property
    def value(self) -> tuple[Lanes, Lanes]:
        """exp(x) and its rounding error."""
        high, low = self.one_plus
        first, second = self.factors
        return high * first * second, low * first * second

    @cached_property
    def above_one(self) -> tuple[Lanes, Lanes]:
        """1 + exp(x) and its rounding error, for x ≤ 0."""
        first, second = self.factors
        scaled = self.one_plus[0] * first
        total = fma(scaled, second, 1.0)
        return total, fma(scaled, second, 1.0 - total) + self.value[1]

    @cached_property
    def nearly(self) -> tuple[Lanes, Lanes]:
        """exp(x) and 1 + exp(x), for x ≤ 0, without rounding errors and sooner."""
        head, tail = self.parts(False)
        first, second = self.factors
        scaled = fma(tail, first, head * first)
        return scaled * second, fma(scaled, second, 1.0)

    def scaled(self, exact: bool, shifted: int = 0) -> Lanes:
        """exp(x) 2^shifted: rounded once more where it is not a normal number."""
        head, tail = self.parts(exact)
        first, second = self.scales(shifted)
        return fma(tail, first, head * first) * second

    def minus_one(self, exact: bool) -> tuple[Lanes, Lanes]:
        """r + r² q, with its rounding error if `exact`."""
        square = self.r2 * self.q
        total = self.r + square
        return total, ((self.r - total) + square + self.r_low if exact else total.constant(0.0))

    def scale(self, shifted: int = 0) -> Lanes:
        """2^(k + shifted), which has to be a normal number."""
        f = self.format
        return ((self.k + (f.bias + shifted)) << f.mantissa).as_number()

    def scales(self, shifted: int = 0) -> tuple[Lanes, Lanes]:
        """Two normal numbers whose product is 2^(k + shifted): a product with both in turn is rounded once."""
        f = self.format
        k = self.k + shifted if shifted else self.k
        half = (k + 2 * f.bias) >> 1  # k/2 + bias, never negative
        return (half << f.mantissa).as_number(), ((k - half + 2 * f.bias) << f.mantissa).as_number()


FEW = 4
"""So few lanes are not many: one number, or what fills no vector."""


def exponential(x: Lanes) -> Exponential:
    """For x between `smallest` and `largest` of the format, or NaN."""
    f = FORMATS[x.bits]
    shifted = fma(x, 1 / math.log(2), f.shift)
    k = shifted - f.shift
    high = fma(k, -f.log2_high, x)
    r = fma(k, -f.log2_low, high)
    r_low = fma(k, -f.log2_low, high - r)
    return Exponential(shifted.as_bits() - f.shift_bits, r, r_low, r * r, polynomial(r, EXP[x.bits]))


_falling: WeakKeyDictionary[ir.Block, dict[int, tuple[ir.Value, Exponential]]] = WeakKeyDictionary()


def falling(x: Lanes) -> Exponential:
    """exp(-|x|), computed once in a block for x and -x together: a sigmoid and a softplus of both need one."""
    value = x.value
    while isinstance(value, ir.Instruction) and value.opname == "fneg":
        value = value.operands[0]
    known = _falling.setdefault(x.builder.block, {})
    if id(value) not in known:
        size = x.made(value)
        known[id(value)] = value, exponential((-abs(size)).at_least(FORMATS[x.bits].smallest))
    return known[id(value)][1]


def quotient(above: Lanes, above_low: Lanes, below: Lanes, below_low: Lanes) -> Lanes:
    """(above + above_low)/(below + below_low), rounded almost as if once."""
    inverse = 1.0 / below
    y = above * inverse
    left = fma(-y, below, above) + fma(-y, below_low, above_low)
    return fma(left, inverse, y)


def exp(x: Lanes, exact: bool) -> Lanes:
    f = FORMATS[x.bits]
    return exponential(x.at_least(f.smallest).at_most(f.largest)).scaled(exact)


def expm1(x: Lanes, exact: bool) -> Lanes:
    f = FORMATS[x.bits]
    e = exponential(x.at_least(-1.0 * f.mantissa).at_most(f.largest))
    rest, low = e.minus_one(exact)
    half = e.scale(-1)  # 2^k may overflow where the result does not
    c = half - 0.5
    total = fma(half, rest, c)
    if exact:
        total = total + (fma(half, rest, c - total) + half * low)
        rest = rest + low
    return e.k.equals(0).choose(rest, total + total).with_sign_of(x)


def sigmoid(x: Lanes, exact: bool) -> Lanes:
    """e/(1 + e) for x < 0, 1/(1 + e) else, e = exp(-|x|): no overflow, no cancellation, subnormal results too."""
    if waited_for(x) or not exact:
        return sigmoids(x, x.constant(1.0), x.constant(0.0), exact)
    e = falling(x)
    negative = x < 0.0
    small, small_low = e.value
    return quotient(negative.choose(small, 1.0), negative.choose(small_low, 0.0), *e.above_one)


def waited_for(x: Lanes) -> bool:
    """Whether there are so few that nothing else is done until they are known: the steps are counted, not the work."""
    return x.count <= FEW


def sigmoids(x: Lanes, a: Lanes, b: Lanes, exact: bool) -> Lanes:
    """a σ(x) + b σ(-x), the message of a logistic loss, as one quotient; of many float numbers only if not `exact`."""
    if not waited_for(x):
        e = falling(x)
        negative = x < 0.0
        small, below = e.nearly
        return fma(a, negative.choose(small, 1.0), b * negative.choose(1.0, small)) / below
    far = abs(x) > -FORMATS[x.bits].smallest
    at_the_end = (x > 0.0).choose(a, b)
    if x.bits == 32 and exact:
        found = _quotient_in_double(x.widened(), a.widened(), b.widened()).narrowed()
    else:
        found = _scaled_quotient(x, a, b)
    return far.choose(at_the_end, found)


def _quotient_in_double(x: Lanes, a: Lanes, b: Lanes) -> Lanes:
    """(a + b e)/(1 + e), e = exp(-x), of float numbers in double: there is neither overflow nor loss of digits."""
    f = FORMATS[64]
    shifted = fma(x, -1 / math.log(2), f.shift)
    r = -fma(shifted - f.shift, math.log(2), x)
    power = polynomial(r, (1.0, 1.0, *EXP[32]))
    scale = ((shifted.as_bits() - (f.shift_bits - f.bias)) << f.mantissa).as_number()
    return fma(b * scale, power, a) / fma(scale, power, 1.0)


def _scaled_quotient(x: Lanes, a: Lanes, b: Lanes) -> Lanes:
    """(a c + b s p)/(c + s p), exp(-x) = p s/c with p near 1 and powers of two s, c: neither overflows, and a result
    below the normal numbers is rounded once. All but the last two operations of p waits for nothing."""
    f = FORMATS[x.bits]
    shifted = fma(x, -1 / math.log(2), f.shift)
    k = shifted - f.shift
    r = -fma(k, f.log2_low, fma(k, f.log2_high, x))
    tail = polynomial(r, (0.0, 0.0, *EXP[x.bits]))
    bits = shifted.as_bits() - f.shift_bits
    half = (bits + 2 * f.bias) >> 1  # k/2 + bias, never negative
    s = ((bits - half + 2 * f.bias) << f.mantissa).as_number()
    c = ((2 * f.bias - half) << f.mantissa).as_number()
    bs = b * s
    above, below = fma(bs, r, fma(a, c, bs)), fma(s, r, c + s)
    return fma(bs, tail, above) / fma(s, tail, below)


def tanh(x: Lanes, exact: bool) -> Lanes:
    """(exp(2|x|) - 1)/(exp(2|x|) + 1), both from the exp(r) - 1 of one reduction."""
    f = FORMATS[x.bits]
    size = abs(x)
    e = exponential((size + size).at_most(0.9 * f.mantissa))  # beyond, the result is 1
    rest, low = e.minus_one(exact)
    scale = e.scale()
    minus, plus = scale - 1.0, scale + 1.0
    above, below = fma(scale, rest, minus), fma(scale, rest, plus)
    if not exact:
        return (above / below).with_sign_of(x)
    low = scale * low
    odd = (plus - scale) - 1.0  # what scale ± 1 loses where scale is larger than the last whole number
    above_low = fma(scale, rest, minus - above) + (low - ((minus - scale) + 1.0))
    below_low = fma(scale, rest, plus - below) + (low - odd)
    return quotient(above, above_low, below, below_low).with_sign_of(x)


def _half_exp(size: Lanes, exact: bool) -> Lanes:
    """exp(|x|)/2, which overflows only where sinh and cosh do."""
    return exponential(size.at_most(FORMATS[size.bits].largest + 1.0)).scaled(exact, -1)


def sinh(x: Lanes, exact: bool) -> Lanes:
    size = abs(x)
    square = x * x
    near = fma(size * square, polynomial(square, SINH[x.bits]), size)
    half = _half_exp(size, exact)
    return (size < 1.0).choose(near, half - 0.25 / half).with_sign_of(x)


def cosh(x: Lanes, exact: bool) -> Lanes:
    half = _half_exp(abs(x), exact)
    return half + 0.25 / half
