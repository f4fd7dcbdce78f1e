"""Numbers from hashes, in memory that does not grow: which rows are held out, how many values differ.

A row is held out if the hash of its number lies below the share: no list of rows is kept, and the same rows are held
out whatever the order of reading. Of the hashes of all values the k smallest are kept; their density says how many
different ones there are (Bar-Yossef et al. 2002): exact up to k, within about 1/√k beyond.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["Distinct", "hashed", "held_out_rows", "mix_in", "row_hashes", "value_hashes"]

SMALLEST = 16_384


def hashed(values: np.ndarray) -> np.ndarray:
    """64 mixed bits of each of 64 bits (the finaliser of SplitMix64, Steele, Lea, Flood 2014)."""
    z = values.astype(np.uint64, copy=True)
    with np.errstate(over="ignore"):
        z += np.uint64(0x9E3779B97F4A7C15)
        z ^= z >> np.uint64(30)
        z *= np.uint64(0xBF58476D1CE4E5B9)
        z ^= z >> np.uint64(27)
        z *= np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return z


def held_out_rows(first: int, rows: int, share: float, seed: int) -> np.ndarray:
    """Which of the rows `first`, `first + 1`, ... are held out, [rows] of booleans.

    >>> int(held_out_rows(0, 100_000, 0.2, seed=0).sum())
    20060
    """
    if not share:
        return np.zeros(rows, bool)
    start = hashed(np.array([seed], np.uint64))[0]
    with np.errstate(over="ignore"):
        numbers = np.arange(first, first + rows, dtype=np.uint64) + start
    return hashed(numbers) < np.uint64(min(int(share * 2.0**64), 2**64 - 1))


def value_hashes(values: np.ndarray) -> np.ndarray:
    """Of numbers; 0 and -0 have the same."""
    return hashed((np.asarray(values, np.float64) + 0.0).view(np.uint64))


def mix_in(rows: np.ndarray, hashes: np.ndarray, column: int) -> None:
    """Put the hashes of one more column into those of the rows, in place: a sum, each column with its own odd factor.

    The factors are hashes too: with small ones such as 1, 3, 5, 7 equal sums would be no accident (1 + 7 = 3 + 5).
    """
    factor = hashed(np.array([column], np.uint64))[0] | np.uint64(1)
    with np.errstate(over="ignore"):
        rows += hashes * factor


def row_hashes(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Of rows, from their columns of numbers, each [rows]."""
    rows = np.zeros(len(columns[0]), np.uint64)
    for number, column in enumerate(columns):
        mix_in(rows, value_hashes(column), number)
    return hashed(rows)


class Distinct:
    """How many different values were seen."""

    def __init__(self) -> None:
        self._kept = np.empty(0, np.uint64)
        self._waiting: list[np.ndarray] = []
        self._count = 0

    def add(self, hashes: np.ndarray) -> None:
        """The hashes of some values."""
        if len(self._kept) == SMALLEST:
            hashes = hashes[hashes < self._kept[-1]]
        self._waiting.append(hashes)
        self._count += len(hashes)
        if self._count > 4 * SMALLEST:
            self._merge()

    def _merge(self) -> None:
        together = np.sort(np.concatenate([self._kept, *self._waiting]))
        different = np.concatenate([together[:1], together[1:][together[1:] != together[:-1]]])
        self._kept, self._waiting, self._count = different[:SMALLEST], [], 0

    @property
    def _smallest(self) -> np.ndarray:
        self._merge()
        return self._kept

    @property
    def exact(self) -> bool:
        return len(self._smallest) < SMALLEST

    @property
    def count(self) -> int:
        """Exact below `SMALLEST`, else an estimate."""
        smallest = self._smallest
        if len(smallest) < SMALLEST:
            return len(smallest)
        return round((SMALLEST - 1) / (float(smallest[-1]) / 2.0**64))
