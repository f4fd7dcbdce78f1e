"""Metrics of many rows from sums and histograms are those of all rows at once (scikit-learn's)."""

from __future__ import annotations

import numpy as np
import pytest

from deltarule.training import streaming_metrics
from deltarule.training.metrics import classification_metrics, regression_metrics
from deltarule.training.streaming_metrics import RunningClasses, RunningValues

RNG = np.random.default_rng(0)


def classes_of(count: int, rows: int = 20_000):
    names = np.array([f"class {k}" for k in range(count)])
    true = RNG.integers(0, count, rows)
    scores = RNG.normal(0, 2, (rows, count)) + 3 * (true[:, None] == np.arange(count))
    probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    probabilities[:50] = np.eye(count)[true[:50]]  # certain, rightly and wrongly
    probabilities[50:60] = np.eye(count)[(true[50:60] + 1) % count]
    return names, names[true], names[probabilities.argmax(axis=1)], probabilities


@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("kept", [10_000, 10**9])
def test_of_classes(count, kept, monkeypatch):
    monkeypatch.setattr(streaming_metrics, "KEPT", kept)
    names, y, predicted, probabilities = classes_of(count)
    running = RunningClasses(names)
    for part in np.array_split(np.arange(len(y)), 13):
        running.add(y[part], predicted[part], probabilities[part])
    found, right = running.result(), classification_metrics(y, predicted, probabilities, names)
    assert running.exact == (kept > 10**6) and found.rows == right.rows
    np.testing.assert_array_equal(found.confusion, right.confusion)
    for name, value in right.figures().items():
        ranks = name in ("roc_auc", "pr_auc") and not running.exact
        assert found.figures()[name] == pytest.approx(value, abs=5e-5 if ranks else 1e-12), name
    if count == 2:
        assert found.roc is not None and right.roc is not None
        at = np.linspace(0, 1, 300)
        np.testing.assert_allclose(np.interp(at, *found.roc), np.interp(at, *right.roc), atol=0.01)


@pytest.mark.parametrize("shape", [(20_001,), (9_000, 3)])
def test_of_values(shape, monkeypatch):
    monkeypatch.setattr(streaming_metrics, "KEPT", 5000)
    y = RNG.normal(1e4, 3.0, shape)
    predicted = y + RNG.normal(0, 0.5, shape)
    predicted[:5] = y[:5]
    running = RunningValues()
    for part in np.array_split(np.arange(len(y)), 7):
        running.add(y[part], predicted[part])
    found, right = running.result().figures(), regression_metrics(y, predicted).figures()
    for name, value in right.items():
        assert found[name] == pytest.approx(value, rel=3e-4 if name == "median_ae" else 1e-9), name


def test_a_class_that_no_row_has_leaves_the_ranking_out(monkeypatch):
    monkeypatch.setattr(streaming_metrics, "KEPT", 10)
    names, y, predicted, probabilities = classes_of(3, 500)
    rows = y != "class 2"
    running = RunningClasses(names)
    running.add(y[rows], predicted[rows], probabilities[rows])
    found, right = running.result(), classification_metrics(y[rows], predicted[rows], probabilities[rows], names)
    assert found.roc_auc is None and found.figures() == pytest.approx(right.figures(), abs=1e-12)
