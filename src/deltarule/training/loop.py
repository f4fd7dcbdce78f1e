"""The loop of training: epochs of shuffled batches, one update each, until the last epoch or Ctrl-C.

The shuffling of epoch `e` depends on the seed and on `e` alone, so a run can be continued where it stopped.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from deltarule.program.draws import Draws
from deltarule.training.callbacks import BatchReport, Callback, EpochReport, Run, Watchers, check_callbacks
from deltarule.training.non_finite import NonFiniteLoss, Snapshot, cause_in
from deltarule.training.optimisers import Optimiser
from deltarule.training.schedules import SCHEDULES, Schedule, learning_rates
from deltarule.training.stepping import draws_of, refuse_single_samples, stepper, updater
from deltarule.training.updating import NO_CHANGES, Changes, Memory
from deltarule.training.windows import Data, InMemory, Rows, batches, batches_of

__all__ = [
    "BatchReport",
    "Callback",
    "Checkpointing",
    "EpochReport",
    "NonFiniteLoss",
    "Plan",
    "Position",
    "Run",
    "batches",
    "run_epochs",
    "train_on",
]

Parameters = dict[str, np.ndarray]


class Trainable(Protocol):
    """What the loop asks of a compiled network: mean losses, and updates that change `parameters` in place."""

    def gradients(
        self, parameters: Parameters, X: np.ndarray, Y: np.ndarray, *, sample_weight: np.ndarray | None = None
    ) -> tuple[float, Parameters]: ...

    def step(
        self,
        parameters: Parameters,
        X: np.ndarray,
        Y: np.ndarray,
        learning_rate: float,
        *,
        sample_weight: np.ndarray | None = None,
    ) -> float: ...

    def messages(
        self, parameters: Parameters, X: np.ndarray, Y: np.ndarray, *, sample_weight: np.ndarray | None = None
    ) -> Parameters: ...


@dataclass(frozen=True)
class Plan:
    """How to train. `first_epoch` counts the epochs already behind (0 for a new run)."""

    optimiser: Optimiser
    learning_rate: float
    batch_size: int
    epochs: int
    seed: int
    first_epoch: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the optimiser; those left out are at their defaults."""
    changes: Changes = NO_CHANGES
    schedule: Schedule = SCHEDULES["constant"]
    schedule_options: Mapping[str, Any] = field(default_factory=dict)
    total: int | None = None
    """The updates that the schedule is laid out for; None: those of `epochs`."""

    def updates(self, rows: int) -> int:
        """The updates that the schedule is laid out for."""
        return math.ceil(rows / self.batch_size) * self.epochs if self.total is None else self.total


@dataclass
class Position:
    """Where a training stands: `epochs` are over, `batches` of the next one too, with the losses that these had."""

    epochs: int = 0
    batches: int = 0
    total: float = 0.0
    """The sum of the losses of the samples of these batches."""
    seen: int = 0
    """How many samples they had."""
    over: bool = False
    """Whether a callback has ended the training: then nothing is left to do."""

    def add(self, batches: int, losses: np.ndarray, rows: np.ndarray) -> None:
        """Go on to so many batches; the last of them had these mean losses and rows."""
        # One after another: the sum is the same bits however the batches were put together.
        total = np.add.accumulate(np.concatenate([[self.total], losses * rows]))[-1]
        self.batches, self.total, self.seen = batches, float(total), self.seen + int(rows.sum())


class Checkpointing(Protocol):
    """Keeps what a run needs to go on where it was killed. `due` is asked after each batch and each epoch."""

    def due(self) -> bool: ...

    def keep(self, run: Run, memory: Memory, position: Position) -> None: ...


def run_epochs(
    program: Trainable,
    parameters: Parameters,
    X: np.ndarray,
    Y: np.ndarray,
    plan: Plan,
    *,
    sample_weight: np.ndarray | None = None,
    **more: Any,
) -> Run:
    """`train_on` arrays in memory: `X` [rows, ...], `Y` [rows, ...] and the weights of the rows."""
    return train_on(program, parameters, InMemory(X, Y, sample_weight), plan, **more)


def train_on(
    program: Trainable,
    parameters: Parameters,
    rows: Rows,
    plan: Plan,
    *,
    judge: Callable[[Parameters], Mapping[str, float]] | None = None,
    progress: Callable[[EpochReport], object] | None = None,
    callbacks: Sequence[Callback] = (),
    memory: Memory | None = None,
    watch: Callable[[float, float], bool] | None = None,
    checkpoint: Checkpointing | None = None,
    position: Position | None = None,
    history: Mapping[str, list[float]] | None = None,
) -> Run:
    """Train `parameters` in place.

    `judge` gives further figures of each epoch (on the validation part, say). `progress` and `callbacks` hear of the
    run. `memory` is what the optimiser remembers: read and renewed, so that a later run goes on. `watch(rate, loss)`
    hears of each batch and ends the run by True. Ctrl-C ends the run after the batch; a second one at once.
    `checkpoint` keeps what is needed to go on; then `position` and `history` say what of this run is over already.

    Raises:
        NonFiniteLoss: with the epoch, the batch and the learning rate.
    """
    memory = Memory() if memory is None else memory
    at = Position() if position is None else position
    run = Run(program, parameters, plan, len(rows), {n: list(v) for n, v in (history or {}).items()}, at.epochs)
    watchers = Watchers(check_callbacks(callbacks), run)
    rates = learning_rates(
        plan.schedule, plan.learning_rate, plan.schedule_options, plan.updates(len(rows)), memory.schedule
    )
    refuse_single_samples(program, plan.batch_size, len(rows))
    steps = stepper(program, parameters, plan, memory, rates, watchers, single=watch is not None)
    ended = kept = False
    began, over_before = time.perf_counter(), at.epochs
    # Overflow is not a warning here: it makes the loss non-finite, and that is an error that says more.
    with _interrupts() as interrupted, np.errstate(over="ignore", invalid="ignore", divide="ignore"), watchers:
        left_over = range(plan.first_epoch + at.epochs + 1, plan.first_epoch + plan.epochs + 1)
        for epoch in () if at.over else left_over:
            start, seen_before, number, rate = time.perf_counter(), at.seen, at.batches, plan.learning_rate
            started = Snapshot.of(parameters, memory, at.batches)
            for done in steps.epoch(rows, epoch, at.batches):
                number, rate, loss = done.last, done.rate, float(done.losses[-1])
                if not math.isfinite(loss):
                    raise _non_finite(f"the loss became {loss}", program, rows, plan, epoch, number, started)
                if done.report is not None:
                    watchers.after_batch(done.report, loss, rate)
                at.add(number, done.losses, done.rows)
                ended = watch is not None and watch(rate, loss)
                if checkpoint is not None and (interrupted.is_set() or (at.seen < len(rows) and checkpoint.due())):
                    checkpoint.keep(run, memory, at)
                    kept = interrupted.is_set()
                if ended or interrupted.is_set():
                    break
            for name, value in parameters.items():
                if not np.all(np.isfinite(value)):
                    what = f"the parameter {name} became non-finite"
                    raise _non_finite(what, program, rows, plan, epoch, number, started)
            now = time.perf_counter()
            figures = {"loss": at.total / at.seen, **(judge(parameters) if judge else {})}
            for name, value in figures.items():
                run.history.setdefault(name, []).append(float(value))
            rates.epoch_over(float(figures.get("val_loss", figures["loss"])))
            speed = (at.seen - seen_before) / max(now - start, 1e-9)
            run.epochs += 1
            at.epochs, at.batches, at.total, at.seen = run.epochs, 0, 0.0, 0
            if progress is not None or watchers.callbacks:
                left = (time.perf_counter() - began) / (run.epochs - over_before) * (plan.epochs - run.epochs)
                last = plan.first_epoch + plan.epochs
                told = EpochReport(epoch, last, figures, speed, left, rate)
                if progress is not None:
                    progress(told)
                ended |= watchers.epoch_over(told)
            run.interrupted = interrupted.is_set()
            at.over = ended
            if checkpoint is not None and not kept and (run.interrupted or checkpoint.due()):
                checkpoint.keep(run, memory, at)
            if ended or run.interrupted:
                break
    return run


def _non_finite(
    what: str, program: Trainable, rows: Rows, plan: Plan, epoch: int, batch: int, started: Snapshot
) -> NonFiniteLoss:
    """The error, with what the epoch, run again from its beginning, says of the cause."""
    memory, done = started.memory, started.done
    update = updater(program, plan, memory)
    rates = learning_rates(
        plan.schedule, plan.learning_rate, plan.schedule_options, plan.updates(len(rows)), memory.schedule
    )
    draws = draws_of(program, plan, started.parameters)
    cut = batches_of(rows, plan.batch_size, plan.seed, epoch, done)
    taken = enumerate(_drawn(cut, draws, plan, epoch, done), done + 1)
    cause = cause_in(
        program,
        started.parameters,
        ((number, data) for number, data in taken if number <= batch),
        lambda parameters, data: update(parameters, *data, rates.rate(memory.updates, epoch - 1)),
    )
    return NonFiniteLoss(what, epoch, batch, plan.learning_rate, cause)


def _drawn(taken: Iterable[tuple[Any, Data]], draws: Draws, plan: Plan, epoch: int, done: int) -> Iterator[Data]:
    for number, (_, (X, Y, weight)) in enumerate(taken, done):
        yield draws.into(X, epoch, number * plan.batch_size), Y, weight


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets instead of stopping a batch half-way; the second one stops at once."""
    event = threading.Event()
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or usual is not signal.default_int_handler:
        yield event  # not ours to take: only the main thread may, and somebody else's handler stays
        return

    def first(number: int, frame: object) -> None:
        event.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, first)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, usual)
