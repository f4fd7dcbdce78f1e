"""How far a metric of a test would move with other rows: 95 % confidence intervals by the bootstrap.

Rows are drawn again with replacement, within each class (as the rows held out were drawn, so that every resample has
every class and every metric is defined; pROC does the same: Robin et al. 2011, BMC Bioinformatics 12:77). A resample is
a row of counts, and each metric is computed from a whole matrix of counts at once.

Up to `CELLS` rows times classes the interval is BCa (Efron 1987, JASA 82:171), which is corrected for bias and skewness
and so stays inside the range of the metric; beyond, where sampling distributions are normal, the normal interval with
the bootstrap's standard error, of a part of the rows where there are very many (the error is rescaled by √(m/n)).
A metric that all resamples share, such as an accuracy of 1, has no interval: the bootstrap cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "Intervals",
    "Whole",
    "bootstrap",
    "classification_intervals",
    "counted_classes",
    "counted_values",
    "ranking",
    "regression_intervals",
]

RESAMPLES, FEW = 2000, 200
"""Of BCa, whose ends are quantiles; of the normal interval, which needs a standard error only."""
CELLS, MOST = 20_000, 200_000
"""Rows times classes up to which BCa is used; and those that are looked at."""
GROUPS = 400
"""Of the jackknife: rows are left out one by one, or where there are more in so many groups."""
AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Whole:
    """How many rows the metrics are really of, and what they are, where the rows given are drawn from those."""

    rows: int
    figures: Mapping[str, float]


Counted = Callable[[np.ndarray], dict[str, np.ndarray]]
"""Counts [resamples, rows] to metrics [resamples] by name."""


@dataclass(frozen=True)
class Intervals:
    """The ends of each interval by name; None where every resample gives the same value."""

    ends: Mapping[str, tuple[float, float] | None]
    method: str
    resamples: int
    seed: int
    stratified: bool
    level: float = 0.95

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        about = {"level": self.level, "method": self.method, "resamples": self.resamples, "seed": self.seed}
        ends = {name: None if found is None else list(found) for name, found in self.ends.items()}
        return {**about, "within_classes": self.stratified, "intervals": ends}

    @property
    def words(self) -> str:
        """How they were found, for people."""
        within = " within each class" if self.stratified else ""
        return (
            f"{100 * self.level:g} % intervals: bootstrap ({self.method}), {self.resamples} resamples{within}, "
            f"seed {self.seed}"
        )


def classification_intervals(
    y: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray | None,
    classes: Sequence[Any] | np.ndarray,
    seed: int,
    whole: Whole | None = None,
) -> Intervals:
    """The intervals of the metrics of `classification_metrics`, from the same arguments."""
    y = np.asarray(y)
    strata = np.unique(y, return_inverse=True)[1]

    def counted(rows: np.ndarray) -> Counted:
        return counted_classes(
            y[rows], predicted[rows], None if probabilities is None else probabilities[rows], classes
        )

    width = len(classes) if len(classes) > 2 else 1
    return bootstrap(counted, len(y), strata, seed, width, whole, stratified=True)


def regression_intervals(y: np.ndarray, predicted: np.ndarray, seed: int, whole: Whole | None = None) -> Intervals:
    """The intervals of the metrics of `regression_metrics`, from the same arguments."""
    y, predicted = np.asarray(y, np.float64), np.asarray(predicted, np.float64)

    def counted(rows: np.ndarray) -> Counted:
        return counted_values(y[rows], predicted[rows])

    width = 1 if y.ndim == 1 else y.shape[1]
    return bootstrap(counted, len(y), np.zeros(len(y), int), seed, width, whole, stratified=False)


def bootstrap(
    counted: Callable[[np.ndarray], Counted],
    rows: int,
    strata: np.ndarray,
    seed: int,
    width: int,
    whole: Whole | None = None,
    *,
    stratified: bool,
) -> Intervals:
    """`counted(rows)` gives the metrics of some of the rows; `strata` [rows] numbers the parts to draw within.

    With `whole` the rows are some of more: the intervals are around its figures, as narrow as so many rows make them.
    """
    from scipy.stats import norm

    random = np.random.default_rng([seed, 3])  # stream 3; the split draws from stream 1, the shuffling from stream 2
    exact = rows * width <= CELLS and whole is None
    looked = np.arange(rows)
    if rows * width > MOST:
        looked = np.sort(random.choice(rows, MOST // width, replace=False))
        strata = np.unique(strata[looked], return_inverse=True)[1]
    metrics, resamples = counted(looked), RESAMPLES if exact else FEW
    found = _by_parts(metrics, _resamples(strata, resamples, random), len(looked))
    if whole is not None:
        point = dict(whole.figures)
    else:
        on_all = (metrics if len(looked) == rows else counted(np.arange(rows)))(np.ones((1, rows)))
        point = {name: float(values[0]) for name, values in on_all.items()}
    ends: dict[str, tuple[float, float] | None] = {}
    if not exact:
        narrower = np.sqrt(len(looked) / (rows if whole is None else whole.rows))
        for name in found.keys() & point.keys():
            error = float(found[name].std(ddof=1) * narrower * norm.ppf(0.975))
            ends[name] = (point[name] - error, point[name] + error) if error > 0 else None
        return Intervals(ends, "normal", resamples, seed, stratified)
    left_out, groups = _jackknife(metrics, strata, random)
    for name, values in found.items():
        ends[name] = _bca(values, point[name], left_out[name], groups)
    return Intervals(ends, "BCa", resamples, seed, stratified)


def _resamples(strata: np.ndarray, resamples: int, random: np.random.Generator) -> Callable[[int], np.ndarray]:
    """A function that draws so many resamples, as counts [resamples, rows]."""
    parts = [np.flatnonzero(strata == k) for k in range(int(strata.max()) + 1)]
    left = [resamples]

    def draw(most: int) -> np.ndarray:
        size = min(most, left[0])
        left[0] -= size
        counts = np.empty((size, len(strata)))
        for rows in parts:
            drawn = random.integers(0, len(rows), (size, len(rows))) + np.arange(size)[:, None] * len(rows)
            counts[:, rows] = np.bincount(drawn.ravel(), minlength=size * len(rows)).reshape(size, len(rows))
        return counts

    return draw


def _by_parts(metrics: Counted, draw: Callable[[int], np.ndarray], rows: int) -> dict[str, np.ndarray]:
    most = max(1, AT_ONCE // rows)
    parts = []
    while len(counts := draw(most)):
        parts.append(metrics(counts))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _jackknife(
    metrics: Counted, strata: np.ndarray, random: np.random.Generator
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The metrics without each row, or each group of rows of one stratum; and the stratum of each."""
    groups: list[np.ndarray] = []
    of: list[int] = []
    for k in range(int(strata.max()) + 1):
        rows = np.flatnonzero(strata == k)
        if len(rows) < 2:  # without it there would be none of its class
            continue
        wanted = max(2, min(len(rows), round(GROUPS * len(rows) / len(strata)))) if len(strata) > GROUPS else len(rows)
        groups += np.array_split(random.permutation(rows), wanted)
        of += [k] * wanted
    if not groups:
        return {name: np.zeros(0) for name in metrics(np.ones((1, len(strata))))}, np.zeros(0)
    parts = []
    most = max(1, AT_ONCE // len(strata))
    for start in range(0, len(groups), most):
        chunk = groups[start : start + most]
        counts = np.ones((len(chunk), len(strata)))
        for k, rows in enumerate(chunk):
            counts[k, rows] = 0
        parts.append(metrics(counts))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, np.array(of)


def _bca(values: np.ndarray, point: float, left_out: np.ndarray, strata: np.ndarray) -> tuple[float, float] | None:
    """The bias-corrected and accelerated ends, the acceleration from the jackknife within strata (Efron & Tibshirani
    1993, eq. 14.15; for several samples as in `scipy.stats.bootstrap`)."""
    from scipy.stats import norm

    if not np.all(np.isfinite(values)) or np.ptp(values) <= 1e-12 * max(1.0, abs(point)):
        return None
    below = (np.mean(values < point) + np.mean(values <= point)) / 2  # half of those that are equal
    if not 0 < below < 1:  # the resamples all lie to one side: no correction can be told
        return _quantiles(values, 0.025, 0.975)
    bias = float(norm.ppf(below))
    top = bottom = 0.0
    for k in np.unique(strata):
        inside = strata == k
        count = inside.sum()
        influence = (count - 1) * (left_out[inside].mean() - left_out[inside])
        top += (influence**3).sum() / count**3
        bottom += (influence**2).sum() / count**2
    acceleration = top / (6 * bottom**1.5) if bottom > 0 else 0.0
    ends = []
    for z in norm.ppf((0.025, 0.975)):
        shifted = bias + (bias + z) / (1 - acceleration * (bias + z))
        ends.append(float(norm.cdf(shifted)))
    return _quantiles(values, *ends)


def _quantiles(values: np.ndarray, low: float, high: float) -> tuple[float, float]:
    found = np.quantile(values, (low, high))
    return float(found[0]), float(found[1])


# The metrics from counts -----------------------------------------------------------------------------------------


def counted_classes(
    y: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray | None, classes: Sequence[Any] | np.ndarray
) -> Counted:
    """The metrics of classes for counts of the rows."""
    names = np.asarray(classes)
    seen = np.union1d(y, predicted)
    true = (y[:, None] == seen).astype(float)
    said = (predicted[:, None] == seen).astype(float)
    there = true.any(axis=0)
    of_class = (y[:, None] == names).astype(float)
    by_row: dict[str, np.ndarray] = {}
    rankings: list[tuple[Counted, ...]] = []
    if probabilities is not None:
        p = np.asarray(probabilities, float)
        eps = np.finfo(p.dtype).eps
        by_row["log_loss"] = -np.log(np.clip(p, eps, 1 - eps))[of_class.astype(bool)]
        by_row["brier"] = ((p - of_class) ** 2).sum(axis=1) / (2 if len(names) == 2 else 1)
        if of_class.any(axis=0).all():
            chosen = [1] if len(names) == 2 else range(len(names))
            rankings = [(ranking(of_class[:, k].astype(bool), p[:, k]),) for k in chosen]

    def metrics(counts: np.ndarray) -> dict[str, np.ndarray]:
        total = counts.sum(axis=1)
        both, of_true, of_said = counts @ (true * said), counts @ true, counts @ said
        pairs = of_true + of_said
        found = {
            "accuracy": both.sum(axis=1) / total,
            "balanced_accuracy": (both[:, there] / of_true[:, there]).mean(axis=1),
            "f1_macro": (2 * both / np.where(pairs > 0, pairs, 1)).mean(axis=1),
        }
        found |= {name: counts @ rows / total for name, rows in by_row.items()}
        if rankings:
            ranked = [of_one(counts) for (of_one,) in rankings]
            found |= {name: np.mean([r[name] for r in ranked], axis=0) for name in ("roc_auc", "pr_auc")}
        return found

    return metrics


def ranking(positive: np.ndarray, score: np.ndarray) -> Counted:
    """ROC AUC and average precision of one class against the rest."""
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    positive = positive[order]

    def metrics(counts: np.ndarray) -> dict[str, np.ndarray]:
        counts = counts[:, order]
        hits = np.add.reduceat(counts * positive, starts, axis=1)
        misses = np.add.reduceat(counts * ~positive, starts, axis=1)
        found, wrong = hits.cumsum(axis=1), misses.cumsum(axis=1)
        all_hits, all_misses = found[:, -1], wrong[:, -1]
        reached = found + wrong
        precision = found / np.where(reached > 0, reached, 1)
        return {
            "roc_auc": (misses * (found - hits / 2)).sum(axis=1) / (all_hits * all_misses),
            "pr_auc": (hits * precision).sum(axis=1) / all_hits,
        }

    return metrics


def counted_values(y: np.ndarray, predicted: np.ndarray) -> Counted:
    """The metrics of a regression for counts of the rows."""
    y, predicted = (a[:, None] if a.ndim == 1 else a for a in (y, predicted))
    error = np.abs(y - predicted)
    centred = y - y.mean(axis=0)
    order = np.argsort(error, axis=0, kind="stable")

    def metrics(counts: np.ndarray) -> dict[str, np.ndarray]:
        total = counts.sum(axis=1)[:, None]
        squares = counts @ error**2
        spread = counts @ centred**2 - (counts @ centred) ** 2 / total
        median = np.stack([_median(counts[:, order[:, k]], error[order[:, k], k]) for k in range(y.shape[1])], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            r2 = 1 - squares / spread
        found = {"r2": r2, "rmse": np.sqrt(squares / total), "mae": counts @ error / total, "median_ae": median,
                 "mse": squares / total}  # fmt: skip
        return {name: values.mean(axis=1) for name, values in found.items()}

    return metrics


def _median(counts: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """The median of rows in ascending order, each taken as often as it is counted."""
    reached = counts.cumsum(axis=1)
    total = reached[:, -1]
    low = (reached >= np.floor((total + 1) / 2)[:, None]).argmax(axis=1)
    high = (reached >= np.floor(total / 2 + 1)[:, None]).argmax(axis=1)
    return (ordered[low] + ordered[high]) / 2
