"""What a training looks like from inside: error signals, updates and activities layer by layer, at some of its batches.

A look costs as much as one batch where batches are large, as five where they are tiny, so looks are spread over the
run such that there is one for every hundredth update, but at least `FEWEST` and at most `MOST`: below 5 % of the time
of any training that takes a second.

>>> from sklearn.datasets import load_iris
>>> from deltarule.training import Classifier
>>> watch = Watch()
>>> model = Classifier("linear(4, 8) -> relu -> linear(8, 3) -> softmax -> cross_entropy", callbacks=[watch], epochs=20)
>>> model = model.fit(*load_iris(return_X_y=True))
>>> [layer.parameter for layer in watch.layers], [activity.function for activity in watch.activities]
(['W_1', 'W_2'], ['relu'])
>>> watch.findings
()
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from deltarule.language.expression import Apply
from deltarule.language.traversal import names
from deltarule.training.callbacks import BatchReport, Callback, Run
from deltarule.training.diagnosis import Finding, diagnose
from deltarule.training.notes import Notes, TrainingWarning

if TYPE_CHECKING:
    from deltarule.program.spec import ProgramSpec
    from deltarule.training.loop import Plan

__all__ = ["DRAWN", "FEWEST", "Activity", "Layer", "Look", "Watch"]

ROWS = 512
SHARE = 0.01
FEWEST, MOST = 10, 60
DRAWN = 40
"""The fewest for a picture."""

SPENT = {
    # function: of its values, those at which hardly anything flows back
    "relu": lambda y: y == 0,
    "sigmoid": lambda y: (y < 0.01) | (y > 0.99),
    "tanh": lambda y: np.abs(y) > 0.99,
}
"""σ' is below 0.01 there, and tanh' below 0.02: at most a twenty-fifth of σ'(0) = 1/4, a fiftieth of tanh'(0) = 1."""


@dataclass(frozen=True)
class Layer:
    """A weight, and the equation that it stands in: `delta` is the error signal of what that equation defines."""

    name: str
    parameter: str
    output: str
    delta: str


@dataclass(frozen=True)
class Activity:
    """What a function of `SPENT` gives inside the network (the prediction is none: it may well be 0 or 1)."""

    name: str
    layer: str
    function: str


@dataclass(frozen=True)
class Look:
    """One batch looked at, before and after its update. What was not finite is NaN."""

    epoch: int
    update: int
    """Counted from 0: the updates before it."""
    loss: float
    learning_rate: float
    delta: Mapping[str, float]
    """By parameter: the root mean square over the rows of |δ|, δ the derivative of the loss of a row."""
    change: Mapping[str, float]
    """By parameter: |Δθ| / |θ|, of the update."""
    spent: Mapping[str, float]
    """By activity: the share of units and rows where nothing flows back."""
    dead: Mapping[str, float]
    """By activity: the share of the units that are so for every row."""


@dataclass
class Watch(Callback):
    """Looks at a training and says what goes wrong in it, once, when it ends: a Python warning for each finding.

    After the training: `looks`, `findings`, `layers` (in the order of the forward pass) and `activities`.
    """

    fewest: int = FEWEST
    """Looks that there are to be at least, where there are so many updates: more for pictures."""
    layers: list[Layer] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    units: dict[str, int] = field(default_factory=dict)
    """How many units an activity has, by its name."""
    dead_at_end: dict[str, float] = field(default_factory=dict)
    """The share of units that were spent for every row of the last three looks, by the activity's name."""
    chance: float | None = None
    """The loss of saying the same for every row, as well as that can be done; None where the loss has no such."""
    held_rows: int | None = None
    """The rows held out; None: taken for a fifth of all."""
    restores_best: bool = False
    """Whether the model is that of the best epoch, as with early stopping: then it does not matter that it overfits."""
    plan: Plan | None = None
    """Of the last training."""
    updates_per_epoch: int = 1
    largest_input: float = 0.0
    """Of the rows looked at, as the network sees them."""
    first_loss: float = math.nan
    """Of the first batch, before any update."""

    def on_begin(self, run: Run) -> None:
        self.layers, self.activities, self.looks, self.findings, self.dead_at_end = [], [], [], (), {}
        self._run = run
        spec = getattr(run.program, "spec", None)
        if spec is not None:
            self.layers, self.activities = layers_of(spec, run.program), activities_of(spec)
        self._last_alive: dict[str, np.ndarray] = {}
        self._targets = _Targets(_loss_of(run.program))
        self._sample: tuple[Any, np.ndarray, np.ndarray | None] | None = None
        self.plan, self.updates_per_epoch = run.plan, max(1, math.ceil(run.rows / run.plan.batch_size))
        updates = self.updates_per_epoch * run.plan.epochs
        wanted = min(max(self.fewest, min(round(SHARE * updates), MOST)), updates)
        self._at = {round(k * (updates - 1) / max(wanted - 1, 1)) for k in range(wanted)}

    def _number(self, epoch: int, batch: int) -> int:
        return (epoch - 1 - self._run.plan.first_epoch) * self.updates_per_epoch + batch - 1

    def wants(self, epoch: int, batch: int) -> bool:
        return self._number(epoch, batch) in self._at

    def on_batch(self, report: BatchReport) -> None:
        if not self.looks:
            self.first_loss = report.loss
        weight = report.sample_weight
        given: Any = report.X
        X = {name: v[:ROWS] for name, v in given.items()} if isinstance(given, Mapping) else given[:ROWS]
        self._sample = X, report.Y[:ROWS], None if weight is None else weight[:ROWS]
        for values in X.values() if isinstance(X, Mapping) else (X,):
            self.largest_input = max(self.largest_input, float(np.max(np.abs(values), initial=0.0)))
        self._targets.add(report.Y, weight)
        change = {
            layer.parameter: _ratio(_norm(report.parameters[layer.parameter] - before), _norm(before))
            for layer in self.layers
            if (before := report.before.get(layer.parameter)) is not None
        }
        update = self._number(report.epoch, report.batch)
        self._look(report.before, report.epoch, update, report.loss, report.learning_rate, change)

    def on_end(self, run: Run) -> None:
        if self._sample is not None and run.epochs and run.failure is None:
            last = self.looks[-1]
            epoch = run.plan.first_epoch + run.epochs
            self._look(
                dict(run.parameters), epoch, run.epochs * self.updates_per_epoch, math.nan, last.learning_rate, {}
            )
            self._sample = None
        self.chance = self._targets.chance()
        count = len(self.looks)
        for activity in self.activities:
            alive = self._last_alive.get(activity.name)
            if alive is not None and count >= 3:
                self.dead_at_end[activity.name] = float(np.mean(alive < count - 3))
        self.findings = diagnose(self, run)
        del self._run
        notes = Notes()
        for finding in self.findings:
            notes.say(finding.name, finding.text, TrainingWarning)

    def _look(
        self,
        parameters: dict[str, np.ndarray],
        epoch: int,
        update: int,
        loss: float,
        learning_rate: float,
        change: Mapping[str, float],
    ) -> None:
        assert self._sample is not None
        X, Y, weight = self._sample
        with np.errstate(all="ignore"):
            found = self._run.program.messages(parameters, X, Y, sample_weight=weight)
            # A message of the mean loss is 1/m of that of a row.
            delta = {r.parameter: math.sqrt(len(Y)) * _norm(found[r.delta]) for r in self.layers if r.delta in found}
        spent: dict[str, float] = {}
        dead: dict[str, float] = {}
        for activity in self.activities:
            values = np.asarray(found[activity.name])
            values = values.reshape(len(values), -1)
            over = SPENT[activity.function](values)
            whole = over.all(axis=0)
            self.units[activity.name] = values.shape[1]
            spent[activity.name], dead[activity.name] = float(over.mean()), float(whole.mean())
            last = self._last_alive.setdefault(activity.name, np.full(len(whole), -1))
            last[~whole] = len(self.looks)
        self.looks.append(Look(epoch, update, loss, learning_rate, delta, change, spent, dead))

    def as_json(self) -> dict[str, Any]:
        """The looks, by layer, for `--format json`; what is not a number is left out."""
        return {
            "layers": [{"name": r.name, "parameter": r.parameter} for r in self.layers],
            "activities": [{"name": a.name, "layer": a.layer, "function": a.function} for a in self.activities],
            "looks": [
                {
                    "epoch": look.epoch,
                    "update": look.update,
                    "learning_rate": look.learning_rate,
                    **({"loss": look.loss} if math.isfinite(look.loss) else {}),
                    "delta": {n: v for n, v in look.delta.items() if math.isfinite(v)},
                    "change": {n: v for n, v in look.change.items() if math.isfinite(v)},
                    "spent": dict(look.spent),
                    "dead": dict(look.dead),
                }
                for look in self.looks
            ],
        }


def layers_of(spec: ProgramSpec, program: Any) -> list[Layer]:
    """The weights in the order of the forward pass, each with the first equation that it stands in."""
    messages = {d.of[1]: name for name, d in spec.declarations.items() if d.role == "message" and d.of is not None}
    weights = set(program.weights)
    found: list[Layer] = []
    for equation in spec.forward:
        for name in sorted(names(equation.right) & weights):
            if equation.name in messages and all(layer.parameter != name for layer in found):
                found.append(Layer(equation.module or name, name, equation.name, messages[equation.name]))
    return found


def activities_of(spec: ProgramSpec) -> list[Activity]:
    """What functions of `SPENT` give, apart from the prediction."""
    return [
        Activity(e.name, e.module or e.name, e.right.function)
        for e in spec.forward
        if isinstance(e.right, Apply) and e.right.function in SPENT and e.name not in (spec.prediction, spec.loss)
    ]


def _loss_of(program: Any) -> str:
    modules = getattr(getattr(program, "network", None), "modules", ())
    return modules[-1].kind if modules else ""


class _Targets:
    """Sums over the targets that were seen, for the loss of saying the same for every row."""

    def __init__(self, loss: str) -> None:
        self.loss = loss
        self.weight = 0.0
        self.first: Any = 0.0
        self.second: Any = 0.0

    def add(self, Y: np.ndarray, weight: np.ndarray | None) -> None:
        Y = np.asarray(Y, np.float64).reshape(len(Y), -1)
        w = np.ones(len(Y)) if weight is None else np.asarray(weight, np.float64)
        self.weight += float(w.sum())
        self.first = self.first + w @ Y
        self.second = self.second + w @ Y**2

    def chance(self) -> float | None:
        if not self.weight:
            return None
        mean = self.first / self.weight
        if self.loss == "squared_error":
            return float((self.second / self.weight - mean**2).sum() / 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            one = np.nan_to_num(-mean * np.log(mean)).sum()
            other = np.nan_to_num(-(1 - mean) * np.log(1 - mean)).sum()
        if self.loss in ("bce", "bce_with_logits"):
            return float(one + other)
        return float(one) if self.loss in ("cross_entropy", "nll") else None


def _norm(a: np.ndarray) -> float:
    value = float(np.linalg.norm(np.asarray(a, np.float64).ravel()))
    return value if math.isfinite(value) else math.nan


def _ratio(a: float, b: float) -> float:
    return a / b if b > 0 else math.nan
