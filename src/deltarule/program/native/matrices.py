"""Inverses and determinants of small matrices: elimination with partial pivoting, rows as vectors.

A matrix without an inverse gives what is not finite: the pivot is 0, and a row is divided by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from llvmlite import ir

from deltarule.language.expression import Axis, Symbol
from deltarule.program.native.nests import Nests
from deltarule.program.native.operations import Operation
from deltarule.program.native.vectors import INDEX, Index, Vectors

__all__ = ["emit_matrix"]


def emit_matrix(nests: Nests, op: Operation) -> None:
    """`inverse`: the result is first a copy of the matrix, then inverted where it stands. `determinant`: the matrix,
    a copy that nothing else reads, becomes its triangular factors."""
    source, result = op.body, nests.arrays[op.name]
    assert isinstance(source, Symbol)
    given = nests.arrays[source.name]
    inverts = op.kind == "inverse"
    free = op.axes[:-2] if inverts else op.axes
    strides = dict(zip(source.indices, given.strides, strict=True))

    def one(at: dict[Axis, Index]) -> None:
        v = nests.vectors
        row, column = op.bound
        offset: Index = 0
        for axis in free:
            offset = v.plus(offset, v.times(at[axis], strides[axis]))
        matrix = _Matrix(nests, v.address(given.pointer, offset), nests.numeric(row), strides[row], strides[column])
        to: Index = 0
        for axis, step in zip(op.axes, result.strides, strict=True):
            to = v.plus(to, v.times(at[axis], step)) if axis in free else to
        place = v.address(result.pointer, to)
        if not inverts:
            v.of(1).store(matrix.determinant(), place)
            return
        inverse = _Matrix(nests, place, matrix.size, result.strides[-2], result.strides[-1])
        with v.loop(0, matrix.size) as turn:
            for w, k, count in inverse.row():
                inverse.put(w, turn.index, k, count, matrix.take(w, turn.index, k, count))
        inverse.invert()

    nests.loops(free, {}, one)


class _Matrix:
    """A square matrix in memory, rows `down` elements apart, columns `along`."""

    def __init__(self, nests: Nests, pointer: ir.Value, size: int, down: Index, along: Index) -> None:
        self.v, self.pointer, self.size, self.down, self.along = nests.vectors, pointer, size, down, along

    def row(self) -> Iterator[tuple[Vectors, Index, Index | None]]:
        """A row in vectors: where each begins, and the lanes that are meant. The body is written at most twice."""
        w = self.v.narrowed(self.size)
        whole = self.size // w.lanes * w.lanes
        if whole:
            with w.loop(0, whole, w.lanes) as turn:
                yield w, turn.index, None
        if whole < self.size:
            yield w, whole, self.size - whole

    def at(self, i: Index, j: Index) -> Index:
        return self.v.plus(self.v.times(i, self.down), self.v.times(j, self.along))

    def take(self, w: Vectors, i: Index, j: Index, count: Index | None = None) -> ir.Value:
        return w.load_apart(self.pointer, self.at(i, j), self.along, count)

    def put(self, w: Vectors, i: Index, j: Index, count: Index | None, value: ir.Value) -> None:
        w.store_apart(value, self.pointer, self.at(i, j), self.along, count)

    def element(self, i: Index, j: Index) -> ir.Value:
        return self.v.of(1).load_element(self.pointer, self.at(i, j))

    def set(self, i: Index, j: Index, value: ir.Value) -> None:
        self.v.of(1).store(value, self.pointer, self.at(i, j))

    def pivot(self, k: ir.Value) -> ir.Value:
        """The row from k on with the largest element in column k."""
        v, b = self.v, self.v.builder
        one = v.of(1)

        def size(i: Index) -> ir.Value:
            return one._call(f"llvm.fabs.{one._suffix}", one.type, [self.element(i, k)])

        with v.loop(v.plus(k, 1), self.size, 1, [k, size(k)]) as turn:
            best, largest = turn.carried
            here = size(turn.index)
            larger = b.fcmp_ordered(">", here, largest)
            turn.carried = [b.select(larger, turn.index, best), b.select(larger, here, largest)]
        return turn.results[0]

    def exchange(self, i: Index, j: Index) -> None:
        """Two rows change places."""
        for w, k, count in self.row():
            first, second = self.take(w, i, k, count), self.take(w, j, k, count)
            self.put(w, i, k, count, second)
            self.put(w, j, k, count, first)

    def subtract(self, i: Index, factor: ir.Value, k: Index) -> None:
        """Row i less so many times row k."""
        for w, j, count in self.row():
            product = w.multiply(w.splat(factor), self.take(w, k, j, count))
            self.put(w, i, j, count, w.builder.fsub(self.take(w, i, j, count), product))

    @contextmanager
    def others(self, k: ir.Value) -> Iterator[ir.Value]:
        """The body for every row but k."""
        b = self.v.builder
        with self.v.loop(0, self.size) as turn, b.if_then(b.icmp_signed("!=", turn.index, k)):
            yield turn.index

    def invert(self) -> None:
        """Gauss and Jordan's elimination in place; the exchanges of rows become exchanges of columns at the end."""
        v, b, one = self.v, self.v.builder, self.v.of(1)
        chosen = _integers(v, self.size)
        with v.loop(0, self.size) as turn:
            k = turn.index
            best = self.pivot(k)
            b.store(best, b.gep(chosen, [k], source_etype=INDEX))
            self.exchange(k, best)
            inverse = b.fdiv(one.constant(1.0), self.element(k, k))
            self.set(k, k, one.constant(1.0))
            for w, j, count in self.row():
                self.put(w, k, j, count, w.multiply(w.splat(inverse), self.take(w, k, j, count)))
            with self.others(k) as i:
                factor = self.element(i, k)
                self.set(i, k, one.constant(0.0))
                self.subtract(i, factor, k)
        with v.loop(0, self.size) as turn:
            k = b.sub(ir.Constant(INDEX, self.size - 1), turn.index)
            other = b.load(b.gep(chosen, [k], source_etype=INDEX), typ=INDEX)
            with v.loop(0, self.size) as down:
                first, second = self.element(down.index, k), self.element(down.index, other)
                self.set(down.index, k, second)
                self.set(down.index, other, first)

    def determinant(self) -> ir.Value:
        """The product of the pivots, with the sign of the exchanges; the matrix is overwritten."""
        v, b, one = self.v, self.v.builder, self.v.of(1)
        zero = one.constant(0.0)
        with v.loop(0, self.size, 1, [one.constant(1.0)]) as turn:
            k = turn.index
            best = self.pivot(k)
            self.exchange(k, best)
            pivot = self.element(k, k)
            same = b.icmp_signed("==", best, k)
            signed = b.select(same, pivot, b.fneg(pivot))
            none = b.fcmp_ordered("==", pivot, zero)
            inverse = b.select(none, zero, b.fdiv(one.constant(1.0), pivot))
            with v.loop(v.plus(k, 1), self.size) as below:
                self.subtract(below.index, b.fmul(self.element(below.index, k), inverse), k)
            turn.carried = [b.fmul(turn.carried[0], signed)]
        return turn.results[0]


def _integers(v: Vectors, count: int) -> ir.Value:
    """Room for so many 64-bit integers on the stack."""
    with v.builder.goto_entry_block():
        place = v.builder.alloca(ir.ArrayType(INDEX, count))
        place.type = ir.PointerType()
    return place
