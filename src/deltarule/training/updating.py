"""What happens to a gradient before and in its update: penalties, clipping, decay, then the optimiser's equations.

The order, each only where it is wanted:
    1. penalties, the derivatives of l1 Σ|θ| and l2/2 Σθ²: they belong to the loss
    2. clipping by value, then by the norm of all gradients together
    3. weight decay: coupled (added to the gradient) or decoupled (beside it)
    4. the optimiser's equations
    5. the mean of the parameter over the updates, which fades
Penalties and decay are for weights, not for biases, unless the settings say otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.program.update import Update, scalar_equations, update
from deltarule.training.optimisers import DECOUPLED, Optimiser

__all__ = ["AVERAGE", "CHANGES", "NO_CHANGES", "Changes", "Memory", "Updates", "first_memory"]

Parameters = dict[str, np.ndarray]

CHANGES: dict[str, str] = {
    # setting: what it does to the gradient or to the parameter
    "l1": "gradient <- gradient + l1 * sign(theta)",
    "l2": "gradient <- gradient + l2 * theta",
    "clip_value": "gradient <- minimum(maximum(gradient, -clip_value), clip_value)",
    "clip_norm": "gradient <- shrink * gradient",
    "coupled": "gradient <- gradient + weight_decay * theta",
    "decoupled": DECOUPLED,
    "ema": "average <- average + (1 - ema) / (1 - ema**t) * (theta - average)",
}
AVERAGE = "average"
"""The state array that holds the mean of a parameter, where it is wanted: what predicts."""
SHRINK = "shrink <- clip_norm / maximum(norm, clip_norm)"
"""What clipping by norm multiplies every gradient by: 1 where the norm is within."""


@dataclass(frozen=True)
class Changes:
    """Penalties, clipping and decay; 0 and None: not wanted. `weights` are the parameters of penalties and decay."""

    l1: float = 0.0
    l2: float = 0.0
    clip_value: float | None = None
    clip_norm: float | None = None
    weight_decay: float = 0.0
    decay: str = "coupled"
    weights: frozenset[str] = frozenset()
    ema: float | None = None

    @property
    def any(self) -> bool:
        return (
            bool(self.l1 or self.l2 or self.weight_decay) or not self.clip_value is self.clip_norm is self.ema is None
        )

    def of_the_loss(self, parameter: str) -> tuple[str, ...]:
        """The equations before the norm of all gradients is taken."""
        wanted = ["l1"] * bool(self.l1) + ["l2"] * bool(self.l2) if parameter in self.weights else []
        wanted += ["clip_value"] * (self.clip_value is not None)
        return tuple(CHANGES[name] for name in wanted)

    def of_the_update(self, parameter: str) -> tuple[str, ...]:
        """The equations after it."""
        clipping = (CHANGES["clip_norm"],) if self.clip_norm is not None else ()
        decaying = (CHANGES[self.decay],) if self.weight_decay and parameter in self.weights else ()
        return clipping + decaying

    def rule(self, parameter: str, shape: Sequence[int], optimiser: Optimiser) -> tuple[str, ...]:
        """Every equation after the norm is taken, for a parameter of that shape."""
        averaged = (CHANGES["ema"],) if self.ema is not None else ()
        return (*self.of_the_update(parameter), *optimiser.equations_for(shape), *averaged)

    def numbers(self) -> dict[str, float]:
        found = {"l1": self.l1, "l2": self.l2, "weight_decay": self.weight_decay}
        more = {"clip_value": self.clip_value, "ema": self.ema}
        return found | {name: value for name, value in more.items() if value is not None}


NO_CHANGES = Changes()


@dataclass
class Memory:
    """What an optimiser and a schedule remember from update to update, so that training can go on."""

    updates: int = 0
    """How many were made."""
    arrays: dict[str, Parameters] = field(default_factory=dict)
    """State arrays by parameter, then by name."""
    schedule: dict[str, float] = field(default_factory=dict)


@dataclass
class Updates:
    """Carries out the updates of all parameters, in place."""

    optimiser: Optimiser
    options: Mapping[str, float]
    changes: Changes = NO_CHANGES
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        self._prepared: dict[str, Callable[[np.ndarray, np.ndarray, Mapping[str, float]], np.ndarray]] = {}
        self._updates: dict[str, Callable[[np.ndarray, np.ndarray, Mapping[str, float]], object]] = {}

    @cached_property
    def _numbers(self) -> dict[str, float]:
        given = {**self.options, **self.changes.numbers()}
        return {name: float(value) for name, value in given.items()}

    def apply(self, parameters: Parameters, gradients: Mapping[str, np.ndarray], learning_rate: float) -> None:
        """One update of each parameter that has a gradient. Gradients are left as they are."""
        self.memory.updates += 1
        if not self._updates:
            self._compile(parameters, gradients)
        numbers = {**self._numbers, "t": self.memory.updates, "learning_rate": learning_rate}
        if self.changes.clip_norm is not None:
            prepare = self._prepared
            gradients = {n: prepare[n](parameters[n], g, numbers) if n in prepare else g for n, g in gradients.items()}
            norm = global_norm(gradients)
            numbers |= scalar_equations((SHRINK,)).values(norm=norm, clip_norm=self.changes.clip_norm)
        for name, gradient in gradients.items():
            self._updates[name](parameters[name], gradient, numbers)

    def _compile(self, parameters: Parameters, gradients: Mapping[str, np.ndarray]) -> None:
        apart = self.changes.clip_norm is not None
        compiled: dict[str, Update] = {}
        for name in gradients:
            before = self.changes.of_the_loss(name)
            if apart and before:  # its work arrays hold the result until the norm is known: they are not shared
                prepared = update(before, "gradient")
                own = [np.empty_like(parameters[name]) for _ in prepared.work]
                self._prepared[name] = _bound(prepared, own)
            rest = self.changes.rule(name, parameters[name].shape, self.optimiser)
            compiled[name] = update(rest if apart else (*before, *rest), rank=parameters[name].ndim)
        largest = max((parameters[name] for name in gradients), key=lambda theta: theta.size)
        shared = [np.empty_like(largest).reshape(-1) for _ in range(max(len(u.work) for u in compiled.values()))]
        for name, whole in compiled.items():
            theta = parameters[name]
            arrays = first_memory(self.memory, name, theta, whole, self.optimiser, self.options)
            work = [w[: theta.size].reshape(theta.shape) for w in shared[: len(whole.work)]]
            self._updates[name] = _bound(whole, [*(arrays[state] for state in whole.state), *work])


def first_memory(
    memory: Memory,
    name: str,
    theta: np.ndarray,
    compiled: Update,
    optimiser: Optimiser,
    options: Mapping[str, float],
) -> Parameters:
    """What is remembered of a parameter; state arrays that are not there yet are made, as they begin."""
    arrays = memory.arrays.setdefault(name, {})
    for state, shape in compiled.state_shapes(theta.shape).items():
        if state not in arrays:
            start = optimiser.initial.get(state, "0")
            first = theta if state == AVERAGE else options[start] if start in options else float(start)
            arrays[state] = np.full(shape, first, theta.dtype)
        elif arrays[state].shape != shape:
            given = list(arrays[state].shape)
            raise DeltaruleError(
                f"the state {state} of {name} has the shape {given}; {optimiser.name} has {list(shape)}"
            )
    return arrays


def _bound(
    compiled: Update, arrays: list[np.ndarray]
) -> Callable[[np.ndarray, np.ndarray, Mapping[str, float]], np.ndarray]:
    """The compiled function with its state and its work arrays put in."""
    function, names = compiled.function, compiled.numbers

    def run(theta: np.ndarray, gradient: np.ndarray, values: Mapping[str, float]) -> np.ndarray:
        return function(theta, gradient, *arrays, *[values[name] for name in names])

    return run


def global_norm(gradients: Mapping[str, np.ndarray]) -> float:
    """√Σg² over every component of every gradient; without overflow where the root itself is a number."""
    with np.errstate(over="ignore"):
        square = sum(float(np.vdot(g, g)) for g in gradients.values())
    smallest = max((float(np.finfo(g.dtype).tiny) for g in gradients.values()), default=0.0)
    if math.isfinite(square) and square > 1e8 * smallest:
        return math.sqrt(square)
    largest = max((float(np.max(np.abs(g), initial=0)) for g in gradients.values()), default=0.0)
    if largest == 0 or not math.isfinite(largest):
        return largest
    scaled = (np.asarray(g, np.float64) / largest for g in gradients.values())
    return largest * math.sqrt(sum(float(np.vdot(g, g)) for g in scaled))
