"""One function for many batches: rows gathered, groups carried out, the loss looked at, until the last or a stop.

    run(table) -> batches done

`table` is an array of 64-bit words: numbers and the addresses of arrays, in the order of `Layout.words`. The loss of
each batch is written; one that is not finite ends the run before anything is updated, a byte that is not zero after the
batch. The code calls nothing: the products of the BLAS are called by an address in the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from llvmlite import ir

from deltarule.language.expression import Axis
from deltarule.program.native.batched import emit_batched, is_large
from deltarule.program.native.blas import by_blas, split
from deltarule.program.native.blocks import Blocks
from deltarule.program.native.deferred import Deferred, deferred
from deltarule.program.native.expressions import Numbers
from deltarule.program.native.gathering import rows_of_batch
from deltarule.program.native.groups import Group
from deltarule.program.native.homes import Homes
from deltarule.program.native.large_products import call_for
from deltarule.program.native.lowering import Job
from deltarule.program.native.nests import Nests
from deltarule.program.native.norm import emit_shrink
from deltarule.program.native.operands import Operand
from deltarule.program.native.operations import as_batched, whole
from deltarule.program.native.processor import Processor
from deltarule.program.native.storage import ROOM, Storage, placed, stored_names
from deltarule.program.native.vectors import INDEX, Index, Vectors

__all__ = ["ENTRY", "Layout", "build"]

ENTRY = "run"
_POINTER = ir.PointerType()
_DOUBLE = ir.DoubleType()
_BYTE = ir.IntType(8)
COUNTS = ("first", "batches", "batch", "rows", "updates")
"""Numbers of the table: the first batch, how many, the rows of a batch, all rows, the updates made before."""
PLACES = ("order", "rates", "losses", "stop", "numbers", "workspace", "gemm")
"""Row numbers (or 0: as they stand), a rate for each batch, the losses, the byte, options, memory, the BLAS."""
_STACKED = 256
"""Elements of a result that lies on the stack when there is one sample a batch: most stay in registers."""


@dataclass(frozen=True)
class Layout:
    """What a caller has to know of a compiled function."""

    words: tuple[str, ...]
    fixed: int
    each_row: int
    numbers: tuple[str, ...]
    batch: int | None
    """The rows of every batch, where the code is made for one number of them."""
    by_blas: bool = False
    """Whether it calls the BLAS."""

    def elements(self, batch: int) -> int:
        """The elements of the workspace for batches of so many rows."""
        return self.fixed + self.each_row * (-(-batch // ROOM) * ROOM) + ROOM


@dataclass
class _Builder:
    job: Job
    processor: Processor
    dtype: str
    batch: int | None
    arrays: dict[str, Operand] = field(default_factory=dict)
    by_blas: bool = False
    comment: Callable[[Group], list[str]] | None = None

    def __post_init__(self) -> None:
        self.element = ir.FloatType() if self.dtype == "float32" else ir.DoubleType()
        self.module = ir.Module("deltarule")
        self.module.triple = self.processor.triple
        if self.batch != 1:
            self.job = replace(self.job, groups=split(self.job.groups, self.size_if_known, self.job.loss))
        self.given = {n: f"{n} (given)" if f"{n} (given)" in self.reads else n for n in self.job.data}
        self.kept = [self.job.loss] if self.job.loss else []
        self.stored = stored_names(self.job.groups, self.kept)
        gathered = [(self.given[n], math.prod(shape)) for n, shape in self.job.data.items()] if self.gathers else []
        self.storage: Storage = placed(self.job.groups, self.stored, self.size_or_none, gathered, self.kept)
        lanes = self.processor.lanes(self.dtype)
        self.homes = Homes(self.job.groups, self.known_size, lanes, self.registers, self.batch == 1)
        if self.job.name == "train" and self.batch is not None:
            self.storage.fixed = self.homes.choose(self.job.parameters, self.job.state, self.storage.fixed)
        resident = self.batch == 1 and self.homes.all_resident((*self.job.parameters, *self.job.state))
        self.without_gaps = {n for g in self.job.groups if whole(g.head) for n in (*g.made, *g.reads)}
        self.apart = deferred(self.job, self.known_size) if resident and self.job.name == "train" else None

    @property
    def registers(self) -> int:
        """Vector registers of the processor."""
        return 32 if self.processor.width == 64 or not self.processor.triple.startswith("x86") else 16

    def size_if_known(self, axis: Axis) -> int | None:
        """The size of an axis; None for the rows where these are known later."""
        found = self.job.size(axis)
        return self.batch if found is None else found

    def known_size(self, axis: Axis) -> int:
        """The size of an axis, in code that is made for one size of the batch."""
        found = self.job.size(axis)
        return found if found is not None else self.batch or 1

    @property
    def reads(self) -> set[str]:
        return {n for g in self.job.groups for n in g.reads}

    @property
    def gathers(self) -> bool:
        return self.batch != 1

    def size_or_none(self, axis: Axis) -> int | None:
        return self.job.size(axis)

    def words(self) -> tuple[str, ...]:
        job = self.job
        return (*COUNTS, *PLACES, *job.data, *job.parameters, *job.state, *job.results)

    def layout(self) -> Layout:
        storage = self.storage
        return Layout(self.words(), storage.fixed, storage.each_row, self.job.numbers, self.batch, self.by_blas)

    # The function -------------------------------------------------------------------------------------------------

    def build(self) -> ir.Module:
        words = self.words()
        kinds: list[Any] = [INDEX] * len(COUNTS) + [_POINTER] * (len(words) - len(COUNTS))
        inner = ir.Function(self.module, ir.FunctionType(INDEX, kinds), "epoch")
        inner.linkage = "internal"
        for name, argument in zip(words, inner.args, strict=True):
            argument.name = "".join(c if c.isalnum() else "_" for c in name)
            if name not in COUNTS:
                argument.add_attribute("noalias")
        inner.attributes.add("nounwind")
        self.arguments = dict(zip(words, inner.args, strict=True))
        self.builder: Any = ir.IRBuilder(inner.append_basic_block("entry"))  # llvmlite says nothing of its types
        self.vectors = Vectors(self.builder, self.element, self.processor.lanes(self.dtype))
        self._epoch()
        self._entry(inner, kinds)
        return self.module

    def _entry(self, inner: ir.Function, kinds: list[Any]) -> None:
        outer = ir.Function(self.module, ir.FunctionType(INDEX, [_POINTER]), ENTRY)
        b = ir.IRBuilder(outer.append_basic_block("entry"))
        values = []
        for k, kind in enumerate(kinds):
            at = b.gep(outer.args[0], [ir.Constant(INDEX, k)], source_etype=INDEX)
            values.append(b.load(at, typ=kind, align=8))
        b.ret(b.call(inner, values))

    def _epoch(self) -> None:
        b, given = self.builder, self.arguments
        entry = b.block
        start = b.append_basic_block("start")
        head, after, done = (b.append_basic_block(n) for n in ("batch", "after", "done"))
        b.position_at_end(done)
        result = b.phi(INDEX)
        b.position_at_end(start)
        room = self._room()
        self.homes.enter(self.vectors, given, given["workspace"])
        begin = ir.Constant(INDEX, 0) if self.apart is None else self._blocks(self.apart, room, done, result)
        b.cbranch(b.icmp_signed("<", begin, given["batches"]), head, done)
        result.add_incoming(begin, b.block)
        before = b.block
        b.position_at_end(head)
        number = b.phi(INDEX)
        number.add_incoming(begin, before)
        self._batch(number, room)
        for group in self.job.groups:
            self._emit(group)
            if self.job.loss in group.made:
                self._look_at_loss(number, done, result)
        b.branch(after)
        b.position_at_end(after)
        following = b.add(number, ir.Constant(INDEX, 1))
        stop = b.load_atomic(given["stop"], "monotonic", 1, typ=_BYTE)  # another thread may set it meanwhile
        go_on = b.and_(
            b.icmp_signed("<", following, given["batches"]), b.icmp_signed("==", stop, ir.Constant(_BYTE, 0))
        )
        number.add_incoming(following, b.block)
        b.cbranch(go_on, head, done)
        result.add_incoming(following, b.block)
        b.position_at_end(done)
        self.homes.leave(self.vectors, given, given["workspace"])
        b.ret(result)
        b.position_at_end(entry)
        b.branch(start)

    def _room(self) -> Index:
        """The rows that arrays have room for."""
        if self.batch is not None:
            return -(-self.batch // ROOM) * ROOM
        b = self.builder
        up = b.add(self.arguments["batch"], ir.Constant(INDEX, ROOM - 1))
        return b.and_(up, ir.Constant(INDEX, -ROOM))

    def _blocks(self, apart: Deferred, room: Index, done: ir.Block, result: ir.PhiInstr) -> ir.Value:
        """Blocks of samples; returns the sample that comes next, with all before it done."""

        def step(number: ir.Value) -> dict[str, Operand]:
            self._batch(number, room)
            for group in apart.steps:
                self._emit(group)
            return {name: self.arrays[name] for name in apart.noted}

        def losses(notes: dict[str, Operand], count: int) -> Operand:
            return self._losses(apart, notes, count)

        blocks = Blocks(self.vectors, self.homes, self.arguments, apart.noted, step, losses, self._double)
        return blocks.emit(done, result)

    def _losses(self, apart: Deferred, notes: dict[str, Operand], count: int) -> Operand:
        """The losses of so many samples, from what was noted of them."""
        v, loss = self.vectors, self.job.loss or ""
        stored = stored_names(apart.losses, [loss])
        made = {n: Operand.dense(v.scratch(count * math.prod(apart.made[n])), count, *apart.made[n]) for n in stored}
        self.rows = count
        self._start({**notes, **made}, stored, ir.Constant(INDEX, 0))
        for group in apart.losses:
            self._emit(group)
        return made[loss]

    def _batch(self, number: ir.Value, room: Index) -> None:
        """The arrays and numbers of a batch."""
        b, v, given = self.builder, self.vectors, self.arguments
        size: Index = given["batch"] if self.batch is None else self.batch
        first = b.mul(b.add(given["first"], number), v.index(size))
        rows: Index = size
        if self.batch is None:
            left = b.sub(given["rows"], first)
            rows = b.select(b.icmp_signed("<", left, v.index(size)), left, v.index(size))
        self.rows = rows
        self._place_arrays(room)
        self._gather(first)
        self._start(self.arrays, self.stored, number)

    def _start(self, arrays: dict[str, Operand], stored: set[str], number: ir.Value) -> None:
        """What writes the groups that follow."""
        self.numbers = self._numbers(number)
        self.nests = Nests(
            self.vectors,
            arrays,
            self.size,
            self.numbers,
            stored=stored,
            accuracy=self.job.policy,
            registers=self.registers,
            gemm=None if self.batch == 1 else self._by_blas,
        )
        self._prepare(self.numbers)

    def _by_blas(self, nests: Nests, group: Group) -> bool:
        """A large product by the BLAS: whether the group was one."""
        batched = as_batched(group.head)
        if batched is not None:
            if not is_large(batched, self.size_if_known):
                return False
            self.by_blas = True
            emit_batched(nests, group.head, batched, self.arguments["gemm"])
            return True
        found = by_blas(group, self.size_if_known)
        if found is None:
            return False
        self.by_blas = True
        call_for(nests, self.arguments["gemm"], group, found)
        return True

    def _emit(self, group: Group) -> None:
        for line in self.comment(group) if self.comment is not None else ():
            self.builder.comment(line)
        self.nests.unrolled = self.rows == 1 and self.homes.straight(group)
        if group.head.kind == "norm":
            emit_shrink(self.nests, group.head, self.numbers)
        else:
            self.nests.emit(group)

    def _look_at_loss(self, number: ir.Value, done: ir.Block, result: ir.PhiInstr) -> None:
        """The loss is written; one that is not finite ends the run."""
        b = self.builder
        loss = self.vectors.of(1).load_element(self.arrays[self.job.loss or ""].pointer)
        double, finite = self._checked(loss)
        b.store(double, b.gep(self.arguments["losses"], [number], source_etype=_DOUBLE))
        on = b.append_basic_block("finite")
        b.cbranch(finite, on, done)
        result.add_incoming(number, b.block)
        b.position_at_end(on)

    def _checked(self, loss: ir.Value) -> tuple[ir.Value, ir.Value]:
        """A loss as a double, and whether it is finite."""
        b = self.builder
        double = self._double(loss)
        size = b.call(self._intrinsic("llvm.fabs.f64", _DOUBLE), [double])
        return double, b.fcmp_ordered("<", size, ir.Constant(_DOUBLE, math.inf))

    def _double(self, value: Any) -> ir.Value:
        """A number, or each of a vector, in double precision."""
        kind = ir.VectorType(_DOUBLE, value.type.count) if isinstance(value.type, ir.VectorType) else _DOUBLE
        return value if self.dtype == "float64" else self.builder.fpext(value, kind)

    def _intrinsic(self, name: str, kind: ir.Type) -> ir.Function:
        found = self.module.globals.get(name)
        return found or ir.Function(self.module, ir.FunctionType(kind, [kind]), name)

    # Arrays -------------------------------------------------------------------------------------------------------

    def size(self, axis: Axis) -> Index:
        found = self.job.size(axis)
        return self.rows if found is None else found

    def _place_arrays(self, room: Index) -> None:
        v, job, given = self.vectors, self.job, self.arguments
        arrays = self.arrays
        for name, shape in (*job.parameters.items(), *job.state.items()):
            arrays[name] = self.homes.operands.get(name) or Operand.dense(given[name], *shape)
        workspace = given["workspace"]
        for name, slot in self.storage.slots.items():
            if self.batch == 1 and slot.size <= _STACKED and name not in self.without_gaps:
                arrays[name] = self.homes.stacked(v, [self.known_size(a) for a in slot.axes])
                continue
            offset: Index = slot.offset
            if slot.by_row:
                offset = v.plus(self.storage.fixed, v.times(room, slot.offset))
            pointer = v.address(workspace, offset)
            sizes: list[Index] = [room if (s := job.size(a)) is None else s for a in slot.axes]
            arrays[name] = _dense(v, pointer, [self.size(a) for a in slot.axes], sizes)
        for m in (m for g in job.groups for m in g.members if m.target and m.name in self.stored):
            arrays[m.name] = arrays[m.target]
        self.buffers = {n: arrays[self.given[n]].pointer for n in job.data if self.given[n] in self.storage.slots}

    def _gather(self, first: ir.Value) -> None:
        """The arrays of data and of results, at the rows of the batch."""
        v, given, job = self.vectors, self.arguments, self.job
        for name, shape in job.results.items():
            if job.name == "forward":
                pointer = v.address(given[name], v.times(first, math.prod(shape)))
                self.arrays[name] = Operand.dense(pointer, self.rows, *shape)
            else:
                self.arrays[name] = Operand.dense(given[name], *shape)
        inner = {n: math.prod(shape) for n, shape in job.data.items() if self.given[n] in self.reads}
        pointers = rows_of_batch(v, given, inner, first, self.rows, self.buffers if self.gathers else None)
        for n, pointer in pointers.items():
            self.arrays[self.given[n]] = Operand.dense(pointer, self.rows, *job.data[n])

    # Numbers ------------------------------------------------------------------------------------------------------

    def _numbers(self, number: ir.Value) -> Numbers:
        b, v, given = self.builder, self.vectors, self.arguments
        job = self.job
        found: dict[str, ir.Value] = {"pi": ir.Constant(_DOUBLE, math.pi)}
        if isinstance(job.batch, str):
            found[job.batch] = b.sitofp(v.index(self.rows), _DOUBLE)
            if self.batch is not None:
                found[job.batch] = ir.Constant(_DOUBLE, float(self.batch))
        found |= {n: ir.Constant(_DOUBLE, float(s)) for n, s in job.sizes.items()}
        if job.name == "train":
            at = b.gep(given["rates"], [number], source_etype=_DOUBLE)
            found["#learning_rate"] = b.load(at, typ=_DOUBLE)
            t = b.add(b.add(given["updates"], number), ir.Constant(INDEX, 1))
            found["#t"] = b.sitofp(t, _DOUBLE)
            for k, name in enumerate(job.numbers):
                at = b.gep(given["numbers"], [ir.Constant(INDEX, k)], source_etype=_DOUBLE)
                found[name] = b.load(at, typ=_DOUBLE)
        return Numbers(b, found)

    def _prepare(self, numbers: Numbers) -> None:
        for group in self.job.groups:
            for m in group.members:
                numbers.prepare(m.body)


def build(
    job: Job,
    processor: Processor,
    dtype: str,
    batch: int | None,
    *,
    comment: Callable[[Group], list[str]] | None = None,
) -> tuple[ir.Module, Layout]:
    """The module of a job, for batches of one size, or (None) of any size up to that in the table.

    `comment` gives lines that stand above the code of a group.
    """
    builder = _Builder(job, processor, dtype, batch, comment=comment)
    return builder.build(), builder.layout()


def _dense(v: Vectors, pointer: ir.Value, sizes: list[Index], room: list[Index]) -> Operand:
    strides: list[Index] = []
    step: Index = 1
    for extent in reversed(room):
        strides.insert(0, step)
        step = v.times(step, extent)
    return Operand(pointer, tuple(sizes), tuple(strides))
