"""What the estimators do with optimisers, schedules, penalties, clipping and initial values."""

from __future__ import annotations

import math
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from deltarule.language.errors import DeltaruleError
from deltarule.training import OPTIMISERS, Classifier, Regressor, find_learning_rate, load_model, save_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
Y = np.where(X @ [1.0, -2.0, 0.5, 0.0] + RNG.normal(size=90) > 0, "yes", "no")
VALUES = X @ [1.0, -2.0, 0.5, 0.0] + 0.1 * RNG.normal(size=90)
SETTINGS: Any = dict(epochs=5, batch_size=16)


@pytest.mark.slow
@parametrize_with_checks(
    [
        Classifier(optimiser="adam", schedule="one_cycle", epochs=60, learning_rate=0.02, clip_norm=1.0),
        Regressor(optimiser="nesterov", schedule="warmup_cosine", epochs=60, learning_rate=0.02, weight_decay=1e-4),
    ]
)
def test_scikit_learns_checks_pass_with_other_settings(estimator: Any, check: Any):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_lowers_the_loss_with_its_own_rate(name):
    losses = Classifier(optimiser=name, epochs=60, batch_size=16).fit(X, Y).history_["loss"]
    assert losses[-1] < 0.75 * losses[0]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_partial_fit_goes_on_with_what_the_optimiser_remembers(name):
    whole = Classifier(optimiser=name, **SETTINGS).fit(X, Y)
    parts = Classifier(optimiser=name, **SETTINGS)
    for _ in range(2):
        parts.partial_fit(X, Y)
    parts = pickle.loads(pickle.dumps(parts))  # noqa: S301
    for _ in range(3):
        parts.partial_fit(X, Y)
    assert parts.optimiser_state_.updates == whole.optimiser_state_.updates == 5 * 6
    for parameter, value in whole.parameters_.items():
        np.testing.assert_allclose(parts.parameters_[parameter], value, rtol=1e-12, atol=1e-14)


def test_partial_fit_follows_the_schedule_of_the_whole_run():
    settings: Any = dict(optimiser="adam", schedule="cosine", **SETTINGS)
    whole, parts = Classifier(**settings).fit(X, Y), Classifier(**settings)
    for _ in range(5):
        parts.partial_fit(X, Y)
    for parameter, value in whole.parameters_.items():
        np.testing.assert_allclose(parts.parameters_[parameter], value, rtol=1e-12, atol=1e-14)


def test_fit_forgets_what_the_optimiser_remembered():
    model = Classifier(optimiser="adam", **SETTINGS)
    first = model.fit(X, Y).parameters_
    again = model.fit(X, Y).parameters_
    assert all((first[name] == again[name]).all() for name in first)


def test_l2_and_the_squared_error_are_ridge_regression():
    Z = (X - X.mean(0)) / X.std(0)
    settings: Any = dict(batch_size=90, learning_rate=0.3, epochs=2000, standardise=False)
    model = Regressor("linear(n, 1) -> squared_error", l2=0.5, **settings).fit(Z, VALUES)
    peer = Ridge(alpha=0.5 * 90).fit(Z, VALUES)  # the mean over 90 rows of a half, against the sum
    np.testing.assert_allclose(model.parameters_["w"], peer.coef_, rtol=1e-9)
    np.testing.assert_allclose(model.parameters_["b"], peer.intercept_, rtol=1e-9, atol=1e-12)  # biases are left alone


def test_l2_and_the_cross_entropy_are_regularised_logistic_regression():
    Z = (X - X.mean(0)) / X.std(0)
    settings: Any = dict(batch_size=90, learning_rate=1.0, epochs=3000)
    model = Classifier("linear(n, 1) -> sigmoid -> bce", l2=0.1, **settings).fit(X, Y)
    peer = LogisticRegression(C=1 / (0.1 * 90), tol=1e-12, max_iter=10_000).fit(Z, Y)
    np.testing.assert_allclose(model.parameters_["w"], peer.coef_[0], rtol=1e-6)


def test_l1_brings_the_weight_of_noise_to_nought_and_leaves_the_others():
    w = Regressor("linear(n, 1) -> squared_error", l1=0.1, epochs=500, batch_size=90).fit(X, VALUES).parameters_["w"]
    assert abs(w[3]) < 0.01 and abs(w[1]) > 0.5


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [
        ("weights", {"W_1", "w_2"}),
        ("all", {"W_1", "w_2", "b_1", "b_2"}),
        ("w_2, b_2", {"w_2", "b_2"}),
        (["W_1"], {"W_1"}),
    ],
)
def test_decay_is_for_weights_unless_others_are_named(wanted, changed):
    text = "linear(n, 3) -> tanh -> linear(3, 1) -> sigmoid -> bce"
    # A rate so small that only the decay, 1 for a whole update, can be seen.
    settings: Any = dict(learning_rate=1e-9, decay="decoupled", initialiser=0.5, batch_size=90, epochs=1)
    start = Classifier(text, **settings).fit(X, Y).partial_fit(X, Y).parameters_
    model = Classifier(text, regularised=wanted, weight_decay=1e8, **settings).fit(X, Y)
    model.parameters_ = {name: np.ones_like(value) for name, value in start.items()}
    model.partial_fit(X, Y)
    assert {name for name, value in model.parameters_.items() if np.max(np.abs(value)) < 0.95} == changed


def test_clipping_bounds_every_step():
    settings: Any = dict(learning_rate=1.0, epochs=1, batch_size=90, standardise=False)
    calm = Regressor("linear(n, 1) -> squared_error", initialiser="zeros", clip_norm=0.01, **settings)
    step = calm.fit(1e6 * X, VALUES).parameters_
    norm = math.sqrt(sum(float(np.sum(p**2)) for p in step.values()))
    assert norm == pytest.approx(0.01, rel=1e-12)
    bounded = Regressor("linear(n, 1) -> squared_error", initialiser="zeros", clip_value=0.02, **settings)
    assert max(float(np.max(np.abs(p))) for p in bounded.fit(1e6 * X, VALUES).parameters_.values()) == 0.02


def test_reduce_on_plateau_follows_the_loss_of_the_rows_held_out():
    settings: Any = dict(validation=0.3, epochs=150, learning_rate=0.5, schedule="reduce_on_plateau")
    model = Classifier(schedule_options={"patience": 1, "factor": 0.5}, **settings).fit(X, Y)
    best, waited, scale = math.inf, 0, 1.0
    for loss in model.history_["val_loss"]:
        best, waited = (loss, 0) if loss < best * (1 - 1e-4) else (best, waited + 1)
        if waited > 1:
            scale, waited = scale / 2, 0
    assert model.optimiser_state_.schedule["scale"] == pytest.approx(scale) and scale < 1


@pytest.mark.parametrize("initialiser", ["glorot_normal", "he_uniform", "lecun_normal", "zeros", 0.25])
def test_initial_values_are_chosen(initialiser):
    settings: Any = dict(learning_rate=1e-300, epochs=1, initialiser=initialiser)
    W = (
        Classifier("linear(n, 400) -> tanh -> linear(400, 1) -> bce_with_logits", **settings)
        .fit(X, Y)
        .parameters_["W_1"]
    )
    spread = {"glorot_normal": 2 / 404, "he_uniform": 2 / 4, "lecun_normal": 1 / 4}.get(str(initialiser), 0)
    assert np.std(W) == pytest.approx(math.sqrt(spread), rel=0.05)
    assert np.mean(W) == pytest.approx(0.25 if initialiser == 0.25 else 0, abs=0.05)


def test_settings_are_those_of_a_scikit_learn_estimator():
    model = Classifier(optimiser="momentum", optimiser_options={"momentum": 0.8}, **SETTINGS)
    copy: Any = clone(model)
    assert copy.get_params() == model.get_params()
    grid = {"optimiser": ["sgd", "adam"], "weight_decay": [0.0, 0.1], "schedule": ["constant", "one_cycle"]}
    assert set(GridSearchCV(Classifier(**SETTINGS), grid, cv=2).fit(X, Y).best_params_) == set(grid)


def test_a_model_file_remembers_every_setting(tmp_path):
    settings: Any = dict(
        optimiser="adam",
        optimiser_options={"beta_1": 0.8},
        schedule="step",
        schedule_options={"every": 2},
        weight_decay=0.01,
        decay="decoupled",
        l1=0.001,
        l2=0.002,
        regularised=["w"],
        clip_value=1.0,
        clip_norm=2.0,
        initialiser="zeros",
    )
    model = Classifier("linear(n, 1) -> sigmoid -> bce", **settings, **SETTINGS).fit(X, Y)
    loaded = load_model(save_model(model, tmp_path / "model"))
    assert {name: loaded.get_params()[name] for name in settings} == settings
    loaded.partial_fit(X, Y)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimiser": "adamm"}, "no optimiser 'adamm'; did you mean adam"),
        ({"optimiser_options": {"momentum": 0.9}}, "the optimiser sgd has no option 'momentum'; it has none"),
        ({"schedule": "cosin"}, "no schedule 'cosin'; did you mean cosine"),
        ({"schedule": "step", "schedule_options": {"every": 0}}, "every of the schedule step is 0"),
        (
            {"regularised": "W_9"},
            'regularised names \'W_9\'; did you mean w_2?; it must be "weights", "all", or names of',
        ),
        ({"regularised": 3}, "regularised is 3"),
        ({"clip_norm": -1}, "clip_norm is -1; it must be a number in (0, inf), or None"),
        ({"initialiser": "he"}, "initialiser is 'he'"),
        ({"decay": "both"}, "decay is 'both'"),
        ({"l1": -0.1}, "l1 is -0.1"),
    ],
)
def test_what_is_no_setting_is_said_with_what_would_be_right(settings, words):
    with pytest.raises(DeltaruleError) as caught:
        Classifier(**settings).fit(X, Y)
    assert words in str(caught.value)


# The range test -----------------------------------------------------------------------------------------------------


def test_a_parabola_diverges_in_the_range_test_where_theory_says():
    """Full batches of ½ (w - 3)²: a rate above 2 makes the error grow."""
    settings: Any = dict(batch_size=100, standardise=False)
    found = find_learning_rate(
        Regressor("linear(1, 1, bias=False) -> squared_error", **settings),
        np.ones((100, 1)),
        np.full(100, 3.0),
        updates=100,
    )
    assert found.rates == pytest.approx(list(np.geomspace(1e-5, 10, 100))[: len(found.rates)], rel=1e-9)
    assert 0.01 < found.suggestion < 2 < found.rates[-1]


def test_the_suggested_rate_trains_and_the_model_is_left_alone():
    A, y = load_iris(return_X_y=True)
    model = Classifier(epochs=30, optimiser="adam", validation=0.2)
    found = find_learning_rate(model, A, y)
    assert not hasattr(model, "parameters_") and model.range_test is None
    losses = model.set_params(learning_rate=found.suggestion).fit(A, y).history_["loss"]
    assert losses[-1] < 0.5 * losses[0]


def test_the_picture_of_a_range_test_is_svg_with_its_words():
    pytest.importorskip("matplotlib")
    found = find_learning_rate(Classifier(), X, Y, updates=50)
    content = found.picture()
    assert b"<svg" in content and b"learning rate" in content and f"{found.suggestion:g}".encode() in content
    assert content == found.picture() and found.picture("png").startswith(b"\x89PNG")
    with pytest.raises(DeltaruleError, match="no picture of the kind 'svgz'; did you mean svg"):
        found.picture("svgz")


@pytest.mark.parametrize(
    "limits", [{"lowest": 1.0, "highest": 0.1}, {"lowest": 0}, {"updates": 2}, {"highest": "much"}]
)
def test_limits_of_the_range_test_are_checked(limits):
    with pytest.raises(DeltaruleError):
        find_learning_rate(Classifier(), X, Y, **limits)
