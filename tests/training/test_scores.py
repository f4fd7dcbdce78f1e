"""Scores and logarithms of probabilities: consistent with the predictions, with digits where probabilities round."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from deltarule.network import Network
from deltarule.training import Classifier

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))
THREE = np.digitize(X @ [1.0, -0.5, 0.3, 0] + 0.5 * RNG.normal(size=120), [-0.6, 0.5])
TWO = np.where(THREE > 0, "yes", "no")
OWN = Network.parse("s = w @ x; p = sigmoid(s); L = -(t*log(p) + (1-t)*log(1-p))", "w: n, x: n", roles={"t": "target"})


@pytest.mark.parametrize(
    ("network", "y"),
    [
        (None, TWO),
        (None, THREE),
        (OWN, TWO),
        ("linear(n, 1) -> bce_with_logits", TWO),
        ("linear(n, k) -> softmax -> cross_entropy", TWO),
        ("linear(n, k) -> log_softmax -> nll", THREE),
        ("linear(n, k) -> log_softmax -> nll", TWO),
        ("linear(n, k) -> sigmoid -> bce", THREE),
        ("linear(n, k) -> sigmoid -> bce", TWO),
        ("linear(n, 1) -> sigmoid -> squared_error", TWO),
        ("linear(n, 1) -> squared_error", TWO),
        ("linear(n, k) -> squared_error", THREE),
    ],
)
def test_scores_decide_as_predict_does_and_logarithms_are_of_the_probabilities(network: Any, y: np.ndarray):
    model = Classifier(network, epochs=30).fit(X, y)
    scores = model.decision_function(X)
    if len(model.classes_) == 2:
        assert scores.shape == (120,)
        decided = (scores > 0).astype(int)
    else:
        assert scores.shape == (120, 3)
        decided = scores.argmax(axis=1)
    np.testing.assert_array_equal(model.classes_[decided], model.predict(X))
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(model.predict_log_proba(X), np.log(model.predict_proba(X)), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("ends", ["1) -> sigmoid -> bce", "1) -> bce_with_logits"])
def test_the_scores_of_a_logistic_regression_are_scikit_learns(ends: str):
    Z = StandardScaler().fit_transform(X)
    settings: Any = dict(batch_size=120, learning_rate=1.0, epochs=5000)
    model = Classifier(f"linear(n, {ends}", **settings).fit(X, TWO)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(Z, TWO)
    np.testing.assert_allclose(model.decision_function(X), peer.decision_function(Z), rtol=1e-4)


@pytest.mark.parametrize("network", ["linear(n, 1) -> sigmoid -> bce", "linear(n, k) -> softmax -> cross_entropy"])
def test_logarithms_keep_their_digits_where_probabilities_are_zero(network: str):
    model = Classifier(network, epochs=5, standardise=False).fit(X, TWO)
    far = 1e3 * X[:20]
    z = model.decision_function(far)
    found = model.predict_log_proba(far)
    assert (model.predict_proba(far) == 0).any() and np.isfinite(found).all()
    with mpmath.workdps(400):
        for row, score in zip(found, z, strict=True):
            expected = [-mpmath.log1p(mpmath.exp(s)) for s in (mpmath.mpf(score), -mpmath.mpf(score))]
            np.testing.assert_allclose(row, [float(e) for e in expected], rtol=1e-9, atol=1e-300)


def test_float32_gives_float64_scores():
    model = Classifier(dtype="float32", epochs=3).fit(X, THREE)
    assert model.decision_function(X).dtype == model.predict_log_proba(X).dtype == np.float64
