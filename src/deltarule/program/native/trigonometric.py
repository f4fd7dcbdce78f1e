"""sin and cos, in double precision (float is widened and rounded once at the end).

    x = q π/2 + r, |r| ≤ π/4, r in two numbers        sin r = r - r³ S(r²)        cos r = 1 - r²/2 + r⁴ C(r²)

Below 2^30 three parts of π/2 suffice, and fused multiply-adds make x - q π/2 exact. Beyond, x 2/π is summed modulo 4
from exact products with the digits of 2/π, most of which are whole multiples of 4 (after Payne & Hanek 1983); that code
is reached only if some lane needs it.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from deltarule.program.native.coefficients import COS, DIGITS, HALF_PI, SIN
from deltarule.program.native.lanes import Lanes, exact_fma, fma, polynomial, splat

__all__ = ["cos", "sin"]

NEAR = 2.0**30
SHIFT = 1.5 * 2.0**52
SCALE = 2.0**-600
"""The digits are stored divided by it: the last ones would be subnormal."""
DIGITS_FOR = {32: 6, 64: 22}
"""So many pieces of 2/π matter for the largest finite number."""


def sin(x: Lanes, exact: bool) -> Lanes:
    y = _wave(x, 0)
    return x.equals(0.0).choose(x, y)


def cos(x: Lanes, exact: bool) -> Lanes:
    return _wave(x, 1)


def _wave(x: Lanes, quarters: int) -> Lanes:
    """sin(x + quarters π/2)."""
    wide = x if x.bits == 64 else x.widened()
    quarter, r, low = _reduced(wide, DIGITS_FOR[x.bits])
    z = r * r
    half = 0.5 * z
    head = 1.0 - half
    even = head + (((1.0 - head) - half) + (z * z * polynomial(z, COS[64]) - r * low))
    odd = r - (z * r * polynomial(z, SIN[64]) - low * head)
    turns = (quarter + SHIFT).as_bits() + quarters
    swapped = (turns & 1).equals(0).choose(odd, even)
    y = (swapped.as_bits() ^ ((turns & 2) << 62)).as_number()
    return y if x.bits == 64 else y.narrowed()


def _reduced(x: Lanes, digits: int) -> tuple[Lanes, Lanes, Lanes]:
    """q, r and the rounding error of r."""
    b = x.builder
    first, second, third = HALF_PI
    q = (x * (1 / first)).rint()
    high = exact_fma(-q, first, x)
    near = _minus(high, q * second, exact_fma(q, second, -(q * second)), q * third)
    far = (abs(x) >= NEAR).anywhere()
    before = b.block
    with b.if_then(far, likely=False):
        large = _far(x, digits)
        chosen = [(abs(x) >= NEAR).choose(v, w) for v, w in zip(large, (q, *near), strict=True)]
        inside = b.block
    out = []
    for value, other in zip(chosen, (q, *near), strict=True):
        phi = b.phi(value.type)
        phi.add_incoming(value.value, inside)
        phi.add_incoming(other.value, before)
        out.append(x.made(phi))
    return out[0], out[1], out[2]


def _minus(a: Lanes, b: Lanes, b_low: Lanes, least: Lanes) -> tuple[Lanes, Lanes]:
    """a - b - b_low - least in two numbers."""
    total, lost = _sum(a, -b)
    low = (lost - b_low) - least
    r = total + low
    return r, low - (r - total)


def _sum(a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
    """a + b and what rounding loses."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def _modulo(x: Lanes) -> Lanes:
    """x less a multiple of 4, exactly."""
    return x - 4.0 * (0.25 * x).rint()


def _far(x: Lanes, digits: int) -> tuple[Lanes, Lanes, Lanes]:
    """The same for any size: x 2/π modulo 4 in three numbers, then times π/2."""
    b = x.builder
    table = _table(b.module)
    scaled = x * SCALE
    count = ir.IntType(64)
    before, head = b.block, b.append_basic_block("digits")
    after = b.append_basic_block("digits.done")
    b.branch(head)
    b.position_at_end(head)
    k = b.phi(count)
    k.add_incoming(count(0), before)
    sums = [x.made(b.phi(x.type)) for _ in range(3)]
    digit = b.load(b.gep(table, [k], source_etype=ir.DoubleType()), typ=ir.DoubleType(), align=8)
    piece = x.made(digit)
    if isinstance(x.type, ir.VectorType):
        one = b.insert_element(ir.Constant(x.type, ir.Undefined), digit, ir.IntType(32)(0))
        piece = x.made(b.shuffle_vector(one, one, splat(ir.IntType(32), 0, x.type)))
    high = scaled * piece
    low = exact_fma(scaled, piece, -high)
    s0, s1, s2 = sums
    for term in (_modulo(high), _modulo(low)):
        s0, lost = _sum(s0, term)
        s1, lost = _sum(s1, lost)
        s2 = s2 + lost
    following = b.add(k, count(1))
    k.add_incoming(following, b.block)
    for phi, value in zip(sums, (_modulo(s0), s1, s2), strict=True):
        phi.value.add_incoming(x.constant(0.0).value, before)
        phi.value.add_incoming(value.value, b.block)
    b.cbranch(b.icmp_signed("<", following, count(digits)), head, after)
    b.position_at_end(after)
    total, rest = _sum(_modulo(s0), s1)
    q = total.rint()
    total, lost = _sum(total - q, rest)
    low = lost + s2
    first, second, _ = HALF_PI
    r = total * first
    r_low = exact_fma(total, first, -r) + fma(total, second, low * first)
    sum_ = r + r_low
    return q, sum_, r_low - (sum_ - r)


def _table(module: Any) -> Any:
    """The digits of 2/π as a constant of the module."""
    name = "deltarule.digits.of.2/pi"
    table: Any = module.globals.get(name)
    if table is None:
        kind = ir.ArrayType(ir.DoubleType(), len(DIGITS))
        table = ir.GlobalVariable(module, kind, name)
        table.global_constant = True
        table.linkage = "internal"
        table.initializer = ir.Constant(kind, list(DIGITS))
    return table
