"""Derivations of networks made of every module and every loss: every step is proved, and every gradient is JAX's."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import deltarule as dr

from . import by_jax
from .jax_in_numpy import computed
from .pairwise import every_pair, every_triple
from .table_networks import HIDDEN, LOSS, NUMBERS, OUTPUTS, SIZES, draw, network_text, numbers, relative, run_json

TOLERANCE = 1e-12
"""Relative, in float64: the largest difference over the largest entry of the gradient."""

FACTORS: dict[str, list[Any]] = {
    "hidden": HIDDEN,
    "output": OUTPUTS,
    "loss": [*LOSS, None],
    "sizes": list(SIZES),
    "batch": [False, True],
    "sign": ["minimise", "maximise"],
    "policy": ["plain", "memory", "accuracy"],
    "view": ["applied", "jacobian"],
    "layout": ["denominator", "numerator"],
    "detail": ["matrix", "index", "component", "summary"],
    "bias": [True, False],
}
PAIRS = every_pair(FACTORS)
BLOCKS = 20


def name(case: dict[str, Any]) -> str:
    return "-".join(str(v) for v in case.values())


@lru_cache(maxsize=4096)
def network(case_key: tuple[Any, ...]) -> dr.Network:
    sizes, hidden, output, loss, bias = case_key
    return dr.Network(network_text(sizes, hidden, output, loss, bias))


def derived(case: dict[str, Any]) -> tuple[dr.Network, dr.Derivation]:
    subject = network((case["sizes"], case["hidden"], case["output"], case["loss"], case["bias"]))
    detail, sign = case["detail"], case["sign"]
    symbolic = case["batch"] or any(isinstance(s, str) for s in case["sizes"])
    if detail == "component" and symbolic:
        detail = "index"  # components are written out for sizes that are numbers
    if case["loss"] is None:
        sign = "minimise"
    return subject, subject.derive(
        detail=detail,
        view=case["view"],
        layout=case["layout"],
        sign=sign,
        policy=case["policy"],
        batch=case["batch"],
    )


def claims(counts: dict[str, int]) -> dict[str, int]:
    return {v: n for v, n in counts.items() if v not in {"definition", "none"}}


def expect_proved(derivation: dr.Derivation) -> None:
    failed = [
        (left, row) for _, left, row in derivation.inner.rows if row.judgement and row.judgement.verdict == "undecided"
    ]
    assert set(claims(derivation.counts)) == {"proved"}, failed
    report = derivation.check()
    assert report.all_proved, report.failed
    assert claims(report.counts)["proved"] >= claims(derivation.counts)["proved"]


def expect_the_gradients_of_jax(subject: dr.Network, derivation: dr.Derivation, seed: int = 0) -> float:
    inner = derivation.inner
    batch = inner.batch is not None
    values = draw(subject, seed, batch=batch)
    data = json.loads(dr.Derivation(inner.with_sections(())).to_json())  # the steps are not needed here
    if inner.view == "jacobian":
        text = subject.text
        if subject.inner.loss is not None:  # the output of the network, not its loss
            text = text.rpartition(" -> ")[0]
        free = {k: v for k, v in values.items() if k != subject.inner.target}
        expected = by_jax.jacobians(text, free, batch=batch)
        found = run_json(data, values)
        prefix = "J_"
    elif subject.inner.loss is None:
        output = subject.inner.output
        sizes = (NUMBERS["m"],) * batch + subject.inner.declarations[output].sizes
        delta = np.random.default_rng(seed + 1).normal(size=numbers(sizes))
        expected = by_jax.pulled_back(subject.text, values, delta, batch=batch)
        found = run_json(data, values, {f"delta_{output}": delta})
        prefix = "delta_"
    else:
        expected = by_jax.gradients(subject.text, values, batch=batch)
        found = run_json(data, values)
        prefix = "delta_"
        if inner.sign == "maximise":
            expected = {k: -g for k, g in expected.items()}
    worst = 0.0
    for parameter in subject.parameters:
        worst = max(worst, relative(found[f"grad_{parameter}"], expected[parameter]))
    worst = max(worst, relative(found[f"{prefix}x"], expected["x"]))
    assert worst <= TOLERANCE
    return worst


# Every step, every gradient ---------------------------------------------------------------------------------------


def test_every_pair_of_choices_is_among_the_cases():
    for (a, first), (b, second) in combinations(FACTORS.items(), 2):
        assert len({(str(case[a]), str(case[b])) for case in PAIRS}) == len(first) * len(second)


@pytest.mark.parametrize("case", PAIRS, ids=name)
def test_every_step_is_proved_and_every_gradient_is_that_of_jax(case: dict[str, Any]):
    subject, derivation = derived(case)
    expect_proved(derivation)
    expect_the_gradients_of_jax(subject, derivation)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_three_choices_are_proved_and_their_gradients_are_those_of_jax(block: int):
    """The whole product would be 2.7 million derivations. A rule sees a module, what follows it and one option:
    a thousand derivations hold every three; each is compared with JAX."""
    for case in every_triple(FACTORS)[block::BLOCKS]:
        subject, derivation = derived(case)
        expect_proved(derivation)
        expect_the_gradients_of_jax(subject, derivation, seed=block)


@pytest.mark.parametrize("loss", [v for v in LOSS if "(" not in v])
def test_a_loss_written_out_term_by_term_is_its_definition(loss: str):
    for sign, policy in (("minimise", "plain"), ("maximise", "plain"), ("maximise", "accuracy")):
        for output in ("softplus", "softmax"):
            network = dr.Network(f"linear(2, 2) -> {output} -> {loss}")
            assert network.derive(sign=sign, policy=policy, detail="component").check().all_proved


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_gradients_are_those_of_jax_at_random_numbers(seed: int):
    for case in PAIRS:
        expect_the_gradients_of_jax(*derived(case), seed=seed)


# The oracle itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*HIDDEN, *LOSS])
def test_the_forward_pass_by_hand_is_the_equation_of_the_table(text: str):
    """Where both are there, the line of JAX written by hand and the equation in the table are one function."""
    (link,) = by_jax.links(text)
    x, y = (np.array(v) for v in ([0.3, 0.2, 0.4], [0.25, 0.6, 0.15]))
    with by_jax.jax.enable_x64(True):
        rest = [y] if link.row.loss else []
        hand, read = (np.asarray(by_jax.module(link, x, rest, hand=by_hand)) for by_hand in (True, False))
    assert link.name in by_jax.BY_HAND
    assert relative(hand, read) <= 1e-14


# Networks as equations, which are graphs --------------------------------------------------------------------------


def _gated(h: Any, v: Any) -> Any:
    return by_jax.jnp.sum((by_jax.jax.nn.sigmoid(v["V"] @ h) * h - v["y"]) ** 2)


GRAPHS = {
    "a value used twice": (
        "h = tanh(W @ x); a = V @ h; g = sigmoid(a); z = g * h; L = sum((z - y)**2)",
        "W: 3 2, x: 2, V: 3 3, y: 3",
        lambda v: by_jax.jnp.sum(
            (
                by_jax.jax.nn.sigmoid(v["V"] @ by_jax.jnp.tanh(v["W"] @ v["x"])) * by_jax.jnp.tanh(v["W"] @ v["x"])
                - v["y"]
            )
            ** 2
        ),
    ),
    "one matrix in two layers": (
        "h = tanh(W @ x); z = W @ h; L = sum((z - y)**2) / 2",
        "W: 3 3, x: 3, y: 3",
        lambda v: by_jax.jnp.sum((v["W"] @ by_jax.jnp.tanh(v["W"] @ v["x"]) - v["y"]) ** 2) / 2,
    ),
    "a skip connection": (
        "a = W @ x + b; h = relu(a) + x; y_hat = softmax(V @ h); L = -sum(y * log(y_hat))",
        "W: 3 3, x: 3, b: 3, V: 4 3, y: 4",
        lambda v: (
            -by_jax.jnp.sum(
                v["y"] * by_jax.jax.nn.log_softmax(v["V"] @ (by_jax.jnp.maximum(0, v["W"] @ v["x"] + v["b"]) + v["x"]))
            )
        ),
    ),
    "a quadratic form": (
        "q = x @ A @ x; L = log(1 + q**2)",
        "x: 3, A: 3 3",
        lambda v: by_jax.jnp.log(1 + (v["x"] @ v["A"] @ v["x"]) ** 2),
    ),
}


@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("title", GRAPHS)
def test_a_network_is_a_graph(title: str, policy: str):
    text, shapes, forward = GRAPHS[title]
    network = dr.Network(text, shapes=shapes)
    derivation = network.derive(policy=policy)
    expect_proved(derivation)
    random = np.random.default_rng(1)
    declarations = network.inner.declarations
    values = {
        n: random.normal(size=numbers(d.sizes))
        for n, d in declarations.items()
        if d.role in {"parameter", "input", "target"}
    }
    with by_jax.jax.enable_x64(True):
        expected = computed(by_jax.jax.grad(forward))(values)
    found = run_json(json.loads(derivation.to_json()), values)
    for name in network.parameters:
        assert relative(found[f"grad_{name}"], expected[name]) <= TOLERANCE
    assert relative(found["delta_x"], expected["x"]) <= TOLERANCE


# Far from zero ----------------------------------------------------------------------------------------------------


def logits(text: str, policy: str, z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """δ_z at the logits z, from the JSON and from JAX's form of the pair from logits."""
    size = len(z)
    network = dr.Network(f"linear({size}, {size}, bias=False) -> {text}")
    values = {"x": z, "W": np.eye(size), "y": y}
    found = run_json(json.loads(network.derive(policy=policy).to_json()), values)
    expected = by_jax.gradients(network.text, values, fused=True)
    return found["delta_x"], expected["x"]


@pytest.mark.parametrize("y", [0.0, 1.0, 0.3])
def test_bce_over_a_sigmoid_is_finite_far_out_under_accuracy(y: float):
    z = np.array([-200.0, -50.0, -15.0, -1e-9, 0.0, 2.0, 37.0, 200.0])
    found, expected = logits("sigmoid -> bce", "accuracy", z, np.full(len(z), y))
    assert np.all(np.isfinite(found))
    assert relative(found, expected) <= TOLERANCE


def test_cross_entropy_over_a_softmax_is_finite_far_out_under_accuracy():
    z = np.array([-200.0, 200.0, 199.0, 0.0])
    for y in (np.eye(4)[0], np.eye(4)[2], np.array([0.1, 0.2, 0.3, 0.4])):
        found, expected = logits("softmax -> cross_entropy", "accuracy", z, y)
        assert np.all(np.isfinite(found))
        assert relative(found, expected) <= TOLERANCE


@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("text", ["sigmoid -> bce", "softmax -> cross_entropy"])
def test_logits_up_to_fifteen_do_no_harm_under_any_policy(text: str, policy: str):
    random = np.random.default_rng(2)
    for _ in range(5):
        z = random.uniform(-15, 15, size=4)
        y = random.dirichlet(np.ones(4))
        found, expected = logits(text, policy, z, y)
        assert np.max(np.abs(found - expected)) <= TOLERANCE  # against ŷ and y, which are at most 1


@pytest.mark.parametrize("text", ["sigmoid -> bce", "softmax -> cross_entropy"])
def test_the_gradient_by_the_logits_is_prediction_minus_target(text: str):
    """ŷ - y: from the definitions alone, whatever the words in which the loss and its output module are written."""
    delta = dr.Network(f"linear(n, k) -> {text}").derive(wrt=["b"]).messages[text.split(" ->", maxsplit=1)[0]].backward
    assert delta is not None
    assert delta.numpy == "y_hat - y"


def test_maximising_negates_every_gradient():
    text = "linear(3, 2) -> tanh -> linear(2, 1) -> sigmoid -> bce"
    network = dr.Network(text)
    values = draw(network, 5, batch=False)
    down, up = (run_json(json.loads(network.derive(sign=sign).to_json()), values) for sign in ("minimise", "maximise"))
    for name in network.parameters:
        assert np.array_equal(down[f"grad_{name}"], -up[f"grad_{name}"])
    assert down["L"] == -up["L"]
    updates = [c for s in network.derive(sign="maximise").inner.sections if s.title == "Updates" for c in s.chains]
    assert {c.rows[0].rule for c in updates} == {"gradient ascent"}


# PyTorch ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSS)
def test_gradients_are_those_of_pytorch(loss: str):
    torch = pytest.importorskip("torch")
    name = by_jax.links(loss)[0].name
    output = {"bce": "sigmoid", "cross_entropy": "softmax", "nll": "log_softmax"}.get(name, "identity")
    network = dr.Network(f"linear(3, 4) -> tanh -> linear(4, 3) -> {output} -> {loss}")
    values = draw(network, 7, batch=True)
    data = json.loads(network.derive(batch=True).to_json())
    found = run_json(data, values)
    tensors = {k: torch.tensor(v, dtype=torch.float64, requires_grad=k != "y") for k, v in values.items()}
    names = [n for n in values if n not in {"x", "y"}]
    functional = torch.nn.functional
    hidden = torch.tanh(functional.linear(tensors["x"], tensors[names[0]], tensors[names[1]]))
    z = functional.linear(hidden, tensors[names[2]], tensors[names[3]])
    y = tensors["y"]
    options = by_jax.links(loss)[0].options
    reduction = torch.mean if options.get("reduction") == "mean" else torch.sum
    each = {
        "bce": lambda: functional.binary_cross_entropy(torch.sigmoid(z), y, reduction="none"),
        "bce_with_logits": lambda: functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
        "cross_entropy": lambda: -y * torch.log_softmax(z, 1),
        "nll": lambda: -y * torch.log_softmax(z, 1),
        "squared_error": lambda: (0.5 if options.get("half", True) else 1.0) * (z - y) ** 2,
    }[name]()
    reduction(each, dim=1).mean().backward()
    for parameter in (*names, "x"):
        key = "delta_x" if parameter == "x" else f"grad_{parameter}"
        assert relative(found[key], tensors[parameter].grad.numpy()) <= TOLERANCE


def test_what_is_written_does_not_depend_on_what_was_derived_before():
    text = "linear(2, 3) -> softmax -> linear(3, 2) -> tanh -> squared_error"
    written = {
        dr.Network(text).derive(view=view, detail="index", batch=True).write("text") for view in ["jacobian"] * 5
    }
    assert len(written) == 1
