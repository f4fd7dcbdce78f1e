"""Callbacks: what a person may watch of a training, batch by batch and epoch by epoch, and how to end it early.

>>> class Rates(Callback):
...     def __init__(self):
...         self.sizes = []
...
...     def wants(self, epoch, batch):
...         return batch == 1
...
...     def on_batch(self, report):
...         self.sizes.append(float(abs(report.gradients["w"]).max()))
>>> from sklearn.datasets import load_breast_cancer
>>> from deltarule.training import Classifier
>>> watched = Rates()
>>> network = "linear(n, 1) -> sigmoid -> bce"
>>> model = Classifier(network, epochs=3, callbacks=[watched]).fit(*load_breast_cancer(return_X_y=True))
>>> len(watched.sizes), watched.sizes[0] > watched.sizes[2]
(3, True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from deltarule.language.errors import DeltaruleError

if TYPE_CHECKING:
    from deltarule.training.loop import Plan, Trainable

__all__ = ["BatchReport", "Callback", "EpochReport", "Run", "check_callbacks"]

Parameters = dict[str, np.ndarray]


@dataclass(frozen=True)
class EpochReport:
    """What callbacks and `progress` hear after each epoch. `figures` has the loss and whatever else is judged."""

    epoch: int
    epochs: int
    figures: Mapping[str, float]
    samples_per_second: float
    seconds_left: float
    learning_rate: float = float("nan")
    """That of the last update."""

    @property
    def loss(self) -> float:
        return self.figures["loss"]


@dataclass
class Run:
    """A training while it runs and what came of it: the figures of each epoch, the epochs begun, how it ended.

    `parameters` are those being trained: they change in place, and a callback may read them or write into them.
    """

    program: Trainable
    parameters: Parameters
    plan: Plan
    rows: int
    """Of the training part."""
    history: dict[str, list[float]] = field(default_factory=dict)
    epochs: int = 0
    interrupted: bool = False
    """Whether Ctrl-C ended it."""
    stopped_by: Callback | None = None
    """The callback that ended it."""
    failure: BaseException | None = None
    """What ended it by an error, a `NonFiniteLoss` say."""


class Callback:
    """Watches a training; every method may be left as it is. An estimator takes them as `callbacks=[...]`."""

    def on_begin(self, run: Run) -> None:
        """Before the first batch."""

    def wants(self, epoch: int, batch: int) -> bool:
        """Whether `on_batch` is to hear of this batch (both count from 1).

        A batch that nobody wants costs nothing, one that is wanted a copy of the parameters.
        """
        return True

    def on_batch(self, report: BatchReport) -> None:
        """After the update of a batch."""

    def on_epoch(self, report: EpochReport) -> bool | None:
        """After an epoch; True ends the training."""

    def state(self) -> Mapping[str, Any]:
        """What a checkpoint keeps so that the callback goes on as if nothing had been: numbers, texts, None and arrays
        by name, and dictionaries of arrays.
        """
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""

    def on_end(self, run: Run) -> None:
        """After the last epoch, after Ctrl-C, and after an error too (`run.failure`)."""


class BatchReport:
    """One batch and its update. `gradients` and `messages` are computed when they are first asked for.

    `X` is a dictionary by name where the network draws masks: its input, and what was drawn for these rows.
    """

    def __init__(
        self,
        run: Run,
        epoch: int,
        batch: int,
        rows: np.ndarray | slice,
        data: tuple[np.ndarray, np.ndarray, np.ndarray | None],
        before: Parameters,
        wanting: Sequence[Callback] = (),
    ) -> None:
        self.run, self.epoch, self.batch, self.rows, self.wanting = run, epoch, batch, rows, wanting
        self.X, self.Y, self.sample_weight = data
        self.before = before
        """The parameters before the update: copies, to be kept as one likes."""
        self.loss = float("nan")
        """The mean loss of the batch, before the update."""
        self.learning_rate = float("nan")

    @property
    def parameters(self) -> Parameters:
        """The parameters after the update, as they are trained: copy what is to be kept."""
        return self.run.parameters

    @property
    def changes(self) -> Parameters:
        """What the update added to each parameter."""
        return {name: value - self.before[name] for name, value in self.parameters.items()}

    @cached_property
    def gradients(self) -> Parameters:
        """∂L/∂θ of each parameter at `before`, by its name; without penalties, clipping and decay."""
        return self.run.program.gradients(self.before, self.X, self.Y, sample_weight=self.sample_weight)[1]

    @cached_property
    def messages(self) -> Parameters:
        """Every equation's value at `before`, by name and in order: activities (`h_1` [rows, units]), the loss, error
        signals (`delta_a_1`, those of the mean loss: divided by the rows), gradients (`grad_W_1`).
        """
        return self.run.program.messages(self.before, self.X, self.Y, sample_weight=self.sample_weight)


def check_callbacks(callbacks: object) -> tuple[Callback, ...]:
    """The callbacks of a setting, None being none.

    Raises:
        DeltaruleError: it is no list, or something in it is no `Callback`.
    """
    if callbacks is None:
        return ()
    if isinstance(callbacks, Callback) or not isinstance(callbacks, Sequence) or isinstance(callbacks, str):
        raise DeltaruleError(f"callbacks is {callbacks!r}; it must be a list of deltarule.Callback, or None")
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise DeltaruleError(
                f"callbacks has {callback!r}; each must be a deltarule.Callback (derive a class from it)"
            )
    return tuple(callbacks)


class Watchers:
    """The callbacks of one run; as a context it tells them of its beginning and its end."""

    def __init__(self, callbacks: tuple[Callback, ...], run: Run) -> None:
        self.callbacks, self.run = callbacks, run
        self.of_batches = [c for c in callbacks if type(c).on_batch is not Callback.on_batch]

    def __enter__(self) -> Watchers:
        for callback in self.callbacks:
            callback.on_begin(self.run)
        return self

    def __exit__(self, kind: object, error: BaseException | None, place: object) -> None:
        self.run.failure = error
        for callback in self.callbacks:
            callback.on_end(self.run)

    def before_batch(
        self,
        epoch: int,
        batch: int,
        rows: np.ndarray | slice,
        data: tuple[np.ndarray, np.ndarray, np.ndarray | None],
    ) -> BatchReport | None:
        """The report of a batch to come, where somebody wants it."""
        wanting = self.wanting(epoch, batch)
        return self.report(epoch, batch, rows, data, wanting) if wanting else None

    def wanting(self, epoch: int, batch: int) -> list[Callback]:
        """Who wants to hear of a batch. A batch may be asked for more than once."""
        return [c for c in self.of_batches if c.wants(epoch, batch)]

    def report(
        self,
        epoch: int,
        batch: int,
        rows: np.ndarray | slice,
        data: tuple[np.ndarray, np.ndarray, np.ndarray | None],
        wanting: Sequence[Callback],
    ) -> BatchReport:
        """The report of a batch to come."""
        before = {name: value.copy() for name, value in self.run.parameters.items()}
        return BatchReport(self.run, epoch, batch, rows, data, before, wanting)

    def after_batch(self, report: BatchReport, loss: float, learning_rate: float) -> None:
        """Whoever wanted the batch hears of it."""
        report.loss, report.learning_rate = loss, learning_rate
        for callback in report.wanting:
            callback.on_batch(report)

    def epoch_over(self, report: EpochReport) -> bool:
        """Everybody hears of the epoch; whether one wants to end the training."""
        for callback in self.callbacks:
            if callback.on_epoch(report) and self.run.stopped_by is None:
                self.run.stopped_by = callback
        return self.run.stopped_by is not None
