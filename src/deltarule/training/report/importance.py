"""Permutation importance: how much worse the predictions get where one column is shuffled (Breiman 2001; Fisher, Rudin
and Dominici 2019).

Columns are those of the table: the 0 and 1 of the categories of one column, and whether it is missing, go together.
Worse is, for classes, the rise of the log loss; for values, the fall of R². Both are means over rows of a difference,
so the interval is the percentile bootstrap of that mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from deltarule.training.report.chart import Chart, bars
from deltarule.training.report.numbers import interval, number
from deltarule.training.report.subject import Subject

__all__ = ["Importance", "importance_chart", "importances"]

REPEATS, FEWEST_REPEATS = 10, 2
ROWS = 2000
WORK = 4_000_000
"""Rows predicted in all, about."""
RESAMPLES = 1000
SHOWN = 20


@dataclass(frozen=True)
class Importance:
    """Of one column, with the ends of its 95 % interval."""

    column: str
    value: float
    low: float
    high: float


def importances(subject: Subject) -> tuple[list[Importance], int, int]:
    """Each column's importance on the judged rows, the greatest first; how many rows and repeats it is from."""
    from deltarule.training.features import encoded_features
    from deltarule.training.notes import Notes, heard_by

    model = subject.model
    random = np.random.default_rng([int(model.seed_), 5])
    rows = subject.judged
    if len(rows) > ROWS:
        rows = np.sort(random.choice(rows, ROWS, replace=False))
    with heard_by(lambda text: None):
        X = np.asarray(encoded_features(model, subject.X, Notes()))[rows]
    columns = model.encoder_.columns
    repeats = int(np.clip(WORK // max(len(rows) * len(columns), 1), FEWEST_REPEATS, REPEATS))
    base = _losses(subject, X, rows)
    worse = np.zeros((len(rows), len(columns)))
    at = 0
    for j, column in enumerate(columns):
        inside = slice(at, at + len(column.names))
        at = inside.stop
        if inside.stop == inside.start:  # left out: it says nothing to the network
            continue
        shuffled = np.tile(X, (repeats, 1))
        order = np.concatenate([random.permutation(len(rows)) for _ in range(repeats)])
        shuffled[:, inside] = X[order, inside]
        losses = _losses(subject, shuffled, np.tile(rows, repeats)).reshape(repeats, len(rows))
        worse[:, j] = losses.mean(axis=0) - base
    counts = random.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), RESAMPLES)
    low, high = np.quantile(counts @ worse / len(rows), (0.025, 0.975), axis=0)
    mean = worse.mean(axis=0)
    found = [Importance(c.name, float(mean[j]), float(low[j]), float(high[j])) for j, c in enumerate(columns)]
    return sorted(found, key=lambda i: -i.value), len(rows), repeats


def _losses(subject: Subject, X: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The loss of each row: -log p, or the squared error over the variance of the target, for encoded rows."""
    model: Any = subject.model
    with threadpool_limits(1, "blas"), np.errstate(over="ignore", under="ignore"):
        outputs = np.asarray(model._forward(model._cast(model._standardised(X))), np.float64)
    y = subject.y[rows]
    if subject.task == "multilabel":
        p = np.clip(model.probabilities(outputs), 1e-15, 1 - 1e-15)
        return -np.where(y == 1, np.log(p), np.log1p(-p)).mean(axis=1)
    if subject.task == "classification":
        p = np.clip(model.probabilities(outputs), 1e-15, 1)
        return -np.log(p[np.arange(len(rows)), np.searchsorted(model.classes_, y)])
    error = (np.asarray(y, float).reshape(len(rows), -1) - model.decided(outputs).reshape(len(rows), -1)) ** 2
    spread = np.asarray(subject.y[subject.judged], float).reshape(len(subject.judged), -1).var(axis=0)
    return (error / np.where(spread > 0, spread, 1)).mean(axis=1)


def importance_chart(subject: Subject) -> Chart:
    """The columns that matter most, as bars."""
    found, rows, repeats = importances(subject)
    shown = found[:SHOWN]
    what = "log loss" if subject.task != "regression" else "R²"
    axis = "rise of the log loss" if subject.task != "regression" else "fall of R²"
    clear = [i for i in found if i.low > 0]
    words = f"How much the {what} suffers on {rows} rows where the values of a column are shuffled ({repeats} times). "
    words += f"{found[0].column} matters most. " if found and found[0].low > 0 else ""
    words += f"{len(clear)} of {len(found)} columns matter clearly: their 95 % intervals are above 0. "
    words += "Columns that tell the same share their importance."
    more = f" The first {SHOWN} of {len(found)} columns are drawn." if len(found) > SHOWN else ""
    listed = [[i.column, number(i.value), interval((i.low, i.high))] for i in found]
    return bars(
        [(i.column, i.value, i.low, i.high) for i in shown],
        name="importance", title="Permutation importance", words=words + more, x=axis,
        table=(["column", axis, "95 % interval"], listed),
    )  # fmt: skip
