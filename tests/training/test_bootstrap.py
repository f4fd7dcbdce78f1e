"""Bootstrap intervals: every resample's metric is scikit-learn's, the interval is SciPy's, and it covers the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from deltarule.training import bootstrap as module
from deltarule.training.bootstrap import (
    classification_intervals,
    counted_classes,
    counted_values,
    regression_intervals,
)
from deltarule.training.metrics import classification_metrics, regression_metrics


def classified(rows: int, classes: int, seed: int = 0, ties: bool = False):
    random = np.random.default_rng(seed)
    y = np.r_[np.arange(classes), random.integers(0, classes, rows - classes)]
    logits = random.normal(size=(rows, classes)) + 1.5 * np.eye(classes)[y]
    if ties:
        logits = np.round(logits)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    names = np.array(["a", "b", "c", "d"])[:classes]
    return names[y], names[p.argmax(axis=1)], p, names


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("ties", [False, True])
def test_the_metrics_of_counts_are_scikit_learns_on_the_rows_repeated(classes, ties):
    y, predicted, p, names = classified(40, classes, ties=ties)
    random = np.random.default_rng(3)
    drawn = [np.r_[np.arange(classes), random.integers(0, 40, 36)] for _ in range(30)]
    counts = np.array([np.bincount(rows, minlength=40) for rows in drawn], float)
    found = counted_classes(y, predicted, p, names)(counts)
    for k, rows in enumerate(drawn):
        t, s, q = y[rows], predicted[rows], p[rows]
        one_hot = (t[:, None] == names).astype(int)
        ranked = slice(1, None) if classes == 2 else slice(None)
        expected = {
            "accuracy": sk.accuracy_score(t, s),
            "balanced_accuracy": sk.balanced_accuracy_score(t, s),
            "f1_macro": sk.f1_score(t, s, average="macro", labels=np.union1d(y, predicted), zero_division=0),  # type: ignore[arg-type]
            "log_loss": sk.log_loss(t, q, labels=names),
            "brier": sk.brier_score_loss(t, q[:, 1], pos_label=names[1])
            if classes == 2
            else ((q - one_hot) ** 2).sum(axis=1).mean(),
            "roc_auc": sk.roc_auc_score(one_hot[:, ranked], q[:, ranked]),
            "pr_auc": sk.average_precision_score(one_hot[:, ranked], q[:, ranked]),
        }
        assert set(found) == set(expected)
        for name, value in expected.items():
            assert found[name][k] == pytest.approx(value, abs=1e-12), name


@pytest.mark.parametrize("outputs", [None, 2])
def test_the_metrics_of_a_regression_are_scikit_learns_on_the_rows_repeated(outputs):
    random = np.random.default_rng(4)
    shape = 31 if outputs is None else (31, outputs)
    y = random.normal(size=shape) + 100
    predicted = y + random.normal(size=shape)
    for size in (31, 30):  # the median of an even number of rows is the mean of the two in the middle
        drawn = [random.integers(0, 31, size) for _ in range(20)]
        counts = np.array([np.bincount(rows, minlength=31) for rows in drawn], float)
        found = counted_values(y, predicted)(counts)
        for k, rows in enumerate(drawn):
            expected = regression_metrics(y[rows], predicted[rows]).figures()
            assert {name: values[k] for name, values in found.items()} == pytest.approx(expected, abs=1e-9)


def test_with_every_row_once_they_are_the_metrics_of_the_table():
    y, predicted, p, names = classified(50, 3)
    found = counted_classes(y, predicted, p, names)(np.ones((1, 50)))
    expected = classification_metrics(y, predicted, p, names).figures()
    assert {name: values[0] for name, values in found.items()} == pytest.approx(expected)


def test_the_interval_is_that_of_scipy():
    random = np.random.default_rng(0)
    y = random.normal(size=60)
    predicted = y + random.exponential(size=60)
    found = regression_intervals(y, predicted, seed=1)
    assert found.method == "BCa" and not found.stratified
    for name, metric in (("mae", sk.mean_absolute_error), ("rmse", sk.root_mean_squared_error), ("r2", sk.r2_score)):
        expected = stats.bootstrap(
            (y, predicted), metric, paired=True, vectorized=False, n_resamples=4000, rng=np.random.default_rng(2)
        ).confidence_interval
        ends = found.ends[name]
        assert ends is not None
        width = expected.high - expected.low
        assert ends == pytest.approx((expected.low, expected.high), abs=0.07 * width), name


def test_the_acceleration_is_that_of_scipy_within_strata(monkeypatch):
    """A mean over two classes drawn apart, against scipy's BCa of two samples from the same resamples."""
    random = np.random.default_rng(1)
    first, second = random.exponential(size=15), random.exponential(size=40)
    rows, strata = np.r_[first, second], np.repeat([0, 1], [15, 40])

    def counted(chosen):
        def metrics(counts):
            a, b = (strata[chosen] == 0), (strata[chosen] == 1)
            values = rows[chosen]
            return {
                "ratio": (counts[:, a] @ values[a] / counts[:, a].sum(1))
                / (counts[:, b] @ values[b] / counts[:, b].sum(1))
            }

        return metrics

    monkeypatch.setattr(module, "RESAMPLES", 20_000)
    found = module.bootstrap(counted, 55, strata, 0, 1, stratified=True).ends["ratio"]
    expected = stats.bootstrap(
        (first, second),
        lambda a, b, axis=-1: a.mean(axis=axis) / b.mean(axis=axis),
        n_resamples=20_000,
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert found == pytest.approx((expected.low, expected.high), abs=0.02 * (expected.high - expected.low))


def test_intervals_follow_from_the_seed():
    case = classified(60, 3)
    assert classification_intervals(*case, seed=4).ends == classification_intervals(*case, seed=4).ends
    assert classification_intervals(*case, seed=4).ends != classification_intervals(*case, seed=5).ends


def test_what_no_resample_moves_has_no_interval():
    y = np.array(["a"] * 10 + ["b"] * 20)
    p = np.where(y == "b", 0.9, 0.2)
    found = classification_intervals(y, y, np.column_stack([1 - p, p]), ["a", "b"], seed=0)
    assert found.ends["accuracy"] is None and found.ends["roc_auc"] is None
    one = regression_intervals(np.ones(1), np.zeros(1), seed=0)
    assert set(one.ends.values()) == {None}


def test_a_class_of_one_row_does_no_harm():
    y = np.array(["a"] + ["b"] * 9 + ["c"] * 10)
    random = np.random.default_rng(0)
    p = random.dirichlet(np.ones(3), 20)
    names = np.array(["a", "b", "c"])
    found = classification_intervals(y, names[p.argmax(1)], p, names, seed=0)
    assert all(ends is not None and ends[0] < ends[1] for ends in found.ends.values())


def test_many_rows_get_the_normal_interval_of_the_bootstraps_error():
    random = np.random.default_rng(0)
    rows = 50_000
    y = random.normal(size=rows)
    predicted = y + random.normal(size=rows)
    found = regression_intervals(y, predicted, seed=0)
    assert found.method == "normal" and found.ends["mae"] is not None
    error = np.abs(y - predicted)
    low, high = found.ends["mae"]
    assert (low + high) / 2 == pytest.approx(error.mean())
    assert high - low == pytest.approx(2 * 1.96 * error.std() / np.sqrt(rows), rel=0.2)


def test_of_very_many_rows_a_part_is_looked_at_and_the_error_rescaled(monkeypatch):
    random = np.random.default_rng(0)
    rows = 40_000
    y = random.normal(size=rows)
    predicted = y + random.normal(size=rows)
    monkeypatch.setattr(module, "MOST", 25_000)
    found = regression_intervals(y, predicted, seed=0).ends["mae"]
    error = np.abs(y - predicted)
    assert found is not None
    assert (found[0] + found[1]) / 2 == pytest.approx(error.mean())
    assert found[1] - found[0] == pytest.approx(2 * 1.96 * error.std() / np.sqrt(rows), rel=0.2)


def test_of_rows_drawn_from_more_the_intervals_are_those_of_all():
    random = np.random.default_rng(0)
    y = random.normal(size=3000)
    predicted = y + random.normal(size=3000)
    error = np.abs(y - predicted)
    found = regression_intervals(y, predicted, 0, module.Whole(300_000, {"mae": 0.8})).ends
    assert set(found) == {"mae"} and found["mae"] is not None
    low, high = found["mae"]
    assert (low + high) / 2 == pytest.approx(0.8)
    assert high - low == pytest.approx(2 * 1.96 * error.std() / np.sqrt(300_000), rel=0.2)


@pytest.mark.slow
def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """Of 300 tests of 114 rows each, at 95 %: 285 expected; below 270 an interval would promise too much."""
    random = np.random.default_rng(5)

    def draw(rows):
        y = random.random(rows) < 0.4
        p = 1 / (1 + np.exp(-1.5 * (random.normal(size=rows) + 1.5 * (2 * y - 1))))
        return y.astype(int), (p > 0.5).astype(int), np.column_stack([1 - p, p])

    truth = {name: value[0] for name, value in counted_classes(*draw(300_000), [0, 1])(np.ones((1, 300_000))).items()}
    covered = dict.fromkeys(truth, 0)
    for seed in range(300):
        for name, ends in classification_intervals(*draw(114), [0, 1], seed).ends.items():
            covered[name] += ends is not None and ends[0] <= truth[name] <= ends[1]
    assert min(covered.values()) >= 270, covered
