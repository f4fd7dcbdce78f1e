"""Equations that call modules: graphs, shared modules, several outputs, and what is wrong said in its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import deltarule as dr
from deltarule.language.errors import DeltaruleError

from ..jax_in_numpy import computed
from ..table_networks import numbers, relative, run_json

Values = Mapping[str, Any]


def _block(v: Values) -> Any:
    def norm(u: Any, gamma: Any, beta: Any) -> Any:
        return gamma * (u - u.mean()) / jnp.sqrt(u.var() + 1e-5) + beta

    h = v["W_1"] @ norm(v["x"], v["gamma"], v["beta"]) + v["b_1"]
    y_hat = v["x"] + v["W_2"] @ jax.nn.gelu(h, approximate=False) + v["b_2"]
    return jnp.sum((y_hat - v["y"]) ** 2) / 2


def _recurrent(v: Values) -> Any:
    h = v["h_0"]
    for step in (1, 2, 3):
        h = jnp.tanh(v["W"] @ v[f"x_{step}"] + v["U"] @ h + v["b"])
    z = v["w"] @ h + v["b_1"]
    return jax.nn.softplus(z) - v["y"] * z


def _lstm(v: Values) -> Any:
    h, c = v["h_0"], v["c_0"]
    for step in (1, 2):
        a = {k: v[f"W_{k}"] @ v[f"x_{step}"] + v[f"U_{k}"] @ h + v[f"b_{k}"] for k in "ifgo"}
        c = jax.nn.sigmoid(a["f"]) * c + jax.nn.sigmoid(a["i"]) * jnp.tanh(a["g"])
        h = jax.nn.sigmoid(a["o"]) * jnp.tanh(c)
    return jnp.sum((h + c - v["y"]) ** 2) / 2


def _gru(v: Values) -> Any:
    x, h = v["x"], v["h"]
    r = jax.nn.sigmoid(v["W_r"] @ x + v["U_r"] @ h + v["b_r"])
    z = jax.nn.sigmoid(v["W_z"] @ x + v["U_z"] @ h + v["b_z"])
    g = jnp.tanh(v["W_g"] @ x + v["b_g"] + r * (v["U_g"] @ h + v["d_g"]))
    return jnp.sum(((1 - z) * g + z * h - v["y"]) ** 2) / 2


def _attention(v: Values) -> Any:
    q, k, u = v["x"] @ v["W_q"], v["x"] @ v["W_k"], v["x"] @ v["W_v"]
    h = v["x"] + jax.nn.softmax(q @ k.T / jnp.sqrt(3.0), axis=-1) @ u
    return jnp.sum((h.sum(axis=0) - v["y"]) ** 2) / 2


GRAPHS: dict[str, tuple[str, str, Callable[[Values], Any]]] = {
    "a pre-norm block with a skip": (
        "y_hat = x + linear(6, 4)(gelu(linear(4, 6)(layer_norm(x)))); L = squared_error(y_hat, y)",
        "x: 4",
        _block,
    ),
    "a recurrent network, unrolled": (
        "cell = rnn_cell(2, 3); h_1 = cell(x_1, h_0); h_2 = cell(x_2, h_1); h_3 = cell(x_3, h_2); "
        "z = linear(3, 1)(h_3); L = bce_with_logits(z, y)",
        "",
        _recurrent,
    ),
    "an LSTM, unrolled": (
        "cell = lstm_cell(2, 3); h_1, c_1 = cell(x_1, h_0, c_0); h_2, c_2 = cell(x_2, h_1, c_1); "
        "L = squared_error(h_2 + c_2, y)",
        "",
        _lstm,
    ),
    "a GRU cell": ("y_hat = gru_cell(2, 3)(x, h); L = squared_error(y_hat, y)", "", _gru),
    "attention with a skip": (
        "h = x + attention(4, 3, 3)(x); y_hat = sum(h, axis=0); L = squared_error(y_hat, y)",
        "",
        _attention,
    ),
}


@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("title", GRAPHS)
def test_a_graph_of_modules_is_proved_and_its_gradients_are_those_of_jax(title: str, policy: str):
    text, shapes, forward = GRAPHS[title]
    network = dr.Network(text, shapes=shapes or None)
    derivation = network.derive(policy=policy)
    assert not set(derivation.counts) - {"proved", "definition", "none"}, derivation.counts
    random = np.random.default_rng(2)
    values = {
        n: random.normal(size=numbers(d.sizes))
        for n, d in network.inner.declarations.items()
        if d.role in {"parameter", "input", "target"}
    }
    with jax.enable_x64(True):
        expected = computed(jax.grad(forward))(values)
    found = run_json(json.loads(derivation.to_json()), values)
    for name in network.parameters:
        assert relative(found[f"grad_{name}"], expected[name]) <= 1e-12, name
    for name in network.inner.inputs:
        assert relative(found[f"delta_{name}"], expected[name]) <= 1e-12, name


@pytest.mark.parametrize("title", GRAPHS)
def test_the_text_and_shapes_of_a_graph_are_read_again(title: str):
    text, shapes, _ = GRAPHS[title]
    inner = dr.Network(text, shapes=shapes or None).inner
    assert dr.Network(inner.text, shapes=inner.shapes).inner == inner


def test_what_is_written_of_a_graph_is_read_back_and_proved():
    text, shapes, _ = GRAPHS["a pre-norm block with a skip"]
    assert dr.Network(text, shapes=shapes).derive().check().all_proved


def test_calls_have_parameters_of_their_own_and_shared_modules_one_set():
    own = dr.Network("h = linear(3, 3)(x); y = linear(3, 3)(h)")
    shared = dr.Network("f = linear(3, 3); h = f(x); y = f(h)")
    assert own.parameters == ("W_1", "b_1", "W_2", "b_2")
    assert shared.parameters == ("W", "b")
    assert [m.name for m in shared.inner.modules] == ["f_1", "f_2"]


WRONG = {
    "y = linear(3)(x)": "takes 2 sizes",
    "y = lienar(3, 2)(x)": "unknown module `lienar`",
    "y = linear(3, 2)(x, x)": "takes x, not 2 inputs",
    "h = linear(3, 4)(x); y = linear(3, 2)(h)": r"takes \[3\], but its input has the axes \[4\]",
    "y = layer_norm(x, eps=0.1)": "stand with its sizes",
    "y = h; h = linear(2, 2)(x)": "`h` is used before it is defined|unknown name",
    "a, b = linear(2, 2)(x)": "gives y, not 2 values",
    "a, b = x + 1; y = linear(2, 2)(a)": "need a module with several outputs",
    "y = linear(2, 2)(x); y = relu(y)": "already has a value",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said(text: str):
    with pytest.raises(DeltaruleError, match=WRONG[text]):
        dr.Network(text)
