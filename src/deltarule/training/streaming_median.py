"""Exact medians of columns of a store, in memory that does not grow: digit by digit, 16 bits of the number at a time.

The bits of a float64 in the order of the numbers (the sign turned over) are an unsigned integer; counting its leading
16 bits tells in which of 65,536 intervals the middle value lies, the next 16 bits where in that interval, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

__all__ = ["medians"]

SIGN = np.uint64(1 << 63)


def medians(blocks: Callable[[], Iterator[np.ndarray]], columns: Sequence[int]) -> np.ndarray:
    """The medians of these columns over all blocks [rows, width], NaN left out; 0 where a column holds NaN only.

    `blocks` is called five times at most and gives the same blocks each time.
    """
    columns = list(columns)
    counts = np.zeros(len(columns), np.int64)
    for block in blocks():
        counts += (~np.isnan(block[:, columns])).sum(axis=0)
    low = _ranked(blocks, columns, (counts - 1) // 2, counts)
    high = _ranked(blocks, columns, counts // 2, counts) if np.any(counts % 2 == 0) else low
    return np.where(counts > 0, (low + high) / 2, 0.0)


def _ranked(
    blocks: Callable[[], Iterator[np.ndarray]], columns: list[int], ranks: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """The values at these places of the sorted columns."""
    prefix = np.zeros(len(columns), np.uint64)
    left = ranks.copy()
    for shift in (48, 32, 16, 0):
        tally = np.zeros((len(columns), 1 << 16), np.int64)
        for block in blocks():
            for k, column in enumerate(columns):
                keys = _keys(block[:, column])
                if shift < 48:
                    keys = keys[keys >> np.uint64(shift + 16) == prefix[k]]
                digits = (keys >> np.uint64(shift)) & np.uint64(0xFFFF)
                tally[k] += np.bincount(digits.astype(np.int64), minlength=1 << 16)
        for k in np.flatnonzero(counts):
            total = np.cumsum(tally[k])
            digit = int(np.searchsorted(total, left[k], side="right"))
            left[k] -= int(total[digit - 1]) if digit else 0
            prefix[k] = (prefix[k] << np.uint64(16)) | np.uint64(digit)
    bits = np.where(prefix & SIGN, prefix ^ SIGN, ~prefix)
    return np.where(counts > 0, bits.view(np.float64), 0.0)


def _keys(values: np.ndarray) -> np.ndarray:
    """Unsigned integers in the order of the numbers; NaN left out, -0 as 0."""
    values = np.ascontiguousarray(values[~np.isnan(values)]) + 0.0
    bits = values.view(np.uint64)
    return np.where(bits & SIGN, ~bits, bits | SIGN)
