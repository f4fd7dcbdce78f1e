"""Losses and gradients of compiled networks are those of JAX, on random shapes and batches, and at large logits."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from deltarule.network.network import Network
from deltarule.program import compile_network

from ..jax_in_numpy import computed
from .networks import NETWORKS, compiled, data

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)
jnp = jax.numpy
nn = jax.nn


def bce(p: Any, y: Any) -> Any:
    return -(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def ce(p: Any, y: Any) -> Any:
    return -jnp.sum(y * jnp.log(p))


Loss = Callable[[dict[str, Any], Any, Any], Any]

ONE_SAMPLE: dict[str, Loss] = {
    # network: its loss for one sample, written without deltarule
    "linear(3, 1) -> sigmoid -> bce": lambda p, x, y: bce(nn.sigmoid(p["w"] @ x + p["b"]), y),
    "linear(3, 1, bias=False) -> sigmoid -> bce": lambda p, x, y: bce(nn.sigmoid(p["w"] @ x), y),
    "linear(3, 2) -> sigmoid -> bce": lambda p, x, y: jnp.sum(bce(nn.sigmoid(p["W"] @ x + p["b"]), y)),
    "linear(3, 1) -> bce_with_logits": lambda p, x, y: bce(nn.sigmoid(p["w"] @ x + p["b"]), y),
    "linear(3, 1) -> squared_error": lambda p, x, y: 0.5 * (p["w"] @ x + p["b"] - y) ** 2,
    "linear(1, 1) -> sigmoid -> squared_error": lambda p, x, y: 0.5 * (nn.sigmoid(p["w"] * x + p["b"]) - y) ** 2,
    "linear(3, 2) -> softmax -> squared_error": lambda p, x, y: (
        0.5 * jnp.sum((nn.softmax(p["W"] @ x + p["b"]) - y) ** 2)
    ),
    "linear(2, 4) -> relu -> linear(4, 1) -> sigmoid -> bce": lambda p, x, y: bce(
        nn.sigmoid(p["w_2"] @ nn.relu(p["W_1"] @ x + p["b_1"]) + p["b_2"]), y
    ),
    "linear(3, 4) -> tanh -> linear(4, 3) -> softmax -> cross_entropy": lambda p, x, y: ce(
        nn.softmax(p["W_2"] @ jnp.tanh(p["W_1"] @ x + p["b_1"]) + p["b_2"]), y
    ),
    "linear(3, 4) -> leaky_relu -> linear(4, 3) -> softplus -> linear(3, 3) -> log_softmax -> nll": lambda p, x, y: (
        -(
            y
            @ nn.log_softmax(
                p["W_3"] @ nn.softplus(p["W_2"] @ nn.leaky_relu(p["W_1"] @ x + p["b_1"]) + p["b_2"]) + p["b_3"]
            )
        )
    ),
    "linear(3, 4) -> sigmoid -> linear(4, 4) -> identity -> linear(4, 2) -> squared_error(half=False)": (
        lambda p, x, y: jnp.sum(
            (p["W_3"] @ (p["W_2"] @ nn.sigmoid(p["W_1"] @ x + p["b_1"]) + p["b_2"]) + p["b_3"] - y) ** 2
        )
    ),
}


def test_every_network_has_a_loss_of_its_own_here() -> None:
    assert set(ONE_SAMPLE) == set(NETWORKS)


@cache
def reference(text: str) -> Callable[..., Any]:
    def mean(parameters: Any, X: Any, Y: Any) -> Any:
        return jnp.mean(jax.vmap(ONE_SAMPLE[text], (None, 0, 0))(parameters, X, Y))

    return computed(jax.value_and_grad(mean))


@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("text", ONE_SAMPLE)
def test_losses_and_gradients_are_those_of_jax(text: str, policy: str) -> None:
    program = compiled(text, policy)
    for rows, seed in ((1, 0), (2, 1), (17, 2)):
        parameters, X, Y = data(program, rows, seed)
        expected, by = reference(text)(parameters, X, Y)
        loss, gradients = program.gradients(parameters, X, Y)
        assert loss == pytest.approx(float(expected), rel=1e-12)
        assert program.loss(parameters, X, Y) == pytest.approx(float(expected), rel=1e-12)
        assert list(gradients) == list(parameters)
        for name, gradient in gradients.items():
            assert gradient.shape == parameters[name].shape
            scale = float(np.max(np.abs(by[name])))
            np.testing.assert_allclose(gradient, by[name], rtol=1e-12, atol=1e-13 * scale, err_msg=name)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("logit", [-200.0, 200.0])
def test_large_logits_stay_finite_and_silent(logit: float, dtype: str) -> None:
    rel, least = (1e-12, 0.0) if dtype == "float64" else (1e-5, 1e-45)  # exp(-200) is no number of float32
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program = compile_network(Network.parse("linear(1, 1) -> sigmoid -> bce"), dtype=dtype)
        parameters = {"w": np.array(logit, dtype), "b": np.array(0.0, dtype)}
        for y in (0.0, 1.0):
            loss, gradients = program.gradients(parameters, np.array([1.0]), np.array([y]))
            from_logits = float(nn.softplus(-logit if y else logit))
            assert loss == pytest.approx(from_logits, rel=rel, abs=least)
            assert gradients["b"] == pytest.approx(
                float(-nn.sigmoid(-logit) if y else nn.sigmoid(logit)), rel=rel, abs=least
            )
        program = compile_network(Network.parse("linear(1, 2, bias=False) -> softmax -> cross_entropy"), dtype=dtype)
        parameters = {"w": np.array([logit, 0.0], dtype)}
        Y = np.array([[0.0, 1.0]])
        loss, gradients = program.gradients(parameters, np.array([1.0]), Y)
        z = jnp.array([logit, 0.0])
        assert loss == pytest.approx(float(-nn.log_softmax(z)[1]), rel=rel)
        np.testing.assert_allclose(gradients["w"], nn.softmax(z) - Y[0], rtol=rel, atol=least)
        np.testing.assert_allclose(program.forward(parameters, np.array([1.0]))[0], nn.softmax(z), rtol=rel, atol=least)
