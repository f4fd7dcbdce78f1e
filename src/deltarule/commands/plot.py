"""Curves drawn with letters, for the terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

__all__ = ["plot"]

WIDTH, HEIGHT = 61, 15


def plot(
    curves: Sequence[tuple[str, str, Callable[[float], float]]], low: float = -5.0, high: float = 5.0
) -> list[str]:
    """Lines of a picture of curves (sign, label, function), the first on top; what is not finite is left out."""
    xs = [low + (high - low) * k / (WIDTH - 1) for k in range(WIDTH)]
    values = [[f(x) for x in xs] for _, _, f in curves]
    finite = [v for row in values for v in row if math.isfinite(v)]
    if not finite:
        return []
    bottom, top = max(min(finite), -5.0), min(max(finite), 5.0)
    bottom, top = min(bottom, 0.0), max(top, 0.0)
    if top - bottom < 1e-9:
        top = bottom + 1.0
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]

    def row_of(v: float) -> int | None:
        if not math.isfinite(v):
            return None
        row = round((top - v) / (top - bottom) * (HEIGHT - 1))
        return row if 0 <= row < HEIGHT else None

    zero = row_of(0.0)
    for k in range(WIDTH):
        if zero is not None:
            grid[zero][k] = "·"
    middle = round(-low / (high - low) * (WIDTH - 1))
    for row in range(HEIGHT):
        grid[row][middle] = "·"
    for (sign, _, _), row_values in reversed(list(zip(curves, values, strict=True))):
        for k, v in enumerate(row_values):
            place = row_of(v)
            if place is not None:
                grid[place][k] = sign
    labels = {0: f"{top:.3g}", HEIGHT - 1: f"{bottom:.3g}"}
    if zero is not None and 1 < zero < HEIGHT - 2:
        labels[zero] = "0"
    out = [f"{labels.get(row, ''):>7} {''.join(cells)}".rstrip() for row, cells in enumerate(grid)]
    out.append(f"{'':8}{low:<{WIDTH // 2}g}0{high:>{WIDTH - WIDTH // 2 - 1}g}")
    return [*out, "", *(f"        {sign}  {label}" for sign, label, _ in curves)]
