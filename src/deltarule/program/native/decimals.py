"""Rows of plain decimal numbers from text to float64, as machine code of our own, correctly rounded.

A number is a sign, at most 19 digits with a point among them, and an exponent. Where its digits, read as a whole
number, are at most 2^53 and the power of ten is at most 22 in size, one multiplication or division of two exact
numbers rounds once (W. D. Clinger, How to read floating point numbers accurately, PLDI 1990). Other numbers go by the
first 128 bits of the power of ten, whose product with the digits decides the rounding of all but a few (D. Lemire,
Number parsing at a gigabyte per second, Software: Practice and Experience 51, 2021). Anything else stops the code.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from functools import cache

import numpy as np

from deltarule.program.native import cache as entries
from deltarule.program.native.processor import host

__all__ = ["NUMBER", "SKIPPED", "TEXT", "Stopped", "parse_rows"]

SKIPPED, NUMBER, TEXT = 0, 1, 2
"""What a column is read as."""
Cells = np.ndarray | tuple[np.ndarray, np.ndarray] | None
_LONGEST = (1 << 31) - 1
TOGETHER = 8
"""Numbers that are read together."""


class Stopped(ValueError):
    """The text is not plain at the byte `offset`, or as a whole (0)."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"not a plain number or row at byte {offset}")
        self.offset = offset


def parse_rows(text: bytes, delimiter: str, roles: bytes) -> list[Cells]:
    """The cells of rows column by column, in parallel with other threads; `roles` has a byte for each column.

    A column of numbers is an array [rows] of float64, bit for bit what `float` gives, NaN where the cell is empty; the
    columns stand beside each other in memory, row after row. One of text is its bytes one after the other and where
    each cell begins, [rows + 1]. Lines end in \\n or \\r\\n, the last one too; there are no quotation marks.

    Raises:
        Stopped: anything else: other words, spaces, numbers that take more than one rounding, rows of other lengths.
        UnknownProcessor: LLVM is missing.
    """
    if not text.endswith(b"\n") or len(text) > _LONGEST or len(roles) < 2:
        raise Stopped(0)
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        raise Stopped(text.index(b"\r"))
    characters = np.frombuffer(text, np.uint8)
    rows = int(np.count_nonzero(characters == ord("\n")))  # four times as fast as text.count
    ends = _room(rows * len(roles) + 129)
    ends[0] = (1 << 32) - 1
    found: list[Cells] = []
    numbers = np.empty((rows, roles.count(NUMBER)))
    places = np.zeros((2, len(roles)), np.int64)
    for j, role in enumerate(roles):
        cells: Cells = None
        if role == NUMBER:
            before = roles[:j].count(NUMBER)
            cells = numbers[:, before]
            places[0, j] = numbers.ctypes.data + before * numbers.itemsize
        elif role == TEXT:
            cells = np.empty(len(text) + 8, np.uint8), np.zeros(rows + 1, np.int32)
            places[:, j] = [part.ctypes.data for part in cells]
        found.append(cells)
    kinds, groups = np.frombuffer(roles, np.uint8), _groups(roles)
    powers, scales, wide = _powers()
    words = [characters.ctypes.data, len(text), len(roles), kinds.ctypes.data, *(row.ctypes.data for row in places)]
    words += [
        ord(delimiter),
        powers.ctypes.data,
        scales.ctypes.data,
        ends[1:].ctypes.data,
        rows * len(roles),
        wide.ctypes.data,
        numbers.strides[0],
        groups.ctypes.data,
    ]
    table = np.array(words, np.int64)
    done = _function()(table.ctypes.data)
    if done != rows:
        raise Stopped(-done - 1)
    return found


_held = threading.local()


def _room(size: int) -> np.ndarray:
    """Numbers of 32 bits that hold anything; the same ones again and again in each thread."""
    if getattr(_held, "room", np.empty(0)).size < size:
        _held.room = np.empty(size, np.uint32)
    return _held.room


@cache
def _groups(roles: bytes) -> np.ndarray:
    """For each column whether numbers are read together from there on (see `decimal_code`); never the last column."""
    found = np.zeros(len(roles), np.uint8)
    for run in re.finditer(re.escape(bytes([NUMBER])) + b"{%d,}" % TOGETHER, roles[:-1]):
        for first in range(run.start(), run.end(), TOGETHER):
            found[first] = 1 + max(first + TOGETHER - run.end(), 0)
    return found


@cache
def _powers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Powers of ten that float64 has, those of eight digits, and the first 128 bits of each as two words."""
    wide = [divmod(_wide_power(q), 1 << 64) for q in range(-342, 309)]
    return np.array([float(10**k) for k in range(23)]), np.array([10**k for k in range(9)]), np.array(wide, np.uint64)


def _wide_power(q: int) -> int:
    """5^q times the power of two that makes it a number of 128 bits, cut off; 1/5^-q is rounded up, as Lemire does."""
    five = 5 ** abs(q)
    if q >= 0:
        return five << 128 - five.bit_length() if five < 1 << 128 else five >> five.bit_length() - 128
    bits = (five - 1).bit_length()
    found = (1 << bits + 127 if q >= -27 else 1 << 2 * bits + 128) // five + 1
    return found >> max(found.bit_length() - 128, 0)


@cache
def _function() -> Callable[[int], int]:
    from pathlib import Path

    processor = host()
    import llvmlite

    from deltarule.program.native.compiler import load, object_code
    from deltarule.program.native.decimal_code import module

    sources = [Path(__file__).with_name(f"decimal_{name}.py").read_bytes() for name in ("code", "lanes")]
    key = hashlib.sha256(b"\n".join([*sources, llvmlite.__version__.encode(), processor.key.encode()])).hexdigest()
    entry = entries.read(key)
    if entry is None:
        code = object_code(module(), processor)
        entries.write(key, {}, code)
    else:
        code = entry[1]
    return load(code, "rows", processor)
