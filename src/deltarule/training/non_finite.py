"""What is said when numbers run out of range: the epoch, the batch, the first message that was not finite, a remedy.

A run keeps the parameters of the beginning of each epoch. When the loss or a parameter is not finite, the epoch is run
again from there, and every message of the batch at which it happens is looked at, in the order of evaluation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.updating import Memory

if TYPE_CHECKING:
    from deltarule.training.loop import Trainable
    from deltarule.training.windows import Data

__all__ = ["Cause", "NonFiniteLoss", "Snapshot", "cause_in"]

Parameters = dict[str, np.ndarray]
HUGE = 1e3
"""A finite message as large as the largest number of its type over this, or its root, has grown on the way."""


@dataclass(frozen=True)
class Cause:
    """The first message of a batch that was not finite, as `a_1`; `kind`: `input`, `forward`, `backward`, `update`."""

    batch: int
    name: str
    kind: str
    bad: int
    """How many of its values are not finite."""
    values: int
    grown: bool
    """Whether the messages before it had grown so large that the range of numbers was left."""
    nan: bool

    @property
    def words(self) -> str:
        what = "not a number" if self.nan else "infinite"
        count = f", {self.bad} of its {self.values} values {what}" if self.values > 1 else f", {what}"
        noun = {"input": "the input", "update": "the update of"}.get(self.kind, "the message")
        return f"the first that was not finite: {noun} {self.name}{count}"


class NonFiniteLoss(DeltaruleError):
    """The loss or a parameter became infinite or not a number. `epoch` and `batch` count from 1.

    `message` is the first message of that batch that was not finite, by its name in the derivation (`a_1`, `delta_z`,
    `grad_W_1`), None where that could not be found.
    """

    def __init__(self, what: str, epoch: int, batch: int, learning_rate: float, cause: Cause | None = None) -> None:
        self.epoch, self.batch, self.learning_rate = epoch, batch, learning_rate
        self.message = None if cause is None else cause.name
        first = (epoch, batch) == (1, 1) and what.startswith("the loss")
        lines = [f"{what} in epoch {epoch}, batch {batch}, with learning_rate = {learning_rate:g}"]
        if cause is not None:
            lines.append(cause.words + (f", in batch {cause.batch}" if cause.batch != batch else ""))
        lines.append(f"remedy: {_remedy(cause, first, learning_rate)}")
        super().__init__("\n".join(lines))


def _remedy(cause: Cause | None, first: bool, learning_rate: float) -> str:
    slower = f"try learning_rate = {min(learning_rate / 10, 0.1):g}"
    if first and (cause is None or cause.kind == "input" or cause.grown):
        return "no update has been made yet: look for huge values in the data, or standardise the columns"
    if cause is None or cause.kind == "update":
        return slower
    if cause.kind == "input":
        return "leave out the rows whose numbers are not finite"
    if cause.grown:
        return f"{slower}, or clip_norm = 1"
    if cause.kind == "forward":
        return (
            "the equation is not defined there (a logarithm of 0, a division by 0): a loss that takes the logits, "
            "such as bce_with_logits, has no such place"
        )
    return f"the derivative is infinite there (a root or a power at 0): keep away from that place, or {slower}"


@dataclass
class Snapshot:
    """Where a run stood at the beginning of an epoch, after `done` of its batches."""

    parameters: Parameters
    memory: Memory
    done: int

    @classmethod
    def of(cls, parameters: Parameters, memory: Memory, done: int) -> Snapshot:
        return cls({name: value.copy() for name, value in parameters.items()}, _copied(memory), done)


def _copied(memory: Memory) -> Memory:
    arrays = {p: {name: value.copy() for name, value in own.items()} for p, own in memory.arrays.items()}
    return replace(memory, arrays=arrays, schedule=dict(memory.schedule))


def cause_in(
    program: Trainable,
    parameters: Parameters,
    batches: Iterable[tuple[int, Data]],
    update: Callable[[Parameters, Data], float],
) -> Cause | None:
    """The cause in the first of the numbered batches with a loss or an update that is not finite.

    `parameters` are those before them, and change.
    """
    for number, data in batches:
        before = {name: value.copy() for name, value in parameters.items()}
        loss = update(parameters, data)
        if math.isfinite(loss) and all(np.isfinite(value).all() for value in parameters.values()):
            continue
        return _first(program, before, parameters, data, number)
    return None


def _first(program: Trainable, before: Parameters, after: Parameters, data: Data, number: int) -> Cause | None:
    X, Y, weight = data
    spec: Any = getattr(program, "spec", None)
    if spec is None:
        return None
    forward = {equation.name for equation in spec.forward}
    largest = max((float(np.abs(v).max(initial=0)) for v in before.values()), default=0.0)
    first = X[spec.inputs[0]] if isinstance(X, Mapping) else X
    for name, value in ((spec.inputs[0], first), (spec.target, Y)):
        if not np.isfinite(value).all():
            return _cause(number, name, "input", value, largest)
        largest = max(largest, float(np.abs(value).max(initial=0)))
    for name, value in program.messages(before, X, Y, sample_weight=weight).items():
        if not np.isfinite(value).all():
            return _cause(number, name, "forward" if name in forward else "backward", value, largest)
        largest = max(largest, float(np.abs(value).max(initial=0)))
    for name, value in after.items():
        if not np.isfinite(value).all():
            return _cause(number, name, "update", value, largest)
    return None


def _cause(number: int, name: str, kind: str, value: np.ndarray, largest: float) -> Cause:
    bad = ~np.isfinite(value)
    range_ = float(np.finfo(value.dtype if value.dtype.kind == "f" else np.float64).max)
    grown = largest > math.sqrt(range_) / HUGE
    return Cause(number, name, kind, int(bad.sum()), value.size, grown, bool(np.isnan(value).any()))
