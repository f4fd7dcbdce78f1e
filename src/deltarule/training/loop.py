"""The loop of training: epochs of shuffled batches, one update each, until the last epoch or Ctrl-C.

The shuffling of epoch `e` depends on the seed and on `e` alone, so a run can be continued where it stopped.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.callbacks import BatchReport, Callback, EpochReport, Run, Watchers, check_callbacks
from deltarule.training.optimisers import OPTIMISERS, Optimiser, option_values
from deltarule.training.schedules import SCHEDULES, Schedule, learning_rates
from deltarule.training.updating import NO_CHANGES, Changes, Memory, Updates

__all__ = ["BatchReport", "Callback", "EpochReport", "NonFiniteLoss", "Plan", "Run", "batches", "run_epochs"]

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


class NonFiniteLoss(DeltaruleError):
    """The loss or a parameter became infinite or not a number. `epoch` and `batch` count from 1."""

    def __init__(self, what: str, epoch: int, batch: int, learning_rate: float) -> None:
        self.epoch, self.batch, self.learning_rate = epoch, batch, learning_rate
        remedy = (
            "no update has been made yet: look for huge values in the data, or standardise the columns"
            if (epoch, batch) == (1, 1) and what.startswith("the loss")
            else f"try learning_rate = {min(learning_rate / 10, 0.1):g}"
        )
        super().__init__(
            f"{what} in epoch {epoch}, batch {batch}, with learning_rate = {learning_rate:g}\nremedy: {remedy}"
        )


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


def run_epochs(
    program: Trainable,
    parameters: Parameters,
    X: np.ndarray,
    Y: np.ndarray,
    plan: Plan,
    *,
    sample_weight: np.ndarray | None = None,
    judge: Callable[[Parameters], Mapping[str, float]] | None = None,
    progress: Callable[[EpochReport], object] | None = None,
    callbacks: Sequence[Callback] = (),
    memory: Memory | None = None,
    watch: Callable[[float, float], bool] | None = None,
) -> Run:
    """Train `parameters` in place on `X` [rows, ...] and `Y` [rows, ...].

    `judge` gives further figures of each epoch (on the validation part, say). `progress` and `callbacks` hear of the
    run. `memory` is what the optimiser remembers: read and renewed, so that a later run goes on. `watch(rate, loss)`
    hears of each batch and ends the run by True. Ctrl-C ends the run after the batch; a second one at once.

    Raises:
        NonFiniteLoss: with the epoch, the batch and the learning rate.
    """
    memory = Memory() if memory is None else memory
    run = Run(program, parameters, plan, len(X))
    watchers = Watchers(check_callbacks(callbacks), run)
    update = _updater(program, plan, memory)
    rates = learning_rates(
        plan.schedule, plan.learning_rate, plan.schedule_options, plan.updates(len(X)), memory.schedule
    )
    ended = False
    began = time.perf_counter()
    # Overflow is not a warning here: it makes the loss non-finite, and that is an error that says more.
    with _interrupts() as interrupted, np.errstate(over="ignore", invalid="ignore", divide="ignore"), watchers:
        for epoch in range(plan.first_epoch + 1, plan.first_epoch + plan.epochs + 1):
            start, total, seen, number, rate = time.perf_counter(), 0.0, 0, 0, plan.learning_rate
            for number, rows in enumerate(batches(len(X), plan.batch_size, plan.seed, epoch), 1):
                data = X[rows], Y[rows], None if sample_weight is None else sample_weight[rows]
                rate = rates.rate(memory.updates, epoch - 1)
                report = watchers.before_batch(epoch, number, rows, data) if watchers.of_batches else None
                loss = update(parameters, *data, rate)
                if not math.isfinite(loss):
                    raise NonFiniteLoss(f"the loss became {loss}", epoch, number, plan.learning_rate)
                if report is not None:
                    watchers.after_batch(report, loss, rate)
                size = len(X) if isinstance(rows, slice) else len(rows)
                total, seen = total + loss * size, seen + size
                ended = watch is not None and watch(rate, loss)
                if ended or interrupted.is_set():
                    break
            for name, value in parameters.items():
                if not np.all(np.isfinite(value)):
                    raise NonFiniteLoss(f"the parameter {name} became non-finite", epoch, number, plan.learning_rate)
            now = time.perf_counter()
            figures = {"loss": total / seen, **(judge(parameters) if judge else {})}
            for name, value in figures.items():
                run.history.setdefault(name, []).append(float(value))
            rates.epoch_over(float(figures.get("val_loss", figures["loss"])))
            run.epochs += 1
            if progress is not None or watchers.callbacks:
                left = (time.perf_counter() - began) / run.epochs * (plan.epochs - run.epochs)
                last = plan.first_epoch + plan.epochs
                told = EpochReport(epoch, last, figures, seen / max(now - start, 1e-9), left, rate)
                if progress is not None:
                    progress(told)
                ended |= watchers.epoch_over(told)
            run.interrupted = interrupted.is_set()
            if ended or run.interrupted:
                break
    return run


def batches(rows: int, size: int, seed: int, epoch: int) -> Iterator[np.ndarray | slice]:
    """The rows of each batch of an epoch, every row once, shuffled; the last batch has what is left.

    One batch of all rows is not shuffled: the order within a batch changes nothing but rounding.
    """
    if size >= rows:
        yield slice(None)
        return
    order = np.random.default_rng([seed, 2, epoch]).permutation(rows)  # stream 2; the split draws from stream 1
    for start in range(0, rows, size):
        yield order[start : start + size]


def _updater(
    program: Trainable, plan: Plan, memory: Memory
) -> Callable[[Parameters, np.ndarray, np.ndarray, np.ndarray | None, float], float]:
    """One batch: the loss before its update."""
    options = option_values(plan.optimiser, plan.options)
    if plan.optimiser is OPTIMISERS["sgd"] and not plan.changes.any:  # the program has this one in its own step

        def fused(
            parameters: Parameters, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None, rate: float
        ) -> float:
            memory.updates += 1
            if weight is None:
                return program.step(parameters, X, Y, rate)
            return program.step(parameters, X, Y, rate, sample_weight=weight)

        return fused

    updates = Updates(plan.optimiser, options, plan.changes, memory)

    def by_equations(
        parameters: Parameters, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None, rate: float
    ) -> float:
        loss, gradients = program.gradients(parameters, X, Y, sample_weight=weight)
        if math.isfinite(loss):
            updates.apply(parameters, gradients, rate)
        return loss

    return by_equations


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
