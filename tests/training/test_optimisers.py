"""Optimisers are their equations: parsed from the text, carried out on arrays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training.optimisers import OPTIMISERS, Optimiser, optimiser, update_of
from deltarule.training.settings import SETTINGS, Setting


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_row_can_be_carried_out_and_says_where_it_comes_from(name):
    row = OPTIMISERS[name]
    theta = np.array([[1.0, -2.0]])
    update_of(row)(theta, np.array([[3.0, 0.5]]), {}, {"learning_rate": 0.1, **{o.name: 0.5 for o in row.options}})
    assert np.isfinite(theta).all() and row.source and row.words


def test_sgd_steps_against_the_gradient():
    theta = np.array([1.0, -2.0])
    update_of(OPTIMISERS["sgd"])(theta, np.array([3.0, 0.5]), {}, {"learning_rate": 0.1})
    np.testing.assert_allclose(theta, [1.0 - 0.3, -2.0 - 0.05], rtol=1e-15)


def test_a_row_with_a_state_keeps_it_from_step_to_step():
    momentum = Optimiser(
        "momentum",
        ("velocity <- rate * velocity + gradient", "theta <- theta - learning_rate * velocity / sqrt(4)"),
        (Setting("rate", 0.9, "", float),),
        "",
        "",
    )
    update, state, theta = update_of(momentum), {}, np.array(1.0)
    expected, velocity = 1.0, 0.0
    for gradient in (1.0, -2.0, 0.5):
        update(theta, np.array(gradient), state, {"learning_rate": 0.1, "rate": 0.9})
        velocity = 0.9 * velocity + gradient
        expected -= 0.1 * velocity / 2
    assert theta == pytest.approx(expected, rel=1e-15)


def test_an_equation_that_is_not_elementwise_is_refused():
    with pytest.raises((TypeError, DeltaruleError)):
        row = replace(OPTIMISERS["sgd"], equations=("theta <- theta @ gradient",))
        update_of(row)(np.ones(2), np.ones(2), {}, {"learning_rate": 0.1})


def test_an_unknown_optimiser_is_answered_with_near_ones():
    with pytest.raises(DeltaruleError, match="no optimiser 'sdg'; did you mean sgd"):
        optimiser("sdg")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("learning_rate", 0, 'learning_rate is 0; it must be a number in (0, inf), or "auto"'),
        ("learning_rate", math.inf, "it must be a number in (0, inf)"),
        ("learning_rate", True, "learning_rate is True"),
        ("batch_size", 2.5, 'batch_size is 2.5; it must be an integer in [1, inf), or "auto"'),
        ("batch_size", "atuo", "batch_size is 'atuo'; did you mean auto"),
        ("epochs", -1, "epochs is -1"),
        ("validation", 1.0, "validation is 1.0; it must be a number in [0, 1)"),
        ("validation", math.nan, "validation is nan"),
        ("dtype", "float16", "it must be"),
        ("seed", -1, "seed is -1"),
        ("standardise", 1, "standardise is 1; it must be True or False"),
    ],
)
def test_a_setting_outside_its_interval_is_refused_with_what_would_be_right(name, value, words):
    from deltarule.training.settings import validate

    with pytest.raises(DeltaruleError) as caught:
        validate({name: value})
    assert words in str(caught.value)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_default_is_allowed(name):
    assert SETTINGS[name].accepts(SETTINGS[name].default)
