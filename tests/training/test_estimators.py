"""The estimators beside scikit-learn's own, and what they say of wrong settings and data."""

from __future__ import annotations

import pickle
import signal
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network
from deltarule.training import Classifier, NonFiniteLoss, Regressor, load_dataset, split

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3)) * [1, 20, 0.1] + [0, 100, 0]
LOGIT = (X - [0, 100, 0]) @ [1.5, -0.05, 8] + 0.3
Y = np.where(RNG.random(120) < 1 / (1 + np.exp(-LOGIT)), "yes", "no")
VALUES = X @ [2.0, -0.1, 30.0] + RNG.normal(size=120)


@parametrize_with_checks([Classifier(epochs=60, learning_rate=0.3), Regressor(epochs=60, learning_rate=0.05)])
def test_scikit_learns_checks_pass(estimator: Any, check: Any):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


@pytest.mark.slow
@parametrize_with_checks([Classifier(), Regressor()])
def test_scikit_learns_checks_pass_with_default_settings(estimator: Any, check: Any):
    test_scikit_learns_checks_pass(estimator, check)


def test_logistic_regression_trained_long_is_scikit_learns():
    Z = StandardScaler().fit_transform(X)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(Z, Y)
    settings: Any = dict(batch_size=len(X), learning_rate=1.0, epochs=3000)
    model = Classifier("linear(n, 1) -> sigmoid -> bce", **settings).fit(X, Y)
    np.testing.assert_allclose(model.parameters_["w"], peer.coef_[0], rtol=1e-6)
    np.testing.assert_allclose(model.parameters_["b"], peer.intercept_[0], rtol=1e-6)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(Z), rtol=1e-6)
    assert (model.predict(X) == peer.predict(Z)).all()


def test_softmax_regression_trained_long_is_scikit_learns():
    A, y = load_iris(return_X_y=True)
    y = np.where(RNG.random(len(y)) < 0.3, RNG.permutation(y), y)  # not separable, so that there is a maximum
    Z = StandardScaler().fit_transform(A)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=100_000).fit(Z, y)
    settings: Any = dict(batch_size=len(y), learning_rate=1.0, epochs=8000)
    model = Classifier("linear(n, k) -> softmax -> cross_entropy", **settings).fit(A, y)
    np.testing.assert_allclose(model.predict_proba(A), peer.predict_proba(Z), atol=1e-4)


@pytest.mark.parametrize("standardise", [True, False])
def test_linear_regression_trained_long_is_least_squares(standardise):
    A = X if standardise else (X - X.mean(0)) / X.std(0)
    settings: Any = dict(batch_size=len(X), learning_rate=0.5, epochs=500, standardise=standardise)
    model = Regressor("linear(n, 1) -> squared_error", **settings).fit(A, VALUES)
    peer = LinearRegression().fit(A, VALUES)
    np.testing.assert_allclose(model.predict(A), peer.predict(A), rtol=1e-6)
    if not standardise:
        np.testing.assert_allclose(model.parameters_["w"], peer.coef_, rtol=1e-6)


def test_the_three_ways_to_write_a_two_class_loss_learn_the_same():
    settings: Any = dict(epochs=20, seed=1)
    models = [
        Classifier(f"linear(n, 1) -> {end}", **settings).fit(X, Y) for end in ("sigmoid -> bce", "bce_with_logits")
    ]
    np.testing.assert_allclose(models[0].predict_proba(X), models[1].predict_proba(X), rtol=1e-9)


def test_log_softmax_and_nll_learn_what_softmax_and_cross_entropy_learn():
    A, y = load_iris(return_X_y=True)
    ends = ("softmax -> cross_entropy", "log_softmax -> nll")
    models = [Classifier(f"linear(n, k) -> {end}", epochs=20).fit(A, y) for end in ends]
    np.testing.assert_allclose(models[0].predict_proba(A), models[1].predict_proba(A), rtol=1e-9)


@pytest.mark.parametrize("name", ["moons", "circles", "xor"])
def test_the_default_network_parts_what_no_line_parts(name):
    data = load_dataset(name)
    A, y = data.features(["x1", "x2"]), data.labels(list(data.columns)[-1])
    training, held_out = split(len(A), 0.3, 0, y)
    assert Classifier().fit(A[training], y[training]).score(A[held_out], y[held_out]) > 0.92


def test_weights_count_as_repetitions():
    weight = RNG.integers(0, 4, len(X))
    repeated = np.repeat(np.arange(len(X)), weight)
    settings: Any = dict(batch_size=1000, epochs=30)
    for kind, y in ((Classifier, Y), (Regressor, VALUES)):
        weighted = kind(**settings).fit(X, y, sample_weight=weight)
        plain = kind(**settings).fit(X[repeated], y[repeated])
        for name, value in plain.parameters_.items():
            np.testing.assert_allclose(weighted.parameters_[name], value, rtol=1e-9, atol=1e-12)


def test_rows_of_weight_zero_are_as_if_not_there():
    kept = RNG.random(len(X)) < 0.5
    weighted = Classifier(batch_size=4, epochs=3).fit(X, Y, sample_weight=kept.astype(float))
    plain = Classifier(batch_size=4, epochs=3).fit(X[kept], Y[kept])
    np.testing.assert_allclose(weighted.predict_proba(X), plain.predict_proba(X), rtol=1e-9)


def test_partial_fit_goes_on_where_fit_ended():
    two = Classifier(epochs=2).fit(X, Y)
    one = Classifier(epochs=1).fit(X, Y).partial_fit(X, Y)
    first = Classifier(epochs=1).partial_fit(X, Y, classes=["no", "yes"]).partial_fit(X, Y)
    for name, value in two.parameters_.items():
        np.testing.assert_array_equal(one.parameters_[name], value)
        np.testing.assert_array_equal(first.parameters_[name], value)
    assert one.history_ == two.history_ and one.n_epochs_ == 2


def test_a_class_that_partial_fit_never_heard_of_is_refused():
    model = Classifier().partial_fit(X[:2], ["a", "b"])
    with pytest.raises(DeltaruleError, match="the class c, which is none of a, b"):
        model.partial_fit(X[:1], ["c"])


def test_a_seed_gives_the_same_model_and_another_seed_another():
    settings: Any = dict(batch_size=16, epochs=3)
    one, same, other = (Classifier(seed=seed, **settings).fit(X, Y).predict_proba(X) for seed in (3, 3, 4))
    assert (one == same).all() and not np.allclose(one, other)
    drawn = [Classifier(seed=None, **settings).fit(X, Y) for _ in range(2)]
    assert drawn[0].seed_ != drawn[1].seed_
    again = Classifier(seed=drawn[0].seed_, **settings).fit(X, Y)
    assert (again.predict_proba(X) == drawn[0].predict_proba(X)).all()


def test_standardisation_sees_the_training_part_only():
    model = Classifier(validation=0.25, epochs=3, seed=2).fit(X, Y)
    training, held_out = split(len(X), 0.25, 2, Y)
    assert model.standardisation_ is not None
    np.testing.assert_allclose(model.standardisation_.mean, X[training].mean(0))
    assert set(model.history_) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert model.history_["val_accuracy"][-1] == pytest.approx((model.predict(X[held_out]) == Y[held_out]).mean())
    probabilities = model.predict_proba(X[held_out])[:, 1]
    right = np.where(Y[held_out] == "yes", probabilities, 1 - probabilities)
    assert model.history_["val_loss"][-1] == pytest.approx(-np.log(right).mean())


def test_a_regressors_history_has_r2_in_any_unit():
    model = Regressor(validation=0.25, epochs=30, seed=2).fit(X, 1000 * VALUES)
    _, held_out = split(len(X), 0.25, 2)
    assert model.history_["val_r2"][-1] == pytest.approx(model.score(X[held_out], 1000 * VALUES[held_out]))


def test_a_constant_column_harms_nothing():
    A = np.column_stack([X, np.full(len(X), 7.0)])
    model = Classifier(epochs=50).fit(A, Y)
    assert model.score(A, Y) > 0.7 and np.isfinite(model.predict_proba(A)).all()


def test_labels_keep_their_kind():
    for labels in (["a", "b"], [3, 7], [True, False], [1.0, 2.0]):
        y = np.array(labels)[(Y == "yes").astype(int)]
        assert Classifier(epochs=20).fit(X, y).predict(X).dtype == y.dtype


def test_squared_error_can_classify_too():
    for end in ("1) -> sigmoid -> squared_error", "1) -> squared_error", "k) -> squared_error"):
        model = Classifier(f"linear(n, {end}", learning_rate=0.3).fit(X, Y)
        p = model.predict_proba(X)
        assert model.score(X, Y) > 0.7 and p.min() >= 0 and np.allclose(p.sum(1), 1)


def test_equations_of_ones_own_are_trained():
    text = "s = w @ x; p = sigmoid(s); L = -(t*log(p) + (1-t)*log(1-p))"
    network = Network.parse(text, "w: n, x: n", roles={"t": "target"})
    model = Classifier(network, epochs=50, standardise=False).fit((X - X.mean(0)) / X.std(0), Y)
    assert model.score((X - X.mean(0)) / X.std(0), Y) > 0.7


def test_float32_is_trained_in_float32():
    model = Classifier(dtype="float32", epochs=20).fit(X, Y)
    assert {str(v.dtype) for v in model.parameters_.values()} == {"float32"}
    np.testing.assert_allclose(model.predict_proba(X), Classifier(epochs=20).fit(X, Y).predict_proba(X), atol=1e-3)


def test_several_targets_are_regressed_on_at_once():
    both = np.column_stack([VALUES, -VALUES])
    model = Regressor(epochs=100).fit(X, both)
    assert model.predict(X).shape == (120, 2) and model.score(X, both) > 0.9


def test_pipelines_searches_pickles_and_data_frames_work():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    search = GridSearchCV(Classifier(epochs=20), {"learning_rate": [1e-4, 0.5]}, cv=3).fit(frame, Y)
    assert search.best_params_["learning_rate"] == 0.5
    assert list(search.best_estimator_.feature_names_in_) == ["a", "b", "c"]
    assert cross_val_score(make_pipeline(StandardScaler(), Classifier(epochs=20)), X, Y).mean() > 0.7
    model = Classifier(Network.parse("linear(3, 1) -> sigmoid -> bce"), epochs=5).fit(frame, Y)
    again = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes: pickling is scikit-learn's convention
    assert (again.predict_proba(frame) == model.predict_proba(frame)).all()


def test_ctrl_c_leaves_a_usable_model():
    def interrupt(report: Any) -> None:
        if report.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    model = Classifier(epochs=500, progress=interrupt).fit(X, Y)
    assert model.interrupted_ and model.n_epochs_ == 3 and model.predict(X).shape == (120,)


def test_a_non_finite_loss_leaves_no_model_behind():
    model = Regressor(learning_rate=1e9)
    with pytest.raises(NonFiniteLoss, match=r"learning_rate = 1e\+09"):
        model.fit(X, VALUES)
    with pytest.raises(NotFittedError):
        model.predict(X)


@pytest.mark.parametrize(
    ("estimator", "target", "words"),
    [
        (Classifier("linear(30, 1) -> sigmoid -> bce"), Y, "takes 30 inputs, the table has 3 feature columns"),
        (Classifier("linear(3, 4) -> softmax -> cross_entropy"), Y, "gives 4 outputs, the target has 2 classes"),
        (Classifier("linear(3, 1) -> sigmoid -> bce"), np.arange(120) % 3, "gives 1 output, the target has 3 classes"),
        (Regressor("linear(3, 2) -> squared_error"), VALUES, "gives 2 outputs, the target has 1 columns"),
        (Classifier("linear(n, h) -> relu -> linear(h, 1) -> sigmoid -> bce"), Y, "the size h in"),
        (Classifier("linear(3, 1) -> sigmoid"), Y, "has no loss to train with"),
        (Classifier(7), Y, "network is 7; it must be a text"),  # type: ignore[arg-type]
        (Classifier("linear(3, 1) -> sigmoud -> bce"), Y, "sigmoid"),
        (Classifier(), VALUES, "Unknown label type: continuous"),
        (Classifier(), np.full(120, "a"), "holds one class only (a)"),
        (Classifier(optimiser="adem"), Y, "no optimiser 'adem'"),
        (Classifier(learning_rate=-1), Y, "learning_rate is -1; it must be a number in (0, inf)"),
        (Classifier(batch_size=0), Y, "batch_size is 0; it must be an integer in [1, inf)"),
    ],
)
def test_what_does_not_fit_is_said(estimator, target, words):
    with pytest.raises(DeltaruleError) as caught:
        estimator.fit(X, target)
    assert words in str(caught.value)
