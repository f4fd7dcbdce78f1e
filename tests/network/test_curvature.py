"""The Hessian and the Gauss-Newton matrix times a direction: every step proved, every product that of JAX."""

from __future__ import annotations

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import deltarule as dr
from deltarule.language.errors import DeltaruleError

from .. import by_jax
from ..jax_in_numpy import computed
from ..table_networks import numbers, relative, run_json

CASES = (
    "linear(3, 4) -> tanh -> linear(4, 1) -> sigmoid -> bce",
    "linear(3, 4) -> softplus -> linear(4, 3) -> softmax -> cross_entropy",
    "linear(3, 2) -> gelu -> linear(2, 2) -> squared_error",
    "linear(3, 4) -> layer_norm -> silu -> linear(4, 1) -> bce_with_logits",
    "linear(3, 1) -> squared_error",
    "linear(2, 3) -> relu -> linear(3, 2) -> huber",
)
SIZES = {"m": 4}


def drawn(network: dr.Network, batch: bool) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    random = np.random.default_rng(5)
    inner = network.inner
    front = (SIZES["m"],) if batch else ()
    values = {n: random.normal(size=(*front, *numbers(inner.declarations[n].sizes))) for n in inner.inputs}
    values |= {n: random.normal(size=numbers(inner.declarations[n].sizes)) for n in inner.parameters}
    target = np.exp(random.normal(size=(*front, *numbers(inner.declarations["y"].sizes))))
    values["y"] = target / (target.sum(axis=-1, keepdims=True) if inner.declarations["y"].sizes else 4)
    return values, {f"v_{n}": random.normal(size=values[n].shape) for n in inner.parameters}


def found(network: dr.Network, kind: str, batch: bool, values: Any, direction: Any) -> dict[str, Any]:
    derivation = network.derive(second=kind, batch=batch)
    assert not set(derivation.counts) - {"proved", "definition", "none"}, derivation.counts
    return run_json(json.loads(derivation.to_json()), {**values, **direction}, sizes=SIZES)


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("text", CASES)
def test_the_hessian_times_a_direction_is_that_of_jax(text: str, batch: bool):
    network = dr.Network(text)
    values, direction = drawn(network, batch)
    ours = found(network, "hessian", batch, values, direction)
    with jax.enable_x64(True):
        given = {k: jnp.asarray(v) for k, v in values.items()}
        moved = {k: jnp.asarray(direction.get(f"v_{k}", np.zeros_like(v))) for k, v in values.items()}
        gradient = jax.grad(by_jax.function(network.text, given, batch=batch))
        expected = computed(lambda v, w: jax.jvp(gradient, (v,), (w,))[1])(given, moved)
    for name in network.parameters:
        assert relative(ours[f"grad_{name}"], expected[name]) <= 1e-11, name


@pytest.mark.parametrize("text", CASES)
def test_the_gauss_newton_matrix_times_a_direction_is_jacobian_hessian_jacobian(text: str):
    """JᵀHJ v with J the Jacobian of the last pre-activation and H the Hessian of what comes after it."""
    network = dr.Network(text)
    values, direction = drawn(network, False)
    ours = found(network, "gauss-newton", False, values, direction)
    chain = network.text.split(" -> ")
    last = max(k for k, link in enumerate(chain) if link.startswith("linear"))
    order = list(values)
    with jax.enable_x64(True):
        given = {k: jnp.asarray(v) for k, v in values.items()}
        weights = {n: given[n] for n in network.parameters}
        moved = {n: jnp.asarray(direction[f"v_{n}"]) for n in network.parameters}

        def body(w: Any) -> Any:
            part = {**given, **w}
            return by_jax.forward(network.text, part, order=order)[last + 1]

        def head(z: Any) -> Any:
            out = z
            for link in by_jax.links(" -> ".join(chain[last + 1 :])):
                out = by_jax.module(link, out, [given["y"]] if link.row.loss else [])
            return out

        def product(w: Any, direction: Any) -> Any:
            z, tangent = jax.jvp(body, (w,), (direction,))
            _, curved = jax.jvp(jax.grad(head), (z,), (tangent,))
            return jax.vjp(body, w)[1](curved)[0]

        expected = computed(product)(weights, moved)
    for name in network.parameters:
        assert relative(ours[f"grad_{name}"], expected[name]) <= 1e-11, name


def test_the_gauss_newton_matrix_of_a_linear_model_is_its_hessian():
    network = dr.Network("linear(3, 2) -> softmax -> cross_entropy")
    values, direction = drawn(network, False)
    both = [found(network, kind, False, values, direction) for kind in ("hessian", "gauss-newton")]
    for name in network.parameters:
        assert relative(both[0][f"grad_{name}"], both[1][f"grad_{name}"]) <= 1e-13


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("linear(2, 2) -> tanh", {"second": "hessian"}, "needs a loss"),
        ("linear(2, 1) -> squared_error", {"second": "fisher"}, "hessian, gauss-newton"),
        ("linear(2, 1) -> squared_error", {"second": "hessian", "sign": "maximise"}, "detail, layout and batch"),
    ],
)
def test_what_cannot_be_is_said(text: str, options: dict[str, str], words: str):
    with pytest.raises(DeltaruleError, match=words):
        dr.Network(text).derive(**options)  # type: ignore[arg-type]
