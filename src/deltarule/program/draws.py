"""Masks that a program draws: which units of which sample count, the same for the same seed, epoch and place.

What is drawn for a row depends on the seed, the epoch and the row's place in the order of that epoch, and on nothing
else: not on the size of the batch, not on the engine, not on where a run was interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["Draws"]

BLOCK = 256
"""Rows that are drawn together."""
STREAM = 4
"""Of the seed; the split draws from stream 1, the shuffling from stream 2, checks of gradients from stream 3."""


class Draws:
    """Arrays of 0 and 1 by name: `probability` of a 1, `shapes` of one sample. `inputs` are the names of the data."""

    def __init__(
        self,
        probability: Mapping[str, float],
        shapes: Mapping[str, tuple[int, ...]],
        inputs: tuple[str, ...],
        seed: int,
        dtype: str,
    ) -> None:
        self.probability, self.shapes, self.inputs = dict(probability), dict(shapes), inputs
        self.seed, self.dtype = seed, dtype
        self._last: tuple[tuple[int, int], dict[str, np.ndarray]] | None = None

    def __bool__(self) -> bool:
        return bool(self.probability)

    def into(self, X: Any, epoch: int, start: int) -> Any:
        """The rows `X` with what is drawn for them, as a dictionary by name; they come after `start` others."""
        if not self:
            return X
        given = dict(X) if isinstance(X, Mapping) else {self.inputs[0]: X}
        rows = next(iter(given.values())).shape[0]
        return {**given, **self.rows(epoch, start, start + rows)}

    def rows(self, epoch: int, start: int, stop: int) -> dict[str, np.ndarray]:
        """What is drawn for the rows from `start` to `stop` of an epoch: [rows, ...] by name."""
        parts: list[dict[str, np.ndarray]] = []
        for block in range(start // BLOCK, -(-stop // BLOCK)):
            first = block * BLOCK
            whole = self._block(epoch, block)
            parts.append({n: v[max(start - first, 0) : stop - first] for n, v in whole.items()})
        return {n: parts[0][n] if len(parts) == 1 else np.concatenate([p[n] for p in parts]) for n in self.probability}

    def _block(self, epoch: int, block: int) -> dict[str, np.ndarray]:
        if self._last is None or self._last[0] != (epoch, block):
            random = np.random.default_rng([self.seed, STREAM, epoch, block])
            drawn = {
                name: (random.random((BLOCK, *self.shapes[name]), np.float32) < p).astype(self.dtype)
                for name, p in self.probability.items()
            }
            self._last = (epoch, block), drawn
        return self._last[1]
