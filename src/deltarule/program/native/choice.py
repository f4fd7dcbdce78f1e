"""Whether the native engine pays: what it saves over NumPy, against the time that compiling takes.

The answer follows from the sizes alone, never from what is in the cache or how busy the machine is: the two engines
round differently, and a run is to give the same bits whenever it is repeated.
"""

from __future__ import annotations

from math import ceil

__all__ = ["ENGINE_CHOICES", "pays"]

ENGINE_CHOICES = ("auto", "numpy", "native")
CALLS = 120e-6
"""Seconds that Python and NumPy spend on an update beside the arithmetic: 2 to 4 µs for each of its calls."""
RATE = 2e10
"""Floating-point operations in a second of NumPy's products together with what lies between them."""
SHARE = 0.25
"""Of the arithmetic's time, what is saved where products are large."""
COMPILING = 1.0
"""Seconds that have to be saved."""


def pays(parameters: int, rows: int, batch: int, epochs: int) -> bool:
    """Whether training so many parameters, with batches of so many of the rows, is faster compiled."""
    updates = ceil(rows / max(batch, 1)) * epochs
    arithmetic = 6.0 * parameters * rows * epochs / RATE
    return updates * CALLS + SHARE * arithmetic > COMPILING
