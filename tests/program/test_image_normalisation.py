"""Normalisations of channels and images, behind a convolution: proved, the same as JAX's on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import deltarule as dr
from deltarule.program import compile_network

from ..table_networks import relative
from .test_convolution import convolved

ROWS = 5


def normalised(x: Any, over: tuple[int, ...]) -> Any:
    mean = x.mean(over, keepdims=True)
    return (x - mean) / jnp.sqrt(((x - mean) ** 2).mean(over, keepdims=True) + 1e-5)


def per_channel(v: dict[str, Any], h: Any) -> Any:
    shape = (1, -1, *(1,) * (h.ndim - 2))
    return v["gamma"].reshape(shape) * h + v["beta"].reshape(shape)


def in_groups(x: Any, groups: int) -> Any:
    return normalised(x.reshape(len(x), groups, -1), (2,)).reshape(x.shape)


CASES: dict[str, tuple[str, str, Callable[[dict[str, Any], Any], Any]]] = {
    # the modules, the shape of x, the normalisation of a batch of channels by JAX
    "batch_norm of entries": (
        "conv1d(2, 3, 2) -> batch_norm",
        "2 5",
        lambda v, h: per_channel(v, normalised(h, (0, 2))),
    ),
    "batch_norm of images": (
        "conv2d(2, 3, 2) -> batch_norm",
        "2 4 3",
        lambda v, h: per_channel(v, normalised(h, (0, 2, 3))),
    ),
    "layer_norm of images": (
        "conv2d(2, 3, 2) -> layer_norm",
        "2 4 3",
        lambda v, h: v["gamma"] * normalised(h, (1, 2, 3)) + v["beta"],
    ),
    "group_norm of images": (
        "conv2d(2, 4, 2) -> group_norm(groups=2)",
        "2 3 4",
        lambda v, h: per_channel(v, in_groups(h, 2)),
    ),
    "group_norm of one group": ("conv2d(2, 4, 2) -> group_norm", "2 3 4", lambda v, h: per_channel(v, in_groups(h, 1))),
}


def given(network: Any, seed: int = 3) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    roles = {"input": (ROWS,), "target": (ROWS,), "parameter": (), "state": ()}
    declared = {n: d for n, d in network.declarations.items() if d.role in roles}
    return {n: random.normal(size=(*roles[d.role], *map(int, d.sizes))) + 0.5 for n, d in declared.items()}


@pytest.mark.parametrize("name", CASES)
def test_messages_are_proved(name: str):
    chain, shape, _ = CASES[name]
    assert dr.Network(f"{chain} -> squared_error", shapes=f"x: {shape}").derive().check().all_proved


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("engine", ["numpy", pytest.param("native", marks=pytest.mark.slow)])
def test_gradients_are_those_of_jax(name: str, engine: str):
    chain, shape, function = CASES[name]
    network = dr.Network(f"{chain} -> squared_error", shapes=f"x: {shape}")
    values = given(network.inner)

    def loss(v: dict[str, Any]) -> Any:
        h = jax.vmap(lambda x: convolved(x, v["W"], v["b"]))(v["x"])
        return jnp.mean(jnp.sum((function(v, h) - v["y"]) ** 2, axis=tuple(range(1, h.ndim))) / 2)

    with jax.enable_x64(True):
        expected, gradients = jax.value_and_grad(loss)({n: jnp.asarray(a, jnp.float64) for n, a in values.items()})
    program = compile_network(network.inner, engine=engine)
    assert program.engine == engine
    parameters = {p: values[p] for p in program.parameters}
    found, own = program.gradients(parameters, values["x"], values["y"])
    assert abs(found - float(expected)) <= 1e-12 * abs(found)
    assert set(own) == set(network.parameters)
    for p in own:
        if p != "b" or "batch_norm" not in chain:
            assert relative(own[p], np.asarray(gradients[p])) <= 1e-11, p
        else:  # a bias before a mean over the batch has no effect: its gradient is rounding alone
            assert np.max(np.abs(own[p])) <= 1e-12


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_running_statistics_are_per_channel_and_used_at_prediction(engine: str):
    """The mean, and the unbiased variance over batch and positions, as torch.nn.BatchNorm2d keeps them."""
    network = dr.Network("batch_norm(momentum=0.25) -> squared_error", shapes="x: 3 4 2")
    values = given(network.inner)
    program = compile_network(network.inner, engine=engine)
    parameters = {p: values[p] for p in program.parameters} | {"running_mean": np.zeros(3), "running_var": np.ones(3)}
    x = values["x"]
    predicted = program.forward(parameters | {"running_var": np.full(3, 2.0)}, x)
    scale = values["gamma"] / np.sqrt(2 + 1e-5)
    np.testing.assert_allclose(predicted, scale[:, None, None] * x + values["beta"][:, None, None], rtol=1e-12)
    _, _, state = program.gradients_and_state(parameters, x, values["y"])
    np.testing.assert_allclose(state["running_mean"], 0.25 * x.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(state["running_var"], 0.75 + 0.25 * x.var((0, 2, 3), ddof=1), rtol=1e-12)


def test_groups_that_do_not_divide_the_channels_are_told():
    with pytest.raises(dr.DeltaruleError, match="whole number"):
        dr.Network("group_norm(groups=5) -> squared_error", shapes="x: 4 3 2")
