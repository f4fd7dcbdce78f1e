"""Compiled networks against finite differences and NumPy by hand; what a program changes, and what it refuses."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError, ShapeError
from deltarule.network.network import Network
from deltarule.program import compile_network

from .networks import NETWORKS, compiled, data, shape_of


@pytest.mark.parametrize("text", NETWORKS)
def test_weights_of_samples_weigh_the_mean(text: str) -> None:
    program = compiled(text)
    parameters, X, Y = data(program, 5, 3)
    counts = np.array([1, 3, 0, 2, 1])
    loss, gradients = program.gradients(parameters, X, Y, sample_weight=counts)
    repeated = np.repeat(np.arange(5), counts)
    expected, by = program.gradients(parameters, X[repeated], Y[repeated])
    assert loss == pytest.approx(expected, rel=1e-12)
    assert program.loss(parameters, X, Y, sample_weight=counts) == pytest.approx(expected, rel=1e-12)
    for name in gradients:
        np.testing.assert_allclose(gradients[name], by[name], rtol=1e-11, atol=1e-14)


OWN = {
    # equations: shapes
    "h = tanh(W @ x); y_hat = v @ (h + h*h); L = (y_hat - y)**2": "W: 3 2, x: 2, v: 3",
    "a = W @ x; h = a * sigmoid(a); g = exp(h) / sum(exp(h)); L = log(g @ (v*v)) + y*0": "W: 3 2, x: 2, v: 3, y:",
    "h = maximum(W @ x, U @ x); L = sum((h - y)**2)/2": "W: 3 2, U: 3 2, x: 2, y: 3",
    "q = x @ A @ x; L = (q - y)**2": "A: 3 3, x: 3",
    "n = sqrt(x @ x + c*c); L = (w @ x / n - y)**2": "w: 3, x: 3, c:",
}


@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("text", OWN)
def test_gradients_of_own_equations_are_those_of_finite_differences(text: str, policy: str) -> None:
    network = Network.parse(text, OWN[text], {"y": "target", "x": "input"})
    program = compile_network(network, policy=policy)
    rng = np.random.default_rng(5)
    parameters = {n: np.asarray(rng.normal(size=shape_of(program, n))) for n in program.parameters}
    X, Y = rng.normal(size=(4, *shape_of(program, "x"))), rng.normal(size=(4, *shape_of(program, "y")))
    _, gradients = program.gradients(parameters, X, Y)
    for name, value in parameters.items():
        for at in np.ndindex(value.shape):
            kept, h = value[at], 1e-6
            sides = []
            for moved in (kept + h, kept - h):
                value[at] = moved
                sides.append(program.loss(parameters, X, Y))
            value[at] = kept
            assert gradients[name][at] == pytest.approx((sides[0] - sides[1]) / (2 * h), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("text", NETWORKS)
def test_the_source_that_is_shown_is_what_runs(text: str) -> None:
    program = compiled(text)
    parameters, X, Y = data(program, 6, 4)
    namespace: dict[str, Any] = {}
    exec(program.source, namespace)
    x, y = (np.squeeze(v, 1) if v.ndim == 2 and v.shape[1] == 1 else v for v in (X, Y))
    loss, gradients = namespace["loss_and_gradients"](parameters, x, y)
    again, same = program.gradients(parameters, X, Y)
    assert loss == again
    assert all(np.array_equal(gradients[n], same[n]) for n in same)
    np.testing.assert_array_equal(namespace["forward"](parameters, x), program.forward(parameters, X))


@pytest.mark.parametrize("text", NETWORKS)
def test_a_step_goes_down_the_gradient_in_place_and_changes_nothing_else(text: str) -> None:
    program = compiled(text)
    parameters, X, Y = data(program, 6, 6)
    before = {n: v.copy() for n, v in parameters.items()}
    arrays = dict(parameters)
    data_before = X.copy(), Y.copy()
    loss, gradients = program.gradients(parameters, X, Y)
    assert all(np.array_equal(parameters[n], before[n]) for n in before)
    assert program.step(parameters, X, Y, 0.1) == loss
    for name, value in parameters.items():
        assert value is arrays[name]
        np.testing.assert_allclose(value, before[name] - 0.1 * gradients[name], rtol=1e-15)
    assert program.loss(parameters, X, Y) < loss
    assert np.array_equal(X, data_before[0]) and np.array_equal(Y, data_before[1])


@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("text", NETWORKS)
def test_float32_stays_float32(text: str, policy: str) -> None:
    program = compiled(text, policy, "float32")
    double = compiled(text, policy)
    exact, X, Y = data(double, 9, 7)
    parameters = {n: v.astype("float32") for n, v in exact.items()}
    assert program.forward(parameters, X).dtype == np.float32
    loss, gradients = program.gradients(parameters, X, Y)
    expected, by = double.gradients(exact, X, Y)
    assert loss == pytest.approx(expected, rel=1e-5)
    for name, gradient in gradients.items():
        assert gradient.dtype == np.float32, name
        np.testing.assert_allclose(gradient, by[name], rtol=1e-3, atol=1e-5)
    program.step(parameters, X, Y, 0.1)
    assert all(v.dtype == np.float32 for v in parameters.values())


def test_the_plain_policy_overflows_without_a_warning() -> None:
    program = compile_network(Network.parse("linear(1, 1) -> sigmoid -> bce"), policy="plain")
    parameters = {"w": np.array(2000.0), "b": np.array(0.0)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not np.isfinite(program.loss(parameters, np.array([1.0]), np.array([1.0])))


def test_shapes_that_do_not_fit_are_named() -> None:
    program = compile_network(Network.parse("linear(3, 2) -> softmax -> cross_entropy"))
    parameters = program.initialise(0)
    with pytest.raises(ShapeError, match=r"x has shape \(5, 4\); the network takes \(rows, 3\)"):
        program.forward(parameters, np.ones((5, 4)))
    with pytest.raises(ShapeError, match=r"y has shape \(4, 2\); the network takes \(5, 2\)"):
        program.loss(parameters, np.ones((5, 3)), np.ones((4, 2)))
    with pytest.raises(ShapeError, match="sample_weight has shape"):
        program.loss(parameters, np.ones((5, 3)), np.ones((5, 2)), sample_weight=np.ones(4))
    with pytest.raises(DeltaruleError, match="zero or positive"):
        program.loss(parameters, np.ones((5, 3)), np.ones((5, 2)), sample_weight=np.zeros(5))
    with pytest.raises(DeltaruleError, match="x has no rows"):
        program.forward(parameters, np.ones((0, 3)))
    with pytest.raises(DeltaruleError, match="no loss"):
        compile_network(Network.parse("linear(3, 2)")).loss({}, np.ones((5, 3)), np.ones((5, 2)))


@pytest.mark.parametrize(("option", "value"), [("dtype", "float16"), ("engine", "abacus"), ("policy", "fast")])
def test_unknown_options_are_refused(option: str, value: str) -> None:
    with pytest.raises(DeltaruleError, match=f"{option} is '{value}'"):
        compile_network(Network.parse("linear(3, 1) -> squared_error"), **{option: value})  # type: ignore[arg-type]


def test_a_network_without_a_loss_predicts() -> None:
    program = compile_network(Network.parse("linear(3, 2) -> tanh"))
    parameters = program.initialise(1)
    X = np.random.default_rng(0).normal(size=(4, 3))
    expected = np.tanh(X @ parameters["W"].T + parameters["b"])
    np.testing.assert_allclose(program.forward(parameters, X), expected, rtol=1e-15)


def test_several_inputs_come_by_name() -> None:
    network = Network.parse(
        "s = u @ W @ v; L = (s - y)**2", "u: 2, W: 2 3, v: 3", {"u": "input", "v": "input", "y": "target"}
    )
    program = compile_network(network)
    rng = np.random.default_rng(2)
    parameters, u, v, y = {"W": rng.normal(size=(2, 3))}, rng.normal(size=(4, 2)), rng.normal(size=(4, 3)), np.ones(4)
    loss, gradients = program.gradients(parameters, {"u": u, "v": v}, y)
    error = np.einsum("si,ij,sj->s", u, parameters["W"], v) - y
    assert loss == pytest.approx(np.mean(error**2))
    np.testing.assert_allclose(gradients["W"], np.einsum("s,si,sj->ij", 2 * error / 4, u, v), rtol=1e-12)
    with pytest.raises(DeltaruleError, match="no array for the input v"):
        program.gradients(parameters, {"u": u}, y)


@pytest.mark.parametrize("function", ["gelu", "gelu_tanh", "selu", "hard_swish", "mish", "erf"])
@pytest.mark.parametrize("order", [0, 1])
def test_float32_stays_float32_and_large_numbers_do_not_overflow(function: str, order: int) -> None:
    from deltarule.program.accuracy import Subject, on_numpy

    s = np.array([-3.0, 0.5, 4.0, 3e18], np.float32)
    found = on_numpy(Subject("", function, order), "accuracy")(s)
    assert found.dtype == np.float32
    wanted = on_numpy(Subject("", function, order), "accuracy")(s.astype(np.float64))
    np.testing.assert_allclose(found[:3], wanted[:3], rtol=2e-5)
    if function in {"gelu", "selu", "hard_swish", "mish"} and order == 0:  # a product p s / q would overflow
        np.testing.assert_allclose(found[3], wanted[3], rtol=2e-5)
