"""Convolution, pooling, reshape, concatenation: derived, proved, run, compared with JAX's own operations."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import deltarule as dr
from deltarule.language.errors import DeltaruleError, ShapeError
from deltarule.network.modules import MODULES
from deltarule.network.network import Network
from deltarule.program import compile_network

from ..jax_in_numpy import computed
from ..table_networks import relative, run_json

TOLERANCE = 1e-12
NAMES = {1: ("NCH", "OIH", "NCH"), 2: ("NCHW", "OIHW", "NCHW")}


Each = int | tuple[int, int]
"""A number for all axes, or one for each."""


def each(value: Each, s: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * s


def convolved(
    x: Any, W: Any, b: Any = 0.0, *, stride: Each = 1, padding: Each = 0, dilation: Each = 1, groups: int = 1
):
    """`lax.conv_general_dilated` of one sample, its axes of size 1 put back."""
    s = W.ndim - 2
    y = lax.conv_general_dilated(
        x[None],
        W,
        each(stride, s),
        [(p, p) for p in each(padding, s)],
        rhs_dilation=each(dilation, s),
        dimension_numbers=NAMES[s],
        feature_group_count=groups,
    )[0]
    return y + jnp.reshape(b, (-1,) + (1,) * s)


def pooled(x: Any, k: Each, stride: Each, s: int, largest: bool, padding: Each = 0) -> Any:
    """`lax.reduce_window` over the last axes."""
    ones = (1,) * (x.ndim - s)
    size, step = ones + each(k, s), ones + each(stride, s)
    pads = [(0, 0)] * len(ones) + [(p, p) for p in each(padding, s)]
    if largest:
        return lax.reduce_window(x, -jnp.inf, lax.max, size, step, pads)
    return lax.reduce_window(x, 0.0, lax.add, size, step, pads) / math.prod(each(k, s))


def W4(v: Any, *shape: int) -> Any:
    return jnp.reshape(v["W"], shape)


CASES: dict[str, tuple[str, str, Callable[[dict[str, Any]], Any]]] = {
    # name: the modules, the shape of x, the same by JAX
    "conv1d": ("conv1d(2, 3, 2)", "2 5", lambda v: convolved(v["x"], v["W"], v["b"])),
    "conv1d, stride, padding": (
        "conv1d(2, 3, 3, stride=2, padding=1)",
        "2 7",
        lambda v: convolved(v["x"], v["W"], v["b"], stride=2, padding=1),
    ),
    "conv1d, dilation, one channel": (
        "conv1d(1, 2, 3, dilation=2, padding=2, bias=False)",
        "7",
        lambda v: convolved(v["x"][None], W4(v, 2, 1, 3), dilation=2, padding=2),
    ),
    "conv1d to one channel": (
        "conv1d(3, 1, 2)",
        "3 4",
        lambda v: convolved(v["x"], W4(v, 1, 3, 2), v["b"])[0],
    ),
    "conv2d": ("conv2d(2, 3, 2)", "2 4 5", lambda v: convolved(v["x"], v["W"], v["b"])),
    "conv2d, stride, padding": (
        "conv2d(2, 3, 3, stride=2, padding=1)",
        "2 6 5",
        lambda v: convolved(v["x"], v["W"], v["b"], stride=2, padding=1),
    ),
    "conv2d, a stride that leaves a rest": (
        "conv2d(1, 2, 2, stride=3)",
        "6 7",
        lambda v: convolved(v["x"][None], W4(v, 2, 1, 2, 2), v["b"], stride=3),
    ),
    "conv2d, dilation": (
        "conv2d(1, 2, 2, dilation=3, padding=2, stride=2)",
        "5 6",
        lambda v: convolved(v["x"][None], W4(v, 2, 1, 2, 2), v["b"], dilation=3, padding=2, stride=2),
    ),
    "conv2d, a rectangular kernel": (
        "conv2d(2, 3, (1, 3), stride=(2, 1), padding=(0, 2), dilation=(1, 2))",
        "2 3 4",
        lambda v: convolved(v["x"], W4(v, 3, 2, 1, 3), v["b"], stride=(2, 1), padding=(0, 2), dilation=(1, 2)),
    ),
    "conv2d of a window of one": (
        "conv2d(2, 3, 1)",
        "2 3 4",
        lambda v: convolved(v["x"], W4(v, 3, 2, 1, 1), v["b"]),
    ),
    "conv2d over the whole": (
        "conv2d(2, 3, 3)",
        "2 3 3",
        lambda v: convolved(v["x"], v["W"], v["b"])[:, 0, 0],
    ),
    "depthwise_conv1d": (
        "depthwise_conv1d(3, 2)",
        "3 5",
        lambda v: convolved(v["x"], W4(v, 3, 1, 2), v["b"], groups=3),
    ),
    "depthwise_conv2d": (
        "depthwise_conv2d(2, 3, stride=2, padding=1)",
        "2 5 4",
        lambda v: convolved(v["x"], W4(v, 2, 1, 3, 3), v["b"], groups=2, stride=2, padding=1),
    ),
    "max_pool1d": ("max_pool1d(2)", "2 7", lambda v: pooled(v["x"], 2, 2, 1, True)),
    "max_pool1d, windows that overlap": (
        "max_pool1d(3, stride=2)",
        "2 8",
        lambda v: pooled(v["x"], 3, 2, 1, True),
    ),
    "max_pool2d": ("max_pool2d(2)", "2 4 6", lambda v: pooled(v["x"], 2, 2, 2, True)),
    "max_pool2d, windows that overlap": (
        "max_pool2d(3, stride=1)",
        "2 4 5",
        lambda v: pooled(v["x"], 3, 1, 2, True),
    ),
    "avg_pool1d": ("avg_pool1d(2)", "3 7", lambda v: pooled(v["x"], 2, 2, 1, False)),
    "avg_pool2d": ("avg_pool2d(2)", "2 4 5", lambda v: pooled(v["x"], 2, 2, 2, False)),
    "max_pool2d, rectangular": (
        "max_pool2d((1, 3), stride=(2, 1))",
        "2 3 4",
        lambda v: pooled(v["x"], (1, 3), (2, 1), 2, True),
    ),
    "avg_pool2d, rectangular": (
        "avg_pool2d((3, 2), padding=(1, 0))",
        "2 4 4",
        lambda v: pooled(v["x"], (3, 2), (3, 2), 2, False, (1, 0)),
    ),
    "avg_pool2d, stride, padding": (
        "avg_pool2d(3, stride=2, padding=1)",
        "2 5 5",
        lambda v: pooled(v["x"], 3, 2, 2, False, 1),
    ),
    "global_avg_pool": ("global_avg_pool", "3 2 4", lambda v: v["x"].mean((1, 2))),
    "global_max_pool": ("global_max_pool", "3 2 4", lambda v: v["x"].max((1, 2))),
    "flatten": ("tanh -> flatten", "2 3 4", lambda v: jnp.tanh(v["x"]).reshape(-1)),
    "reshape": ("tanh -> reshape(3, 2, 4)", "24", lambda v: jnp.tanh(v["x"]).reshape(3, 2, 4)),
    "reshape of a matrix": ("tanh -> reshape(4, 3)", "2 6", lambda v: jnp.tanh(v["x"]).reshape(4, 3)),
    "a network": (
        "conv2d(1, 3, 3, padding=1) -> relu -> max_pool2d(2) -> flatten",
        "4 6",
        lambda v: pooled(
            jax.nn.relu(convolved(v["x"][None], W4(v, 3, 1, 3, 3), v["b"], padding=1)), 2, 2, 2, True
        ).reshape(-1),
    ),
    "two convolutions": (
        "conv1d(2, 3, 3, padding=1) -> tanh -> conv1d(3, 2, 2, stride=2)",
        "2 6",
        lambda v: convolved(jnp.tanh(convolved(v["x"], v["W_1"], v["b_1"], padding=1)), v["W_2"], v["b_2"], stride=2),
    ),
}


def values_for(network: Network, rows: int | None, seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    front = {"input": (rows,), "target": (rows,), "parameter": ()} if rows else {}
    return {
        n: random.normal(size=(*front.get(d.role, ()), *map(int, d.sizes)))
        for n, d in network.declarations.items()
        if d.role in ("input", "parameter", "target")
    }


def by_jax(function: Callable[[dict[str, Any]], Any], values: dict[str, np.ndarray], rows: bool):
    def loss(v: dict[str, Any]) -> Any:
        return jnp.sum((function(v) - v["y"]) ** 2) / 2

    axes = ({n: 0 if n in ("x", "y") else None for n in values},)
    whole = (lambda v: jnp.mean(jax.vmap(loss, in_axes=axes)(v))) if rows else loss
    with jax.enable_x64(True):
        given = {n: jnp.asarray(v, jnp.float64) for n, v in values.items()}
        value, found = computed(jax.value_and_grad(whole))(given)
        return float(value), found


def test_every_row_of_the_tables_is_among_the_cases():
    chains = " -> ".join(chain for chain, _, _ in CASES.values())
    rows = [name for name, row in MODULES.items() if row.group in {"convolution", "shape"}]
    assert len(rows) >= 12
    assert all(re.search(rf"\b{name}\b", chains) for name in rows), rows


@pytest.mark.parametrize("name", CASES)
def test_messages_are_proved_and_those_of_jax(name: str):
    chain, shape, function = CASES[name]
    network = dr.Network(f"{chain} -> squared_error", shapes=f"x: {shape}")
    derivation = network.derive()
    assert not set(derivation.counts) - {"proved", "definition", "none"}, derivation.counts
    assert derivation.counts["proved"] > 0
    values = values_for(network.inner, None)
    found = run_json(json.loads(dr.Derivation(derivation.inner.with_sections(())).to_json()), values)
    _, expected = by_jax(function, values, rows=False)
    assert relative(found["delta_x"], expected["x"]) <= TOLERANCE
    for p in network.parameters:
        assert relative(found[f"grad_{p}"], expected[p]) <= TOLERANCE, p


NATIVE = (
    *("a network", "flatten", "conv2d, stride, padding", "two convolutions", "max_pool1d, windows that overlap"),
    *("conv2d, a rectangular kernel", "avg_pool2d, stride, padding"),
)
ENGINES = [(name, "numpy") for name in CASES] + [(name, "native") for name in NATIVE]


@pytest.mark.parametrize(("name", "engine"), ENGINES)
def test_a_batch_on_an_engine_is_that_of_jax(name: str, engine: str):
    chain, shape, function = CASES[name]
    network = dr.Network(f"{chain} -> squared_error", shapes=f"x: {shape}").inner
    values = values_for(network, 4)
    loss, expected = by_jax(function, values, rows=True)
    program = compile_network(network, engine=engine)
    assert program.engine == engine
    parameters = {p: values[p] for p in network.parameters}
    if parameters:
        found, gradients = program.gradients(parameters, values["x"], values["y"])
    else:
        found, gradients = loss, {}
    assert abs(found - loss) <= TOLERANCE * max(1, abs(loss))
    for p in network.parameters:
        assert relative(gradients[p], expected[p]) <= TOLERANCE, p
    forward = np.stack([function({**values, "x": jnp.asarray(x)}) for x in values["x"]])
    assert relative(program.forward(parameters, values["x"]), forward) <= 1e-5  # JAX in float32
    assert program.engine == engine


LARGE = "conv2d(1, 8, 3) -> relu -> max_pool2d(2) -> conv2d(8, {c}, 3, padding=1, stride={s}) -> flatten"


@pytest.mark.parametrize(
    ("channels", "stride", "batch"),
    [(8, 2, 4), (8, 2, 1), pytest.param(96, 1, 4, marks=pytest.mark.slow)],
    ids=["batches", "one sample at a time", "products by the BLAS"],
)
def test_images_of_28_by_28_train_alike_on_both_engines(channels: int, stride: int, batch: int):
    """The last batch is shorter."""
    random = np.random.default_rng(5)
    rows = 3 if batch == 1 else 9
    X, y = random.normal(size=(rows, 28 * 28)), np.arange(rows) % 3
    units = channels * (-(-13 // stride)) ** 2
    chain = f"reshape(28, 28) -> {LARGE.format(c=channels, s=stride)} -> linear({units}, 3) -> softmax -> cross_entropy"
    scores = []
    for engine in ("numpy", "native"):
        model = dr.Classifier(chain, epochs=2, batch_size=batch, learning_rate=0.001, engine=engine).fit(X, y)
        assert model.engine_ == engine
        scores.append(model.predict_proba(X))
    assert relative(scores[1], scores[0]) <= 1e-9


def test_concatenation_in_a_graph():
    text = "h = concat(tanh(A @ x), x); y_hat = w @ h; L = squared_error(y_hat, y)"
    network = dr.Network(text, shapes="x: 3, A: 2 3, w: 5", roles={"A": "parameter", "w": "parameter"})
    assert network.derive().check().all_proved
    values = values_for(network.inner, 4)

    def function(v: dict[str, Any]) -> Any:
        return v["w"] @ jnp.concatenate([jnp.tanh(v["A"] @ v["x"]), v["x"]])

    loss, expected = by_jax(function, values, rows=True)
    for engine in ("numpy", "native"):
        found, gradients = compile_network(network.inner, engine=engine).gradients(
            {p: values[p] for p in network.parameters}, values["x"], values["y"]
        )
        assert abs(found - loss) <= TOLERANCE
        assert all(relative(gradients[p], expected[p]) <= TOLERANCE for p in gradients)


def test_ties_of_a_maximum_have_equal_shares():
    program = compile_network(dr.Network("scale(bias=False) -> max_pool1d(2) -> squared_error", shapes="x: 4").inner)
    _, gradients = program.gradients({"gamma": np.ones(4)}, np.array([[2.0, 2.0, 1.0, 3.0]]), np.zeros((1, 2)))
    np.testing.assert_array_equal(gradients["gamma"], [2.0, 2.0, 0.0, 9.0])


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("conv2d(1, 2, 5)", "4 4", r"a window of 5 entries does not fit into the 4 .*\n?.*"),
        ("conv2d(3, 2, 2)", "2 4 4", r"takes axes \[3, 4, 4\]|takes axes"),
        ("conv2d(1, 2, 2, padding=-1)", "4 4", "padding"),
        ("conv1d(1, 2, 2, stride=0)", "4", "stride"),
        ("reshape(2, 3)", "5", "keeps the number of entries"),
        ("conv2d(1, 2, 2)", "h w", "needs a number for the size `h`"),
        ("max_pool2d(2)", "4", "last 2 axes"),
    ],
)
def test_sizes_that_do_not_fit_are_told(text: str, shape: str, message: str):
    with pytest.raises(DeltaruleError, match=message):
        dr.Network(f"{text} -> squared_error", shapes=f"x: {shape}")


def test_concatenation_of_what_does_not_fit_is_told():
    with pytest.raises(ShapeError, match="needs the other axes alike"):
        dr.Network("y = concat(a, b)", shapes="a: 2 3, b: 2 4")
