"""Several labels a row: as many separate problems, trained at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.utils.class_weight import compute_sample_weight

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, load_model, save_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 4))
LABELS = (X @ RNG.normal(size=(4, 3)) + [-1, 0, 0.5] + RNG.normal(size=(200, 3)) > 0).astype(int)


def test_labels_of_one_layer_are_separate_problems():
    settings: Any = dict(epochs=20, batch_size=40, initialiser="zeros")
    together = Classifier("linear(n, k) -> sigmoid -> bce", **settings).fit(X, LABELS)
    for k in range(3):
        alone = Classifier("linear(n, 1) -> sigmoid -> bce", **settings).fit(X, LABELS[:, k])
        np.testing.assert_allclose(together.parameters_["W"][k], alone.parameters_["w"], rtol=1e-9)
        np.testing.assert_allclose(together.predict_proba(X)[:, k], alone.predict_proba(X)[:, 1], rtol=1e-9)
        np.testing.assert_allclose(together.decision_function(X)[:, k], alone.decision_function(X), rtol=1e-9)
        np.testing.assert_allclose(together.predict_log_proba(X)[:, k], alone.predict_log_proba(X)[:, 1], rtol=1e-9)
        assert (together.predict(X)[:, k] == alone.predict(X)).all()


def test_trained_long_they_are_scikit_learns():
    settings: Any = dict(batch_size=200, learning_rate=1.0, epochs=4000)
    model = Classifier("linear(n, 3) -> bce_with_logits", **settings).fit(X, LABELS)
    peer = MultiOutputClassifier(LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000)).fit(X, LABELS)
    expected = np.column_stack([p[:, 1] for p in peer.predict_proba(X)])
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-5)
    assert (model.predict(X) == peer.predict(X)).all()
    assert model.score(X, LABELS) == pytest.approx(accuracy_score(LABELS, peer.predict(X)))


def test_the_default_network_has_a_sigmoid_for_each_label_and_its_history_the_score():
    model = Classifier(epochs=30, validation=0.25).fit(X, LABELS)
    assert model.network_.text == "linear(4, 64) -> relu -> linear(64, 3) -> sigmoid -> bce"
    assert model.predict(X).dtype.kind == "i" and set(np.unique(model.predict(X))) == {0, 1}
    training = np.setdiff1d(np.arange(200), model._parts(200, None)[1])  # pyright: ignore
    assert model.history_["accuracy"][-1] == pytest.approx(model.score(X[training], LABELS[training]))


def test_rows_with_no_label_and_columns_of_one_value_are_allowed():
    y = LABELS.copy()
    y[:10], y[:, 2] = 0, 1
    model = Classifier(epochs=50).fit(X, y)
    assert (model.predict(X)[:, 2] == 1).all()


@pytest.mark.parametrize("kind", [pd.DataFrame, sparse.csr_matrix, np.ndarray.tolist, lambda y: y.astype(bool)])
def test_labels_come_as_frames_sparse_matrices_lists_and_booleans(kind: Any):
    expected = Classifier(epochs=3).fit(X, LABELS).predict_proba(X)
    np.testing.assert_array_equal(Classifier(epochs=3).fit(X, kind(LABELS)).predict_proba(X), expected)


def test_partial_fit_and_weights_work_with_labels():
    whole = Classifier(epochs=2).fit(X, LABELS)
    parts = Classifier().partial_fit(X, LABELS).partial_fit(X, LABELS)
    np.testing.assert_array_equal(whole.predict_proba(X), parts.predict_proba(X))
    weight = RNG.integers(0, 3, 200)
    repeated = np.repeat(np.arange(200), weight)
    settings: Any = dict(batch_size=1000, epochs=10)
    weighted = Classifier(**settings).fit(X, LABELS, sample_weight=weight)
    plain = Classifier(**settings).fit(X[repeated], LABELS[repeated])
    np.testing.assert_allclose(weighted.predict_proba(X), plain.predict_proba(X), rtol=1e-7)
    balanced = Classifier(class_weight="balanced", **settings).fit(X, LABELS)
    by_rows = Classifier(**settings).fit(X, LABELS, sample_weight=compute_sample_weight("balanced", LABELS))
    np.testing.assert_allclose(balanced.predict_proba(X), by_rows.predict_proba(X), rtol=1e-9)


def test_a_search_over_settings_scores_labels():
    search = GridSearchCV(Classifier(epochs=20), {"learning_rate": [1e-4, 0.5]}, cv=3).fit(X, LABELS)
    assert search.best_params_["learning_rate"] == 0.5


@pytest.mark.parametrize(
    ("network", "y", "words"),
    [
        (None, LABELS + 1, "not zeros and ones"),
        (None, np.column_stack([LABELS, 2 * LABELS]), "6 columns that are not zeros and ones"),
        ("linear(n, k) -> softmax -> cross_entropy", LABELS, "says one class for each row, the target has 3 labels"),
        ("linear(n, 2) -> sigmoid -> bce", LABELS, "gives 2 outputs, the target has 3 labels"),
        ("linear(n, 3) -> sigmoid", LABELS, "has no loss"),
    ],
)
def test_what_is_no_problem_of_labels_is_said(network: Any, y: np.ndarray, words: str):
    with pytest.raises(DeltaruleError) as caught:
        Classifier(network).fit(X, y)
    assert words in str(caught.value)


def test_further_rows_need_the_same_labels():
    model = Classifier().partial_fit(X, LABELS)
    for y in (LABELS[:, :2], LABELS[:, 0], 2 * LABELS):
        with pytest.raises(DeltaruleError, match="the model has 3 labels, each 0 or 1"):
            model.partial_fit(X, y)


def test_a_saved_model_has_its_labels_and_its_best_epoch(tmp_path: Any):
    frame = pd.DataFrame(LABELS, columns=["a", "b", "c"])
    model = Classifier(epochs=30, early_stopping=True).fit(X, frame)
    again = load_model(save_model(model, tmp_path / "model"))
    assert isinstance(again, Classifier) and again.multilabel_ and again.best_epoch_ == model.best_epoch_
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert list(again.set_output(transform="pandas").predict(X).columns) == ["a", "b", "c"]
