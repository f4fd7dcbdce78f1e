"""The rows of a batch: where they stand, or in the order of the epoch, copied side by side and asked for ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llvmlite import ir

from deltarule.program.native.vectors import INDEX, Index, Vectors

__all__ = ["rows_of_batch"]

_LINE, _LINES = 64, 64
"""Bytes of a line of the cache, and how many lines of a row are asked for ahead."""
_AHEAD, _LONG = 8, 512
"""So many rows ahead, a fourth of that where a row has more bytes."""


def rows_of_batch(
    v: Vectors,
    given: Mapping[str, Any],
    inner: Mapping[str, int],
    first: ir.Value,
    rows: Index,
    buffers: Mapping[str, ir.Value] | None,
) -> dict[str, ir.Value]:
    """Pointers to the rows from `first` on of each array, of `inner` elements each.

    `given["order"]` points to row numbers, or nowhere: then rows are taken as they stand. Rows in an order are copied
    to `buffers`; without buffers there is one row, which stays where it is.
    """
    b = v.builder
    ordered = b.icmp_unsigned("!=", b.ptrtoint(given["order"], INDEX), ir.Constant(INDEX, 0))
    direct = {n: v.address(given[n], v.times(first, size)) for n, size in inner.items()}
    plain = b.block
    gather, merged = b.append_basic_block("gather"), b.append_basic_block("gathered")
    b.cbranch(ordered, gather, merged)
    b.position_at_end(gather)
    if buffers is None:
        _prefetch(v, given, inner, first)
        row = v.load_index(given["order"], first)
        chosen = {n: v.address(given[n], v.times(row, size)) for n, size in inner.items()}
    else:
        with v.loop(0, rows) as turn:
            place = b.add(first, turn.index)
            _prefetch(v, given, inner, place)
            row = v.load_index(given["order"], place)
            for n, size in inner.items():
                source = v.address(given[n], v.times(row, size))
                _copy(v, v.address(buffers[n], v.times(turn.index, size)), source, size)
        chosen = {n: buffers[n] for n in inner}
    last = b.block
    b.branch(merged)
    b.position_at_end(merged)
    found: dict[str, ir.Value] = {}
    for n in inner:
        found[n] = phi = b.phi(ir.PointerType())
        phi.add_incoming(direct[n], plain)
        phi.add_incoming(chosen[n], last)
    return found


def _prefetch(v: Vectors, given: Mapping[str, Any], inner: Mapping[str, int], place: ir.Value) -> None:
    """Ask for a row of data that comes later: rows in a random order are no pattern that the processor foresees."""
    b = v.builder
    ahead = _AHEAD if sum(inner.values()) * v.bytes <= _LONG else _AHEAD // 4
    last = b.sub(given["rows"], ir.Constant(INDEX, 1))
    later = b.add(place, ir.Constant(INDEX, ahead))
    row = v.load_index(given["order"], b.select(b.icmp_signed("<", later, last), later, last))
    for n, size in inner.items():
        source = v.address(given[n], v.times(row, size))
        lines, line = min(size * v.bytes // _LINE + 1, _LINES), _LINE // v.bytes
        if lines <= 4:
            for k in range(lines):
                v.prefetch(source, k * line)
        else:
            with v.loop(0, lines * line, line) as turn:
                v.prefetch(source, turn.index)


def _copy(v: Vectors, to: ir.Value, source: ir.Value, count: int) -> None:
    """`count` elements, a vector at a time."""
    v = v.narrowed(count)
    whole = count // v.lanes
    if whole <= 16:
        for k in range(whole):
            v.store(v.load(source, k * v.lanes), to, k * v.lanes)
    else:
        with v.loop(0, whole * v.lanes, v.lanes) as turn:
            v.store(v.load(source, turn.index), to, turn.index)
    if count % v.lanes:
        rest = count % v.lanes
        v.store(v.load(source, whole * v.lanes, rest), to, whole * v.lanes, rest)
