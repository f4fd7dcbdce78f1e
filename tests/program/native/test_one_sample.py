"""Training on one sample at a time: parameters in registers, losses many at a time, the values of NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from deltarule.network.network import Network
from deltarule.program import compile_network
from deltarule.program.native.deferred import BLOCK
from deltarule.program.native.engine import Trainer, native_program
from deltarule.program.native.lowering import Rule

DESCENT = Rule((), ("theta <- theta - learning_rate * gradient",), ())
MOMENTUM = Rule((), ("v <- 0.5 * v + gradient", "theta <- theta - learning_rate * v"), ("v",))
NETWORKS = {
    "one neuron": "linear(5, 1) -> sigmoid -> bce",
    "2-2-1": "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce",
    "more inputs than lanes": "linear(37, 1) -> sigmoid -> bce",
    "pads that a sigmoid makes 1/2": (
        "linear(30, 5) -> sigmoid -> linear(5, 3) -> tanh -> linear(3, 1) -> sigmoid -> bce"
    ),
    "classes": "linear(7, 6) -> tanh -> linear(6, 4) -> softmax -> cross_entropy",
    "too large for registers": "linear(150, 40) -> relu -> linear(40, 1) -> sigmoid -> bce",
}


def data(network: Network, rows: int, dtype: str, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    sizes = {n: d.sizes for n, d in network.declarations.items()}
    X = generator.normal(size=(rows, int(sizes["x"][0]))).astype(dtype)
    if not sizes["y"]:
        return X, (generator.random(rows) > 0.5).astype(dtype)
    return X, np.eye(int(sizes["y"][0]), dtype=dtype)[generator.integers(0, int(sizes["y"][0]), rows)]


def trainer(network: Network, dtype: str, rule: Rule) -> tuple[Trainer, dict[str, np.ndarray]]:
    program = native_program(compile_network(network, dtype=dtype))
    parameters = program.initialise(1)
    memory = {p: {s: np.zeros_like(a) for s in rule.state} for p, a in parameters.items()}
    rules = dict.fromkeys(parameters, rule)
    found = program.trainer(parameters, rules, {}, memory, weighted=False, clipped=False)  # type: ignore[attr-defined]
    assert found is not None
    return found, parameters


def by_numpy(
    network: Network, X: np.ndarray, Y: np.ndarray, order: np.ndarray, rate: float, rule: Rule
) -> tuple[dict[str, np.ndarray], list[float]]:
    program = compile_network(network, dtype="float64")
    parameters = program.initialise(1)
    velocity = {p: np.zeros_like(a) for p, a in parameters.items()}
    losses = []
    for row in order:
        loss, gradients = program.gradients(parameters, X[row : row + 1], Y[row : row + 1])
        losses.append(loss)
        for p, g in gradients.items():
            velocity[p] = 0.5 * velocity[p] + g
            parameters[p] = parameters[p] - rate * (velocity[p] if rule.state else g)
    return parameters, losses


@pytest.mark.parametrize(
    ("name", "dtype", "rule"),
    [
        *((name, dtype, DESCENT) for name in NETWORKS for dtype in ("float64", "float32")),
        *((name, "float64", MOMENTUM) for name in ("2-2-1", "classes")),
    ],
)
def test_steps_and_losses_are_those_of_numpy(name: str, dtype: str, rule: Rule) -> None:
    network = Network.parse(NETWORKS[name])
    rows = 2 * BLOCK + 7  # two blocks, and samples that fill none
    X, Y = data(network, rows, dtype)
    order = np.random.default_rng(3).permutation(rows)
    run, parameters = trainer(network, dtype, rule)
    losses = run.run((X, Y, None), order, 1, 0, np.full(rows, 0.05), 0)
    wanted, wanted_losses = by_numpy(network, X.astype(float), Y.astype(float), order, 0.05, rule)
    tolerance = 1e-11 if dtype == "float64" else 3e-4
    np.testing.assert_allclose(losses, wanted_losses, rtol=tolerance, atol=tolerance)
    for p, value in parameters.items():
        np.testing.assert_allclose(value, wanted[p], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("bad", [0, 1, BLOCK - 1, BLOCK, BLOCK + 5, 2 * BLOCK, 2 * BLOCK + 3])
def test_a_loss_that_is_not_finite_ends_the_run_before_its_update(bad: int) -> None:
    network = Network.parse(NETWORKS["2-2-1"])
    rows = 2 * BLOCK + 7
    X, Y = data(network, rows, "float64")
    broken = X.copy()
    broken[bad] = np.nan
    run, parameters = trainer(network, "float64", MOMENTUM)
    losses = run.run((broken, Y, None), None, 1, 0, np.full(rows, 0.05), 0)
    assert len(losses) == bad + 1
    assert np.isfinite(losses[:bad]).all() and np.isnan(losses[bad])
    wanted, _ = by_numpy(network, X, Y, np.arange(bad), 0.05, MOMENTUM)
    for p, value in parameters.items():
        np.testing.assert_allclose(value, wanted[p], rtol=1e-12, atol=1e-13)


def test_a_run_in_two_calls_is_the_run_in_one() -> None:
    network = Network.parse(NETWORKS["pads that a sigmoid makes 1/2"])
    rows = 3 * BLOCK
    X, Y = data(network, rows, "float32")
    whole, once = trainer(network, "float32", MOMENTUM)
    whole.run((X, Y, None), None, 1, 0, np.full(rows, 0.05), 0)
    parts, twice = trainer(network, "float32", MOMENTUM)
    parts.run((X, Y, None), None, 1, 0, np.full(BLOCK, 0.05), 0)
    parts.run((X, Y, None), None, 1, BLOCK, np.full(rows - BLOCK, 0.05), BLOCK)
    for p, value in once.items():
        assert (value == twice[p]).all()
