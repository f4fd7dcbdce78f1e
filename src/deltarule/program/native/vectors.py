"""`Vectors`: explicit vector instructions on one element type and a number of lanes, over llvmlite's `IRBuilder`.

Nothing here relies on LLVM's own vectorising or on `fastmath`: every fused multiply-add, mask and order of summation is
the one written, so that results are the same bits on every run. Pointers are LLVM's opaque pointers; offsets, sizes and
strides count elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import copysign
from typing import Any

from llvmlite import ir

from deltarule.program.native.positions import INDEX, Index, Position, linear

__all__ = ["INDEX", "Index", "Loop", "Vectors"]

_LANE = ir.IntType(32)
_BIT = ir.IntType(1)


@dataclass
class Loop:
    """What `Vectors.loop` yields: set `carried` before the body ends; read `results` after it."""

    index: ir.Value
    carried: list[Any]
    """Inside the body: the values carried into this turn, to be replaced by those for the next one."""
    results: list[ir.Value] = field(default_factory=list)


class Vectors:
    """Vectors of `lanes` elements of the IR type `element` (`FloatType`, `DoubleType`); one lane is a scalar."""

    def __init__(self, builder: ir.IRBuilder, element: ir.Type, lanes: int) -> None:
        self.builder: Any = builder  # llvmlite says nothing of its types
        self.element = element
        self.lanes = lanes
        self._known: dict[tuple[object, ...], ir.Value] = {}

    @property
    def type(self) -> ir.Type:
        """The IR type of a value: a vector, or the element itself where there is one lane."""
        return self.element if self.lanes == 1 else ir.VectorType(self.element, self.lanes)

    @property
    def bytes(self) -> int:
        """The size of one element."""
        return 4 if isinstance(self.element, ir.FloatType) else 8

    def of(self, lanes: int) -> Vectors:
        """The same builder and element with another number of lanes."""
        if lanes == self.lanes:
            return self
        other = Vectors(self.builder, self.element, lanes)
        other._known = self._known
        return other

    def narrowed(self, extent: Index) -> Vectors:
        """Vectors no wider than an axis of this extent needs: its size rounded up to a power of two."""
        if not isinstance(extent, int) or extent >= self.lanes:
            return self
        return self.of(1 << max(extent - 1, 0).bit_length())

    # Constants and arithmetic of positions: what is known while compiling is folded here.

    def constant(self, value: float) -> ir.Constant:
        """`value` in every lane, rounded to the element type."""
        if value == 0.0 and self.lanes > 1 and copysign(1.0, value) > 0.0:
            return ir.Constant(self.type, None)
        scalar = ir.Constant(self.element, value)
        return scalar if self.lanes == 1 else ir.Constant(self.type, [scalar] * self.lanes)

    def index(self, value: Index) -> ir.Value:
        """As a 64-bit integer of the program."""
        if isinstance(value, int):
            return ir.Constant(INDEX, value)
        if not isinstance(value, Position):
            return value
        if value.constant:
            rest = self.index(Position(value.terms).simplest())
            offset = ir.Constant(INDEX, value.constant)
            key = ("plus", value.key, value.constant)
            return self._once(key, lambda: self.builder.add(rest, offset, flags=["nsw"])) if value.terms else offset
        return self._once(("sum", value.key), lambda: self._written(value.terms))

    def _written(self, terms: Sequence[tuple[ir.Value, int]]) -> ir.Value:
        b = self.builder
        products = [v if n == 1 else b.mul(v, ir.Constant(INDEX, n), flags=["nsw"]) for v, n in terms]
        total = products[0]
        for product in products[1:]:
            total = b.add(total, product, flags=["nsw"])
        return total

    def _once(self, key: tuple[object, ...], write: Callable[[], ir.Value]) -> ir.Value:
        """What `write` gives, written once in each block."""
        block = self.builder.block
        found = self._known.get((id(block), *key))
        if found is None:
            found = write()
            self._known[id(block), *key] = found
        return found

    def plus(self, a: Index, b: Index) -> Index:
        return linear(a).plus(linear(b)).simplest()

    def minus(self, a: Index, b: Index) -> Index:
        return linear(a).plus(linear(b).times(-1)).simplest()

    def times(self, a: Index, b: Index) -> Index:
        first, second = linear(a), linear(b)
        for x, y in ((first, second), (second, first)):
            if not x.terms:
                return y.times(x.constant).simplest()
        left, right = self.index(a), self.index(b)
        key = ("times", id(left), id(right))
        return self._once(key, lambda: self.builder.mul(left, right, flags=["nsw"]))

    # Memory.

    def address(self, pointer: ir.Value, offset: Index = 0) -> ir.Value:
        """The address of the element `offset` after `pointer`."""
        form = linear(offset)
        if form.terms:
            at = self.index(Position(form.terms).simplest())
            pointer = self._once(("at", id(pointer), form.key), lambda: self._after(pointer, at, self.element))
        return self._after(pointer, ir.Constant(INDEX, form.constant), self.element) if form.constant else pointer

    def _after(self, pointer: ir.Value, offset: ir.Value, element: ir.Type) -> ir.Value:
        return self.builder.gep(pointer, [offset], inbounds=True, source_etype=element)

    def load_index(self, pointer: ir.Value, offset: Index) -> ir.Value:
        """A 64-bit integer of an array of them that never changes: a row's number."""
        at = self.index(offset)
        key = ("row", id(pointer), at.constant if isinstance(at, ir.Constant) else id(at))
        return self._once(key, lambda: self.builder.load(self._after(pointer, at, INDEX), typ=INDEX, align=8))

    def load_element(self, pointer: ir.Value, offset: Index = 0) -> ir.Value:
        return self.builder.load(self.address(pointer, offset), typ=self.element, align=self.bytes)

    def load(
        self, pointer: ir.Value, offset: Index = 0, count: Index | None = None, *, aligned: bool = False
    ) -> ir.Value:
        """Consecutive elements; with `count`, the first so many; the other lanes are zero and not read."""
        at = self.address(pointer, offset)
        if self._whole(count):
            align = self.bytes * (self.lanes if aligned else 1)
            return self.builder.load(at, typ=self.type, align=align)
        assert count is not None
        kind = f"llvm.masked.load.{self._suffix}.p0"
        zero = self.constant(0.0)
        return self._call(kind, self.type, [at, ir.Constant(_LANE, self.bytes), self.mask(count), zero])

    def store(
        self,
        value: ir.Value,
        pointer: ir.Value,
        offset: Index = 0,
        count: Index | None = None,
        *,
        aligned: bool = False,
    ) -> None:
        """Consecutive elements written; with `count`, the first so many: the memory of the others is not touched."""
        at = self.address(pointer, offset)
        if self._whole(count):
            self.builder.store(value, at, align=self.bytes * (self.lanes if aligned else 1))
            return
        assert count is not None
        kind = f"llvm.masked.store.{self._suffix}.p0"
        self._call(kind, ir.VoidType(), [value, at, ir.Constant(_LANE, self.bytes), self.mask(count)])

    def store_row(
        self, value: ir.Value, pointer: ir.Value, offset: Index, count: Index | None, *, padded: bool
    ) -> None:
        """`store`; where the array is padded, all lanes are written, zeros after the first `count`."""
        if padded and not self._whole(count) and count is not None:
            value, count = self.select(self.mask(count), value, self.constant(0.0)), None
        self.store(value, pointer, offset, count)

    def load_apart(self, pointer: ir.Value, offset: Index, stride: Index, count: Index | None = None) -> ir.Value:
        """Elements `stride` apart in successive lanes, zero after the first `count`."""
        if isinstance(stride, int) and stride == 1:
            return self.load(pointer, offset, count)
        if isinstance(stride, int) and stride == 0:
            return self.splat(self.load_element(pointer, offset), count)
        if self.lanes == 1:
            return self.load_element(pointer, offset)
        if count is None or isinstance(count, int):
            value: ir.Value = self.constant(0.0)
            for lane in range(self.lanes if count is None else min(count, self.lanes)):
                at = self.plus(offset, self.times(stride, lane))
                value = self.builder.insert_element(value, self.load_element(pointer, at), ir.Constant(_LANE, lane))
            return value
        kind = f"llvm.masked.gather.{self._suffix}.v{self.lanes}p0"
        places = self._places(pointer, offset, stride)
        zero = self.constant(0.0)
        return self._call(kind, self.type, [places, ir.Constant(_LANE, self.bytes), self.mask(count), zero])

    def store_apart(
        self, value: ir.Value, pointer: ir.Value, offset: Index, stride: Index, count: Index | None = None
    ) -> None:
        """The first `count` lanes written to elements `stride` apart."""
        if self.lanes == 1 or (isinstance(stride, int) and stride == 1):
            self.store(value, pointer, offset, count)
        elif count is None or isinstance(count, int):
            for lane in range(self.lanes if count is None else min(count, self.lanes)):
                at = self.address(pointer, self.plus(offset, self.times(stride, lane)))
                element = self.builder.extract_element(value, ir.Constant(_LANE, lane))
                self.builder.store(element, at, align=self.bytes)
        else:
            kind = f"llvm.masked.scatter.{self._suffix}.v{self.lanes}p0"
            places = self._places(pointer, offset, stride)
            self._call(kind, ir.VoidType(), [value, places, ir.Constant(_LANE, self.bytes), self.mask(count)])

    def load_rows(
        self, pointer: ir.Value, offset: Index, stride: Index, rows: ir.Value, first: Index, count: Index | None = None
    ) -> ir.Value:
        """Element `offset + stride·rows[first + lane]` in each of the first `count` lanes, zero in the others."""
        at = self._after(rows, self.index(first), INDEX)
        if self.lanes == 1:
            row = self.builder.load(at, typ=INDEX, align=8)
            return self.load_element(pointer, self.plus(offset, self.times(row, stride)))
        lanes = ir.VectorType(INDEX, self.lanes)
        mask = self.mask(self.lanes if count is None else count)
        align, none = ir.Constant(_LANE, 8), ir.Constant(lanes, [ir.Constant(INDEX, 0)] * self.lanes)
        numbers = self._call(f"llvm.masked.load.v{self.lanes}i64.p0", lanes, [at, align, mask, none])
        places = self._apart(pointer, offset, stride, numbers)
        kind = f"llvm.masked.gather.{self._suffix}.v{self.lanes}p0"
        return self._call(kind, self.type, [places, ir.Constant(_LANE, self.bytes), mask, self.constant(0.0)])

    def prefetch(self, pointer: ir.Value, offset: Index = 0) -> None:
        """Ask for the cache line of an element that is read soon; any address is allowed."""
        at = self.address(pointer, offset)
        flags = [ir.Constant(_LANE, n) for n in (0, 3, 1)]
        self._call("llvm.prefetch.p0", ir.VoidType(), [at, *flags])

    def forgotten(self, pointer: ir.Value) -> ir.Value:
        """The same address, of which LLVM knows nothing: what was loaded before is loaded again, not kept."""
        kind = ir.PointerType()
        return self.builder.asm(ir.FunctionType(kind, [kind]), "", "=r,0", [pointer], False)

    def mask(self, count: Index) -> ir.Value:
        """True in the first `count` lanes."""
        bits = ir.VectorType(_BIT, self.lanes)
        if isinstance(count, int):
            return ir.Constant(bits, [ir.Constant(_BIT, int(lane < count)) for lane in range(self.lanes)])
        lanes = ir.VectorType(INDEX, self.lanes)
        numbers = ir.Constant(lanes, [ir.Constant(INDEX, lane) for lane in range(self.lanes)])
        return self.builder.icmp_signed("<", numbers, self._spread(self.index(count), lanes))

    def scratch(self, size: int, *, name: str = "", zeros: bool = False) -> ir.Value:
        """An aligned array of `size` elements on the stack of the function, made (and set to zero) at its start."""
        with self.builder.goto_entry_block():
            array = self.builder.alloca(ir.ArrayType(self.element, size), name=name)
            if zeros:
                self.builder.store(ir.Constant(ir.ArrayType(self.element, size), None), array)
            array.align = 64
            array.type = ir.PointerType()  # llvmlite types it by what it points to; LLVM does no more
        return array

    # Values.

    def splat(self, scalar: ir.Value, count: Index | None = None) -> ir.Value:
        """The scalar in every lane, or in the first `count` with zero in the others."""
        if self.lanes == 1:
            return scalar
        value = self._spread(scalar, self.type)
        return value if self._whole(count) else self.select(self.mask(count), value, self.constant(0.0))  # type: ignore

    def only(self, scalar: ir.Value) -> ir.Value:
        """The scalar in lane 0, zero in the others."""
        if self.lanes == 1:
            return scalar
        return self.builder.insert_element(self.constant(0.0), scalar, ir.Constant(_LANE, 0))

    def fma(self, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        """a·b + c, rounded once where the processor has such an instruction."""
        return self._call(f"llvm.fmuladd.{self._suffix}", self.type, [a, b, c])

    def add(self, a: ir.Value, b: ir.Value) -> ir.Value:
        return self.builder.fadd(a, b)

    def multiply(self, a: ir.Value, b: ir.Value) -> ir.Value:
        return self.builder.fmul(a, b)

    def select(self, condition: ir.Value, yes: ir.Value, no: ir.Value) -> ir.Value:
        return self.builder.select(condition, yes, no)

    def lane(self, value: ir.Value, lane: int) -> ir.Value:
        return value if self.lanes == 1 else self.builder.extract_element(value, ir.Constant(_LANE, lane))

    def sum(self, value: ir.Value) -> ir.Value:
        """The sum of the lanes as a scalar: halves onto halves, so log2(lanes) additions deep."""
        width = self.lanes
        while width > 1:
            width //= 2
            low, high = (self._shuffle(value, value, range(k, k + width)) for k in (0, width))
            value = self.builder.fadd(low, high)
        return value if self.lanes == 1 else self.builder.extract_element(value, ir.Constant(_LANE, 0))

    def first(self, value: ir.Value, lanes: int) -> ir.Value:
        """The first `lanes` lanes, as a vector of so many or a scalar."""
        if lanes == self.lanes:
            return value
        return self.lane(value, 0) if lanes == 1 else self._shuffle(value, value, range(lanes))

    def sums(self, values: Sequence[ir.Value]) -> ir.Value:
        """Lane r is the sum of the lanes of `values[r]`, for at most `lanes` vectors; lanes after the last are unsaid.

        A tree of shuffles and additions: at the level of the bit s, two vectors share one, lanes with that bit clear
        for the first, set for the second. All vectors but one cost two shuffles and an addition each.
        """
        if self.lanes == 1:
            return values[0]
        level: list[ir.Value | None] = [*values, *[None] * (self.lanes - len(values))]
        bit = self.lanes
        while bit > 1:
            bit //= 2
            joined: list[ir.Value | None] = []
            for a, b in zip(level[:bit], level[bit:], strict=True):
                joined.append(None if a is None else self._joined(a, b, bit))
            level = joined
        assert level[0] is not None
        return level[0]

    def _joined(self, a: ir.Value, b: ir.Value | None, bit: int) -> ir.Value:
        n = self.lanes
        other = a if b is None else b
        at = 0 if b is None else n
        low = [lane if not lane & bit else (lane ^ bit) + at for lane in range(n)]
        high = [lane | bit if not lane & bit else lane + at for lane in range(n)]
        return self.builder.fadd(self._shuffle(a, other, low), self._shuffle(a, other, high))

    def transposed(self, rows: Sequence[ir.Value]) -> list[ir.Value]:
        """`lanes` vectors as the rows of a square block: its columns."""
        block = list(rows)
        n, bit = self.lanes, 1
        while bit < n:
            low = [lane if not lane & bit else (lane ^ bit) + n for lane in range(n)]
            high = [lane | bit if not lane & bit else lane + n for lane in range(n)]
            for r in range(n):
                if not r & bit:
                    a, b = block[r], block[r | bit]
                    block[r], block[r | bit] = self._shuffle(a, b, low), self._shuffle(a, b, high)
            bit *= 2
        return block

    # Control.

    @contextmanager
    def loop(self, start: Index, stop: Index, step: int = 1, carried: Sequence[Any] = ()) -> Iterator[Loop]:
        """The body runs for start, start + step, ... below stop; `carried` are values that each turn hands to the next.

        with vectors.loop(0, n, carried=[zero]) as turn:
            turn.carried = [vectors.add(turn.carried[0], ...)]
        total = turn.results[0]
        """
        b = self.builder
        certain = isinstance(start, int) and isinstance(stop, int) and start < stop
        before = b.block
        head = b.append_basic_block("loop")
        after = b.append_basic_block("done")
        first = self.index(start)
        if certain:
            b.branch(head)
        else:
            b.cbranch(b.icmp_signed("<", first, self.index(stop)), head, after)
        b.position_at_end(head)
        position = b.phi(INDEX)
        position.add_incoming(first, before)
        phis = []
        for value in carried:
            phi = b.phi(value.type)
            phi.add_incoming(value, before)
            phis.append(phi)
        turn = Loop(position, list(phis))
        yield turn
        following = b.add(position, self.index(step), flags=["nsw"])
        position.add_incoming(following, b.block)
        for phi, value in zip(phis, turn.carried, strict=True):
            phi.add_incoming(value, b.block)
        last = b.block
        b.cbranch(b.icmp_signed("<", following, self.index(stop)), head, after)
        b.position_at_end(after)
        turn.results = list(turn.carried)
        if not certain:
            turn.results = []
            for value, initial in zip(turn.carried, carried, strict=True):
                phi = b.phi(value.type)
                phi.add_incoming(initial, before)
                phi.add_incoming(value, last)
                turn.results.append(phi)

    def _whole(self, count: Index | None) -> bool:
        return count is None or self.lanes == 1 or (isinstance(count, int) and count >= self.lanes)

    @property
    def _suffix(self) -> str:
        scalar = f"f{self.bytes * 8}"
        return scalar if self.lanes == 1 else f"v{self.lanes}{scalar}"

    def _shuffle(self, a: ir.Value, b: ir.Value, lanes: Sequence[int]) -> Any:
        chosen = ir.Constant(ir.VectorType(_LANE, len(lanes)), [ir.Constant(_LANE, n) for n in lanes])
        return self.builder.shuffle_vector(a, b, chosen)

    def _spread(self, scalar: ir.Value, kind: ir.Type) -> ir.Value:
        if isinstance(scalar, ir.Constant):
            return ir.Constant(kind, [scalar] * self.lanes)
        anything = ir.Constant(kind, None)
        first = self.builder.insert_element(anything, scalar, ir.Constant(_LANE, 0))
        return self.builder.shuffle_vector(first, anything, ir.Constant(ir.VectorType(_LANE, self.lanes), None))

    def _places(self, pointer: ir.Value, offset: Index, stride: Index) -> ir.Value:
        lanes = ir.VectorType(INDEX, self.lanes)
        numbers = ir.Constant(lanes, [ir.Constant(INDEX, lane) for lane in range(self.lanes)])
        return self._apart(pointer, offset, stride, numbers)

    def _apart(self, pointer: ir.Value, offset: Index, stride: Index, numbers: Any) -> ir.Value:
        """The addresses of the elements `offset + stride·number`, a number in each lane."""
        steps = self.builder.mul(numbers, self._spread(self.index(stride), numbers.type))
        places = self.builder.gep(self.address(pointer, offset), [steps], source_etype=self.element)
        places.type = ir.VectorType(ir.PointerType(), self.lanes)
        return places

    def _call(self, name: str, result: ir.Type, arguments: list[Any]) -> Any:
        module = self.builder.module
        function = module.globals.get(name)
        if function is None:
            function = ir.Function(module, ir.FunctionType(result, [a.type for a in arguments]), name)
        return self.builder.call(function, arguments)
