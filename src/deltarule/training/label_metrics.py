"""How good predictions of labels are, where a row may have several of them: scikit-learn's metrics, from counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deltarule.training.bootstrap import Counted, Intervals, bootstrap, ranking
from deltarule.training.metrics import present

__all__ = ["LabelMetrics", "label_intervals", "label_metrics"]


@dataclass(frozen=True)
class LabelMetrics:
    """Of n rows: `accuracy` is the share with every label right, the others are means over the labels."""

    rows: int
    accuracy: float
    f1_macro: float
    """F1 of each label being there."""
    log_loss: float
    brier: float
    roc_auc: float | None
    """None where a label is there in no row or in all of them."""
    pr_auc: float | None
    names: tuple[str, ...]
    counts: np.ndarray
    """[labels, 4]: rows that have the label, rows predicted to, those of both, and those that it is wrong for."""

    def figures(self) -> dict[str, float]:
        """The numbers by name, for tables."""
        return present(self, ("accuracy", "f1_macro", "log_loss", "brier", "roc_auc", "pr_auc"))


def label_metrics(y: np.ndarray, predicted: np.ndarray, p: np.ndarray, names: Sequence[str]) -> LabelMetrics:
    """Judge labels [rows, labels] of 0 and 1 and their probabilities [rows, labels]."""
    found = {name: float(value[0]) for name, value in _counted(y, predicted, p)(np.ones((1, len(y)))).items()}
    both = y * predicted
    counts = np.stack([y.sum(0), predicted.sum(0), both.sum(0), (y != predicted).sum(0)], axis=1).astype(int)
    return LabelMetrics(
        rows=len(y),
        accuracy=found["accuracy"],
        f1_macro=found["f1_macro"],
        log_loss=found["log_loss"],
        brier=found["brier"],
        roc_auc=found.get("roc_auc"),
        pr_auc=found.get("pr_auc"),
        names=tuple(names),
        counts=counts,
    )


def label_intervals(y: np.ndarray, predicted: np.ndarray, p: np.ndarray, seed: int) -> Intervals:
    """The intervals of the metrics of `label_metrics`."""

    def counted(rows: np.ndarray) -> Counted:
        return _counted(y[rows], predicted[rows], p[rows])

    return bootstrap(counted, len(y), np.zeros(len(y), int), seed, y.shape[1], stratified=False)


def _counted(y: np.ndarray, predicted: np.ndarray, p: np.ndarray) -> Counted:
    y, predicted, p = (np.asarray(a, float) for a in (y, predicted, p))
    right = (y == predicted).all(axis=1).astype(float)
    eps = np.finfo(float).eps
    clipped = np.clip(p, eps, 1 - eps)
    by_row = {
        "log_loss": -(y * np.log(clipped) + (1 - y) * np.log1p(-clipped)).mean(axis=1),
        "brier": ((p - y) ** 2).mean(axis=1),
    }
    ranked = [ranking(y[:, k] == 1, p[:, k]) for k in range(y.shape[1])]
    both = np.ptp(y, axis=0).all() if len(y) else False

    def metrics(counts: np.ndarray) -> dict[str, np.ndarray]:
        total = counts.sum(axis=1)
        pairs = counts @ y + counts @ predicted
        found = {
            "accuracy": counts @ right / total,
            "f1_macro": (2 * (counts @ (y * predicted)) / np.where(pairs > 0, pairs, 1)).mean(axis=1),
            **{name: counts @ rows / total for name, rows in by_row.items()},
        }
        if both:
            with np.errstate(divide="ignore", invalid="ignore"):  # a resample may lack a label: no interval then
                of_each = [of(counts) for of in ranked]
            found |= {name: np.mean([r[name] for r in of_each], axis=0) for name in ("roc_auc", "pr_auc")}
        return found

    return metrics
