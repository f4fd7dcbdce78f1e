"""The networks that the tests of programs run, compiled once, and random data for them."""

from __future__ import annotations

from functools import cache

import numpy as np

from deltarule.network.network import Network
from deltarule.program import Program, compile_network

NETWORKS = (
    "linear(3, 1) -> sigmoid -> bce",
    "linear(3, 1, bias=False) -> sigmoid -> bce",
    "linear(3, 2) -> sigmoid -> bce",
    "linear(3, 1) -> bce_with_logits",
    "linear(3, 1) -> squared_error",
    "linear(1, 1) -> sigmoid -> squared_error",
    "linear(3, 2) -> softmax -> squared_error",
    "linear(2, 4) -> relu -> linear(4, 1) -> sigmoid -> bce",
    "linear(3, 4) -> tanh -> linear(4, 3) -> softmax -> cross_entropy",
    "linear(3, 4) -> leaky_relu -> linear(4, 3) -> softplus -> linear(3, 3) -> log_softmax -> nll",
    "linear(3, 4) -> sigmoid -> linear(4, 4) -> identity -> linear(4, 2) -> squared_error(half=False)",
)


@cache
def compiled(text: str, policy: str = "accuracy", dtype: str = "float64") -> Program:
    return compile_network(Network.parse(text), policy=policy, dtype=dtype)


def shape_of(program: Program, name: str) -> list[int]:
    """The sizes of a name, without the batch."""
    return [int(z) for z in program.spec.declarations[name].sizes if z != program.spec.batch]


def data(program: Program, rows: int, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    parameters = program.initialise(seed)
    for value in parameters.values():
        value[...] += rng.normal(size=value.shape) * 0.3
    X = rng.normal(size=(rows, *shape_of(program, "x")))
    targets = shape_of(program, "y")
    if "cross_entropy" in program.spec.title or "nll" in program.spec.title:
        return parameters, X, rng.dirichlet(np.ones(targets[0]), rows)
    return parameters, X, rng.uniform(size=(rows, *targets))
