"""Anyone's module is its forward equation, whether it is written as text or traced from a Python function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError, NotationError, ShapeError
from deltarule.network import MODULES, Module, Network, Parameter, module, register, tensor_function

from ..index_loops import evaluate

sigmoid = tensor_function("sigmoid")
SIZES = {"n": 3, "m": 2}


@pytest.fixture(autouse=True)
def table_as_it_was() -> Iterator[None]:
    before = dict(MODULES)
    yield
    MODULES.clear()
    MODULES.update(before)


def forward(network: Network, **values: np.ndarray) -> np.ndarray:
    known = {name: np.asarray(value) for name, value in values.items()}
    for e in network.equations:
        known[e.name] = evaluate(e.right, e.axes, known, SIZES)
    return known[network.output]


def test_a_traced_function_is_its_equation_and_stands_in_a_chain():
    @module
    def swish(x, beta: Parameter = ()):
        return x * sigmoid(beta * x)

    assert swish.equation == "y = x * sigmoid(beta * x)"
    assert swish.parameters == ("beta",)
    network = Network.parse("linear(2, 2) -> swish -> linear(2, 1) -> swish -> squared_error")
    assert network.parameters == ("W_1", "b_1", "beta_1", "w_2", "b_2", "beta_2")
    alone = Network.parse("swish")
    x, beta = np.array([0.3, -1.0, 2.0]), np.array(1.7)
    np.testing.assert_allclose(forward(alone, x=x, beta=beta), x / (1 + np.exp(-beta * x)))


def test_an_annotation_that_is_text_counts_as_well():
    @module
    def scaled(x, g: "Parameter" = ("n",)):  # noqa: UP037 - what a notebook without the future import gives
        return g * x

    assert scaled.shapes == "x: n, g: n"
    assert Network.parse("linear(2, 4) -> scaled").declarations["g"].sizes == (4,)


def test_size_symbols_that_the_input_does_not_fix_are_arguments():
    @module
    def gated(x, W: Parameter = ("m", "n"), V: Parameter = ("m", "n")):
        return (W @ x) * sigmoid(V @ x)

    network = Network.parse("gated(5)", "x: 3")
    assert network.declarations["W"].sizes == (5, 3)
    assert network.declarations["y"].sizes == (5,)
    assert Network.parse("linear(2, 3) -> gated(4) -> squared_error").declarations["V"].sizes == (4, 3)
    with pytest.raises(NotationError, match="takes 1 sizes"):
        Network.parse("linear(2, 3) -> gated -> squared_error")


def test_an_argument_with_a_number_as_default_is_an_option():
    @module
    def softened(x, power=2, slope=0.1):
        return x**power * slope

    x = np.array([1.0, 2.0, -3.0])
    np.testing.assert_allclose(forward(Network.parse("softened"), x=x), 0.1 * x**2)
    np.testing.assert_allclose(forward(Network.parse("softened(power=3, slope=-0.5)", "x: 3"), x=x), -0.5 * x**3)


def test_a_module_of_equations_keeps_its_steps_and_its_parameters_apart():
    register(Module("s = g * x; y = s * sigmoid(s)", "x: n, g: n"), "gated_swish")
    network = Network.parse("gated_swish -> gated_swish")
    assert len({e.name for e in network.equations}) == 4
    assert network.parameters == ("g_1", "g_2")
    x, g, f = np.array([1.0, -2.0, 0.5]), np.array([0.5, 1.0, 2.0]), np.array([1.0, 1.0, -1.0])
    h = g * x / (1 + np.exp(-g * x))
    np.testing.assert_allclose(forward(network, x=x, g_1=g, g_2=f), f * h / (1 + np.exp(-f * h)))


def test_a_module_without_a_name_stands_in_a_network_made_in_python():
    network = Network.of("linear(2, 1)", Module("exp(-x**2)"), "squared_error")
    assert [e.name for e in network.equations] == ["z", "y_hat", "L"]
    assert repr(network.equations[1].right) == "exp(-1*(z)^(2))"


def test_a_module_can_be_used_inside_another():
    swish = Module("s = beta * x; y = x * sigmoid(s)", name="swish")

    @module
    def twice(x, beta: Parameter = ()):
        return swish(swish(x, beta), beta)

    x, beta = np.array([0.3, -1.0, 2.0]), np.array(1.7)
    once = x / (1 + np.exp(-beta * x))
    np.testing.assert_allclose(forward(Network.of(twice), x=x, beta=beta), once / (1 + np.exp(-beta * once)))


def test_registering_again_replaces_ones_own_module():
    register(Module("y = x + 1"), "shift")
    register(Module("y = x + 2"), "shift")
    np.testing.assert_allclose(forward(Network.parse("shift", "x:"), x=np.array(1.0)), 3.0)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "bce", "", "2x", "if", "_a"])
def test_a_name_of_deltarule_or_no_name_is_refused(name: str):
    with pytest.raises(DeltaruleError):
        register(Module("y = 2*x"), name)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 1 + np.exp(x), "deltarule's functions"),
        (lambda x: 1 + float(x), "deltarule's functions"),
        (max, "cannot be traced"),
        (3, "cannot be traced"),
        (lambda x: x if x > 0 else 0, "where(condition, a, b)"),
        (lambda x: x @ 3, "`@` takes vectors"),
        (lambda x: 0.5, "does not use its input"),
        (lambda x: None, "neither a tensor nor a number"),
        (lambda x, z: x * z, "needs one input"),
        (lambda: 1, "needs one input"),
        (lambda x, flag=True: x, "neither an input nor a parameter"),
        (lambda *x: x, "neither an input nor a parameter"),
    ],
)
def test_a_function_that_is_no_module_says_why(function: Callable[..., Any], words: str):
    with pytest.raises(DeltaruleError) as caught:
        module(name="mistaken")(function)
    assert words in str(caught.value)
    assert "mistaken" not in MODULES


def test_a_module_whose_equation_cannot_be_read_is_refused_when_it_is_registered():
    with pytest.raises(NotationError, match="unknown function"):
        register(Module("y = sigmod(x)"), "mistaken")
    with pytest.raises(ShapeError):
        register(Module("y = W @ x", "x: n, W: n h"), "mistaken")
