"""Curves drawn with letters, for the terminal."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Sequence

__all__ = ["SIGNS", "plot"]

WIDEST, NARROWEST, HEIGHT = 61, 31, 15
MARGIN = 9
SIGNS = "●○▲△"
"""How the first curves are drawn."""


def plot(
    curves: Sequence[tuple[str, str, Callable[[float], float]]],
    low: float = -5.0,
    high: float = 5.0,
    columns: int | None = None,
) -> list[str]:
    """Lines of a picture of curves (sign, label, function), the first on top; what is not finite is left out.

    It fits into so many columns, those of the terminal if none are given."""
    columns = shutil.get_terminal_size((80, 24)).columns if columns is None else columns
    width = (min(WIDEST, max(NARROWEST, columns - MARGIN)) - 1) | 1  # odd: 0 in the middle
    xs = [low + (high - low) * k / (width - 1) for k in range(width)]
    values = [[f(x) for x in xs] for _, _, f in curves]
    finite = [v for row in values for v in row if math.isfinite(v)]
    if not finite:
        return []
    bottom, top = max(min(finite), -5.0), min(max(finite), 5.0)
    bottom, top = min(bottom, 0.0), max(top, 0.0)
    if top - bottom < 1e-9:
        top = bottom + 1.0
    grid = [[" "] * width for _ in range(HEIGHT)]

    def row_of(v: float) -> int | None:
        if not math.isfinite(v):
            return None
        row = round((top - v) / (top - bottom) * (HEIGHT - 1))
        return row if 0 <= row < HEIGHT else None

    zero = row_of(0.0)
    for k in range(width):
        if zero is not None:
            grid[zero][k] = "·"
    middle = round(-low / (high - low) * (width - 1))
    for row in range(HEIGHT):
        if 0 <= middle < width:
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
    ends = [f"{round(end, 6):g}" for end in (low, high)]
    below = list(ends[0].ljust(width - len(ends[1])) + ends[1])
    if len(ends[0]) < middle < width - len(ends[1]) - 1:
        below[middle] = "0"
    out.append(" " * 8 + "".join(below))
    return [*out, "", *(f"        {sign}  {label}" for sign, label, _ in curves)]
