"""Gradients against central differences: `(L(θ + ε) - L(θ - ε)) / 2ε` for single elements of each parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

__all__ = ["GradientCheck", "check_gradients"]

Parameters = dict[str, np.ndarray]


class Differentiable(Protocol):
    """What is compared: the mean loss of a batch, and its gradient by each parameter."""

    def loss(self, parameters: Parameters, X: np.ndarray, Y: np.ndarray) -> float: ...

    def gradients(self, parameters: Parameters, X: np.ndarray, Y: np.ndarray) -> tuple[float, Parameters]: ...


@dataclass(frozen=True)
class GradientCheck:
    """One parameter: elements compared, the largest relative error among them, where it is and the two values there."""

    parameter: str
    compared: int
    largest_error: float
    index: tuple[int, ...]
    gradient: float
    difference: float


def check_gradients(
    program: Differentiable,
    parameters: Parameters,
    X: np.ndarray,
    Y: np.ndarray,
    *,
    elements: int = 20,
    seed: int = 0,
    epsilon: float = 1e-5,
) -> list[GradientCheck]:
    """Compare up to `elements` elements of every parameter, drawn from `seed`.

    The error is relative to the parameter's largest gradient, so that elements near zero do not decide. Use float64:
    the difference itself is good to about 1e-10 there, and to nothing in float32. Where a kink (of relu, say) lies
    within ε of a value, the difference is not the derivative.
    """
    rng = np.random.default_rng([seed, 3])
    moved = {name: np.array(value, np.float64) for name, value in parameters.items()}
    _, gradients = program.gradients(moved, X, Y)
    found = []
    for name, value in moved.items():
        gradient = np.asarray(gradients[name], np.float64)
        size = max(float(np.max(abs(gradient), initial=0.0)), 1e-8)
        worst: GradientCheck | None = None
        chosen = rng.permutation(value.size)[:elements]
        for flat in chosen:
            index = tuple(int(i) for i in np.unravel_index(flat, value.shape))
            kept = float(value[index])
            sides = []
            for shift in (epsilon, -epsilon):
                value[index] = kept + shift
                sides.append(program.loss(moved, X, Y))
            value[index] = kept
            difference = (sides[0] - sides[1]) / (2 * epsilon)
            error = abs(float(gradient[index]) - difference) / size
            if worst is None or not error <= worst.largest_error:
                worst = GradientCheck(name, len(chosen), error, index, float(gradient[index]), difference)
        if worst is not None:
            found.append(worst)
    return found
