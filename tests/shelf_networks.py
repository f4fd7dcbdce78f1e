"""A network of every row of the tables of modules and losses, numbers to put in, and its gradients by JAX.

A row added to a table is in these networks without a change here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

import deltarule as dr
from deltarule.network.losses import LOSSES
from deltarule.network.module import Module
from deltarule.network.modules import MODULES

from . import by_jax
from .jax_in_numpy import computed
from .program.test_convolution import CASES
from .table_networks import run_json

__all__ = ["ROLES", "SIZES", "by_jax_of", "call_of", "derived", "largest_error", "network_of", "values_of"]

SIZES = {"n": 3, "m": 4, "k": 2, "t": 2, "d": 3}
"""Numbers for the size symbols of the rows."""
ROLES = ("input", "drawn", "parameter", "target")
BATCH = 5


def call_of(row: Module) -> str:
    """The row with numbers for its sizes: `linear(3, 4)`."""
    if row.example[0]:
        return row.example[0]
    sizes = [str(SIZES[s]) for s in row.size_arguments]
    return f"{row.name}({', '.join(sizes)})" if sizes else row.name


def network_of(row: Module) -> dr.Network:
    """The row between a scale and a squared error; a loss after what gives values in its domain; a row that takes
    something else than one vector alone before a squared error."""
    if row.loss:
        simplex = any(word in " ".join(row.conventions) for word in ("probabilities", "cross_entropy"))
        output = {"probability": "sigmoid", "positive": "softmax" if simplex else "softplus", "": ""}[row.domain]
        return dr.Network(" -> ".join(filter(None, ["linear(4, 3)", output, row.name])))
    if row.name in CASES:
        call, shape, _ = CASES[row.name]
        return dr.Network(f"{call} -> squared_error", f"x: {shape}")
    example = row.example[1]
    bound: dict[str, int | str] = dict(SIZES)
    stated = {name: sizes for name, sizes in row.sizes(bound).items() if name in row.inputs}
    if example:
        stated = {name: tuple(map(int, example.split())) for name in row.inputs}
    shapes = [stated.get(name, (3,)) for name in row.inputs]
    if shapes == [(3,)]:
        return dr.Network(f"scale -> {call_of(row)} -> squared_error", "x: 3")
    given = [f"x_{k}" for k in range(len(row.inputs))]
    outputs = ["y_hat", *(f"o_{k}" for k in range(1, len(row.outputs)))]
    rest = "".join(f" + 1/2*sum({name}**2)" for name in outputs[1:])
    text = f"{', '.join(outputs)} = {call_of(row)}({', '.join(given)}); L = squared_error(y_hat, y){rest}"
    return dr.Network(text, ", ".join(f"{n}: {' '.join(map(str, z))}" for n, z in zip(given, shapes, strict=True)))


def values_of(network: dr.Network, seed: int = 0, scale: float = 1.0) -> dict[str, np.ndarray]:
    """Inputs, masks, parameters and targets for a batch; targets are positive and sum to 1, as every loss accepts."""
    random = np.random.default_rng(seed)
    found: dict[str, np.ndarray] = {}
    declarations = network.inner.declarations
    for name, declaration in declarations.items():
        if declaration.role not in ROLES:
            continue
        front = () if declaration.role == "parameter" else (BATCH,)
        drawn = random.normal(size=(*front, *map(int, declaration.sizes)))
        if declaration.role == "input":
            drawn = scale * drawn
        if declaration.role == "target":
            drawn = np.exp(drawn)
            drawn /= drawn.sum(axis=-1, keepdims=True) if declaration.sizes else 1
        if declaration.role == "drawn":
            drawn = (drawn > 0).astype(float)
        if name == "weight":
            drawn = np.maximum(drawn + 1, 0)
        found[name] = drawn
    return {n: found[n] for r in ROLES for n in found if declarations[n].role == r}


def derived(network: dr.Network, values: Mapping[str, np.ndarray], derivation: dr.Derivation) -> dict[str, np.ndarray]:
    """Our gradients by the inputs and the parameters, evaluated from the equations of the derivation."""
    data = json.loads(dr.Derivation(derivation.inner.with_sections(())).to_json())
    found = run_json(data, values, sizes={"m": BATCH})
    mine = {n: np.asarray(found[f"grad_{n}"]) for n in network.parameters}
    return {**{n: np.asarray(found[f"delta_{n}"]) for n in network.inner.inputs if n != "weight"}, **mine}


def by_jax_of(row: Module, network: dr.Network, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """JAX's gradients of the same."""
    if "->" in network.text and row.name not in CASES:
        return by_jax.gradients(network.text, values, batch=True)
    link = None if row.name in CASES else by_jax.links(call_of(row))[0]
    jnp = by_jax.jnp
    per_sample = {n for n, d in network.inner.declarations.items() if d.role in ("input", "drawn", "target")}
    masks = [n for n, d in network.inner.declarations.items() if d.role == "drawn"]

    def one(v: Mapping[str, Any]) -> Any:
        if link is None:
            return 0.5 * jnp.sum((CASES[row.name][2](dict(v)) - v["y"]) ** 2)
        given = {name: v[f"x_{k}"] for k, name in enumerate(row.inputs)}
        weights = [v[p] for p in network.parameters]
        drawn = dict(zip((n for n, _ in row.drawn), (v[n] for n in masks), strict=True))
        if len(row.inputs) == 1:
            outputs = [by_jax.module(link, given["x"], weights, drawn=drawn)]
        else:
            outputs = by_jax.all_written(link, {**given, **drawn}, weights)
        return 0.5 * jnp.sum((outputs[0] - v["y"]) ** 2) + sum(0.5 * jnp.sum(o**2) for o in outputs[1:])

    def loss(v: Mapping[str, Any]) -> Any:
        axes = {n: 0 if n in per_sample else None for n in v}
        return jnp.mean(by_jax.jax.vmap(one, in_axes=(axes,), axis_name=by_jax.BATCH)(v))

    with by_jax.jax.enable_x64(True):
        given = {n: jnp.asarray(v, jnp.float64) for n, v in values.items()}
        return computed(by_jax.jax.grad(loss))(given)


def largest_error(found: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> float:
    """The largest difference of a gradient over its largest value; one that vanishes is measured beside the others."""
    whole = max((float(np.max(np.abs(expected[n]), initial=0)) for n in found), default=0.0)
    worst = 0.0
    for name, value in found.items():
        assert np.shape(value) == np.shape(expected[name]), name
        size = max(float(np.max(np.abs(expected[name]), initial=0)), 1e-3 * whole)
        error = float(np.max(np.abs(value - expected[name]), initial=0))
        worst = max(worst, error / size if size else error)
    return worst


ROWS: dict[str, Module] = MODULES | LOSSES
