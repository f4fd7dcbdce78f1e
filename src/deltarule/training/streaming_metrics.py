"""Metrics of any number of rows in memory that does not grow: the rows come in blocks, in any order.

Up to `KEPT` numbers everything is kept and judged at once. Beyond that sums are: the confusion matrix and with it
accuracy, balanced accuracy and F1, the log loss, the Brier score, R², RMSE and MAE stay exact. What ranks rows (ROC
AUC, PR AUC) and the median of the errors come from histograms: of the probabilities by relative steps of
1/2,048 from 0 and from 1, of the errors by steps of 1/8,192.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from deltarule.training.metrics import (
    ClassificationMetrics,
    RegressionMetrics,
    classification_metrics,
    regression_metrics,
)
from deltarule.training.streaming_moments import Moments

__all__ = ["KEPT", "RunningClasses", "RunningValues", "ranking_figures"]

KEPT = 1_000_000
"""Numbers (probabilities, or values) that are kept: 16 MB with what belongs to them."""
HALF = int(np.float32(0.5).view(np.uint32))
PROBABILITY_BITS, ERROR_BITS = 12, 10
"""Bits of a float32 that its bin leaves out: 11 and 13 of the 23 of its fraction stay."""
POINTS = 2000
"""Of the ROC curve."""


class RunningClasses:
    """Predicted classes and their probabilities against the true ones. `exact` until there are too many rows."""

    def __init__(self, classes: Sequence[Any] | np.ndarray) -> None:
        self.classes = np.asarray(classes)
        self.rows, self.exact = 0, True
        self._kept: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._numbers = 0
        size = len(self.classes)
        self._confusion = np.zeros((size, size), np.int64)
        self._loss = self._brier = 0.0
        self._ranks: np.ndarray | None = None
        """[classes, false and true, bins]: how many rows fell into each bin of their probability of the class."""

    def add(self, y: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray) -> None:
        """Classes [rows], predicted classes [rows], probabilities [rows, classes] in the order of the classes."""
        true, found = np.searchsorted(self.classes, y), np.searchsorted(self.classes, predicted)
        self.rows += len(true)
        self._numbers += probabilities.size
        self._kept.append((true, found, np.asarray(probabilities, np.float64)))
        if not self.exact or self._numbers > KEPT:
            self._sum_up()

    def result(self) -> ClassificationMetrics:
        """The metrics of all rows so far."""
        if self.exact:
            true, found, probabilities = (np.concatenate(parts) for parts in zip(*self._kept, strict=True))
            judged = classification_metrics(true, found, probabilities, np.arange(len(self.classes)))
            return replace(judged, classes=tuple(self.classes))
        confusion = self._confusion
        support, said, right = confusion.sum(axis=1), confusion.sum(axis=0), np.diag(confusion)
        seen, counted = support > 0, support + said > 0
        roc = auc = precision = None
        if seen.all() and self._ranks is not None:
            figures = [ranking_figures(*ranks) for ranks in (self._ranks[1:] if len(support) == 2 else self._ranks)]
            auc, precision = (float(np.mean([f[k] for f in figures])) for k in (0, 1))
            roc = _curve(*self._ranks[1]) if len(support) == 2 else None
        return ClassificationMetrics(
            rows=self.rows,
            accuracy=float(right.sum() / self.rows),
            balanced_accuracy=float(np.mean(right[seen] / support[seen])),
            f1_macro=float(np.mean(2 * right[counted] / (support + said)[counted])),
            log_loss=self._loss / self.rows,
            brier=self._brier / self.rows / (2 if len(support) == 2 else 1),
            roc_auc=auc,
            pr_auc=precision,
            confusion=confusion,
            classes=tuple(self.classes),
            roc=roc,
        )

    def _sum_up(self) -> None:
        self.exact = False
        for true, found, probabilities in self._kept:
            size = len(self.classes)
            self._confusion += np.bincount(true * size + found, minlength=size**2).reshape(size, size)
            rows = np.arange(len(true))
            smallest = np.finfo(np.float64).eps
            self._loss -= float(np.log(np.clip(probabilities[rows, true], smallest, 1 - smallest)).sum())
            own = probabilities[rows, true]
            squares = np.einsum("ij,ij->i", probabilities, probabilities) - own**2 + (1 - own) ** 2
            self._brier += float(squares.sum())
            bins = _probability_bins(probabilities)
            if self._ranks is None:
                self._ranks = np.zeros((size, 2, 2 * (HALF >> PROBABILITY_BITS) + 2), np.int64)
            for k in range(size):
                for truth in (0, 1):
                    picked = bins[(true == k) == bool(truth), k]
                    self._ranks[k, truth] += np.bincount(picked, minlength=self._ranks.shape[2])
        self._kept = []


class RunningValues:
    """Predicted values against the true ones, [rows] or [rows, targets]."""

    def __init__(self) -> None:
        self.rows, self.exact = 0, True
        self._kept: list[tuple[np.ndarray, np.ndarray]] = []
        self._numbers = 0
        self._moments: Moments | None = None
        self._squares: Any = 0.0
        self._sizes: Any = 0.0
        self._errors: np.ndarray | None = None

    def add(self, y: np.ndarray, predicted: np.ndarray) -> None:
        """True and predicted values."""
        y, predicted = np.asarray(y, np.float64), np.asarray(predicted, np.float64)
        self.rows += len(y)
        self._numbers += y.size
        self._kept.append((y, predicted))
        if not self.exact or self._numbers > KEPT:
            self._sum_up()

    def result(self) -> RegressionMetrics:
        """The metrics of all rows so far."""
        if self.exact:
            return regression_metrics(*(np.concatenate(parts) for parts in zip(*self._kept, strict=True)))
        assert self._moments is not None and self._errors is not None
        mse, mae = self._squares / self.rows, self._sizes / self.rows
        spread = self._moments.squares
        r2 = np.where(spread > 0, 1 - self._squares / np.where(spread > 0, spread, 1), np.where(mse == 0, 1.0, 0.0))
        middle = [int(np.searchsorted(np.cumsum(counts), (self.rows + 1) // 2)) for counts in self._errors]
        medians = ((np.array(middle, np.uint32) << np.uint32(ERROR_BITS)) + np.uint32(1 << (ERROR_BITS - 1))).view(
            np.float32
        )
        return RegressionMetrics(
            rows=self.rows,
            r2=float(np.mean(r2)),
            rmse=float(np.mean(np.sqrt(mse))),
            mae=float(np.mean(mae)),
            median_ae=float(np.mean(np.where(np.array(middle) == 0, 0.0, medians))),
            mse=float(np.mean(mse)),
        )

    def _sum_up(self) -> None:
        self.exact = False
        for y, predicted in self._kept:
            Y, off = y.reshape(len(y), -1), abs(predicted - y).reshape(len(y), -1)
            part = Moments.of(Y)
            self._moments = part if self._moments is None else self._moments + part
            self._squares = self._squares + (off**2).sum(axis=0)
            self._sizes = self._sizes + off.sum(axis=0)
            if self._errors is None:
                self._errors = np.zeros((Y.shape[1], 1 << (31 - ERROR_BITS)), np.int64)
            for k in range(Y.shape[1]):
                with np.errstate(over="ignore"):
                    bits = np.ascontiguousarray(off[:, k], np.float32).view(np.uint32)
                self._errors[k] += np.bincount(bits >> np.uint32(ERROR_BITS), minlength=self._errors.shape[1])
        self._kept = []


def _probability_bins(p: np.ndarray) -> np.ndarray:
    """Ascending with the probability; the steps are relative to it below a half, to 1 - p above."""
    low = np.ascontiguousarray(np.minimum(p, 1 - p), np.float32).view(np.uint32) >> np.uint32(PROBABILITY_BITS)
    last = 2 * (HALF >> PROBABILITY_BITS) + 1
    return np.where(p <= 0.5, low, last - low.astype(np.int64)).astype(np.int64)


def ranking_figures(false: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """ROC AUC and average precision of counts by bins of ascending scores; equal bins count as ties."""
    below = np.cumsum(false) - false
    auc = float(np.sum(true * (below + false / 2.0)) / (float(false.sum()) * float(true.sum())))
    hits, all_ = np.cumsum(true[::-1]), np.cumsum((true + false)[::-1])
    precision = np.divide(hits, all_, where=all_ > 0, out=np.zeros(len(hits)))
    return auc, float(np.sum(true[::-1] * precision) / true.sum())


def _curve(false: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ROC curve, its points thinned."""
    wrong, right = (np.concatenate([[0.0], np.cumsum(c[::-1]) / c.sum()]) for c in (false, true))
    moved = np.flatnonzero(np.diff(wrong + right, prepend=-1.0))
    picked = moved[np.unique(np.linspace(0, len(moved) - 1, POINTS).astype(int))]
    return wrong[picked], right[picked]
