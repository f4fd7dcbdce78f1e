"""L-BFGS: one iteration on all rows at once, with the memory of the last steps and of what they did to the gradient.

The two loops are equations between vectors (all parameters as one), compiled like any other; the line search is
`line_search`. What is remembered is kept with the optimiser's state, so that a checkpoint goes on bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deltarule.program.vector_equations import VectorEquations
from deltarule.training.callbacks import Callback, EpochReport
from deltarule.training.line_search import Point, strong_wolfe
from deltarule.training.updating import Changes, Memory

__all__ = ["EQUATIONS", "Converged", "Iterations"]

Parameters = Mapping[str, np.ndarray]
_SHAPES = "s: n, y: n, q: n"
EQUATIONS: dict[str, VectorEquations] = {
    "for each pair of the past, the newest first, from q = gradient": VectorEquations(
        "back", "a = (s @ q) / (s @ y); r = q - a * y", _SHAPES, ("a", "r")
    ),
    "once, with the newest pair": VectorEquations("scaled", "r = (s @ y) / (y @ y) * q", _SHAPES, ("r",)),
    "for each pair, the oldest first": VectorEquations(
        "forth", "r = q + (a - (y @ q) / (s @ y)) * s", "s: n, y: n, q: n, a:", ("r",)
    ),
    "at last, the step t from the line search": VectorEquations(
        "moved", "r = theta - t * q", "theta: n, q: n, t:", ("r",)
    ),
}
"""What is done to a vector q, where s is a step and y the change of the gradient over it: q <- r, one after another."""
BACK, SCALED, FORTH, MOVED = (equations.function for equations in EQUATIONS.values())
LEAST_CURVATURE = 1e-10
"""A pair with a smaller s @ y is not kept."""
_PAIRS, _STEP, _CONVERGED = "lbfgs_pairs", "lbfgs_step", "lbfgs_converged"


class Converged(Callback):
    """Ends the training when an iteration found nothing left to do."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def on_epoch(self, report: EpochReport) -> bool:
        return bool(self.memory.schedule.get(_CONVERGED, 0.0))


@dataclass
class Iterations:
    """One iteration a call, in place. `options` are those of the optimiser."""

    program: Any
    options: Mapping[str, float]
    changes: Changes
    memory: Memory
    _last: tuple[Any, np.ndarray, float, np.ndarray] | None = field(default=None, repr=False)

    def __call__(
        self, parameters: Parameters, X: np.ndarray, Y: np.ndarray, weight: np.ndarray | None, rate: float
    ) -> float:
        """The loss before the iteration, without penalties. `rate` is the first step that is tried."""
        memory = self.memory
        parameters = {name: parameters[name] for name in sorted(parameters)}  # sums in one order: the same bits
        theta = _flat(parameters)

        def evaluated(position: np.ndarray) -> tuple[float, np.ndarray]:
            _put(parameters, position)
            loss, gradients = self.program.gradients(parameters, X, Y, sample_weight=weight)
            penalty, of_penalty = self._penalty(parameters)
            return float(loss) + penalty, _flat(gradients, parameters) + of_penalty

        if self._last is not None and self._last[0] is X and np.array_equal(self._last[1], theta):
            loss, gradient = self._last[2:]
        else:
            loss, gradient = evaluated(theta)
        before = loss - self._penalty(parameters)[0]
        memory.schedule[_CONVERGED] = 0.0
        if not np.isfinite(loss):
            return before
        if np.max(np.abs(gradient), initial=0.0) <= self.options["tolerance_gradient"]:
            memory.schedule[_CONVERGED] = 1.0
            return before
        direction, first = self._direction(parameters, gradient)
        step = rate * min(1.0, 1.0 / float(np.sum(np.abs(gradient)))) if first else rate
        slope = float(gradient @ -direction)
        if slope > -self.options["tolerance_change"]:
            memory.schedule[_CONVERGED] = 1.0
            self._remember(parameters, gradient, direction, 0.0)
            return before

        def at(length: float) -> Point:
            loss, there = evaluated(MOVED(theta, length, direction))
            return Point(length, loss, there, float(there @ -direction))

        size = float(np.max(np.abs(direction)))
        found = strong_wolfe(at, Point(0.0, loss, gradient, slope), step, size, 1e-9)
        memory.updates += 1
        moved = MOVED(theta, found.step, direction)
        _put(parameters, moved)
        self._last = X, moved, found.loss, found.gradient
        self._remember(parameters, gradient, direction, found.step)
        least = self.options["tolerance_change"]
        if found.step * size <= least or abs(found.loss - loss) < least:
            memory.schedule[_CONVERGED] = 1.0
        return before

    def _penalty(self, parameters: Parameters) -> tuple[float, np.ndarray]:
        """l2/2 Σθ² and its derivative: the line search has to see it."""
        l2, weights = self.changes.l2, self.changes.weights
        parts = [theta if name in weights else np.zeros_like(theta) for name, theta in parameters.items()]
        flat = np.concatenate([np.asarray(part).reshape(-1) for part in parts])
        return 0.5 * l2 * float(flat @ flat), l2 * flat

    def _direction(self, parameters: Parameters, gradient: np.ndarray) -> tuple[np.ndarray, bool]:
        """What is to be taken off the parameters, and whether nothing is remembered yet."""
        schedule, history = self.memory.schedule, int(self.options["history"])
        if _PAIRS not in schedule:
            schedule[_PAIRS] = 0.0
            for name, theta in parameters.items():
                own = self.memory.arrays.setdefault(name, {})
                own |= {what: np.zeros((history, *theta.shape), theta.dtype) for what in ("steps", "changes")}
            return gradient, True
        step = -schedule[_STEP] * self._kept("direction", parameters)
        change = gradient - self._kept("gradient", parameters)
        pairs = int(schedule[_PAIRS])
        if float(step @ change) > LEAST_CURVATURE:
            if pairs == history:
                for own in (self.memory.arrays[name] for name in parameters):
                    for what in ("steps", "changes"):
                        own[what][:-1] = own[what][1:].copy()
                pairs -= 1
            self._store("steps", parameters, step, pairs)
            self._store("changes", parameters, change, pairs)
            pairs += 1
            schedule[_PAIRS] = float(pairs)
        past = [(self._kept("steps", parameters, k), self._kept("changes", parameters, k)) for k in range(pairs)]
        q, weights = gradient, []
        for s, y in reversed(past):
            a, q = BACK(s=s, q=q, y=y)
            weights.append(a)
        if past:
            s, y = past[-1]
            q = SCALED(s=s, y=y, q=q)
        for (s, y), a in zip(past, reversed(weights), strict=True):
            q = FORTH(s=s, q=q, y=y, a=a)
        return q, False

    def _remember(self, parameters: Parameters, gradient: np.ndarray, direction: np.ndarray, step: float) -> None:
        self.memory.schedule[_STEP] = step
        for what, value in (("gradient", gradient), ("direction", direction)):
            for name, theta in parameters.items():
                self.memory.arrays[name].setdefault(what, np.zeros_like(theta))
            self._store(what, parameters, value)

    def _kept(self, what: str, parameters: Parameters, k: int | None = None) -> np.ndarray:
        arrays = (self.memory.arrays[name][what] for name in parameters)
        return np.concatenate([(a if k is None else a[k]).reshape(-1) for a in arrays])

    def _store(self, what: str, parameters: Parameters, value: np.ndarray, k: int | None = None) -> None:
        at = 0
        for name, theta in parameters.items():
            array = self.memory.arrays[name][what]
            place = array if k is None else array[k : k + 1].reshape(theta.shape)
            place[...] = value[at : at + theta.size].reshape(theta.shape)
            at += theta.size


def _flat(arrays: Parameters, order: Parameters | None = None) -> np.ndarray:
    return np.concatenate([np.asarray(arrays[name]).reshape(-1) for name in (order or arrays)])


def _put(parameters: Parameters, flat: np.ndarray) -> None:
    at = 0
    for theta in parameters.values():
        theta[...] = flat[at : at + theta.size].reshape(theta.shape)
        at += theta.size
