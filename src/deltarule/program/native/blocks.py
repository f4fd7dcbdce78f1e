"""Training on one sample at a time in blocks: the losses of a block are computed beside the steps of the next.

A step waits for the one before; the losses wait for nothing, so they cost next to nothing where the processor finds
them among the steps. The steps of a block note what the losses read, in one of two places by turns, and so do copies of
the parameters: where a loss is not finite, the parameters are as they were before its block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from llvmlite import ir

from deltarule.program.native.deferred import BLOCK
from deltarule.program.native.homes import Homes
from deltarule.program.native.operands import Operand
from deltarule.program.native.vectors import INDEX, Vectors

__all__ = ["Blocks"]

_DOUBLE = ir.DoubleType()
_BYTE = ir.IntType(8)
_TOGETHER = 8
"""Losses that are computed together, or as many as a vector has lanes."""


@dataclass
class Blocks:
    """Writes the loop over blocks."""

    vectors: Vectors
    homes: Homes
    given: Mapping[str, Any]
    noted: Mapping[str, tuple[int, ...]]
    """What the losses read of a sample, and its shape."""
    step: Callable[[ir.Value], dict[str, Operand]]
    """Writes the step of a sample; gives what is noted."""
    losses: Callable[[dict[str, Operand], int], Operand]
    """Writes the losses of so many samples."""
    double: Callable[[ir.Value], ir.Value]

    def emit(self, done: ir.Block, result: ir.PhiInstr) -> ir.Value:
        """The loop; goes on to `done` where it was stopped, else returns the sample that comes next.

        After the last block one more turn computes its losses and takes no step.
        """
        b, v, given = self.vectors.builder, self.vectors, self.given
        before = b.block
        head, body, bad, good, on = (b.append_basic_block(n) for n in ("block", "steps", "bad", "good", "single"))
        space = {n: v.scratch(2 * BLOCK * prod(shape)) for n, shape in self.noted.items()}
        unread = v.of(1).scratch(2 * BLOCK)  # losses of what is no block; as doubles
        copies = (self.homes.copies(v), self.homes.copies(v))
        b.branch(head)
        b.position_at_end(head)
        number, pending = b.phi(INDEX), b.phi(ir.IntType(1))
        number.add_incoming(ir.Constant(INDEX, 0), before)
        pending.add_incoming(ir.Constant(pending.type, 0), before)
        stop = b.load_atomic(given["stop"], "monotonic", 1, typ=_BYTE)  # another thread may set it meanwhile
        stopped = b.and_(pending, b.icmp_signed("!=", stop, ir.Constant(_BYTE, 0)))  # after one block at least
        end = b.add(number, ir.Constant(INDEX, BLOCK))
        another = b.and_(b.icmp_signed("<=", end, given["batches"]), b.not_(stopped))
        leave = b.append_basic_block("leave")
        b.cbranch(b.or_(another, pending), body, leave)

        b.position_at_end(body)
        odd = b.icmp_signed("!=", b.and_(number, ir.Constant(INDEX, BLOCK)), ir.Constant(INDEX, 0))
        self.homes.save(v, _chosen(b, odd, copies[1], copies[0]))
        past = b.sub(number, ir.Constant(INDEX, BLOCK))
        written = b.select(pending, b.gep(given["losses"], [past], source_etype=_DOUBLE), unread)
        here = b.select(odd, ir.Constant(INDEX, BLOCK), ir.Constant(INDEX, 0))
        there = b.sub(ir.Constant(INDEX, BLOCK), here)
        together = max(_TOGETHER, v.lanes)
        count = b.select(another, ir.Constant(INDEX, together), ir.Constant(INDEX, 0))
        with v.loop(0, BLOCK, together, carried=[v.constant(0.0)]) as part:
            notes = {n: self._notes(n, space[n], b.add(there, part.index), together) for n in space}
            found = self.losses(notes, together)
            total = part.carried[0]
            for k in range(0, together, v.lanes):
                loss = v.load(found.pointer, k)
                at = b.add(part.index, ir.Constant(INDEX, k))
                b.store(self.double(loss), b.gep(written, [at], source_etype=_DOUBLE), align=8)
                total = v.add(total, b.fsub(loss, loss))  # NaN where one is not finite
            with v.loop(0, count) as turn:
                place = b.add(part.index, turn.index)
                for name, source in self.step(b.add(number, place)).items():
                    self._note(source, self._notes(name, space[name], b.add(here, place), 1))
            part.carried = [total]
        fine = b.fcmp_ordered("==", v.sum(part.results[0]), v.of(1).constant(0.0))
        b.cbranch(b.or_(fine, b.not_(pending)), good, bad)

        b.position_at_end(bad)
        self.homes.restore(v, _chosen(b, odd, copies[0], copies[1]))
        b.branch(on)
        b.position_at_end(good)
        number.add_incoming(b.select(another, end, number), good)
        pending.add_incoming(another, good)
        b.cbranch(another, head, leave)
        b.position_at_end(leave)
        result.add_incoming(number, leave)
        b.cbranch(stopped, done, on)
        b.position_at_end(on)
        following = b.phi(INDEX)
        following.add_incoming(past, bad)
        following.add_incoming(number, leave)
        return following

    def _notes(self, name: str, space: ir.Value, first: ir.Value, count: int) -> Operand:
        """The notes of so many samples, in that half of the place where the first of them is."""
        v, shape = self.vectors, self.noted[name]
        return Operand.dense(v.address(space, v.times(first, prod(shape))), count, *shape)

    def _note(self, source: Operand, note: Operand) -> None:
        """What the loss needs of a sample."""
        inner = prod(s for s in note.shape if isinstance(s, int))
        v = self.vectors.narrowed(inner)
        for k in range(0, inner, v.lanes):
            count = min(v.lanes, inner - k)
            v.store(v.load(source.pointer, k, None if source.padded else count), note.pointer, k, count)


def _chosen(b: Any, first: ir.Value, yes: Mapping[str, Operand], no: Mapping[str, Operand]) -> dict[str, Operand]:
    return {n: replace(yes[n], pointer=b.select(first, yes[n].pointer, no[n].pointer)) for n in yes}
