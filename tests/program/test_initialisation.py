"""Parameters start where the literature says, the same for the same seed."""

from __future__ import annotations

import math
from math import sqrt

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.network.network import Network
from deltarule.program import compile_network
from deltarule.program.initialisation import Start, start_of


def starts(text: str, shapes: str | None = None) -> dict[str, Start]:
    network = Network.parse(text, shapes)
    return {p: start_of(p, network.equations) for p in network.parameters}


def test_weights_before_relu_start_as_he_says_and_others_as_glorot_does() -> None:
    found = starts("linear(8, 5) -> relu -> linear(5, 6) -> tanh -> linear(6, 1) -> sigmoid -> bce")
    assert found["W_1"] == Start("he", (8,), (5,))
    assert found["W_2"] == Start("glorot", (5,), (6,))
    assert found["w_3"] == Start("glorot", (6,), ())
    assert {found[b].kind for b in ("b_1", "b_2", "b_3")} == {"zero"}


def test_a_factor_that_is_not_contracted_starts_at_one() -> None:
    found = starts("h = x * sigmoid(beta * x) + c; L = sum((h - y)**2)", "x: 3, beta:, c: 3, y: 3")
    assert found["beta"].kind == "one" and found["c"].kind == "zero"


def test_one_input_to_several_units_starts_with_different_weights() -> None:
    network = Network.parse("linear(1, 5) -> tanh -> linear(5, 1) -> squared_error")
    weights = compile_network(network).initialise(0)["w_1"]
    assert len(set(weights)) == 5 and max(abs(weights)) <= sqrt(6 / (1 + 5))


def test_values_are_uniform_with_the_stated_bound() -> None:
    program = compile_network(Network.parse("linear(300, 200) -> relu -> linear(200, 1) -> sigmoid -> bce"))
    values = program.initialise(0)
    for name, bound in (("W_1", sqrt(6 / 300)), ("w_2", sqrt(6 / 201))):
        assert np.max(np.abs(values[name])) <= bound
        assert np.std(values[name]) == pytest.approx(bound / sqrt(3), rel=0.1)
    assert not values["b_1"].any() and values["b_2"].shape == ()


def test_the_same_seed_gives_the_same_parameters() -> None:
    program = compile_network(Network.parse("linear(3, 2) -> softmax -> cross_entropy"), dtype="float32")
    one, same, other = (program.initialise(seed) for seed in (1, 1, 2))
    assert all(np.array_equal(one[n], same[n]) for n in one)
    assert not np.array_equal(one["W"], other["W"])
    assert {v.dtype for v in one.values()} == {np.dtype("float32")}


def test_symbolic_sizes_need_numbers() -> None:
    program = compile_network(Network.parse("linear(n, h) -> tanh -> linear(h, 1) -> squared_error"))
    with pytest.raises(DeltaruleError, match="the size `h` is a symbol"):
        program.initialise(0)
    values = program.initialise(0, {"n": 4, "h": 3})
    assert {n: v.shape for n, v in values.items()} == {"W_1": (3, 4), "b_1": (3,), "w_2": (3,), "b_2": ()}


@pytest.mark.parametrize(
    ("name", "variance", "largest"),
    [
        # Published: Glorot & Bengio 2010 eq. 12 and 16, He et al. 2015 eq. 10, LeCun et al. 1998 section 4.6
        ("glorot_uniform", 2 / 900, math.sqrt(6 / 900)),
        ("glorot_normal", 2 / 900, math.inf),
        ("he_uniform", 2 / 600, math.sqrt(6 / 600)),
        ("he_normal", 2 / 600, math.inf),
        ("lecun_uniform", 1 / 600, math.sqrt(3 / 600)),
        ("lecun_normal", 1 / 600, math.inf),
        ("zeros", 0, 0),
    ],
)
def test_an_initialiser_has_the_published_variance(name, variance, largest):
    program = compile_network(Network.parse("linear(600, 300) -> tanh -> linear(300, 1) -> squared_error"))
    values = program.initialise(0, initialiser=name)
    W = values["W_1"]
    assert np.var(W) == pytest.approx(variance, rel=0.02) and abs(np.mean(W)) < 1e-3
    assert np.max(np.abs(W)) <= largest and (largest == math.inf or np.max(np.abs(W)) >= 0.99 * largest)
    if largest == math.inf:
        assert np.mean(np.abs(W) < np.std(W)) == pytest.approx(math.erf(math.sqrt(0.5)), abs=0.01)
    assert not values["b_1"].any()


def test_a_number_is_what_every_weight_starts_at():
    program = compile_network(Network.parse("linear(3, 2) -> tanh -> linear(2, 1) -> squared_error"))
    values = program.initialise(0, initialiser=0.25)
    assert (values["W_1"] == 0.25).all() and (values["w_2"] == 0.25).all() and not values["b_1"].any()
    assert program.weights == {"W_1", "w_2"}


def test_an_unknown_initialiser_is_answered_with_near_ones():
    program = compile_network(Network.parse("linear(3, 1) -> squared_error"))
    with pytest.raises(DeltaruleError, match=r"no initialiser 'he_norm'; did you mean he_normal"):
        program.initialise(0, initialiser="he_norm")
