"""Numbers as people read them."""

from __future__ import annotations

import math

__all__ = ["interval", "metric", "number"]


def number(value: float) -> str:
    """Four digits; small and large ones with an exponent; a dash for what is none."""
    value = float(value)
    if math.isnan(value):
        return "–"
    digits = _digits(value)
    return f"−{digits[1:]}" if digits.startswith("-") else digits


def _digits(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    size = abs(value)
    if 1e-3 <= size < 1e6:
        return f"{value:.4f}" if size < 10 else f"{value:.2f}" if size < 1000 else f"{value:.0f}"
    return f"{value:.2e}"


def metric(value: float) -> str:
    """The same, with four digits where it is a whole number by chance."""
    return f"{value:.4f}" if float(value) in (-1.0, 0.0, 1.0) else number(value)


def interval(ends: tuple[float, float] | None) -> str:
    """`0.95 to 0.99`; a dash for none."""
    return "–" if ends is None else f"{metric(ends[0])} to {metric(ends[1])}"
