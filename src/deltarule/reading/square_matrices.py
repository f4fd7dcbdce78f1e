"""Inverses, powers and determinants of square matrices: A^{-1}, A^{-T}, A^2, det(A), and |A| where the text says so."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from deltarule.language.expression import Axis, Determinant, Inverse, fresh
from deltarule.reading.values import Unread, Value, product

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = ["determinant", "matrix_power"]

MOST = 4
"""The highest power of a matrix that is written out."""


def matrix_power(low: Lowering, value: Value, n: Fraction, start: int) -> Value:
    """A^n for a whole n: a product of so many A, or of inverses."""
    if n.denominator != 1 or not 0 < abs(n) <= MOST:
        raise Unread("a power of a matrix", start)
    square, row, col = _square(low, value, "a power", start)
    if n < 0:
        i, j = fresh(row.size), fresh(col.size)
        square = Value(Inverse(square.expression, (row, col), (i, j)), i, j)
    out = square
    for _ in range(abs(int(n)) - 1):
        out = product(out, square)
    return out


def determinant(low: Lowering, value: Value, start: int) -> Value:
    square, row, col = _square(low, value, "the determinant", start)
    return Value(Determinant(square.expression, (row, col)))


def _square(low: Lowering, value: Value, what: str, start: int) -> tuple[Value, Axis, Axis]:
    """The value with one size both ways. Raises Unread where it has two, or is no matrix."""
    if value.row is None or value.col is None or not low.symbols.unify(value.row.size, value.col.size):
        raise Unread(f"{what} of something that is not a square matrix", start)
    square = low.resized(value)
    assert square.row is not None and square.col is not None
    return square, square.row, square.col
