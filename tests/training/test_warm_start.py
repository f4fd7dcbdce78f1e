"""`fit` with warm_start goes on where the last one ended."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor, load_model, save_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 3))
Y = np.where(X @ [1.0, -1.0, 0.5] + RNG.normal(size=90) > 0, "yes", "no")
VALUES = X @ [1.0, -1.0, 0.5] + RNG.normal(size=90)
LABELS = np.column_stack([Y == "yes", VALUES > 0]).astype(int)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize(("kind", "y"), [(Classifier, Y), (Classifier, LABELS), (Regressor, VALUES)])
def test_two_fits_are_one_long_fit(kind: Any, y: np.ndarray, optimiser: str):
    settings: Any = dict(optimiser=optimiser, batch_size=16, validation=0.2)
    parts = kind(epochs=3, warm_start=True, **settings).fit(X, y)
    parts.set_params(epochs=4).fit(X, y)
    whole = kind(epochs=7, **settings).fit(X, y)
    for name, value in whole.parameters_.items():
        np.testing.assert_array_equal(parts.parameters_[name], value)
    assert parts.history_ == whole.history_ and parts.n_epochs_ == 7


def test_without_it_every_fit_begins_anew():
    once = Classifier(epochs=3).fit(X, Y)
    twice = Classifier(epochs=3).fit(X, Y).fit(X, Y)
    np.testing.assert_array_equal(once.predict_proba(X), twice.predict_proba(X))
    assert twice.n_epochs_ == 3


def test_other_rows_are_taken_in_the_units_of_the_first():
    model = Classifier(epochs=3, warm_start=True).fit(X, Y)
    before = model.standardisation_
    assert model.fit(10 * X[:50] + 5, Y[:50]).standardisation_ is before


def test_a_loaded_model_goes_on_too(tmp_path: Any):
    model = Classifier(epochs=3, warm_start=True, optimiser="adam").fit(X, Y)
    again = load_model(save_model(model, tmp_path / "model"))
    np.testing.assert_array_equal(again.fit(X, Y).parameters_["W_1"], model.fit(X, Y).parameters_["W_1"])


def test_another_optimiser_begins_its_own_memory():
    model = Classifier(epochs=3, warm_start=True, optimiser="momentum").fit(X, Y)
    model.set_params(optimiser="adam").fit(X, Y)
    assert set(next(iter(model.optimiser_state_.arrays.values()))) == {"m", "v"}


def test_another_number_type_is_taken_up():
    model = Classifier(epochs=3, warm_start=True).fit(X, Y)
    model.set_params(dtype="float32").fit(X, Y)
    assert {str(v.dtype) for v in model.parameters_.values()} == {"float32"}


@pytest.mark.parametrize(
    ("change", "y", "words"),
    [
        (
            {"network": "linear(n, 8) -> tanh -> linear(8, 1) -> sigmoid -> bce"},
            Y,
            "warm_start goes on with the network",
        ),
        ({}, np.where(Y == "yes", "maybe", Y), "the class maybe, which is none of no, yes"),
    ],
)
def test_what_cannot_go_on_is_said(change: Any, y: np.ndarray, words: str):
    model = Classifier(epochs=2, warm_start=True).fit(X, Y).set_params(**change)
    with pytest.raises(DeltaruleError) as caught:
        model.fit(X, y)
    assert words in str(caught.value)


def test_other_columns_and_targets_cannot_go_on():
    model = Regressor(epochs=2, warm_start=True).fit(X, VALUES)
    with pytest.raises(ValueError, match="3 features"):
        model.fit(X[:, :2], VALUES)
    with pytest.raises(DeltaruleError, match="y has 2 target columns; the model was trained on 1"):
        model.fit(X, np.column_stack([VALUES, VALUES]))
