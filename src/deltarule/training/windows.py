"""What an epoch goes over: windows of rows that are in memory together, cut into shuffled batches.

A table in memory is one window. A file larger than memory is many (`streaming_rows`); its rows come in the order that
depends on the seed and the epoch alone too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

__all__ = ["Data", "InMemory", "Rows", "Window", "batches", "batches_of", "shuffled"]

Data = tuple[np.ndarray, np.ndarray, np.ndarray | None]
"""X [rows, ...], Y [rows, ...] and the weights of the rows [rows] or None."""


@dataclass(frozen=True)
class Window:
    """Rows in memory, and the order in which they are taken; None: all of them in one batch, as they stand."""

    X: np.ndarray
    Y: np.ndarray
    weight: np.ndarray | None = None
    order: np.ndarray | None = None


class Rows(Protocol):
    """The training part. Every row comes once an epoch; batches are cut inside a window.

    A window has a multiple of the batch size of rows, except for the last one.
    """

    def __len__(self) -> int: ...

    def windows(self, batch_size: int, seed: int, epoch: int) -> Iterator[Window]: ...


@dataclass(frozen=True)
class InMemory:
    """Arrays: one window."""

    X: np.ndarray
    Y: np.ndarray
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        return self.X.shape[0]

    def windows(self, batch_size: int, seed: int, epoch: int) -> Iterator[Window]:
        order = None if batch_size >= len(self) else shuffled(len(self), seed, epoch)
        yield Window(self.X, self.Y, self.weight, order)


def shuffled(rows: int, seed: int, epoch: int) -> np.ndarray:
    """The order of rows in memory."""
    return np.random.default_rng([seed, 2, epoch]).permutation(rows)  # stream 2; the split draws from stream 1


def batches(rows: int, size: int, seed: int, epoch: int) -> Iterator[np.ndarray | slice]:
    """The rows of each batch of an epoch in memory, every row once, shuffled; the last batch has what is left.

    One batch of all rows is not shuffled: the order within a batch changes nothing but rounding.
    """
    order = None if size >= rows else shuffled(rows, seed, epoch)
    yield from _cut(order, size)


def batches_of(
    rows: Rows, size: int, seed: int, epoch: int, done: int = 0
) -> Iterator[tuple[np.ndarray | slice, Data]]:
    """The batches of an epoch after the first `done` of them: which rows of their window they have, and the rows."""
    for window in rows.windows(size, seed, epoch):
        for picked in _cut(window.order, size):
            if done:
                done -= 1
                continue
            yield (
                picked,
                (
                    window.X[picked],
                    window.Y[picked],
                    None if window.weight is None else window.weight[picked],
                ),
            )


def _cut(order: np.ndarray | None, size: int) -> Iterator[np.ndarray | slice]:
    if order is None:
        yield slice(None)
        return
    for start in range(0, len(order), size):
        yield order[start : start + size]
