"""`(x - mean) / scale`, column by column, fitted on the training part only and kept in the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Standardisation"]


@dataclass(frozen=True)
class Standardisation:
    """Means and deviations of the columns, each of shape [columns]; a constant column has scale 1."""

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def fitted(cls, X: np.ndarray, weights: np.ndarray | None = None) -> Standardisation:
        """Mean and deviation (dividing by the number of rows) of each column of `X` [rows, columns], rows weighted."""
        mean = np.average(X, axis=0, weights=weights)
        deviation = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=weights))
        # A constant column has a deviation of rounding size at most; dividing by it would blow up later values.
        constant = deviation <= 1e-12 * np.maximum(abs(mean), np.finfo(np.float64).tiny)
        return cls(mean, np.where(constant, 1.0, deviation))

    def only(self, columns: np.ndarray) -> Standardisation:
        """The same for the columns of a mask [columns]; the others are left as they are."""
        return Standardisation(np.where(columns, self.mean, 0.0), np.where(columns, self.scale, 1.0))

    def apply(self, X: Any) -> Any:
        """Of rows [rows, columns]; sparse ones stay sparse, whose means are 0 (see `sparse_input`)."""
        if hasattr(X, "tocsr"):
            scaled = X.tocsr(copy=True)
            scaled.data = scaled.data / self.scale[scaled.indices]
            return scaled
        found = X - self.mean
        found /= self.scale
        return found

    def undo(self, Z: np.ndarray) -> np.ndarray:
        return Z * self.scale + self.mean
