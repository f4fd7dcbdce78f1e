"""Every row of the tables of modules and losses beyond the first ones: proved, equal to JAX's gradients, finite.

A row added to a table is walked over here without a change.
"""

from __future__ import annotations

import json
from itertools import cycle, islice
from typing import Any

import numpy as np
import pytest

import deltarule as dr
from deltarule.language.errors import DeltaruleError
from deltarule.network.losses import LOSSES
from deltarule.network.modules import MODULES
from deltarule.program import compile_network

from . import by_jax
from .jax_in_numpy import computed
from .table_networks import relative, run_json, variants

TOLERANCE = 1e-12
POLICIES = ("plain", "memory", "accuracy")
OWN_TESTS = {"convolution", "shape"}
"""Groups whose rows take numbers for sizes: tests/program/test_convolution.py."""
MODULE_ROWS = variants(
    {
        name: row
        for name, row in MODULES.items()
        if row.group not in {"", *OWN_TESTS} and len(row.inputs) == 1 and name not in ("attention", "group_norm")
    }
)
"""The rows that take one vector."""
LOSS_ROWS = variants({name: row for name, row in LOSSES.items() if row.group})
CHOICES = {
    # which derivation each row gets in the fast part: every choice comes round many times
    "policy": POLICIES,
    "layout": ("denominator", "numerator"),
    "detail": ("matrix", "index"),
    "batch": (False, True),
    "sign": ("minimise", "minimise", "maximise"),
}
NUMBERS = {"m": 5}
ROLES = ("input", "drawn", "parameter", "target")


def with_sizes(text: str, n: int, m: int) -> str:
    name, _, options = text.partition("(")
    sizes = [n, m, 2][: len(MODULES[name].size_arguments)]
    inside = ", ".join([*map(str, sizes), *filter(None, [options.rstrip(")")])])
    return f"{name}({inside})" if inside else name


def around(text: str) -> str:
    """The row between two layers: a module before a loss, a loss after what gives values in its domain."""
    name = text.partition("(")[0]
    if name in MODULES:
        m = 2 if "m" in MODULES[name].size_arguments else 3
        incoming = "linear(4, 3)"
        probe = dr.Network(f"{incoming} -> {with_sizes(text, 3, m)}").inner
        out = probe.declarations[probe.output].sizes
        return f"{incoming} -> {with_sizes(text, 3, m)} -> linear({out[0] if out else 1}, 2) -> squared_error"
    row = LOSSES[name]
    simplex = "probabilities" in " ".join(row.conventions)
    output = {"probability": "sigmoid", "positive": "softmax" if simplex else "softplus", "": ""}[row.domain]
    return " -> ".join(filter(None, ["linear(4, 3)", output, text]))


def values_for(network: dr.Network, seed: int, *, batch: bool) -> dict[str, np.ndarray]:
    """Inputs, parameters and targets; targets are positive and sum to 1, which every loss accepts."""
    random = np.random.default_rng(seed)
    inner = network.inner
    front = (NUMBERS["m"],) if batch else ()
    out = {}
    for name, declaration in inner.declarations.items():
        if declaration.role not in ROLES:
            continue
        shape = (*(() if declaration.role == "parameter" else front), *map(int, declaration.sizes))
        drawn = random.normal(size=shape)
        if declaration.role == "target":
            drawn = np.exp(drawn)
            drawn /= drawn.sum(axis=-1, keepdims=True) if declaration.sizes else 1
        if declaration.role == "drawn":
            drawn = (drawn > 0).astype(float)
        if name == "weight":
            drawn = np.maximum(drawn + 1, 0)
        out[name] = drawn
    order = [n for r in ROLES for n in out if inner.declarations[n].role == r]
    return {n: out[n] for n in order}


def expect_the_row(text: str, case: dict[str, Any], seed: int = 0) -> None:
    network = dr.Network(around(text))
    case = {**case, "batch": case["batch"] or network.inner.needs_batch}
    derivation = network.derive(**case)
    assert not set(derivation.counts) - {"proved", "definition", "none"}, derivation.counts
    assert derivation.counts["proved"] > 0
    values = values_for(network, seed, batch=case["batch"])
    data = json.loads(dr.Derivation(derivation.inner.with_sections(())).to_json())
    found = run_json(data, values, sizes=NUMBERS)
    sign = -1 if case["sign"] == "maximise" else 1
    expected = by_jax.gradients(network.text, values, batch=case["batch"])
    whole = max(float(np.max(np.abs(expected[name]))) for name in (*network.parameters, "x"))
    for name, value in {**{n: found[f"grad_{n}"] for n in network.parameters}, "x": found["delta_x"]}.items():
        # a gradient that vanishes (a bias before a mean is taken away) is measured beside the others
        error = float(np.max(np.abs(sign * value - expected[name])))
        assert np.shape(value) == expected[name].shape, name
        assert error <= TOLERANCE * max(float(np.max(np.abs(expected[name]))), 1e-3 * whole), name


def case_of(number: int) -> dict[str, Any]:
    return {key: next(islice(cycle(options), number, None)) for key, options in CHOICES.items()}


@pytest.mark.parametrize(("number", "text"), list(enumerate([*MODULE_ROWS, *LOSS_ROWS])), ids=str)
def test_a_row_is_proved_and_its_gradients_are_those_of_jax(number: int, text: str):
    expect_the_row(text, case_of(number + number // 2))


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("text", [*MODULE_ROWS, *LOSS_ROWS])
def test_a_row_under_every_choice(text: str, policy: str):
    for number in range(12):
        expect_the_row(text, {**case_of(number), "policy": policy}, seed=number)


@pytest.mark.slow
@pytest.mark.parametrize("text", [*MODULE_ROWS, *LOSS_ROWS])
def test_what_is_written_of_a_row_is_read_back_and_proved(text: str):
    report = dr.Network(around(text)).derive().check()
    assert report.all_proved, report.failed


@pytest.mark.parametrize("text", [t for t in (*MODULE_ROWS, *LOSS_ROWS) if t.partition("(")[0] in by_jax.BY_HAND])
def test_the_equation_is_the_function_of_the_library(text: str):
    """The line by hand is the library's own function: the equation in the table computes the same."""
    (link,) = by_jax.links(text)
    x = np.array([-3.7, -0.4, 0.2, 0.9, 4.3])
    rows = np.stack([x, 0.3 * x[::-1], x - 1])  # several samples: some rows take means over them
    masks = {name: np.abs(rows) > 0.5 for name, _ in link.row.drawn}
    parameters = [np.full((2, 5), 0.3)] if text == "embedding" else [np.array(0.7), np.array(-0.2)]

    def values(hand: bool) -> np.ndarray:
        def one(row: Any, drawn: Any) -> Any:
            return by_jax.module(link, row, parameters[: len(link.parameters)], hand=hand, drawn=drawn)

        return computed(by_jax.jax.vmap(one, axis_name=by_jax.BATCH))(rows, masks)

    with by_jax.jax.enable_x64(True):
        assert relative(values(True), values(False)) <= 1e-14


FAR = np.array([-1e4, -750.0, -200.0, -30.0, -1e-8, 0.0, 1e-8, 30.0, 200.0, 750.0, 1e4])


@pytest.mark.parametrize("text", [t for t in MODULE_ROWS if not MODULES[t.partition("(")[0]].parameters])
def test_messages_are_finite_far_out_under_accuracy(text: str):
    """Forward, δ and a parameter message, however large the input: no infinity and no NaN."""
    network = dr.Network(f"scale(bias=False) -> {text} -> squared_error", shapes=f"x: {len(FAR)}")
    program = compile_network(network.inner, policy="accuracy")
    with np.errstate(all="ignore"):
        parameters = {"gamma": np.ones(len(FAR))}
        X = np.stack([FAR, FAR[::-1]])
        y = program.forward({**program.initialise(0), **parameters}, X)
        assert np.all(np.isfinite(y)), y
        _, gradients = program.gradients(parameters, program.draws(0).into(X, 1, 0), y - 1.0)
    assert np.all(np.isfinite(gradients["gamma"])), gradients["gamma"]


@pytest.mark.parametrize("name", [*MODULES, *LOSSES])
def test_a_row_names_its_source_and_what_others_call_it(name: str):
    row = (MODULES | LOSSES)[name]
    if row.group:
        assert row.source
        assert all(other.strip() == other and other for other in row.elsewhere)


def test_the_losses_of_the_shelf_fit_what_they_say_of_each_other():
    """δ of Huber with a large δ is that of the squared error; quantile ½ is half the absolute error."""
    for one, other, factor in (
        ("huber(delta=1000)", "squared_error", 1),
        ("quantile", "absolute_error", 0.5),
        ("focal(gamma=0)", "bce", 1),
        ("label_smoothing(epsilon=0)", "cross_entropy(normalised=False)", 1),
        ("smooth_l1(beta=0.25)", "huber(delta=0.25)", 4),
    ):
        network = dr.Network(around(one))
        values = values_for(network, 3, batch=False)
        second = by_jax.gradients(network.text.replace(one, other), values)["x"]
        data = json.loads(network.derive().to_json())
        assert relative(run_json(data, values)["delta_x"], factor * second) <= 1e-12, one


def test_an_option_out_of_range_says_what_is_right():
    with pytest.raises(DeltaruleError, match="relu or tanh"):
        dr.Network("highway(3, activation=step)")
