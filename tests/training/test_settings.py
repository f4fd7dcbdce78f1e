"""The table of settings: each row is a parameter of an estimator, and refuses what is outside, saying what is not."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from deltarule.language.errors import DeltaruleError
from deltarule.training import SETTINGS, Classifier, Regressor, Setting
from deltarule.training.settings import NAMED

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 2))
Y = X[:, 0] > 0


def outside(row: Setting) -> list[Any]:
    """Values that the row must refuse."""
    wrong: list[Any] = ["no such word", object(), [1]]
    if None not in row.choices:
        wrong.append(None)
    if row.kind in (int, float):
        low, high = row.interval
        wrong += [math.nan, "1", True, np.array([1, 2])]
        wrong += [low - 1] if low > -math.inf else []
        wrong += [low] if row.open[0] and low > -math.inf else []
        wrong += [high + 1] if high < math.inf else [math.inf]
        wrong += [high] if row.open[1] else []
    if row.kind is int:
        wrong.append(1.5)
    if row.kind is bool:
        wrong += [1, 0.0]
    return wrong


def inside(row: Setting) -> list[Any]:
    """Values at the edges that the row must take, as Python's and as NumPy's numbers."""
    right: list[Any] = [row.default, *row.choices]
    if row.kind in (int, float):
        low, high = row.interval
        edges = [v for v, is_open in zip((low, high), row.open, strict=True) if not is_open and abs(v) < math.inf]
        right += [row.kind(v) for v in edges] + [(np.int64 if row.kind is int else np.float32)(1 if high > 1 else 0.5)]
    return right + [True, np.False_] * (row.kind is bool)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_row_refuses_what_is_outside_and_takes_its_edges(name: str):
    row = SETTINGS[name]
    for value in outside(row):
        assert not row.accepts(value), value
    for value in inside(row):
        assert row.accepts(value), value


@pytest.mark.parametrize("name", SETTINGS)
def test_an_estimator_says_the_setting_what_was_given_and_what_would_be_right(name: str):
    kinds: Any = (Classifier, Regressor)
    for kind in kinds:
        if name not in inspect.signature(kind).parameters:
            assert name == "class_weight" and kind is Regressor
            continue
        with pytest.raises(DeltaruleError) as caught:
            kind(**{name: "no such word"}).fit(X, Y.astype(float))
        assert f"{name} is 'no such word'" in str(caught.value) and SETTINGS[name].allowed in str(caught.value)


def test_every_parameter_of_the_estimators_is_a_row_or_has_a_name_elsewhere():
    elsewhere = {*NAMED, "network", "progress", "callbacks", "categorical", "ordinal"}
    assert set(Classifier().get_params()) == set(SETTINGS) | elsewhere
    assert set(Regressor().get_params()) == (set(SETTINGS) | elsewhere) - {"class_weight"}
    for name, row in SETTINGS.items():
        assert Classifier().get_params()[name] == row.default


def test_a_clone_has_every_setting():
    settings: Any = dict(early_stopping=True, patience=3, class_weight={True: 2.0}, warm_start=True, validation=0.3)
    copy: Any = clone(Classifier(**settings))
    assert copy.get_params() == Classifier(**settings).get_params()
