"""The figures of a trained model as a table: accuracy, log loss, ROC AUC, or those of a regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deltarule.commands.tables import aligned

if TYPE_CHECKING:
    import numpy as np

    from deltarule.training.metrics import ClassificationMetrics, RegressionMetrics

__all__ = ["confusion_table", "figures_table"]

_WORDS = {"accuracy": "accuracy", "log_loss": "log loss", "roc_auc": "ROC AUC", "r2": "R²", "mse": "MSE", "mae": "MAE"}


def figures_table(rows: Sequence[tuple[str, ClassificationMetrics | RegressionMetrics]]) -> list[str]:
    """A line for each part of the data, a column for each figure."""
    names = list(dict.fromkeys(name for _, metrics in rows for name in metrics.figures()))
    head = ["", "rows", *(_WORDS.get(name, name) for name in names)]
    body = []
    for part, metrics in rows:
        figures = metrics.figures()
        body.append([part, str(metrics.rows), *(_number(figures.get(name)) for name in names)])
    return aligned(head, body)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}" if abs(value) < 1000 else f"{value:.6g}"


def confusion_table(confusion: np.ndarray, classes: Sequence[object]) -> list[str]:
    """Rows are the true classes, columns the predicted ones."""
    names = [str(c) for c in classes]
    return aligned(
        ["true \\ predicted", *names], [[n, *map(str, row)] for n, row in zip(names, confusion, strict=True)]
    )
