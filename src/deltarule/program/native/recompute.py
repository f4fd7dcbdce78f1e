"""Time for memory: activities that the backward pass reads are computed again instead of kept (Chen et al. 2016).

The saved activities, in the order of the forward pass, are cut into parts. Of every part but the last only what the
next computations start from is kept; the others are computed again, part by part, when the backward pass gets there.
Each operation of the forward pass runs at most once more, so a step costs at most a third more in products. Where the
cuts are best follows from the sizes: the plan that needs the least memory is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from deltarule.language.expression import Expression, Symbol
from deltarule.language.traversal import substitute
from deltarule.program.native.operations import Operation

__all__ = ["recomputed"]

PARTS = (2, 3, 4, 5, 6, 8, 10, 13, 16)
"""How many parts are tried: the least memory is near the root of the number of activities."""
AGAIN = " (again)"


def recomputed(
    ops: Sequence[Operation], loss: str, by_row: Callable[[Operation], bool], memory: Callable[[list[Operation]], int]
) -> list[Operation]:
    """The operations with some of the forward pass written again before the backward pass needs them.

    `by_row` tells the results that have a row for each sample; `memory` gives what a plan needs.
    """
    forward = _needed(ops, loss)
    backward = [op for op in ops if op not in forward]
    read_back = {n for op in backward for n in op.reads}
    saved = [k for k, op in enumerate(forward) if op.name in read_back and by_row(op)]
    best, least = list(ops), memory(list(ops))
    for parts in (p for p in PARTS if p <= len(saved)):
        plan = _plan(forward, backward, saved, parts, by_row)
        needs = memory(plan)
        if needs < least:
            best, least = plan, needs
    return best


def _needed(ops: Sequence[Operation], loss: str) -> list[Operation]:
    live = {loss}
    out: list[Operation] = []
    for op in reversed(ops):
        if op.name in live:
            live |= op.reads
            out.append(op)
    return out[::-1]


def _plan(
    forward: Sequence[Operation],
    backward: Sequence[Operation],
    saved: Sequence[int],
    parts: int,
    by_row: Callable[[Operation], bool],
) -> list[Operation]:
    """The saved activities in so many parts."""
    ends = [saved[(len(saved) * (k + 1)) // parts - 1] for k in range(parts - 1)]  # the last operation of each part
    starts = [0, *(end + 1 for end in ends)]
    made = {op.name: k for k, op in enumerate(forward)}
    wanted = {forward[k].name for k in saved}
    clones: list[list[Operation]] = []
    kept: set[str] = set()
    for start, end in zip(starts, ends, strict=False):
        part = forward[start : end + 1]
        needed: set[str] = {op.name for op in part if op.name in wanted}
        chosen: list[Operation] = []
        for op in reversed(part):
            if op.name in needed:
                chosen.insert(0, op)
                needed |= op.reads
        kept |= {n for n in needed if n in made and not start <= made[n] <= end}
        clones.append(chosen)
    # What a later part starts from is there, and what has no rows is small: neither is computed again.
    again: set[str] = set()
    for chosen in clones:
        again |= {op.name for op in chosen if op.name not in kept and by_row(op)}
    renaming = {n: n + AGAIN for n in again}
    out = list(forward)
    waiting = [[_renamed(op, renaming) for op in chosen if op.name in again] for chosen in clones]
    for op in backward:
        mine = _renamed(op, renaming, own=False)
        for written in waiting:
            if written and mine.reads & {w.name for w in written}:
                out += written
                written.clear()
        out.append(mine)
    return out


def _renamed(op: Operation, renaming: dict[str, str], *, own: bool = True) -> Operation:
    if not (op.reads | {op.name}) & renaming.keys():
        return op

    def put(e: Expression) -> Expression | None:
        return Symbol(renaming[e.name], e.indices) if isinstance(e, Symbol) and e.name in renaming else None

    name = renaming.get(op.name, op.name) if own else op.name
    return replace(op, name=name, body=substitute(op.body, put))
