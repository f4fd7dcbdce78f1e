"""The code behind `decimals`: one pass that finds the ends of cells and one over the cells, as LLVM's instructions.

The function takes the address of a table of words: the text, its size, the number of columns, their roles, where the
numbers or bytes of each column go, where the beginnings of its texts go, the delimiter, the powers of ten in float64
and as whole numbers, room for the ends of cells, how many these have to be, powers of ten in 128 bits, the bytes from a
number to that of the next row, and for each column whether eight of numbers begin there that are read together: 1, or
1 + k where the first k of them are read again. It returns the number of rows, or -1 - offset of the byte where it
stopped. Before the first of the ends stands -1.

The ends are found beforehand so that no number waits for the one before it: where that ends is known late.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from deltarule.program.native.decimal_lanes import TOGETHER as NUMBERS
from deltarule.program.native.decimal_lanes import each, eight_digits, numbers

__all__ = ["LEAST_POWER", "MOST_POWER", "POWERS", "module"]

WORD, SHORT, BYTE, DOUBLE = ir.IntType(64), ir.IntType(32), ir.IntType(8), ir.DoubleType()
LANES, TOGETHER = 64, 8
"""Bytes that are compared at once, and ends that are kept without asking whether there are so many."""
DIGITS = 19
"""As many fit into 64 bits whatever they are."""
LARGEST_EXACT = 1 << 53
POWERS = 22
"""The largest power of ten that is a number of float64."""
LEAST_POWER, MOST_POWER = -342, 308
"""Of the powers of ten in 128 bits."""


def module() -> ir.Module:
    """The function `rows`."""
    code = Code()
    code.write()
    return code.module


def _each(byte: int) -> ir.Value:
    return WORD(each(byte))


class Code:
    def __init__(self) -> None:
        self.module = ir.Module("decimals")
        self.function = ir.Function(self.module, ir.FunctionType(WORD, [WORD]), "rows")
        self.b: Any = ir.IRBuilder(self.function.append_basic_block("entry"))
        table = self.function.args[0]
        names = (
            "text",
            "size",
            "columns",
            "roles",
            "targets",
            "starts",
            "delimiter",
            "powers",
            "scales",
            "ends",
            "cells",
            "wide",
            "stride",
            "groups",
        )
        given = {name: self._read(table, k) for k, name in enumerate(names)}
        self.text, self.columns, self.roles = given["text"], given["columns"], given["roles"]
        self.targets, self.starts, self.powers = given["targets"], given["starts"], given["powers"]
        self.scales, self.ends, self.cells = given["scales"], given["ends"], given["cells"]
        self.wide, self.stride, self.groups = given["wide"], given["stride"], given["groups"]
        self.delimiter = self.b.trunc(given["delimiter"], BYTE)
        self.end = self.b.add(self.text, given["size"])
        words = ("at", "row", "column", "from", "to", "found", "mask", "digits", "mantissa", "decimals", "exponent")
        self.held = {name: self.b.alloca(WORD, name=name) for name in (*words, "sign")}
        self.value = self.b.alloca(DOUBLE, name="value")
        blocks = ("row", "cell", "group", "single", "ending", "read", "number", "text", "ended", "line", "stop")
        self.blocks = {name: self.function.append_basic_block(name) for name in blocks}

    # Words and bytes ----------------------------------------------------------------------------------------------

    def pointer(self, address: ir.Value, kind: ir.Type) -> ir.Value:
        return self.b.inttoptr(address, kind.as_pointer())

    def _read(self, base: ir.Value, index: ir.Value | int) -> ir.Value:
        at = self.b.add(base, self.b.mul(self._word(index), WORD(8)))
        return self.b.load(self.pointer(at, WORD), align=8)

    def _word(self, value: ir.Value | int) -> ir.Value:
        return WORD(value) if isinstance(value, int) else value

    def get(self, name: str) -> ir.Value:
        return self.b.load(self.held[name])

    def set(self, name: str, value: ir.Value | int) -> None:
        self.b.store(self._word(value), self.held[name])

    def advance(self, name: str, by: ir.Value | int = 1) -> None:
        self.set(name, self.b.add(self.get(name), self._word(by)))

    def byte(self) -> ir.Value:
        """Where the code stands."""
        return self.b.load(self.pointer(self.get("at"), BYTE))

    def is_(self, byte: ir.Value, *characters: str) -> ir.Value:
        found = [self.b.icmp_unsigned("==", byte, BYTE(ord(c))) for c in characters]
        return found[0] if len(found) == 1 else self.b.or_(found[0], found[1])

    def need(self, condition: ir.Value) -> None:
        """Stop unless it holds."""
        following = self.function.append_basic_block()
        self.b.cbranch(condition, following, self.blocks["stop"])
        self.b.position_at_end(following)

    @contextmanager
    def loop(self) -> Iterator[ir.Block]:
        """The body again and again, until it branches to the block that is given."""
        body, after = self.function.append_basic_block("again"), self.function.append_basic_block("after")
        self.b.branch(body)
        self.b.position_at_end(body)
        yield after
        self.b.branch(body)
        self.b.position_at_end(after)

    # Rows and cells -----------------------------------------------------------------------------------------------

    def write(self) -> None:
        b, blocks = self.b, self.blocks
        self.set("at", self.text)
        self._find_ends()
        self.set("at", self.text)
        self.need(b.icmp_unsigned("==", self.get("found"), self.cells))
        self.set("row", 0)
        self.set("found", 0)
        b.branch(blocks["row"])

        b.position_at_end(blocks["row"])
        self.set("column", 0)
        done = self.function.append_basic_block("done")
        b.cbranch(b.icmp_unsigned("<", self.get("found"), self.cells), blocks["cell"], done)
        b.position_at_end(done)
        b.ret(self.get("row"))

        b.position_at_end(blocks["cell"])
        group = b.load(self.pointer(b.add(self.groups, self.get("column")), BYTE))
        b.cbranch(b.icmp_unsigned("!=", group, BYTE(0)), blocks["group"], blocks["single"])
        b.position_at_end(blocks["group"])
        self._group(b.sub(b.zext(group, WORD), WORD(1)))

        b.position_at_end(blocks["single"])
        past = b.load(self.pointer(self._place_of_end(b.sub(self.get("found"), WORD(1))), SHORT), align=4)
        self.set("from", b.add(self.text, b.zext(b.add(past, SHORT(1)), WORD)))
        self.set("at", self.get("from"))
        self.set("to", b.add(self.text, self._end(self.get("found"))))
        self.advance("found")
        role = b.load(self.pointer(b.add(self.roles, self.get("column")), BYTE))
        last = b.icmp_unsigned("==", b.add(self.get("column"), WORD(1)), self.columns)
        b.cbranch(last, blocks["ending"], blocks["read"])
        b.position_at_end(blocks["ending"])  # as many ends as columns to each line: then the others are delimiters
        self.need(self.is_(b.load(self.pointer(self.get("to"), BYTE)), "\n"))
        before = b.load(self.pointer(b.sub(self.get("to"), WORD(1)), BYTE))
        carriage = b.and_(self.is_(before, "\r"), b.icmp_unsigned(">", self.get("to"), self.get("at")))
        self.set("to", b.sub(self.get("to"), b.zext(carriage, WORD)))
        b.branch(blocks["read"])
        b.position_at_end(blocks["read"])
        choice = b.switch(role, blocks["ended"])
        choice.add_case(BYTE(1), blocks["number"])
        choice.add_case(BYTE(2), blocks["text"])
        b.position_at_end(blocks["number"])
        self._number()
        b.branch(blocks["ended"])
        b.position_at_end(blocks["text"])
        self._text()
        b.branch(blocks["ended"])

        b.position_at_end(blocks["ended"])
        self.advance("column")
        b.cbranch(last, blocks["line"], blocks["cell"])
        b.position_at_end(blocks["line"])
        self.advance("row")
        b.branch(blocks["row"])

        b.position_at_end(blocks["stop"])
        b.ret(b.sub(b.sub(self.text, self.get("at")), WORD(1)))

    def _place_of_end(self, number: ir.Value) -> ir.Value:
        return self.b.add(self.ends, self.b.mul(number, WORD(4)))

    def _end(self, number: ir.Value) -> ir.Value:
        return self.b.zext(self.b.load(self.pointer(self._place_of_end(number), SHORT), align=4), WORD)

    def _group(self, again: ir.Value) -> None:
        """Eight numbers beside each other, the first of them `again`; single ones where they are no short ones."""
        b, kept = self.b, self.function.append_basic_block("group kept")
        bits, short = numbers(self, b.sub(self.get("found"), again))
        b.cbranch(short, kept, self.blocks["single"])
        b.position_at_end(kept)
        b.store(bits, self.pointer(self._target(b.sub(self.get("column"), again)), bits.type), align=8)
        more = b.sub(WORD(NUMBERS), again)
        self.advance("found", more)
        self.advance("column", more)
        b.branch(self.blocks["cell"])

    def _target(self, column: ir.Value) -> ir.Value:
        """Where the number of a column goes."""
        return self.b.add(self._read(self.targets, column), self.b.mul(self.get("row"), self.stride))

    def _find_ends(self) -> None:
        """The offset of every delimiter and end of a line, 64 bytes at once."""
        b, many = self.b, ir.VectorType(BYTE, LANES)
        self.set("found", 0)
        with self.loop() as after:
            inside = self.function.append_basic_block("inside")
            room = b.icmp_unsigned("<=", b.add(self.get("at"), WORD(LANES)), self.end)
            fits = b.icmp_unsigned("<=", self.get("found"), self.cells)
            b.cbranch(b.and_(room, fits), inside, after)
            b.position_at_end(inside)
            characters = b.load(self.pointer(self.get("at"), many), align=1)
            line = b.icmp_unsigned("==", characters, ir.Constant(many, [ord("\n")] * LANES))
            one = b.insert_element(ir.Constant(many, ir.Undefined), self.delimiter, ir.IntType(32)(0))
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            delimiter = b.icmp_unsigned("==", characters, b.shuffle_vector(one, one, zeros))
            self.set("mask", b.bitcast(b.or_(line, delimiter), WORD))
            count = b.ctpop(self.get("mask"))
            first = self.get("found")
            for k in range(0, LANES, TOGETHER):
                with b.if_then(b.icmp_unsigned(">", count, WORD(k)), likely=k == 0):
                    for j in range(k, k + TOGETHER):
                        self._keep(b.add(first, WORD(j)))
            self.set("found", b.add(first, count))
            self.advance("at", LANES)
        with self.loop() as after:
            inside, kept, following = (self.function.append_basic_block(n) for n in ("inside", "kept", "following"))
            room = b.icmp_unsigned("<", self.get("at"), self.end)
            b.cbranch(b.and_(room, b.icmp_unsigned("<=", self.get("found"), self.cells)), inside, after)
            b.position_at_end(inside)
            byte = self.byte()
            b.cbranch(b.or_(self.is_(byte, "\n"), b.icmp_unsigned("==", byte, self.delimiter)), kept, following)
            b.position_at_end(kept)
            self.set("mask", 1)
            self._keep(self.get("found"))
            self.advance("found")
            b.branch(following)
            b.position_at_end(following)
            self.advance("at")

    def _keep(self, number: ir.Value) -> None:
        """The offset of the lowest bit of the mask, which it loses."""
        b, mask = self.b, self.get("mask")
        offset = b.add(b.sub(self.get("at"), self.text), b.cttz(mask, ir.IntType(1)(0)))
        b.store(b.trunc(offset, SHORT), self.pointer(self._place_of_end(number), SHORT), align=4)
        self.set("mask", b.and_(mask, b.sub(mask, WORD(1))))

    def _text(self) -> None:
        b = self.b
        start = b.add(self._read(self.starts, self.get("column")), b.mul(self.get("row"), WORD(4)))
        begun = b.zext(b.load(self.pointer(start, SHORT)), WORD)
        target = b.add(self._read(self.targets, self.get("column")), begun)
        ended = b.add(begun, b.sub(self.get("to"), self.get("at")))
        with self.loop() as after:
            inside, eight, one, more = (self.function.append_basic_block(n) for n in ("inside", "eight", "one", "more"))
            b.cbranch(b.icmp_unsigned("<", self.get("at"), self.get("to")), inside, after)
            b.position_at_end(inside)
            place = b.add(target, b.sub(self.get("at"), self.get("from")))
            b.cbranch(b.icmp_unsigned("<=", b.add(self.get("at"), WORD(8)), self.end), eight, one)
            b.position_at_end(eight)  # what is too much is written over by the next text
            word = b.load(self.pointer(self.get("at"), WORD), align=1)
            b.store(word, self.pointer(place, WORD), align=1)
            self.advance("at", 8)
            b.branch(more)
            b.position_at_end(one)
            b.store(self.byte(), self.pointer(place, BYTE))
            self.advance("at")
            b.branch(more)
            b.position_at_end(more)
        b.store(b.trunc(ended, SHORT), self.pointer(b.add(start, WORD(4)), SHORT))

    # Numbers ------------------------------------------------------------------------------------------------------

    def _number(self) -> None:
        b = self.b
        minus = self.is_(self.byte(), "-")
        self.set("sign", b.shl(b.zext(minus, WORD), WORD(63)))
        self.advance("at", b.zext(b.or_(minus, self.is_(self.byte(), "+")), WORD))
        length = b.sub(self.get("to"), self.get("at"))
        short = b.icmp_unsigned("<=", b.sub(length, WORD(1)), WORD(7))
        short = b.and_(short, b.icmp_unsigned(">=", b.sub(self.get("to"), WORD(8)), self.text))
        eight, long, done = (self.function.append_basic_block(name) for name in ("eight", "long", "kept"))
        b.cbranch(short, eight, long)
        b.position_at_end(eight)
        self._short_number(length, long)
        b.branch(done)
        b.position_at_end(long)
        self._long_number()
        b.branch(done)
        b.position_at_end(done)
        target = self._target(self.get("column"))
        bits = b.or_(b.bitcast(b.load(self.value), WORD), self.get("sign"))
        b.store(bits, self.pointer(target, WORD), align=8)

    def _short_number(self, length: ir.Value, otherwise: ir.Block) -> None:
        """One of at most eight bytes after the sign, from the word that ends with it: the point is taken out."""
        b = self.b
        before = b.mul(b.sub(WORD(8), length), WORD(8))
        v = b.xor(b.load(self.pointer(b.sub(self.get("to"), WORD(8)), WORD), align=1), _each(ord("0")))
        v = b.shl(b.lshr(v, before), before)
        y = b.xor(v, _each(ord("0") ^ ord(".")))
        points = b.and_(b.and_(b.sub(y, _each(1)), b.not_(y)), _each(0x80))  # the lowest bit is that of a point
        pointed = b.icmp_unsigned("!=", points, WORD(0))
        place = b.select(pointed, b.sub(b.cttz(points, ir.IntType(1)(0)), WORD(7)), WORD(0))
        above = b.shl(b.shl(b.lshr(b.lshr(v, place), WORD(8)), WORD(8)), place)
        below = b.shl(b.xor(v, b.shl(b.lshr(v, place), place)), WORD(8))
        v = b.select(pointed, b.or_(above, below), v)
        others = b.and_(b.or_(v, b.add(v, _each(0x76))), _each(0x80))
        digits = b.icmp_unsigned(">", length, b.zext(pointed, WORD))
        plain, following = b.and_(b.icmp_unsigned("==", others, WORD(0)), digits), self.function.append_basic_block()
        b.cbranch(plain, following, otherwise)
        b.position_at_end(following)
        tens = b.add(self.powers, b.select(pointed, b.sub(WORD(56), place), WORD(0)))  # eight bytes for each decimal
        value = b.fdiv(b.sitofp(eight_digits(b, v), DOUBLE), b.load(self.pointer(tens, DOUBLE)))
        b.store(value, self.value)

    def _long_number(self) -> None:
        b = self.b
        for name in ("mantissa", "digits", "decimals", "exponent"):
            self.set(name, 0)
        begun = self.get("at")
        self._digits("mantissa", "digits")
        with b.if_then(self.is_(self.byte(), ".")):
            self.advance("at")
            self._digits("mantissa", "decimals")
            self.advance("digits", self.get("decimals"))
        empty = b.icmp_unsigned("==", self.get("from"), self.get("to"))
        b.store(ir.Constant(DOUBLE, float("nan")), self.value)
        with b.if_then(b.not_(empty)):
            self.need(b.icmp_unsigned("!=", self.get("digits"), WORD(0)))
            with b.if_then(b.icmp_unsigned(">", self.get("digits"), WORD(DIGITS)), likely=False):
                self._without_zeros(begun)
            with b.if_then(self.is_(self.byte(), "e", "E")):
                self._exponent()
            self.need(b.icmp_unsigned("==", self.get("at"), self.get("to")))
            self._rounded(b.sub(self.get("exponent"), self.get("decimals")))

    def _without_zeros(self, begun: ir.Value) -> None:
        """Stop if there are too many digits after the zeros that a number begins with."""
        b = self.b
        self.set("mask", begun)
        with self.loop() as after:
            byte, inside = b.load(self.pointer(self.get("mask"), BYTE)), self.function.append_basic_block("zero")
            b.cbranch(self.is_(byte, "0", "."), inside, after)
            b.position_at_end(inside)
            self.advance("digits", b.select(self.is_(byte, "0"), WORD(-1), WORD(0)))
            self.advance("mask")
        self.need(b.icmp_signed("<=", self.get("digits"), WORD(DIGITS)))

    def _digits(self, number: str, count: str) -> None:
        """Digits from here on: their number, and 10 v + d for each. Eight are read at once, near the end one."""
        b, begun = self.b, self.get("at")
        with self.loop() as after:
            one, eight, more = (self.function.append_basic_block(name) for name in ("one", "eight", "more"))
            b.cbranch(b.icmp_unsigned("<=", b.add(self.get("at"), WORD(8)), self.end), eight, one)
            b.position_at_end(eight)
            digits, found = self._leading_digits()
            scale = b.load(self.pointer(b.add(self.scales, b.mul(found, WORD(8))), WORD))
            self.set(number, b.add(b.mul(self.get(number), scale), digits))
            self.advance("at", found)
            b.cbranch(b.icmp_unsigned("==", found, WORD(8)), more, after)
            b.position_at_end(one)
            digit = b.sub(self.byte(), BYTE(ord("0")))
            inside = self.function.append_basic_block("digit")
            b.cbranch(b.icmp_unsigned("<", digit, BYTE(10)), inside, after)
            b.position_at_end(inside)
            self.set(number, b.add(b.mul(self.get(number), WORD(10)), b.zext(digit, WORD)))
            self.advance("at")
            b.branch(more)
            b.position_at_end(more)
        self.set(count, b.sub(self.get("at"), begun))

    def _leading_digits(self) -> tuple[ir.Value, ir.Value]:
        """The value of the digits that the next eight bytes begin with, and how many there are."""
        b = self.b
        bytes_ = b.xor(b.load(self.pointer(self.get("at"), WORD), align=1), _each(ord("0")))
        others = b.and_(b.or_(bytes_, b.add(bytes_, _each(0x76))), _each(0x80))  # a byte of 10 and more
        found = b.lshr(b.cttz(others, ir.IntType(1)(0)), WORD(3))
        # The digits at the upper end, with zeros before them; a shift by 64 is none.
        room = b.mul(b.sub(WORD(8), found), WORD(8))
        there = b.icmp_unsigned("!=", found, WORD(0))
        v = b.select(there, b.shl(bytes_, b.select(there, room, WORD(0))), WORD(0))
        return eight_digits(b, v), found

    def _exponent(self) -> None:
        b = self.b
        self.advance("at")
        minus = self.is_(self.byte(), "-")
        self.advance("at", b.zext(b.or_(minus, self.is_(self.byte(), "+")), WORD))
        self._digits("exponent", "digits")
        self.need(b.icmp_unsigned("<=", b.sub(self.get("digits"), WORD(1)), WORD(3)))
        self.set("exponent", b.select(minus, b.neg(self.get("exponent")), self.get("exponent")))

    def _rounded(self, power: ir.Value) -> None:
        """The mantissa times that power of ten: both exact, and rounded once; or by 128 bits of the power."""
        b, mantissa = self.b, self.get("mantissa")
        size = b.select(b.icmp_signed("<", power, WORD(0)), b.neg(power), power)
        exact = b.icmp_unsigned("<=", mantissa, WORD(LARGEST_EXACT))
        with b.if_else(b.and_(exact, b.icmp_unsigned("<=", size, WORD(POWERS)))) as (once, otherwise):
            with once:
                number = b.uitofp(mantissa, DOUBLE)
                ten = b.load(self.pointer(b.add(self.powers, b.mul(size, WORD(8))), DOUBLE))
                with b.if_else(b.icmp_signed("<", power, WORD(0))) as (divided, multiplied):
                    with divided:
                        b.store(b.fdiv(number, ten), self.value)
                    with multiplied:
                        b.store(b.fmul(number, ten), self.value)
            with otherwise:
                self._by_wide_powers(power)

    def _by_wide_powers(self, power: ir.Value) -> None:
        """Lemire's algorithm 1. Where the product may be half way between two numbers, or is not normal, it stops."""
        b = self.b
        place = b.sub(power, WORD(LEAST_POWER))
        self.need(b.icmp_unsigned("<=", place, WORD(MOST_POWER - LEAST_POWER)))
        self.need(b.icmp_unsigned("!=", self.get("mantissa"), WORD(0)))
        zeros = b.ctlz(self.get("mantissa"), ir.IntType(1)(1))
        w = b.shl(self.get("mantissa"), zeros)
        upper, lower = self._product(w, self._read(self.wide, b.mul(place, WORD(2))))
        more, _ = self._product(w, self._read(self.wide, b.add(b.mul(place, WORD(2)), WORD(1))))
        needed = b.icmp_unsigned("==", b.and_(upper, WORD(0x1FF)), WORD(0x1FF))
        more = b.select(needed, more, WORD(0))
        lower = b.add(lower, more)
        upper = b.add(upper, b.zext(b.icmp_unsigned("<", lower, more), WORD))
        self.need(b.icmp_unsigned("!=", lower, WORD(2**64 - 1)))
        carry = b.lshr(upper, WORD(63))
        shift = b.add(carry, WORD(9))
        kept = b.lshr(upper, shift)  # 54 bits: one to round by
        tie = b.and_(b.icmp_unsigned("<=", lower, WORD(1)), b.icmp_unsigned("==", b.shl(kept, shift), upper))
        self.need(b.not_(b.and_(tie, b.trunc(kept, ir.IntType(1)))))
        rounded = b.lshr(b.add(kept, b.and_(kept, WORD(1))), WORD(1))
        # The exponent of two of 10^q is that of 5^q, floor(q log2 5), and q; the leading bit of the mantissa adds one.
        two = b.add(b.ashr(b.mul(power, WORD(152170 + 65536)), WORD(16)), WORD(63 + 1023))
        two = b.sub(b.add(two, carry), zeros)
        self.need(b.icmp_unsigned("<=", b.sub(two, WORD(1)), WORD(2045)))
        bits = b.add(b.shl(b.sub(two, WORD(1)), WORD(52)), rounded)
        self.need(b.icmp_unsigned("<", bits, WORD(0x7FF << 52)))
        b.store(b.bitcast(bits, DOUBLE), self.value)

    def _product(self, a: ir.Value, c: ir.Value) -> tuple[ir.Value, ir.Value]:
        """The upper and the lower word."""
        b, wide = self.b, ir.IntType(128)
        whole = b.mul(b.zext(a, wide), b.zext(c, wide))
        return b.trunc(b.lshr(whole, wide(64)), WORD), b.trunc(whole, WORD)
