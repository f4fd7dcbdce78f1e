"""Inverses and determinants in machine code, beside NumPy's and their derivatives by JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import deltarule as dr
from deltarule.language.errors import DeltaruleError
from deltarule.program import compile_network

from ...table_networks import relative

TEXT = "y_hat = inv(A) @ x; L = squared_error(y_hat, y) + trace(inv(A)) + log(abs(det(A)))"


def by_jax(A: np.ndarray, X: np.ndarray, Y: np.ndarray) -> tuple[float, np.ndarray]:
    def loss(a: Any) -> Any:
        inverse = jnp.linalg.inv(a)
        errors = jnp.mean(jnp.sum((X @ inverse.T - Y) ** 2, axis=1) / 2)
        return errors + jnp.trace(inverse) + jnp.log(jnp.abs(jnp.linalg.det(a)))

    with jax.enable_x64(True):
        value, gradient = jax.value_and_grad(loss)(jnp.asarray(A, jnp.float64))
        return float(value), np.asarray(gradient)


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("n", [2, 19])
def test_values_and_gradients_are_those_of_jax(n: int, engine: str):
    random = np.random.default_rng(n)
    A = random.normal(size=(n, n))
    A[0, 0] = 0.0  # rows have to change places
    X, Y = random.normal(size=(2, 5, n))
    network = dr.Network(TEXT, shapes=f"x: {n}, A: {n} {n}", roles={"A": "parameter"}).inner
    program = compile_network(network, engine=engine)
    value, gradient = by_jax(A, X, Y)
    found, gradients = program.gradients({"A": A}, X, Y)
    assert abs(found - value) <= 1e-11 * abs(value)
    assert relative(gradients["A"], gradient) <= 1e-9
    assert relative(program.forward({"A": A}, X), np.linalg.solve(A, X.T).T) <= 1e-11
    assert program.engine == engine


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_a_matrix_without_an_inverse_is_told(engine: str):
    network = dr.Network(
        "y_hat = inv(A) @ x; L = squared_error(y_hat, y)", shapes="x: 3, A: 3 3", roles={"A": "parameter"}
    )
    program = compile_network(network.inner, engine=engine)
    X = np.ones((2, 3))
    for call in (
        lambda: program.forward({"A": np.ones((3, 3))}, X),
        lambda: program.gradients({"A": np.ones((3, 3))}, X, X),
    ):
        with pytest.raises(DeltaruleError, match="singular"):
            call()


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("first", [[1.0, 2.0, 3.0], [0.0, 3.0, 1.0]], ids=["singular", "rows change places"])
def test_determinants_are_those_by_hand(first: list[float], engine: str):
    network = dr.Network(
        "y_hat = det(A) * x; L = squared_error(y_hat, y)", shapes="x: 2, A: 3 3", roles={"A": "parameter"}
    )
    A = np.array([first, [2.0, 4.0, 6.0], [0.0, 1.0, 5.0]])
    a, b, c = first
    expected = a * (4 * 5 - 6 * 1) - b * (2 * 5 - 6 * 0) + c * (2 * 1 - 4 * 0)
    program = compile_network(network.inner, engine=engine)
    np.testing.assert_allclose(program.forward({"A": A}, np.ones((2, 2))), expected, rtol=1e-14, atol=1e-14)
    assert program.engine == engine
