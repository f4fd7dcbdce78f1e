"""What a written expression means: an index expression with the axis of its rows and the axis of its columns.

A column vector has a row axis only, a row vector a column axis only, a matrix both, a scalar none. Index letters such
as the j of `w_j` are further free axes of the expression, the same in both sides of an equality.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from deltarule.language.arithmetic import add, multiply, power
from deltarule.language.expression import ONE, Axis, Expression, Number, fresh, rename

__all__ = ["IllShaped", "Unread", "Value", "hadamard", "inner", "plus", "product", "shape_words", "transpose"]


class Unread(Exception):
    """A part that has no meaning here, with the reason as a sentence, and its place in the source."""

    def __init__(self, reason: str, start: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.start = reason, start


class IllShaped(Exception):
    """Two parts whose shapes do not fit, with both shapes in words."""

    def __init__(self, reason: str, left: str = "", right: str = "") -> None:
        super().__init__(reason)
        self.reason, self.left, self.right = reason, left, right


@dataclass(frozen=True)
class Value:
    """An expression with its layout."""

    expression: Expression
    row: Axis | None = None
    col: Axis | None = None

    @property
    def rank(self) -> int:
        return (self.row is not None) + (self.col is not None)

    @property
    def is_number(self) -> bool:
        return isinstance(self.expression, Number)

    def with_expression(self, e: Expression) -> Value:
        return replace(self, expression=e)


def shape_words(v: Value) -> str:
    """The shape in words: `2 × 1 (a column)`."""
    rows = 1 if v.row is None else v.row.size
    cols = 1 if v.col is None else v.col.size
    words = {0: "a number", 2: "a matrix"}.get(v.rank) or ("a column" if v.row is not None else "a row")
    return words if v.rank == 0 else f"{words}, {_size(rows)} × {_size(cols)}"


def _size(size: int | str) -> str:
    return str(size).lstrip("?") if not str(size).startswith("?") else "n"


def again(v: Value) -> Value:
    """The value with fresh layout axes."""
    renaming = {a: fresh(a.size) for a in (v.row, v.col) if a is not None}
    return Value(
        rename(v.expression, renaming),
        None if v.row is None else renaming[v.row],
        None if v.col is None else renaming[v.col],
    )


def transpose(v: Value) -> Value:
    return Value(v.expression, v.col, v.row)


def product(a: Value, b: Value) -> Value:
    """The matrix product, a number times anything; raises IllShaped where the inner sizes differ."""
    if a.rank == 0:
        return Value(multiply(a.expression, b.expression), b.row, b.col)
    if b.rank == 0:
        return Value(multiply(a.expression, b.expression), a.row, a.col)
    b = again(b)
    if a.col is None and b.row is None:  # column times row
        return Value(multiply(a.expression, b.expression), a.row, b.col)
    if a.col is None or b.row is None or a.col.size != b.row.size:
        raise IllShaped(
            f"a product of {shape_words(a)} and {shape_words(b)}: the inner sizes differ",
            shape_words(a),
            shape_words(b),
        )
    joined = rename(b.expression, {b.row: a.col})
    return Value(multiply(a.expression, joined, bound=(a.col,)), a.row, b.col)


def inner(a: Value, b: Value) -> Value:
    """The dot product of two vectors of one size, however they lie."""
    u, v = a.row or a.col, b.row or b.col
    if a.rank != 1 or b.rank != 1 or u is None or v is None or u.size != v.size:
        raise IllShaped("a dot product needs two vectors of one size", shape_words(a), shape_words(b))
    b = again(b)
    v = b.row or b.col
    assert v is not None
    return Value(multiply(a.expression, rename(b.expression, {v: u}), bound=(u,)))


def aligned(a: Value, b: Value) -> Value:
    """b on the axes of a; raises IllShaped where they lie differently."""
    if (a.row is None) != (b.row is None) or (a.col is None) != (b.col is None):
        raise IllShaped(f"{shape_words(a)} beside {shape_words(b)}", shape_words(a), shape_words(b))
    b = again(b)
    renaming = {}
    for mine, other in ((a.row, b.row), (a.col, b.col)):
        if mine is not None and other is not None:
            if mine.size != other.size:
                raise IllShaped(f"{shape_words(a)} beside {shape_words(b)}", shape_words(a), shape_words(b))
            renaming[other] = mine
    return Value(rename(b.expression, renaming), a.row, a.col)


def hadamard(a: Value, b: Value) -> Value:
    """The elementwise product of equal shapes."""
    if a.rank == 0 or b.rank == 0:
        return product(a, b)
    b = aligned(a, b)
    return Value(multiply(a.expression, b.expression), a.row, a.col)


def plus(a: Value, b: Value) -> Value:
    """The sum of equal shapes; a written number is added to every component (`1 - y`)."""
    if a.rank == 0 and a.is_number and b.rank:
        return Value(add(a.expression, b.expression), b.row, b.col)
    if b.rank == 0 and b.is_number:
        return Value(add(a.expression, b.expression), a.row, a.col)
    b = aligned(a, b)
    return Value(add(a.expression, b.expression), a.row, a.col)


def minus(v: Value) -> Value:
    return v.with_expression(multiply(Number(-1), v.expression))


def divided(a: Value, b: Value) -> Value:
    """a/b: b a number, or both of one shape (elementwise)."""
    if b.rank == 0:
        return a.with_expression(multiply(a.expression, power(b.expression, -1)))
    if a.rank == 0:
        return b.with_expression(multiply(a.expression, power(b.expression, -1)))
    b = aligned(a, b)
    return a.with_expression(multiply(a.expression, power(b.expression, -1)))


def one() -> Value:
    return Value(ONE)
