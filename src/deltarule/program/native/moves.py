"""Entries that are only moved, as loops: a gather reads each result where it stands, a scatter adds to what is there.

u[s,d,k,i] = x[s,d,i+k-p]     lanes along i; what is beside the array is masked, and 0
δ[s,d,i+k-p] += g[s,d,k,i]    lanes along i; what is beside the array is left out
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from deltarule.language.arithmetic import multiply
from deltarule.language.expression import Axis
from deltarule.program.native.nests import Nests
from deltarule.program.native.operands import Operand
from deltarule.program.native.operations import Operation
from deltarule.program.native.points import Point
from deltarule.program.native.vectors import INDEX, Index, Vectors
from deltarule.program.selecting import Move, Place, move_of

__all__ = ["emit_move", "fill_zeros"]

_LANE = ir.IntType(32)


def emit_move(nests: Nests, op: Operation) -> None:
    """The loops of a gather or a scatter."""
    move = move_of(multiply(op.body, bound=op.bound))
    assert move is not None
    moved = _Moved(nests, move, op, nests.arrays[move.symbol.name], nests.arrays[op.name])
    (moved.gather if move.gather else moved.scatter)()


class _Moved:
    """One array whose entries are read, one that is written; positions along the one follow from the other."""

    def __init__(self, nests: Nests, move: Move, op: Operation, source: Operand, result: Operand) -> None:
        self.nests, self.move, self.op = nests, move, op
        self.source, self.result = source, result
        self.there = tuple(a for a in move.symbol.indices if isinstance(a, Axis))
        self.by_target = {p.target: p for p in move.places}

    def gather(self) -> None:
        axes = self.op.axes
        along = self._along(axes[::-1])
        own = dict(zip(axes, self.result.strides, strict=True))

        def row(at: dict[Axis, Index]) -> None:
            for (point,) in self.nests.strips(at, along, 1):
                v = point.vectors
                offset, stride = self._position(point, self.there, self.source)
                valid = self._valid(point)
                if valid is None:
                    value = v.load_apart(self.source.pointer, offset, stride, point.count)
                else:
                    value = _load_where(v, self.source.pointer, offset, stride, valid)
                to: Index = 0
                for axis, step in own.items():
                    to = v.plus(to, v.times(point.at[axis], step))
                step = own[along] if along is not None else 1
                v.store_apart(value, self.result.pointer, to, step, point.count)

        self.nests.loops([a for a in axes if a != along], {}, row)

    def scatter(self) -> None:
        steps = [p.steps for p in self.move.places]
        inner = [a for terms in steps for a, _ in terms[1:]]
        front = [a for a in self.op.axes if a not in self.by_target]
        axes = (*front, *inner, *(terms[0][0] for terms in steps))
        along = self._along((*reversed(self.there), *reversed(axes)))
        once = all(p.digits for p in self.move.places)  # every entry is met one time
        if not once:
            fill_zeros(self.nests.vectors, self.result.pointer, self._count(self.result))

        def row(at: dict[Axis, Index]) -> None:
            for (point,) in self.nests.strips(at, along, 1):
                v = point.vectors
                value = point.load(self.move.symbol, self.source)
                to, stride = self._position(point, self.op.axes, self.result)
                valid = self._valid(point)
                if once:
                    v.store_apart(value, self.result.pointer, to, stride, point.count)
                elif valid is None:
                    old = v.load_apart(self.result.pointer, to, stride, point.count)
                    v.store_apart(v.add(old, value), self.result.pointer, to, stride, point.count)
                else:
                    if point.count is not None and v.lanes > 1:
                        valid = v.builder.and_(valid, v.mask(point.count))
                    old = _load_where(v, self.result.pointer, to, stride, valid)
                    _store_where(v, v.add(old, value), self.result.pointer, to, stride, valid)

        self.nests.loops([a for a in axes if a != along], {}, row)

    def _along(self, axes: Sequence[Axis]) -> Axis | None:
        """The first axis that is longer than 1, for the lanes."""
        return next((a for a in axes if self.nests.numeric(a) > 1), None)

    def _count(self, operand: Operand) -> Index:
        total: Index = 1
        for size in operand.shape:
            total = self.nests.vectors.times(total, size)
        return total

    def _position(self, point: Point, axes: Sequence[Axis], operand: Operand) -> tuple[Index, Index]:
        """Where an array is read or written whose axes may be targets, and how far apart the lanes are."""
        v = point.vectors
        offset: Index = 0
        stride: Index = 0
        for axis, step in zip(axes, operand.strides, strict=True):
            place = self.by_target.get(axis)
            terms = place.steps if place is not None else ((axis, 1),)
            if place is not None:
                offset = v.plus(offset, v.times(place.first, step))
            for a, c in terms:
                offset = v.plus(offset, v.times(v.times(point.at[a], c), step))
                if a == point.along:
                    stride = v.plus(stride, v.times(c, step))
        return offset, stride

    def _valid(self, point: Point) -> Any:
        """Which lanes are inside the array (a bit for each); None where all are, wherever the loops stand."""
        v, b = point.vectors, point.vectors.builder
        found = None
        for place in self.move.places:
            low, high = place.ends
            size = int(place.target.size)
            if low >= 0 and high < size:
                continue
            found_here = b.icmp_unsigned("<", self._numbers(point, place), _everywhere(v, size))
            found = found_here if found is None else b.and_(found, found_here)
        return found

    def _numbers(self, point: Point, place: Place) -> ir.Value:
        """The position along a target in every lane, as 32-bit integers."""
        v, b = point.vectors, point.vectors.builder
        position: Index = place.first
        for a, c in place.steps:
            position = v.plus(position, v.times(point.at[a], c))
        value = b.trunc(v.index(position), _LANE)
        if v.lanes == 1:
            return value
        kind = ir.VectorType(_LANE, v.lanes)
        one = b.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(_LANE, 0))
        spread = b.shuffle_vector(one, one, ir.Constant(kind, None))
        step = dict(place.steps).get(point.along, 0) if point.along is not None else 0
        if not step:
            return spread
        return b.add(spread, ir.Constant(kind, [ir.Constant(_LANE, k * step) for k in range(v.lanes)]))


def _everywhere(v: Vectors, number: int) -> ir.Constant:
    one = ir.Constant(_LANE, number)
    return one if v.lanes == 1 else ir.Constant(ir.VectorType(_LANE, v.lanes), [one] * v.lanes)


def _load_where(v: Vectors, pointer: ir.Value, offset: Index, stride: Index, valid: ir.Value) -> ir.Value:
    """Elements in the lanes that are valid, 0 in the others, which are not read."""
    b = v.builder
    if v.lanes == 1:
        at = b.select(valid, v.index(offset), ir.Constant(INDEX, 0))
        return b.select(valid, v.load_element(pointer, at), v.constant(0.0))
    zero, align = v.constant(0.0), ir.Constant(_LANE, v.bytes)
    kind, place = _places(v, pointer, offset, stride, "load", "gather")
    return v._call(kind, v.type, [place, align, valid, zero])


def _store_where(v: Vectors, value: ir.Value, pointer: ir.Value, offset: Index, stride: Index, valid: ir.Value) -> None:
    """Elements written in the lanes that are valid."""
    b = v.builder
    if v.lanes == 1:
        with b.if_then(valid):
            v.store(value, pointer, offset)
        return
    kind, place = _places(v, pointer, offset, stride, "store", "scatter")
    v._call(kind, ir.VoidType(), [value, place, ir.Constant(_LANE, v.bytes), valid])


def _places(
    v: Vectors, pointer: ir.Value, offset: Index, stride: Index, together: str, apart: str
) -> tuple[str, ir.Value]:
    """The masked intrinsic and its address, which may lie beside the array where nothing is valid."""
    b = v.builder
    start = b.gep(pointer, [v.index(offset)], source_etype=v.element)
    start.type = ir.PointerType()
    if isinstance(stride, int) and stride == 1:
        return f"llvm.masked.{together}.{v._suffix}.p0", start
    lanes = ir.VectorType(INDEX, v.lanes)
    numbers = ir.Constant(lanes, [ir.Constant(INDEX, lane) for lane in range(v.lanes)])
    steps = b.mul(numbers, v._spread(v.index(stride), lanes))
    places = b.gep(start, [steps], source_etype=v.element)
    places.type = ir.VectorType(ir.PointerType(), v.lanes)
    return f"llvm.masked.{apart}.{v._suffix}.v{v.lanes}p0", places


def fill_zeros(v: Vectors, pointer: ir.Value, count: Index) -> None:
    """`count` elements set to 0."""
    if isinstance(count, int):
        main: Index = count // v.lanes * v.lanes
    else:
        main = v.builder.and_(v.index(count), ir.Constant(INDEX, -v.lanes))
    zero = v.constant(0.0)
    with v.loop(0, main, v.lanes) as turn:
        v.store(zero, pointer, turn.index)
    if not isinstance(count, int) or main != count:
        with v.loop(main, count) as turn:
            v.of(1).store(v.of(1).constant(0.0), pointer, turn.index)
