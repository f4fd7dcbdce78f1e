"""A step along a direction that fulfils the strong Wolfe conditions: the loss falls enough, and its slope flattens.

The step first grows until an interval holds such a step, then the interval shrinks (Nocedal & Wright 2006, algorithms
3.5 and 3.6), each time to the minimum of the cubic through two values and slopes. Bounds and safeguards are those of
PyTorch's LBFGS, which has them from Mark Schmidt's minFunc: on the same loss both take the same steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

__all__ = ["Point", "strong_wolfe"]

SUFFICIENT, FLAT = 1e-4, 0.9
"""The shares of the first slope: by how much the loss must fall, to what the slope must flatten."""
MOST = 25
"""Losses that are looked at."""


class Point(NamedTuple):
    """A step, the loss there, its gradient and its slope along the direction."""

    step: float
    loss: float
    gradient: np.ndarray
    slope: float


def strong_wolfe(at: Callable[[float], Point], start: Point, step: float, size: float, least: float) -> Point:
    """The point after a step from `start`; `size` is the largest component of the direction, and an interval in which
    no component would change by `least` ends the search. Where none fulfils the conditions: the lowest that was seen.
    """

    def too_high(point: Point) -> bool:
        return point.loss > start.loss + SUFFICIENT * point.step * start.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -FLAT * start.slope

    before, now, looked = start, at(step), 0
    while looked < MOST:
        if too_high(now) or (looked > 1 and now.loss >= before.loss):
            break
        if flat(now):
            return now
        if now.slope >= 0:
            break
        bounds = now.step + 0.01 * (now.step - before.step), 10 * now.step
        before, now = now, at(_lowest(before, now, bounds))
        looked += 1
    ends = [before, now] if looked < MOST else [start, now]
    low, high = (0, 1) if ends[0].loss <= ends[1].loss else (1, 0)
    stuck = False
    while looked < MOST and abs(ends[1].step - ends[0].step) * size >= least:
        first, last = sorted(point.step for point in ends)
        tried = _lowest(ends[0], ends[1], (first, last))
        margin = 0.1 * (last - first)
        if min(last - tried, tried - first) < margin:
            if stuck or tried >= last or tried <= first:
                tried = last - margin if abs(tried - last) < abs(tried - first) else first + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        now = at(tried)
        looked += 1
        if too_high(now) or now.loss >= ends[low].loss:
            ends[high] = now
            low, high = (0, 1) if ends[0].loss <= ends[1].loss else (1, 0)
            continue
        if flat(now):
            return now
        if now.slope * (ends[high].step - ends[low].step) >= 0:
            ends[high] = ends[low]
        ends[low] = now
    return ends[low]


def _lowest(a: Point, b: Point, bounds: tuple[float, float]) -> float:
    """Where the cubic through both points is lowest, within the bounds; their middle where it has no minimum."""
    d = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step) if a.step != b.step else math.nan
    square = d * d - a.slope * b.slope
    if not square >= 0:
        return (bounds[0] + bounds[1]) / 2
    root = math.sqrt(square)
    left, right = (a, b) if a.step <= b.step else (b, a)
    below = right.slope - left.slope + 2 * root
    share = (right.slope + root - d) / below if below else math.nan
    found = right.step - (right.step - left.step) * share
    return min(max(found, bounds[0]), bounds[1]) if math.isfinite(found) else (bounds[0] + bounds[1]) / 2
