"""`Point`: where in a loop nest code is written, and what arrays hold there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llvmlite import ir

from deltarule.language.expression import Axis, Delta, Selection, Symbol
from deltarule.program.native.operands import Operand
from deltarule.program.native.vectors import INDEX, Index, Vectors

__all__ = ["At", "Point"]

At = dict[Axis, Index]
"""A position along each of some axes."""


@dataclass(frozen=True)
class Point:
    """The elements that one vector holds: `at` is the position of the first lane, lanes run along `along`."""

    vectors: Vectors
    at: Mapping[Axis, Index]
    along: Axis | None = None
    count: Index | None = None
    """How many lanes are meant; None: all."""

    def load(self, symbol: Symbol, operand: Operand) -> ir.Value:
        """What an array holds here: along the lanes if it has that axis, else one number in all of them."""
        v = self.vectors
        offset, stride = self._position(symbol.indices, operand)
        if isinstance(stride, int) and stride == 0:
            return v.splat(v.load_element(operand.pointer, offset))
        if operand.padded and isinstance(stride, int) and stride == 1:
            return v.load(operand.pointer, offset)
        return v.load_apart(operand.pointer, offset, stride, self.count)

    def store(self, value: ir.Value, axes: tuple[Axis, ...], operand: Operand) -> None:
        v = self.vectors
        offset, stride = self._position(axes, operand)
        if self.along is None:
            v.store(value, operand.pointer, offset)
        elif isinstance(stride, int) and stride == 1:
            v.store_row(value, operand.pointer, offset, self.count, padded=operand.padded)
        else:
            v.store_apart(value, operand.pointer, offset, stride, self.count)

    def delta(self, node: Delta | Selection) -> ir.Value:
        """1 in the lanes where the two indices agree, or the equation holds."""
        b = self.vectors.builder
        if isinstance(node, Selection):
            left, right = self._sides(node)
        else:
            left, right = self._numbers(node.first), self._numbers(node.second)
        same = b.icmp_signed("==", left, right)
        return b.select(same, self.vectors.constant(1.0), self.vectors.constant(0.0))

    def _sides(self, node: Selection) -> tuple[ir.Value, ir.Value]:
        """Σ coefficient · index, counted from 0, and what it has to be."""
        b = self.vectors.builder
        total: ir.Value | None = None
        for axis, c in node.terms:
            number = self._numbers(axis)
            factor = self._everywhere(c)
            part = number if c == 1 else b.mul(number, factor)
            total = part if total is None else b.add(total, part)
        assert total is not None
        return total, self._everywhere(node.constant - sum(c for _, c in node.terms))

    def _everywhere(self, number: int) -> ir.Value:
        """A whole number in every lane."""
        one = ir.Constant(INDEX, number)
        lanes = self.vectors.lanes
        return one if lanes == 1 else ir.Constant(ir.VectorType(INDEX, lanes), [one] * lanes)

    def _position(self, indices: tuple[Axis | int, ...], operand: Operand) -> tuple[Index, Index]:
        v = self.vectors
        offset: Index = 0
        stride: Index = 0
        for index, step in zip(indices, operand.strides, strict=True):
            position = self.at[index] if isinstance(index, Axis) else index - 1
            offset = v.plus(offset, v.times(position, step))
            if self.along is not None and index == self.along:
                stride = v.plus(stride, step)
        return offset, stride

    def _numbers(self, index: Axis | int) -> ir.Value:
        v = self.vectors
        base = v.index(self.at[index] if isinstance(index, Axis) else index - 1)
        if v.lanes == 1:
            return base
        kind = ir.VectorType(INDEX, v.lanes)
        spread = v.builder.insert_element(ir.Constant(kind, ir.Undefined), base, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), v.lanes), [ir.Constant(ir.IntType(32), 0)] * v.lanes)
        spread = v.builder.shuffle_vector(spread, spread, zeros)
        if index != self.along:
            return spread
        return v.builder.add(spread, ir.Constant(kind, [ir.Constant(INDEX, k) for k in range(v.lanes)]))
