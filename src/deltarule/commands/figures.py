"""The figures of a trained model as a table: a row for each metric, a column for each part of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deltarule.commands.tables import aligned

if TYPE_CHECKING:
    import numpy as np

    from deltarule.training.bootstrap import Intervals
    from deltarule.training.metrics import ClassificationMetrics, RegressionMetrics

__all__ = ["confusion_table", "figures_table"]


def figures_table(
    parts: Sequence[tuple[str, ClassificationMetrics | RegressionMetrics]], intervals: Intervals | None = None
) -> list[str]:
    """With `intervals` a column for those of the last part, and a line that says how they were found."""
    from deltarule.training.metrics import METRICS

    figures = [(part, metrics.rows, metrics.figures()) for part, metrics in parts]
    body = [["rows", *(str(rows) for _, rows, _ in figures)]]
    names = [m.name for m in METRICS.values() if m.told and any(m.name in found for *_, found in figures)]
    body += [[METRICS[name].label, *(_number(found.get(name)) for *_, found in figures)] for name in names]
    head = ["", *(part for part, *_ in figures)]
    if intervals is None:
        return aligned(head, body)[0 if any(head) else 1 :]
    ends = [None, *(intervals.ends.get(name) for name in names)]
    body = [
        [*row, "" if e is None else f"{_number(e[0])} to {_number(e[1])}"] for row, e in zip(body, ends, strict=True)
    ]
    return [*aligned([*head, f"{100 * intervals.level:g} % interval"], body), "", intervals.words]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}" if abs(value) < 1000 else f"{value:.6g}"


def confusion_table(confusion: np.ndarray, classes: Sequence[object]) -> list[str]:
    """Rows are the true classes, columns the predicted ones."""
    names = [str(c) for c in classes]
    return aligned(
        ["true \\ predicted", *names], [[n, *map(str, row)] for n, row in zip(names, confusion, strict=True)]
    )
