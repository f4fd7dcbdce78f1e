"""Packing: an array copied with its axes exchanged, block by square block of registers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from llvmlite import ir

from deltarule.program.native.operands import Operand, View
from deltarule.program.native.positions import Index
from deltarule.program.native.tiles import Task, packable
from deltarule.program.native.vectors import Vectors

__all__ = ["emit_transposed", "packed"]


def packed(vectors: Vectors, task: Task, letter: str) -> Task:
    """The task with the factor that has the axis `letter` copied so that lanes run along it; its sizes are numbers."""
    sizes = task.sizes
    view = packable(task, letter)
    assert view is not None
    extent, terms = sizes[letter], sizes[task.summed]
    assert isinstance(extent, int) and isinstance(terms, int)
    v = vectors.narrowed(extent)
    width, height = _rounded(extent, v.lanes), _rounded(terms, v.lanes)
    scratch = v.scratch(width * height)
    source = replace(view, operand=replace(view.operand, shape=tuple(sizes[n] for n in view.letters)))
    emit_transposed(v, scratch, width, source, letter)
    copy = View(Operand(scratch, (terms, extent), (width, 1), padded=True), task.summed + letter)
    if view is task.left:
        return replace(task, left=copy)
    return replace(task, right=copy)


def emit_transposed(vectors: Vectors, pointer: ir.Value, stride: int, source: View, letter: str) -> None:
    """`pointer[c·stride + r]` is the source's element r along `letter`, c along its other axis, which has stride 1.

    What is written reaches to whole blocks of the lanes in both directions, zeros where the source has nothing.
    """
    v = vectors
    (other,) = [n for n in source.letters if n != letter]
    rows, columns = source.sizes[letter], source.sizes[other]
    assert isinstance(rows, int) and isinstance(columns, int)
    with _blocks(v, columns) as (column, count), _blocks(v, rows) as (row, height):
        block = []
        for r in range(v.lanes):
            place, width = v.plus(row, r), count
            if height is not None:
                inside = v.builder.icmp_signed("<", v.index(place), v.index(rows))
                width = v.builder.select(inside, v.index(v.lanes if count is None else count), v.index(0))
                place = v.builder.select(inside, v.index(place), v.index(rows - 1))
            block.append(v.load(source.operand.pointer, source.offset(v, {letter: place, other: column}), width))
        for c, value in enumerate(v.transposed(block)):
            v.store(value, pointer, v.plus(v.times(v.plus(column, c), stride), row))


@contextmanager
def _blocks(v: Vectors, size: int) -> Iterator[tuple[Index, Index | None]]:
    """Positions a vector apart, and how many lanes are left there: None where all are, everywhere."""
    if size <= v.lanes:
        yield 0, size if size < v.lanes else None
        return
    with v.loop(0, size, v.lanes) as turn:
        if size % v.lanes == 0:
            yield turn.index, None
        else:
            left = v.index(v.minus(size, turn.index))
            full = v.index(v.lanes)
            yield turn.index, v.builder.select(v.builder.icmp_signed("<", left, full), left, full)


def _rounded(size: int, step: int) -> int:
    return -(-size // step) * step
