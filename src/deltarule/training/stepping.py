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

from deltarule.language.errors import DeltaruleError
from deltarule.program.draws import Draws
from deltarule.program.engine import ONE_SAMPLE
from deltarule.program.update import update
from deltarule.training.callbacks import BatchReport, Watchers
from deltarule.training.lbfgs import Iterations
from deltarule.training.optimisers import OPTIMISERS, option_values
from deltarule.training.schedules import LearningRates
from deltarule.training.updating import Memory, Updates, first_memory
from deltarule.training.windows import Data, Rows, Window, batches_of

if TYPE_CHECKING:
    from deltarule.training.loop import Plan, Trainable

__all__ = ["Done", "draws_of", "refuse_single_samples", "stepper", "updater"]

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
    draws = draws_of(program, plan, parameters)
    if plan.optimiser.whole or not hasattr(type(program), "trainer"):
        return _OneByOne(updater(program, plan, memory), parameters, plan, memory, rates, watchers, draws)
    trainer: Callable[..., Any] = program.trainer  # type: ignore[attr-defined]
    update = updater(program, plan, memory)
    return _Native(trainer, update, parameters, plan, memory, rates, watchers, draws, kept_by(program), single)


def draws_of(program: Trainable, plan: Plan, parameters: Parameters) -> Draws:
    """What draws the masks of a run."""
    make = getattr(program, "draws", None)
    return Draws({}, {}, (), plan.seed, "float64") if make is None else make(plan.seed, parameters)


def kept_by(program: Trainable) -> frozenset[str]:
    """The arrays among the parameters that are kept, not trained."""
    return frozenset(getattr(getattr(program, "spec", None), "updates", ()))


def refuse_single_samples(program: Trainable, batch_size: int, rows: int) -> None:
    """Where the equations take means over a batch, no batch may have one sample only."""
    size = min(batch_size, rows)
    if kept_by(program) and 1 in (size, rows % size):
        where = f"; the last batch of {rows} rows by {size} has one" if size > 1 else ""
        larger = next(s for s in range(size + 1, size + 3) if rows % s != 1) if rows > 2 else 2
        raise DeltaruleError(f"{ONE_SAMPLE}{where}\nremedy: batch_size = {larger}")


def updater(
    program: Trainable, plan: Plan, memory: Memory
) -> Callable[[Parameters, np.ndarray, np.ndarray, np.ndarray | None, float], float]:
    """One batch: the loss before its update."""
    options = option_values(plan.optimiser, plan.options)
    if plan.optimiser.whole:
        return Iterations(program, options, plan.changes, memory)
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
    keeps: Any = program if kept_by(program) else None

    def by_equations(
        parameters: Parameters, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None, rate: float
    ) -> float:
        state: Parameters = {}
        if keeps is None:
            loss, gradients = program.gradients(parameters, X, Y, sample_weight=weight)
        else:
            loss, gradients, state = keeps.gradients_and_state(parameters, X, Y, sample_weight=weight)
        if math.isfinite(loss):
            updates.apply(parameters, gradients, rate)
            for name, value in state.items():
                parameters[name][...] = value
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
    draws: Draws

    def epoch(self, rows: Rows, epoch: int, done: int) -> Iterator[Done]:
        watchers = self.watchers
        taken = batches_of(rows, self.plan.batch_size, self.plan.seed, epoch, done)
        for number, (picked, (X, Y, weight)) in enumerate(taken, done + 1):
            data = (self.draws.into(X, epoch, (number - 1) * self.plan.batch_size), Y, weight)
            rate = self.rates.rate(self.memory.updates, epoch - 1)
            report = watchers.before_batch(epoch, number, picked, data) if watchers.of_batches else None
            loss = self.update(self.parameters, *data, rate)
            yield Done(number, np.array([loss]), np.array([len(Y)]), rate, report)


@dataclass
class _Native:
    make: Callable[..., Any]
    update: Callable[[Parameters, np.ndarray, np.ndarray, np.ndarray | None, float], float]
    parameters: Parameters
    plan: Plan
    memory: Memory
    rates: LearningRates
    watchers: Watchers
    draws: Draws
    kept: frozenset[str]
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
                whole = _OneByOne(
                    self.update, self.parameters, self.plan, self.memory, self.rates, self.watchers, self.draws
                )
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
                    picked, chosen = self._chosen(window, size, k, 1, epoch, number)
                    report = self.watchers.report(epoch, number + 1, picked, chosen, wanting)
                else:
                    ahead = range(number + 2, number + 1 + length)
                    length = next((n - number - 1 for n in ahead if self.watchers.wanting(epoch, n)), length)
            rates = self._rates(length, epoch)
            began = time.perf_counter()
            if self.draws:  # what is drawn stands in the order of the batches: so do the rows that go with it
                _, chosen = self._chosen(window, size, k, length, epoch, number)
                losses = self.trainer.run(chosen, None, size, 0, rates, self.memory.updates)
            else:
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

    def _chosen(
        self, window: Window, size: int, first: int, length: int, epoch: int, number: int
    ) -> tuple[np.ndarray | slice, Data]:
        """The rows of batches of a window, and what is drawn for them; `number` batches of the epoch came before."""
        picked = slice(None) if window.order is None else window.order[first * size : (first + length) * size]
        X = self.draws.into(window.X[picked], epoch, number * size)
        return picked, (X, window.Y[picked], None if window.weight is None else window.weight[picked])

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
            if name in self.kept:
                continue
            before = changes.of_the_loss(name)
            theta = self.parameters[name]
            after = changes.rule(name, theta.shape, plan.optimiser)
            compiled = update((*before, *after), rank=theta.ndim)
            rules[name] = Rule(before, after, compiled.state)
            first_memory(self.memory, name, theta, compiled, plan.optimiser, options)
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
