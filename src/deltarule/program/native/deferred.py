"""The losses of single samples, evaluated many at a time after the updates that they do not influence.

With one sample a batch, the loss takes as long as the step itself if each is computed alone. What only the loss needs
is set apart; the steps of a block of samples note what it reads; then one pass of vector code computes all losses.

    L = Σ_s f(z[s], y[s]) over a batch of one    becomes    L[s] = f(z[s], y[s]) over the block
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod

from deltarule.language.expression import Axis, Expression, Symbol, rename
from deltarule.language.traversal import substitute
from deltarule.program.native.groups import Group, grouped
from deltarule.program.native.lowering import Job
from deltarule.program.native.operations import Operation

__all__ = ["BLOCK", "Deferred", "deferred"]

BLOCK = 32
"""Samples whose losses are computed together."""
_NOTED = 32
"""Numbers of one sample that may be noted for its loss."""


@dataclass(frozen=True)
class Deferred:
    """A job taken apart."""

    steps: tuple[Group, ...]
    """What the updates need."""
    losses: tuple[Group, ...]
    """What only the loss needs, with an axis of samples throughout."""
    noted: dict[str, tuple[int, ...]]
    """What `losses` reads of each sample, and its shape."""
    made: dict[str, tuple[int, ...]]
    """What `losses` computes of each sample, and its shape."""


def deferred(job: Job, size: Callable[[Axis], int]) -> Deferred | None:
    """The job with its losses apart; None where they cannot be, or need much of each sample."""
    if job.loss is None:
        return None
    needed = {n for g in job.groups if g.targets for n in g.reads}
    for g in reversed(job.groups):
        if needed & set(g.made):
            needed |= g.reads
    steps = tuple(g for g in job.groups if g.targets or needed & set(g.made))
    apart = [m for g in job.groups if g not in steps for m in g.members]
    if not apart or job.loss not in {m.name for m in apart}:
        return None
    names = {m.name for m in apart}
    others = {*job.parameters, *job.state, *(n for g in steps for n in g.made)}
    noted: dict[str, tuple[int, ...]] = {}
    for m in apart:
        if m.kind == "norm" or m.target:
            return None
        for symbol in _symbols(m.body):
            if symbol.name not in names and (symbol.axes or symbol.name in others):
                if any(isinstance(i, int) for i in symbol.indices) or not _batch_axes(symbol.axes, job):
                    return None
                noted[symbol.name] = tuple(size(a) for a in symbol.axes if a.size != job.batch)
    if any(prod(shape) > _NOTED for shape in noted.values()):
        return None
    promoted: dict[str, bool] = {}
    operations = [_of_each_sample(m, job, names, promoted) for m in apart]
    made = {m.name: tuple(size(a) for a in m.axes if a.size != job.batch) for m in operations}
    return Deferred(steps, tuple(grouped(operations)), noted, made)


def _of_each_sample(op: Operation, job: Job, names: set[str], promoted: dict[str, bool]) -> Operation:
    """The operation with the axis of samples free; a name that had none gets it as its first axis."""
    own = _batch_axes(op.axes, job)
    over = _batch_axes(op.bound, job)
    axis = (own or over or (Axis("_sample", job.batch or 1),))[0]

    def with_sample(e: Expression) -> Expression | None:
        if isinstance(e, Symbol) and promoted.get(e.name):
            return Symbol(e.name, (axis, *e.indices))
        return None

    body = substitute(op.body, with_sample)
    if over and own:
        body = rename(body, {over[0]: axis})
    promoted[op.name] = not own
    bound = tuple(a for a in op.bound if a not in over)
    axes = op.axes if own else (axis, *op.axes)
    return replace(op, axes=axes, bound=bound, body=body, kind=op.kind if bound else "each")


def _batch_axes(axes: Sequence[Axis], job: Job) -> tuple[Axis, ...]:
    return tuple(a for a in axes if a.size == job.batch)


def _symbols(e: Expression) -> set[Symbol]:
    found = {e} if isinstance(e, Symbol) else set()
    return found.union(*(_symbols(child) for child in e.children))
