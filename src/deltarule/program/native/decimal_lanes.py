"""Eight short numbers at once, for `decimal_code`: a lane each, from the word of eight bytes that ends with the number.

What is true of a single one there is true of each lane here. A group with anything else in it is left to that code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir

if TYPE_CHECKING:
    from deltarule.program.native.decimal_code import Code

__all__ = ["TOGETHER", "each", "eight_digits", "numbers"]

TOGETHER = 8
WORD, SHORT, BYTE, DOUBLE = ir.IntType(64), ir.IntType(32), ir.IntType(8), ir.DoubleType()
_LANES = ir.VectorType(WORD, TOGETHER)
_LANE = [SHORT(k) for k in range(TOGETHER)]


def each(byte: int) -> int:
    """A word of eight times that byte."""
    return int.from_bytes(bytes([byte]) * 8, "little")


def eight_digits(b: Any, v: Any) -> Any:
    """The number of eight digits, one a byte, the first in the lowest; of one word or of each lane."""

    def word(value: int) -> ir.Constant:
        return _all(value) if v.type == _LANES else WORD(value)

    v = b.add(b.mul(v, word(10)), b.lshr(v, word(8)))  # two, then four, then eight together
    pairs = word(0x000000FF000000FF)
    upper = b.mul(b.and_(v, pairs), word(100 + (1_000_000 << 32)))
    lower = b.mul(b.and_(b.lshr(v, word(16)), pairs), word(1 + (10_000 << 32)))
    return b.lshr(b.add(upper, lower), word(32))


def numbers(code: Code, first: ir.Value) -> tuple[Any, ir.Value]:
    """The bits of eight cells from the one of that number on, and whether all are what this is for.

    They are empty, or have at most eight bytes with their sign, and the text has eight bytes before the end of each.
    """
    b: Any = code.b
    ends = b.load(code.pointer(b.add(code.ends, b.mul(first, WORD(4))), ir.VectorType(SHORT, TOGETHER)), align=4)
    before = b.sub(first, WORD(1))
    past = b.load(code.pointer(b.add(code.ends, b.mul(before, WORD(4))), ir.VectorType(SHORT, TOGETHER)), align=4)
    starts = b.add(past, ir.Constant(past.type, [1] * TOGETHER))
    length = b.zext(b.sub(ends, starts), _LANES)
    words: ir.Value = ir.Constant(_LANES, ir.Undefined)
    for lane in _LANE:
        end = b.add(code.text, b.zext(b.extract_element(ends, lane), WORD))
        word = b.load(code.pointer(b.sub(end, WORD(8)), WORD), align=1)
        words = b.insert_element(words, word, lane)

    begun = b.lshr(words, b.and_(b.sub(_all(64), b.shl(length, _all(3))), _all(63)))
    sign = b.and_(begun, _all(0xFF))
    minus = b.icmp_unsigned("==", sign, _all(ord("-")))
    signed = b.or_(minus, b.icmp_unsigned("==", sign, _all(ord("+"))))
    digits = b.sub(length, b.zext(signed, _LANES))
    room = b.and_(b.sub(_all(64), b.shl(digits, _all(3))), _all(63))
    v = b.shl(b.lshr(b.xor(words, _all(each(ord("0")))), room), room)
    y = b.xor(v, _all(each(ord("0") ^ ord("."))))
    points = b.and_(b.and_(b.sub(y, _all(each(1))), b.not_(y)), _all(each(0x80)))  # the lowest bit is that of a point
    pointed = b.icmp_unsigned("!=", points, _all(0))
    count = ir.Function(code.module, ir.FunctionType(_LANES, [_LANES]), f"llvm.ctpop.v{TOGETHER}i64")
    zeros = b.call(count, [b.and_(b.sub(points, _all(1)), b.not_(points))])
    place = b.select(pointed, b.sub(zeros, _all(7)), _all(0))
    above = b.shl(b.shl(b.lshr(b.lshr(v, place), _all(8)), _all(8)), place)
    below = b.shl(b.xor(v, b.shl(b.lshr(v, place), place)), _all(8))
    v = b.select(pointed, b.or_(above, below), v)
    others = b.and_(b.or_(v, b.add(v, _all(each(0x76)))), _all(each(0x80)))

    plain = b.icmp_unsigned("==", others, _all(0))
    plain = b.and_(plain, b.icmp_unsigned(">", digits, b.zext(pointed, _LANES)))
    plain = b.and_(plain, b.icmp_unsigned("<=", length, _all(8)))
    plain = b.and_(plain, b.icmp_unsigned(">=", b.zext(ends, _LANES), _all(8)))
    empty = b.icmp_unsigned("==", length, _all(0))
    whole = b.bitcast(b.or_(plain, empty), BYTE)

    decimals = b.select(pointed, b.lshr(b.sub(_all(56), place), _all(3)), _all(0))
    doubles = ir.VectorType(DOUBLE, TOGETHER)
    value = b.sitofp(b.trunc(eight_digits(b, v), ir.VectorType(SHORT, TOGETHER)), doubles)
    value = b.fdiv(value, _powers(b, decimals))
    value = b.select(empty, ir.Constant(doubles, [float("nan")] * TOGETHER), value)
    negative = b.and_(minus, b.not_(empty))
    bits = b.or_(b.bitcast(value, _LANES), b.shl(b.zext(negative, _LANES), _all(63)))
    return bits, b.icmp_unsigned("==", whole, BYTE(0xFF))


def _all(value: int) -> ir.Constant:
    return ir.Constant(_LANES, [value] * TOGETHER)


def _powers(b: Any, decimals: ir.Value) -> ir.Value:
    """10^0 to 10^7 by lane."""
    doubles = ir.VectorType(DOUBLE, TOGETHER)
    found: ir.Value = ir.Constant(doubles, [1.0] * TOGETHER)
    for k in range(1, TOGETHER):
        found = b.select(
            b.icmp_unsigned("==", decimals, _all(k)), ir.Constant(doubles, [float(10**k)] * TOGETHER), found
        )
    return found
