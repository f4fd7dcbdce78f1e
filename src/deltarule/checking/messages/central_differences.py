"""Gradients by central differences of any forward pass, and where they do not exist: kinks are seen and left.

`D(h) = (L(x + h) - L(x - h)) / 2h`, extrapolated as `(4 D(h/2) - D(h)) / 3`, whose error is of order h⁴.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["Arrays", "Kink", "away_from_kinks", "gradient"]

Arrays = dict[str, np.ndarray]
STEP = 1e-4
ATTEMPTS = 8


@dataclass(frozen=True)
class Kink:
    """A component at which the slopes from both sides differ, and where it was moved to."""

    name: str
    index: tuple[int, ...]
    value: float
    left: float
    right: float
    moved_to: float

    def __str__(self) -> str:
        place = f"{self.name}[{', '.join(map(str, self.index))}]" if self.index else self.name
        return (
            f"{place} was {self.value:g}, a kink (slope {self.left:.4g} to its left, {self.right:.4g} to its right): "
            f"checked at {self.moved_to:g} instead"
        )


def gradient(loss: Callable[[Arrays], float], point: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """The derivatives of a loss by every component of one array, of its shape."""
    return _differences(loss, dict(point), name)[0]


def away_from_kinks(
    loss: Callable[[Arrays], float], point: Mapping[str, np.ndarray], wrt: tuple[str, ...], seed: int
) -> tuple[Arrays, Arrays, list[Kink]]:
    """A point near the given one at which the loss has derivatives, these derivatives, and what was moved for it."""
    rng = np.random.default_rng([seed, 5])
    moved = {name: np.array(value, np.float64) for name, value in point.items()}
    kinks: list[Kink] = []
    for _ in range(ATTEMPTS):
        found, new = {}, []
        for name in wrt:
            found[name], left, right, bent = _differences(loss, moved, name)
            for index in map(tuple, np.argwhere(bent).tolist()):
                place = tuple(int(i) for i in index)
                to = float(moved[name][place] + rng.choice([-1, 1]) * rng.uniform(0.05, 0.15))
                new.append(Kink(name, place, float(moved[name][place]), float(left[place]), float(right[place]), to))
        if not new:
            return moved, found, kinks
        for kink in new:
            moved[kink.name][kink.index] = kink.moved_to
        kinks += new
    return moved, {name: gradient(loss, moved, name) for name in wrt}, kinks


def _differences(
    loss: Callable[[Arrays], float], point: Arrays, name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives, slopes to the left and to the right, and where these show a kink."""
    here = loss(point)
    value = point[name]
    left, right = np.empty(value.shape), np.empty(value.shape)
    out, bend, bend_near, off = (np.empty(value.shape) for _ in range(4))
    for index in np.ndindex(value.shape):
        step = STEP * max(1.0, abs(float(value[index])))
        up, down = _at(loss, point, name, index, step), _at(loss, point, name, index, -step)
        up_near, down_near = _at(loss, point, name, index, step / 2), _at(loss, point, name, index, -step / 2)
        left[index], right[index] = (here - down_near) / (step / 2), (up_near - here) / (step / 2)
        bend[index] = abs((up - here) - (here - down)) / step
        bend_near[index] = abs(right[index] - left[index])
        far, near = (up - down) / (2 * step), (up_near - down_near) / step
        out[index], off[index] = (4 * near - far) / 3, abs(far - near)
    size = max(float(np.max(abs(out), initial=0.0)), 1e-8)
    noise = 1e-6 * size + 1e-11 * (1 + abs(here)) / STEP
    # Where it is smooth, the bend halves with the step; at a kink it stays.
    bent = ((bend_near > 2 * noise) & (bend < 1.5 * bend_near) & (bend_near > 1e-3 * size)) | (
        off > 1e-4 * size + noise
    )
    return out, left, right, bent


def _at(loss: Callable[[Arrays], float], point: Arrays, name: str, index: tuple[int, ...], shift: float) -> float:
    moved = np.array(point[name])
    moved[index] += shift
    return loss({**point, name: moved})
