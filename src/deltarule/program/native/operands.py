"""`Operand`: an array in memory as a product sees it, axes by letter; `Place`: the elements that one vector holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from deltarule.program.native.vectors import Index, Vectors

__all__ = ["Operand", "Place", "View"]


@dataclass(frozen=True)
class Operand:
    """An array: a pointer to its first element, and a size and a stride (in elements) for each axis."""

    pointer: Any
    """An `ir.Value`; None where only the shape counts, as for an estimate."""
    shape: tuple[Index, ...]
    strides: tuple[Index, ...]
    rows: ir.Value | None = None
    """A pointer to 64-bit row numbers: row i of the operand is row `rows[i]` of the array (axis 0 only)."""
    padded: bool = False
    """Rows along the axis of stride 1 reach to the next multiple of the lanes, with zeros there: they are read and
    written as whole vectors, so that an array on the stack may stay in registers."""

    @staticmethod
    def dense(pointer: Any, *shape: Index, rows: ir.Value | None = None) -> Operand:
        """Row-major, no gaps. All sizes but the first are numbers."""
        strides: list[Index] = []
        step = 1
        for size in reversed(shape):
            strides.insert(0, step)
            step = step * size if isinstance(size, int) else 0
        return Operand(pointer, shape, tuple(strides), rows)


@dataclass(frozen=True)
class View:
    """An operand with a letter for each axis."""

    operand: Operand
    letters: str

    @property
    def strides(self) -> dict[str, Index]:
        return dict(zip(self.letters, self.operand.strides, strict=True))

    @property
    def sizes(self) -> dict[str, Index]:
        return dict(zip(self.letters, self.operand.shape, strict=True))

    @property
    def gathered(self) -> str | None:
        """The letter of the axis whose rows are chosen by number."""
        return self.letters[0] if self.operand.rows is not None else None

    def runs_along(self, letter: str) -> bool:
        """Successive elements along the axis stand side by side in memory."""
        stride = self.strides[letter]
        return letter != self.gathered and isinstance(stride, int) and stride == 1

    def offset(self, vectors: Vectors, at: Mapping[str, Index], *, without: str = "") -> Index:
        """Where the element at these positions (zero along the axis `without`) stands, in elements."""
        total: Index = 0
        for letter, stride in self.strides.items():
            if letter == without:
                continue
            position = at[letter]
            if letter == self.gathered:
                assert self.operand.rows is not None
                position = vectors.load_index(self.operand.rows, position)
            total = vectors.plus(total, vectors.times(position, stride))
        return total


@dataclass(frozen=True)
class Place:
    """The elements of the result that one vector holds: `at` is the position of lane 0, lanes run along `along`."""

    vectors: Vectors
    at: Mapping[str, Index]
    along: str
    """The letter of the axis of the lanes; empty where the value is a scalar."""
    count: Index | None = None
    """How many lanes are meant; None: all."""

    def load(self, operand: Operand, letters: str) -> ir.Value:
        """The operand's values here: along the lanes if it has that axis, else one value in all of them."""
        view = View(operand, letters)
        v = self.vectors
        if self.along and self.along in letters:
            if view.gathered == self.along:
                assert operand.rows is not None
                rows = self.at[self.along]
                start = view.offset(v, self.at, without=self.along)
                return v.load_rows(operand.pointer, start, view.strides[self.along], operand.rows, rows, self.count)
            offset = view.offset(v, self.at)
            if view.runs_along(self.along):
                return v.load(operand.pointer, offset, None if operand.padded else self.count)
            return v.load_apart(operand.pointer, offset, view.strides[self.along], self.count)
        return v.splat(v.load_element(operand.pointer, view.offset(v, self.at)))

    def store(self, value: ir.Value, operand: Operand, letters: str, *, clean: bool = False) -> None:
        """`clean`: lanes that are not meant are zero already."""
        view = View(operand, letters)
        v = self.vectors
        offset = view.offset(v, self.at)
        if not self.along or view.runs_along(self.along):
            count = None if operand.padded and clean else self.count
            v.store_row(value, operand.pointer, offset, count, padded=operand.padded)
        else:
            v.store_apart(value, operand.pointer, offset, view.strides[self.along], self.count)
