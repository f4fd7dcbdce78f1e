"""Means and deviations of columns from blocks of their rows: computed in each, merged as Chan et al. do.

Of two parts with counts n₁, n₂, means μ₁, μ₂ and sums of squares about them S₁, S₂:
μ = μ₁ + δ n₂/n, S = S₁ + S₂ + δ² n₁n₂/n with δ = μ₂ - μ₁ (Chan, Golub, LeVeque 1983, eq. 2.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Moments"]


@dataclass(frozen=True)
class Moments:
    """Of each column: how many values, their mean, the sum of their squares about it; each of shape [columns]."""

    count: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray) -> Moments:
        """Of the values of `X` [rows, columns] that are not NaN."""
        present = ~np.isnan(X)
        count = present.sum(axis=0).astype(np.float64)
        whole = bool(count.size) and bool(count.min() == len(X))
        mean = np.divide(X.sum(axis=0) if whole else np.nansum(X, axis=0), count, where=count > 0, out=count * 0)
        off = X - mean
        if not whole:
            off[~present] = 0
        return cls(count, mean, np.einsum("ij,ij->j", off, off))

    @classmethod
    def repeated(cls, count: np.ndarray, value: np.ndarray) -> Moments:
        """Of `count` copies of a value in each column."""
        return cls(np.asarray(count, np.float64), np.asarray(value, np.float64), np.zeros(len(value)))

    def __add__(self, other: Moments) -> Moments:
        count = self.count + other.count
        share = np.divide(other.count, count, where=count > 0, out=np.zeros_like(count))
        delta = other.mean - self.mean
        return Moments(count, self.mean + delta * share, self.squares + other.squares + delta**2 * self.count * share)

    @property
    def deviation(self) -> np.ndarray:
        """√(S/n)."""
        return np.sqrt(np.divide(self.squares, self.count, where=self.count > 0, out=np.zeros_like(self.count)))
