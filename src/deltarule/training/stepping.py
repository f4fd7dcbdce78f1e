"""What carries out the batches of an epoch: one after another, or many in one call of native code.

Batches that somebody watches are single calls. How many the other calls have follows from the time that they take, and
changes nothing but when Ctrl-C is heard.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from deltarule.program.update import update
from deltarule.training.callbacks import BatchReport, Watchers
from deltarule.training.optimisers import OPTIMISERS, option_values
from deltarule.training.schedules import LearningRates
from deltarule.training.updating import Memory, Updates, first_memory
from deltarule.training.windows import Data, Rows, Window, batches_of

if TYPE_CHECKING:
    from deltarule.training.loop import Plan, Trainable

__all__ = ["Done", "stepper", "updater"]

Parameters = dict[str, np.ndarray]
AT_ONCE = 0.05
"""Seconds that one call may take: Ctrl-C is heard after it."""
FIRST_CALL = 1 << 22
"""Numbers of parameters and rows that the batches of the first call touch: a few milliseconds."""


class Done(NamedTuple):
    """Batches that were carried out: the number of the last one, their losses and rows, and its learning rate."""

    last: int
    losses: np.ndarray
    """Each the mean loss of its batch before the update. Only the last may be one that is not finite."""
    rows: np.ndarray
    rate: float
    report: BatchReport | None = None
    """Where somebody wanted the batch: then it is a single one."""


class Stepper(Protocol):
    def epoch(self, rows: Rows, epoch: int, done: int) -> Iterator[Done]:
        """The batches of an epoch after the first `done` of them."""
        ...


def stepper(
    program: Trainable,
    parameters: Parameters,
    plan: Plan,
    memory: Memory,
    rates: LearningRates,
    watchers: Watchers,
    *,
    single: bool,
) -> Stepper:
    """Native code where the program has it, else the program's own steps; with `single`, one batch at a time."""
    if not hasattr(type(program), "trainer"):
        return _OneByOne(updater(program, plan, memory), parameters, plan, memory, rates, watchers)
    trainer: Callable[..., Any] = program.trainer  # type: ignore[attr-defined]
    return _Native(trainer, updater(program, plan, memory), parameters, plan, memory, rates, watchers, single)


def updater(
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


@dataclass
class _OneByOne:
    update: Callable[[Parameters, np.ndarray, np.ndarray, np.ndarray | None, float], float]
    parameters: Parameters
    plan: Plan
    memory: Memory
    rates: LearningRates
    watchers: Watchers

    def epoch(self, rows: Rows, epoch: int, done: int) -> Iterator[Done]:
        watchers = self.watchers
        taken = batches_of(rows, self.plan.batch_size, self.plan.seed, epoch, done)
        for number, (picked, data) in enumerate(taken, done + 1):
            rate = self.rates.rate(self.memory.updates, epoch - 1)
            report = watchers.before_batch(epoch, number, picked, data) if watchers.of_batches else None
            loss = self.update(self.parameters, *data, rate)
            yield Done(number, np.array([loss]), np.array([data[0].shape[0]]), rate, report)


@dataclass
class _Native:
    make: Callable[..., Any]
    update: Callable[[Parameters, np.ndarray, np.ndarray, np.ndarray | None, float], float]
    parameters: Parameters
    plan: Plan
    memory: Memory
    rates: LearningRates
    watchers: Watchers
    single: bool
    trainer: Any = None
    at_once: float = 0.0

    def epoch(self, rows: Rows, epoch: int, done: int) -> Iterator[Done]:
        number = done
        for window in rows.windows(self.plan.batch_size, self.plan.seed, epoch):
            size = len(window.Y) if window.order is None else min(self.plan.batch_size, len(window.order))
            count = 1 if window.order is None else math.ceil(len(window.order) / size)
            if done >= count:
                done -= count
                continue
            if self.trainer is None:
                self.trainer = self._trainer(window)
            if self.trainer is None:  # no code for this network
                whole = _OneByOne(self.update, self.parameters, self.plan, self.memory, self.rates, self.watchers)
                yield from whole.epoch(rows, epoch, number)
                return
            for found in self._window(window, size, count, epoch, number, done):
                number = found.last
                yield found
            done = 0

    def _window(self, window: Window, size: int, count: int, epoch: int, number: int, first: int) -> Iterator[Done]:
        data: Data = (window.X, window.Y, window.weight)
        last_rows = (len(window.Y) if window.order is None else len(window.order)) - (count - 1) * size
        if not self.at_once:
            touched = sum(v.size for v in self.parameters.values()) + size * (1 + window.X.size // window.X.shape[0])
            self.at_once = max(1.0, FIRST_CALL / touched)
        k = first
        while k < count:
            length = 1 if self.single else max(1, min(count - k, int(self.at_once)))
            report = None
            if self.watchers.of_batches:
                wanting = self.watchers.wanting(epoch, number + 1)
                if wanting:
                    length = 1
                    picked = slice(None) if window.order is None else window.order[k * size : (k + 1) * size]
                    chosen = window.X[picked], window.Y[picked], None if data[2] is None else data[2][picked]
                    report = self.watchers.report(epoch, number + 1, picked, chosen, wanting)
                else:
                    ahead = range(number + 2, number + 1 + length)
                    length = next((n - number - 1 for n in ahead if self.watchers.wanting(epoch, n)), length)
            rates = self._rates(length, epoch)
            began = time.perf_counter()
            losses = self.trainer.run(data, window.order, size, k, rates, self.memory.updates)
            took = time.perf_counter() - began
            good = len(losses) if math.isfinite(losses[-1]) else len(losses) - 1
            self.memory.updates += good
            rows = np.full(len(losses), size)
            if k + len(losses) == count:
                rows[-1] = last_rows
            k, number = k + len(losses), number + len(losses)
            self.at_once = max(1.0, min(4 * length, length * AT_ONCE / max(took, 1e-9)))
            yield Done(number, losses, rows, float(rates[len(losses) - 1]), report)

    def _rates(self, length: int, epoch: int) -> np.ndarray:
        """The rate of each of the next updates."""
        done = self.memory.updates
        if self.rates.by_epoch:
            return np.full(length, self.rates.rate(done, epoch - 1))
        return np.array([self.rates.rate(done + n, epoch - 1) for n in range(length)])

    def _trainer(self, window: Window) -> Any:
        from deltarule.program.native.lowering import Rule

        plan, changes = self.plan, self.plan.changes
        options = option_values(plan.optimiser, plan.options)
        rules: dict[str, Rule] = {}
        for name in self.parameters:
            before = changes.of_the_loss(name)
            after = (*changes.of_the_update(name), *plan.optimiser.equations)
            rules[name] = Rule(before, after, update((*before, *after)).state)
            first_memory(self.memory, name, self.parameters[name], rules[name].state, plan.optimiser, options)
        numbers: Mapping[str, float] = {**options, **changes.numbers()}
        if changes.clip_norm is not None:
            numbers = {**numbers, "clip_norm": changes.clip_norm}
        return self.make(
            self.parameters,
            rules,
            numbers,
            self.memory.arrays,
            weighted=window.weight is not None,
            clipped=changes.clip_norm is not None,
        )
