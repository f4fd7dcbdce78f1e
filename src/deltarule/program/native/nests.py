"""A group of operations as code: a product of arrays, or a loop nest around one elementwise body.

The lanes of a vector run along the axis that costs least: one along which arrays lie side by side, or do not vary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod

from llvmlite import ir

from deltarule.language.arithmetic import multiply
from deltarule.language.expression import Apply, Axis, Expression, Number, Power, Product, Sum, Symbol
from deltarule.language.traversal import walk
from deltarule.program.native import functions
from deltarule.program.native.expressions import Elementwise, Numbers
from deltarule.program.native.groups import Group, heavy
from deltarule.program.native.operands import Operand, Place
from deltarule.program.native.operations import MATRICES, MOVES, Operation, as_batched
from deltarule.program.native.points import At, Point
from deltarule.program.native.products import emit_product
from deltarule.program.native.vectors import INDEX, Index, Vectors

__all__ = ["Nests", "lane_axis", "plain_sum"]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_STRIPS = 4
"""Vectors that are summed side by side, so that one addition does not wait for the last."""
_WRITTEN_OUT = 4
"""Strips, or steps along a short axis, that are written out rather than looped over."""
_INT = ir.IntType(32)


class Nests:
    """Writes the code of groups. `arrays` says where each array lies; `stored` which results need their array."""

    def __init__(
        self,
        vectors: Vectors,
        arrays: Mapping[str, Operand],
        size: Callable[[Axis], Index],
        numbers: Numbers,
        *,
        stored: set[str],
        accuracy: str,
        registers: int,
        unrolled: bool = False,
        gemm: Callable[[Nests, Group], bool] | None = None,
    ) -> None:
        self.vectors = vectors
        self.builder = vectors.builder
        self.arrays = arrays
        self.size = size
        self.numbers = numbers
        self.stored = stored
        self.accuracy = accuracy
        self.registers = registers
        self.unrolled = unrolled
        self.gemm = gemm
        """What tries to carry out a product by the BLAS."""

    def emit(self, group: Group) -> None:
        from deltarule.program.native.batched import emit_batched
        from deltarule.program.native.matrices import emit_matrix
        from deltarule.program.native.moves import emit_move

        head = group.head
        if head.kind == "each":
            self.each(group)
        elif head.kind in MOVES:
            emit_move(self, head)
        elif head.kind in MATRICES:
            emit_matrix(self, head)
        elif (found := as_batched(head)) is not None:
            if self.gemm is None or not self.gemm(self, group):
                emit_batched(self, head, found)
        elif plain_sum(head) is not None:
            if self.gemm is None or not self.gemm(self, group):
                self.product(group)
        else:
            along = lane_axis([head], (*head.axes, *head.bound), self.numeric)
            if along is not None and along in head.axes:
                self.across(group, along)
            else:
                self.folded(group, along)

    # Kinds of groups ----------------------------------------------------------------------------------------------

    def product(self, group: Group) -> None:
        """A sum of products of one or two arrays."""
        head = group.head
        found = plain_sum(head)
        assert found is not None
        coefficient, factors = found
        letters = dict(zip((*head.axes, *head.bound), _LETTERS, strict=False))
        axes = {letter: axis for axis, letter in letters.items()}
        subscripts = ",".join("".join(letters[a] for a in f.axes) for f in factors)
        operands = [self.arrays[f.name] for f in factors]
        nowhere = Operand.dense(operands[0].pointer, *(self.size(a) for a in head.axes))
        target = next((m.target for m in group.members if m.target), head.name)
        added = self.added(group)
        bias = self.bias(group) if coefficient == Number(1) else None

        def point_of(place: Place) -> Point:
            at = {axes[letter]: position for letter, position in place.at.items()}
            return Point(place.vectors, at, axes[place.along] if place.along else None, place.count)

        def first(place: Place) -> ir.Value:
            assert bias is not None
            return point_of(place).load(bias, self.arrays[bias.name])

        def epilogue(place: Place, value: ir.Value) -> None:
            point = point_of(place)
            if coefficient != Number(1):
                value = self.builder.fmul(value, self.scope(point).value(coefficient))
            self.finish(group, point, value, 1 if bias is None else 2)

        scale = None
        if added is not None:
            scale = self.scope(Point(self.vectors.of(1), {})).value(multiply(coefficient, added))
        emit_product(
            self.vectors,
            f"{subscripts}->{''.join(letters[a] for a in head.axes)}",
            self.arrays.get(target, nowhere),
            operands[0],
            operands[1] if len(operands) == 2 else None,
            start="add" if added is not None else "zero" if bias is None else first,
            scale=scale,
            epilogue=epilogue if added is None else None,
            registers=self.registers,
            straight=self.unrolled,
        )

    def bias(self, group: Group) -> Symbol | None:
        """b where the second member is `sum + b`: the sum then begins with it."""
        head = group.head
        if len(group.members) < 2 or head.name in self.stored or group.members[1].target:
            return None
        body, found = group.members[1].body, Symbol(head.name, head.axes)
        if not isinstance(body, Sum) or len(body.terms) != 2 or body.terms.count(found) != 1:
            return None
        other = body.terms[1 - body.terms.index(found)]
        later = {n for m in group.members[2:] for n in m.reads}
        known = isinstance(other, Symbol) and other.name in self.arrays and other.name not in group.made
        return other if known and isinstance(other, Symbol) and head.name not in later else None

    def added(self, group: Group) -> Expression | None:
        """c where the group is no more than `array ← array + c · sum` with a number c."""
        head, *others = group.members
        if len(others) != 1 or not others[0].target or head.name in self.stored:
            return None
        body, old = others[0].body, Symbol(others[0].target, head.axes)
        if not isinstance(body, Sum) or len(body.terms) != 2 or old not in body.terms:
            return None
        change = body.terms[1 - body.terms.index(old)]
        factors = change.factors if isinstance(change, Product) and not change.bound else (change,)
        found = Symbol(head.name, head.axes)
        if factors.count(found) != 1:
            return None
        number = multiply(*(f for f in factors if f != found))
        return number if isinstance(number, Number) or self.numbers.holds(number) else None

    def each(self, group: Group) -> None:
        """Elementwise."""
        along = lane_axis(group.members, group.axes, self.numeric)
        once = any(heavy(m) for m in group.members)

        def row(at: At) -> None:
            for points in self.strips(at, along, 1, once):
                self.finish(group, points[0], None)

        self.loops([a for a in group.axes if a != along], {}, row)

    def across(self, group: Group, along: Axis) -> None:
        """A reduction with lanes along an axis of the result: a few vectors of it side by side."""
        head = group.head

        def row(at: At) -> None:
            for points in self.strips(at, along, _STRIPS):
                cells = [self.cell(p.vectors, self.neutral(head, p.vectors)) for p in points]

                def step(bound: At, points: list[Point] = points, cells: list[ir.Value] = cells) -> None:
                    for point, cell in zip(points, cells, strict=True):
                        here = Point(point.vectors, {**point.at, **bound}, point.along, point.count)
                        self.accumulate(head, cell, here)

                self.loops(head.bound, {}, step)
                for point, cell in zip(points, cells, strict=True):
                    self.finish(group, point, self.take(cell, point.vectors))

        self.loops([a for a in group.axes if a != along], {}, row)

    def folded(self, group: Group, along: Axis | None) -> None:
        """A reduction with lanes along what is reduced, folded at the end; or with no lanes at all."""
        head = group.head
        wide = self.vectors.of(1) if along is None else self.vectors.narrowed(self.size(along))
        once = heavy(head)
        side_by_side = 1 if along is None or once else min(_STRIPS, -(-self.numeric(along) // wide.lanes))

        def one(at: At) -> None:
            cells = [self.cell(wide, self.neutral(head, wide)) for _ in range(side_by_side)]

            def step(bound: At) -> None:
                for points in self.strips({**at, **bound}, along, side_by_side, once):
                    for point, cell in zip(points, cells, strict=False):
                        self.accumulate(head, cell, point)

            self.loops([a for a in head.bound if a != along], {}, step)
            value, *others = [self.take(cell, wide) for cell in cells]
            for other in others:
                value = self.combine(head, value, other)
            self.finish(group, Point(self.vectors.of(1), at), self.fold(head, wide, value))

        self.loops(group.axes, {}, one)

    # One point ----------------------------------------------------------------------------------------------------

    def finish(self, group: Group, point: Point, value: ir.Value | None, done: int = 1) -> None:
        """The members of the group at one point, from the value of member `done` if it begins with a sum; then all are
        stored."""
        known: dict[str, ir.Value] = {}
        members = group.members
        if value is not None:
            known[members[done - 1].name] = value
            members = members[done:]
        scope = self.scope(point, known, {m.name: m.body for m in members})
        for m in members:
            known[m.name] = scope.value(m.body)
        for m in group.members:
            if m.name in known and (m.target or m.name in self.stored):
                point.store(known[m.name], m.axes, self.arrays[m.target or m.name])

    def scope(
        self,
        point: Point,
        known: Mapping[str, ir.Value] | None = None,
        meanings: Mapping[str, Expression] | None = None,
    ) -> Elementwise:
        def read(symbol: Symbol) -> ir.Value:
            if known is not None and symbol.name in known:
                return known[symbol.name]
            return point.load(symbol, self.arrays[symbol.name])

        return Elementwise(
            point.vectors, read, self.numbers, delta=point.delta, accuracy=self.accuracy, meanings=meanings
        )

    # Sums and maxima ----------------------------------------------------------------------------------------------

    def accumulate(self, op: Operation, cell: ir.Value, point: Point) -> None:
        v = point.vectors
        value = self.scope(point).value(op.body)
        if point.count is not None and point.along in op.bound and v.lanes > 1:
            value = v.select(v.mask(point.count), value, self.neutral(op, v))
        self.builder.store(self.combine(op, self.take(cell, v), value), cell)

    def combine(self, op: Operation, a: ir.Value, b: ir.Value) -> ir.Value:
        if op.kind == "largest":
            return functions.emit(self.builder, "maximum", [a, b], self.accuracy)
        return self.builder.fadd(a, b, flags=("contract",))

    def neutral(self, op: Operation, v: Vectors) -> ir.Value:
        return v.constant(float("-inf") if op.kind == "largest" else 0.0)

    def fold(self, op: Operation, v: Vectors, value: ir.Value) -> ir.Value:
        """The lanes of one vector as one number."""
        if op.kind == "sum":
            return v.sum(value)
        width = v.lanes
        while width > 1:
            width //= 2
            halves = []
            for start in (0, width):
                lanes = [ir.Constant(_INT, n) for n in range(start, start + width)]
                halves.append(self.builder.shuffle_vector(value, value, ir.Constant(ir.VectorType(_INT, width), lanes)))
            value = self.combine(op, *halves)
        return value if v.lanes == 1 else self.builder.extract_element(value, ir.Constant(_INT, 0))

    def cell(self, v: Vectors, value: ir.Value) -> ir.Value:
        """A place for a value that loops renew; LLVM keeps it in a register."""
        with self.builder.goto_entry_block():
            place = self.builder.alloca(v.type)
            place.type = ir.PointerType()
        self.builder.store(value, place)
        return place

    def take(self, cell: ir.Value, v: Vectors) -> ir.Value:
        return self.builder.load(cell, typ=v.type)

    # Loops --------------------------------------------------------------------------------------------------------

    def numeric(self, axis: Axis) -> int:
        """The size of an axis as a number; one that is known later counts as large."""
        size = self.size(axis)
        return size if isinstance(size, int) else 1 << 20

    def loops(self, axes: Sequence[Axis], at: At, body: Callable[[At], None]) -> None:
        """The body at every position along the axes, the last of them fastest."""
        if not axes:
            body(at)
            return
        axis, *rest = axes
        size = self.size(axis)
        if isinstance(size, int) and (self.unrolled or size <= (1 if rest else _WRITTEN_OUT)):
            for k in range(size):
                self.loops(rest, {**at, axis: k}, body)
            return
        with self.vectors.loop(0, size) as turn:
            self.loops(rest, {**at, axis: turn.index}, body)

    def strips(self, at: At, along: Axis | None, bundle: int, once: bool = False) -> Iterator[list[Point]]:
        """The axis in vectors, at most `bundle` of them at a time; with `once`, the body is written a single time."""
        if along is None:
            yield [Point(self.vectors.of(1), at)]
            return
        size = self.size(along)
        v = self.vectors.narrowed(size)

        def points(start: Index, number: int, count: Index | None = None) -> list[Point]:
            starts = [v.plus(start, k * v.lanes) for k in range(number)]
            return [Point(v, {**at, along: p}, along, count) for p in starts]

        if once and not self.unrolled and (not isinstance(size, int) or size > v.lanes):
            with self.vectors.loop(0, size, v.lanes) as turn:
                whole = isinstance(size, int) and size % v.lanes == 0
                yield points(turn.index, 1, None if whole else v.minus(size, turn.index))
            return
        if isinstance(size, int):
            whole = size // v.lanes
            if self.unrolled or whole <= max(_WRITTEN_OUT, bundle):
                for first in range(0, whole, bundle):
                    yield points(first * v.lanes, min(bundle, whole - first))
            else:
                bundled = whole // bundle * bundle
                with self.vectors.loop(0, bundled * v.lanes, bundle * v.lanes) as turn:
                    yield points(turn.index, bundle)
                for rest in range(bundled, whole):
                    yield points(rest * v.lanes, 1)
            if size % v.lanes:
                yield points(whole * v.lanes, 1, size % v.lanes)
            return
        b = self.builder
        step = bundle * v.lanes
        bundled = b.and_(v.index(size), ir.Constant(INDEX, -step))
        with self.vectors.loop(0, bundled, step) as turn:
            yield points(turn.index, bundle)
        with self.vectors.loop(bundled, size, v.lanes) as turn:  # no more than `bundle` turns, the last in part
            yield points(turn.index, 1, v.minus(size, turn.index))


def plain_sum(op: Operation) -> tuple[Expression, list[Symbol]] | None:
    """The operation as coefficient · Σ of one array or of the product of two, summed over one axis; or None."""
    if op.kind != "sum" or len(op.bound) != 1:
        return None
    factors = op.body.factors if isinstance(op.body, Product) and not op.body.bound else (op.body,)
    arrays = [f for f in factors if f.axes]
    if not 1 <= len(arrays) <= 2 or not all(isinstance(f, Symbol) for f in arrays):
        return None
    symbols = [f for f in arrays if isinstance(f, Symbol)]
    for f in symbols:
        if len(set(f.indices)) != len(f.indices) or any(isinstance(i, int) for i in f.indices):
            return None
    if {a for f in symbols for a in f.axes} != {*op.axes, *op.bound}:
        return None
    return multiply(*(f for f in factors if not f.axes)), symbols


def lane_axis(ops: Sequence[Operation], axes: Sequence[Axis], size: Callable[[Axis], int]) -> Axis | None:
    """The axis along which vectors cost least for each element; None where nothing is longer than 1."""
    best, cheapest = None, 0.0
    for axis in axes:
        n = size(axis)
        if n < 2:
            continue
        cost = 0.0
        for op in ops:
            symbols = {node for node in walk(op.body) if isinstance(node, Symbol)} | {Symbol(op.name, op.axes)}
            cost += sum(_cost(s, axis, size) for s in symbols)
            cost += sum(4.0 for node in walk(op.body) if isinstance(node, Apply | Power))
            cost += 4.0 if axis in op.bound and op.axes else 0.0
        cost /= min(n, 16)
        if best is None or cost < cheapest:
            best, cheapest = axis, cost
    return best


def _cost(symbol: Symbol, axis: Axis, size: Callable[[Axis], int]) -> float:
    """Of one vector: 1 for neighbours, less for one number everywhere, much for numbers that lie apart."""
    if axis not in symbol.axes:
        return 0.5
    after = symbol.indices[symbol.indices.index(axis) + 1 :]
    return 1.0 if prod(size(a) for a in after if isinstance(a, Axis)) == 1 else 20.0
