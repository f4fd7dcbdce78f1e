"""Targets of regressions: standardised before every loss of differences; refused where the loss has no value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from deltarule.language.errors import DeltaruleError
from deltarule.training import Regressor

X, Y = (np.asarray(a) for a in load_diabetes(return_X_y=True))
DIFFERENCES = ("squared_error", "absolute_error", "huber", "smooth_l1", "log_cosh", "quantile")


@pytest.mark.parametrize("loss", DIFFERENCES)
def test_another_unit_of_the_target_changes_nothing_but_the_unit(loss):
    settings: dict[str, Any] = {"epochs": 60, "seed": 1, "learning_rate": 0.1}
    plain = Regressor(f"linear(n, 1) -> {loss}", **settings).fit(X, Y)
    moved = Regressor(f"linear(n, 1) -> {loss}", **settings).fit(X, 1000 * Y - 5e4)
    np.testing.assert_allclose(moved.predict(X), 1000 * plain.predict(X) - 5e4, rtol=1e-6)
    assert plain.score(X, Y) > 0.4


def test_what_is_no_difference_stays_in_its_units():
    model = Regressor("linear(n, 8) -> tanh -> linear(8, 1) -> softplus -> poisson", epochs=5).fit(X, Y)
    assert model.target_standardisation_ is None


@pytest.mark.parametrize(("loss", "value", "words"), [
    ("softplus -> poisson", -1.0, "targets of poisson must be counts or rates, 0 or more; row 4 has -1, and 1 of 442"),
    ("poisson_with_log_rate", -2.5, "row 4 has -2.5"),
    ("softplus -> gamma", 0.0, "targets of gamma must be positive; row 4 has 0"),
])  # fmt: skip
def test_targets_that_the_loss_has_no_value_for_are_refused(loss, value, words):
    wrong = Y.copy()
    wrong[3] = value
    with pytest.raises(DeltaruleError) as caught:
        Regressor(f"linear(n, 1) -> {loss}", epochs=1).fit(X, wrong)
    assert words in str(caught.value)
    with pytest.raises(DeltaruleError):
        Regressor(f"linear(n, 1) -> {loss}", epochs=1).partial_fit(X, wrong)


def test_zeros_are_counts():
    Regressor("linear(n, 1) -> softplus -> poisson", epochs=1).fit(X, np.where(Y > 100, 0, Y))
