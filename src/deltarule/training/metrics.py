"""How good a model is: scikit-learn's metrics, gathered, and the points of the pictures."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "METRICS",
    "ClassificationMetrics",
    "Metric",
    "RegressionMetrics",
    "classification_metrics",
    "present",
    "regression_metrics",
]


@dataclass(frozen=True)
class Metric:
    """One figure: how it is written, whether more is better, and what it is."""

    name: str
    label: str
    more_is_better: bool
    words: str
    told: bool = True
    """Whether tables for people have it."""


METRICS: dict[str, Metric] = {
    row.name: row
    for row in (
        Metric("accuracy", "accuracy", True, "the share of rows whose class, or whose every label, is predicted "
               "rightly"),
        Metric("balanced_accuracy", "balanced accuracy", True, "the mean over the classes of the share found rightly"),
        Metric("f1_macro", "F1 (macro)", True, "the mean over the classes of 2 TP / (2 TP + FP + FN)"),
        Metric("log_loss", "log loss", False, "the mean of -log of the probability given to the true class"),
        Metric("brier", "Brier score", False, "the mean squared error of the probabilities; over more than two "
               "classes the sum of their squares, from 0 to 2"),
        Metric("roc_auc", "ROC AUC", True, "how often a row of a class gets a higher probability of it than a row of "
               "another; over more than two classes the mean of each against the rest"),
        Metric("pr_auc", "PR AUC", True, "average precision: the mean precision over the rows of a class, by falling "
               "probability; over more than two classes the mean of each against the rest"),
        Metric("r2", "R²", True, "1 - the squared errors over the squared deviations from the mean"),
        Metric("rmse", "RMSE", False, "the root of the mean squared error, in units of the target"),
        Metric("mae", "MAE", False, "the mean absolute error, in units of the target"),
        Metric("median_ae", "median AE", False, "half of the absolute errors are smaller, in units of the target"),
        Metric("mse", "MSE", False, "the mean squared error", told=False),
    )
}  # fmt: skip


@dataclass(frozen=True)
class ClassificationMetrics:
    """Of n rows. What needs probabilities is None without them, what ranks rows also where a class has none.

    The ranking metrics count the second of two classes as positive; of more classes each stands against the rest.
    """

    rows: int
    accuracy: float
    balanced_accuracy: float
    f1_macro: float
    log_loss: float | None
    brier: float | None
    roc_auc: float | None
    pr_auc: float | None
    confusion: np.ndarray
    """[classes, classes]: rows are the true classes, columns the predicted ones."""
    classes: tuple[Any, ...]
    roc: tuple[np.ndarray, np.ndarray] | None
    """False positive rates and true positive rates, the points of the curve from (0, 0) to (1, 1); for two classes."""

    def figures(self) -> dict[str, float]:
        """The numbers by name, for tables."""
        names = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "brier", "roc_auc", "pr_auc")
        return present(self, names)


@dataclass(frozen=True)
class RegressionMetrics:
    """Of n rows, in the units of the target; over several targets the mean of each."""

    rows: int
    r2: float | None
    """None for fewer than two rows."""
    rmse: float
    mae: float
    median_ae: float
    mse: float

    def figures(self) -> dict[str, float]:
        """The numbers by name, for tables."""
        return present(self, ("r2", "rmse", "mae", "median_ae", "mse"))


def present(found: object, names: Sequence[str]) -> dict[str, float]:
    return {name: value for name in names if (value := getattr(found, name)) is not None}


def classification_metrics(
    y: Sequence[Any] | np.ndarray,
    predicted: Sequence[Any] | np.ndarray,
    probabilities: np.ndarray | None,
    classes: Sequence[Any] | np.ndarray,
) -> ClassificationMetrics:
    """Judge predicted classes [rows] and, where there are some, probabilities [rows, classes]."""
    from sklearn import metrics

    y, predicted, names = np.asarray(y), np.asarray(predicted), list(classes)
    roc = auc = average_precision = loss = brier = None
    if probabilities is not None:
        probabilities = np.asarray(probabilities, np.float64)
        true = (y[:, None] == np.asarray(names)).astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # rows of float32 sum to 1 within 1e-7 only
            loss = float(metrics.log_loss(y, probabilities, labels=names))
        brier = float(((probabilities - true) ** 2).sum(axis=1).mean()) / (2 if len(names) == 2 else 1)
        if len(np.unique(y)) == len(names):
            if len(names) == 2:
                false_positive, true_positive, _ = metrics.roc_curve(y, probabilities[:, 1], pos_label=names[1])
                roc = (false_positive, true_positive)
            ranked = slice(1, None) if len(names) == 2 else slice(None)
            auc = float(metrics.roc_auc_score(true[:, ranked], probabilities[:, ranked]))
            average_precision = float(metrics.average_precision_score(true[:, ranked], probabilities[:, ranked]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a predicted class that no row has: its F1 is 0, and counts
        balanced = float(metrics.balanced_accuracy_score(y, predicted))
    return ClassificationMetrics(
        rows=len(y),
        accuracy=float(metrics.accuracy_score(y, predicted)),
        balanced_accuracy=balanced,
        f1_macro=float(metrics.f1_score(y, predicted, average="macro", zero_division=0)),  # type: ignore[arg-type]
        log_loss=loss,
        brier=brier,
        roc_auc=auc,
        pr_auc=average_precision,
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
        rmse=float(metrics.root_mean_squared_error(y, predicted)),
        mae=float(metrics.mean_absolute_error(y, predicted)),
        median_ae=float(metrics.median_absolute_error(y, predicted)),
        mse=float(metrics.mean_squared_error(y, predicted)),
    )
