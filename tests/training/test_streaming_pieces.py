"""The parts of reading in blocks, each against NumPy, SciPy or scikit-learn on all rows at once."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from deltarule.language.errors import DeltaruleError
from deltarule.training.streaming_budget import bytes_of
from deltarule.training.streaming_median import medians
from deltarule.training.streaming_metrics import ranking_figures
from deltarule.training.streaming_moments import Moments
from deltarule.training.streaming_sketch import SMALLEST, Distinct, held_out_rows, row_hashes, value_hashes
from deltarule.training.streaming_store import CHUNK, Store

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("rows", [1, 2, 7, 1000, 1001])
def test_medians_are_exact(rows):
    X = np.column_stack(
        [
            RNG.normal(size=rows),
            RNG.integers(-3, 4, rows),
            RNG.normal(size=rows) * 1e300,
            RNG.normal(size=rows) * 1e-310,
            np.where(RNG.random(rows) < 0.4, np.nan, -RNG.exponential(size=rows)),
            np.full(rows, np.nan),
        ]
    )
    found = medians(lambda: iter(np.array_split(X, 5)), range(6))
    right = [float(np.median(x[~np.isnan(x)])) if (~np.isnan(x)).any() else 0.0 for x in X.T]
    assert found.tolist() == right


def test_moments_of_blocks_are_those_of_all_rows():
    X = np.column_stack([RNG.normal(1e6, 1, 5000), RNG.exponential(size=5000), np.full(5000, 7.0)])
    X[RNG.random(X.shape) < 0.1] = np.nan
    parts = [Moments.of(part) for part in np.split(X, [3, 4, 900])]
    whole = parts[0] + parts[1] + parts[2] + parts[3]
    np.testing.assert_array_equal(whole.count, (~np.isnan(X)).sum(axis=0))
    np.testing.assert_allclose(whole.mean, np.nanmean(X, axis=0), rtol=1e-14)
    np.testing.assert_allclose(whole.deviation, np.nanstd(X, axis=0), rtol=1e-10, atol=1e-12)
    filled = whole + Moments.repeated(5000 - whole.count, np.full(3, 2.5))
    np.testing.assert_allclose(filled.deviation, np.where(np.isnan(X), 2.5, X).std(axis=0), rtol=1e-9)


def test_different_values_are_counted_exactly_while_few_and_nearly_when_many():
    for values, many in ((np.arange(SMALLEST - 1) % 999, 999), (np.arange(500_000) // 2, 250_000)):
        found = Distinct()
        for part in np.array_split(values.astype(float), 17):
            found.add(value_hashes(part))
        assert found.count == (many if found.exact else pytest.approx(many, rel=0.03))
        assert found.exact == (many < SMALLEST)


def test_rows_have_the_same_hash_only_if_they_are_equal():
    X = RNG.integers(0, 3, (2000, 4)).astype(float)
    X[:, 0] *= RNG.choice([-1.0, 1.0], 2000)  # -0 is 0
    assert len(np.unique(row_hashes(list(X.T)))) == len(np.unique(X + 0.0, axis=0))
    assert len(np.unique(row_hashes([np.array([1.0, 2.0]), np.array([2.0, 1.0])]))) == 2


def test_the_same_rows_are_held_out_however_they_are_read():
    whole = held_out_rows(0, 10_000, 0.3, seed=4)
    parts = [held_out_rows(start, 100, 0.3, seed=4) for start in range(0, 10_000, 100)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert abs(whole.mean() - 0.3) < 0.02 and not held_out_rows(0, 100, 0.0, 0).any()
    assert (held_out_rows(0, 10_000, 0.3, seed=5) != whole).mean() > 0.3


def test_ties_of_scores_count_half():
    scores, truth = RNG.integers(0, 6, 3000), RNG.integers(0, 2, 3000)
    truth = np.where(scores > 3, np.maximum(truth, RNG.integers(0, 2, 3000)), truth)
    false, true = (np.bincount(scores[truth == k], minlength=6) for k in (0, 1))
    auc, precision = ranking_figures(false, true)
    assert auc == pytest.approx(roc_auc_score(truth, scores), rel=1e-12)
    assert precision == pytest.approx(average_precision_score(truth, scores), rel=1e-12)


def test_a_store_gives_back_what_was_put_in():
    rows = RNG.normal(size=(3 * CHUNK + 5, 3))
    store = Store(3)
    for part in np.split(rows, [1, 1, 2000]):
        store.add(part)
    assert store.rows == len(rows) and store.chunks() == 4
    np.testing.assert_array_equal(store.read(7, 2500), rows[7:2500])
    np.testing.assert_array_equal(store.gathered(np.array([3, 0])), np.concatenate([rows[3 * CHUNK :], rows[:CHUNK]]))
    np.testing.assert_array_equal(store.sample(10**6), rows)
    store.close()


@pytest.mark.parametrize("text", ["", "5 apples", "-1GB", "0", "GB"])
def test_what_is_no_amount_of_memory_is_refused(text):
    with pytest.raises(DeltaruleError, match="is no amount of memory"):
        bytes_of(text)
