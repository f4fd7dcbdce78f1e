"""The mean of the weights over the updates: its equation, what predicts, early stopping, going on, saving."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris

from deltarule.training import Classifier
from deltarule.training.model_file import load_model, save_model
from deltarule.training.optimisers import OPTIMISERS, option_values
from deltarule.training.splitting import split
from deltarule.training.updating import Changes, Updates

X, Y = load_iris(return_X_y=True)
NETWORK = "linear(n, 6) -> tanh -> linear(6, k) -> softmax -> cross_entropy"


class Iterates:
    """Remembers the parameters after each update: this model makes one an epoch."""

    def __init__(self, **settings: Any) -> None:
        self.values: list[dict[str, np.ndarray]] = []
        self.model = Classifier(NETWORK, batch_size=150, learning_rate=0.1, **settings)

    def fit(self, epochs: int) -> Iterates:
        for _ in range(epochs):
            self.model.partial_fit(X, Y, classes=[0, 1, 2])
            self.values.append({n: v.copy() for n, v in self.model.parameters_.items()})
        return self


def mean_of(values: list[dict[str, np.ndarray]], share: float) -> dict[str, np.ndarray]:
    """Σ share^(t-k) θ_k over Σ share^(t-k), term by term."""
    weights = [share ** (len(values) - 1 - k) for k in range(len(values))]
    return {n: np.average([v[n] for v in values], axis=0, weights=weights) for n in values[0]}


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_what_predicts_is_the_mean_of_the_weights(engine):
    plain = Iterates(engine="numpy").fit(100)
    averaged = Iterates(engine=engine, ema=0.9).fit(100)
    for t in (0, 1, 9, 99):
        expected = mean_of(plain.values[: t + 1], 0.9)
        assert max(np.max(np.abs(averaged.values[t][n] - v)) for n, v in expected.items()) < 1e-10
    scores = averaged.model.decision_function(X)
    with_means = Classifier(NETWORK).fit(X, Y)
    with_means.parameters_, with_means.standardisation_ = averaged.values[-1], averaged.model.standardisation_
    np.testing.assert_allclose(with_means.decision_function(X), scores, rtol=1e-12)


def test_it_is_optaxs_mean_and_pytorchs_but_for_its_start():
    share, rng = 0.8, np.random.default_rng(0)
    theta, updates = {"w": rng.normal(size=3)}, Updates(OPTIMISERS["sgd"], option_values(OPTIMISERS["sgd"], None))
    updates.changes = Changes(ema=share)
    means, values = [], []
    for _ in range(100):
        updates.apply(theta, {"w": rng.normal(size=3)}, 0.1)
        values.append(theta["w"].copy())
        means.append(updates.memory.arrays["w"]["average"].copy())
    started = values[0].copy()
    for t, value in enumerate(values[1:], 2):  # PyTorch's AveragedModel begins with the first value
        started = share * started + (1 - share) * value
        np.testing.assert_allclose(started, (1 - share**t) * means[t - 1] + share**t * values[0], atol=1e-12)
    optax: Any = pytest.importorskip("optax")
    jax: Any = pytest.importorskip("jax")
    with jax.enable_x64(True):
        rule = optax.ema(share, debias=True)
        state = rule.init(values[0])
        for value, mean in zip(values, means, strict=True):
            theirs, state = rule.update(value, state)
            assert np.max(np.abs(np.asarray(theirs) - mean)) < 1e-10


def test_two_fits_with_warm_start_and_a_saved_model_go_on_from_the_weights_not_from_their_mean(tmp_path):
    settings: dict[str, Any] = {"ema": 0.95, "warm_start": True, "batch_size": 30, "optimiser": "adam"}
    whole = Classifier(NETWORK, epochs=10, **settings).fit(X, Y)
    halves = Classifier(NETWORK, epochs=5, **settings).fit(X, Y)
    saved: Any = load_model(save_model(halves, tmp_path / "model"))
    np.testing.assert_array_equal(saved.predict_proba(X), halves.predict_proba(X))
    for model in (halves, saved):
        model.fit(X, Y)
        for name, value in whole.parameters_.items():
            np.testing.assert_array_equal(model.parameters_[name], value)


def test_early_stopping_judges_and_restores_the_mean():
    X, y = (np.asarray(a) for a in load_breast_cancer(return_X_y=True))
    model = Classifier(early_stopping=True, ema=0.99, patience=3, epochs=60, optimiser="adam", learning_rate=0.01)
    model.fit(X, y)
    held = split(len(y), 0.1, 0, y)[1]
    assert held is not None
    best = min(model.history_["val_loss"])
    assert model.history_["val_loss"][model.best_epoch_ - 1] == best
    log = model.predict_log_proba(X[held])
    found = -log[np.arange(len(held)), y[held]].mean()
    assert found == pytest.approx(best, rel=1e-9)


def test_without_the_mean_a_warm_start_goes_on_from_what_predicts():
    model = Classifier(NETWORK, ema=0.9, epochs=3, warm_start=True).fit(X, Y)
    before = {n: v.copy() for n, v in model.parameters_.items()}
    model.set_params(ema=None, learning_rate=1e-300, epochs=1).fit(X, Y)
    for name, value in before.items():
        np.testing.assert_array_equal(model.parameters_[name], value)
