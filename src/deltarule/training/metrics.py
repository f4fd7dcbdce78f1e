"""How good a model is: scikit-learn's metrics, gathered, and the points of the pictures."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["ClassificationMetrics", "RegressionMetrics", "classification_metrics", "regression_metrics"]


@dataclass(frozen=True)
class ClassificationMetrics:
    """Of n rows: shares in [0, 1]; `roc` and `roc_auc` for two classes only (the second one counts as positive)."""

    rows: int
    accuracy: float
    log_loss: float | None
    roc_auc: float | None
    confusion: np.ndarray
    """[classes, classes]: rows are the true classes, columns the predicted ones."""
    classes: tuple[Any, ...]
    roc: tuple[np.ndarray, np.ndarray] | None
    """False positive rates and true positive rates, the points of the curve from (0, 0) to (1, 1)."""

    def figures(self) -> dict[str, float]:
        """The numbers by name, for tables."""
        found = {"accuracy": self.accuracy, "log_loss": self.log_loss, "roc_auc": self.roc_auc}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class RegressionMetrics:
    """Of n rows, in the units of the target."""

    rows: int
    r2: float | None
    """None for fewer than two rows."""
    mse: float
    mae: float

    def figures(self) -> dict[str, float]:
        """The numbers by name, for tables."""
        found = {"r2": self.r2, "mse": self.mse, "mae": self.mae}
        return {name: value for name, value in found.items() if value is not None}


def classification_metrics(
    y: Sequence[Any] | np.ndarray,
    predicted: Sequence[Any] | np.ndarray,
    probabilities: np.ndarray | None,
    classes: Sequence[Any] | np.ndarray,
) -> ClassificationMetrics:
    """Judge predicted classes [rows] and, where there are some, probabilities [rows, classes]."""
    from sklearn import metrics

    y, predicted, names = np.asarray(y), np.asarray(predicted), list(classes)
    roc = auc = loss = None
    if probabilities is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # rows of float32 sum to 1 within 1e-7 only
            loss = float(metrics.log_loss(y, np.asarray(probabilities, np.float64), labels=names))
        if len(names) == 2 and len(np.unique(y)) == 2:
            false_positive, true_positive, _ = metrics.roc_curve(y, probabilities[:, 1], pos_label=names[1])
            roc = (false_positive, true_positive)
            auc = float(metrics.auc(false_positive, true_positive))
    return ClassificationMetrics(
        rows=len(y),
        accuracy=float(metrics.accuracy_score(y, predicted)),
        log_loss=loss,
        roc_auc=auc,
        confusion=metrics.confusion_matrix(y, predicted, labels=names),
        classes=tuple(names),
        roc=roc,
    )


def regression_metrics(y: Sequence[float] | np.ndarray, predicted: Sequence[float] | np.ndarray) -> RegressionMetrics:
    """Judge predicted values [rows] or [rows, outputs]."""
    from sklearn import metrics

    y, predicted = np.asarray(y, np.float64), np.asarray(predicted, np.float64)
    return RegressionMetrics(
        rows=len(y),
        r2=float(metrics.r2_score(y, predicted)) if len(y) > 1 else None,
        mse=float(metrics.mean_squared_error(y, predicted)),
        mae=float(metrics.mean_absolute_error(y, predicted)),
    )
