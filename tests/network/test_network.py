"""A network is what its text says: the values of its forward pass are those of the formulas written by hand."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError, NotationError, ShapeError
from deltarule.language.expression import Axis, Symbol
from deltarule.network import LOSSES, MODULES, Network

from ..index_loops import evaluate

SIZES = {"n": 3, "h": 4, "k": 2, "m": 5}


def values_of(network: Network, seed: int = 0) -> dict[str, np.ndarray]:
    """Random inputs and parameters, positive targets that sum to 1, then the forward pass by loops."""
    random = np.random.default_rng(seed)
    values: dict[str, np.ndarray] = {}
    for name, declaration in network.declarations.items():
        shape = [s if isinstance(s, int) else SIZES[s] for s in declaration.sizes]
        if declaration.role == "target":
            raw = random.uniform(0.1, 0.9, size=shape)
            values[name] = raw / raw.sum(axis=-1, keepdims=True) if declaration.sizes else raw
        elif declaration.role in {"input", "parameter"}:
            values[name] = random.normal(size=shape)
    extra = [network.prediction_equation] if network.prediction_equation else []
    for e in (*network.equations, *extra):
        values[e.name] = evaluate(e.right, e.axes, values, SIZES)
    return values


def sigmoid(s: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-s))


def relu(s: np.ndarray) -> np.ndarray:
    return np.maximum(s, 0)


def leaky(s: np.ndarray, slope: float) -> np.ndarray:
    return np.where(s > 0, s, slope * s)


def softmax(s: np.ndarray) -> np.ndarray:
    return np.exp(s) / np.exp(s).sum()


def bce(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


Values = Mapping[str, np.ndarray]
Formula = Callable[[Values], np.ndarray | np.floating[Any]]

CHAINS: list[tuple[str, str, Formula]] = [
    (
        "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce",
        "L",
        lambda v: bce(v["y"], sigmoid(v["w_2"] @ relu(v["W_1"] @ v["x"] + v["b_1"]) + v["b_2"])),
    ),
    ("linear(n, 1, bias=False) -> sigmoid -> bce", "L", lambda v: bce(v["y"], sigmoid(v["w"] @ v["x"]))),
    (
        "linear(n, h) -> tanh -> linear(h, k) -> softmax -> cross_entropy",
        "L",
        lambda v: -np.sum(v["y"] * np.log(softmax(v["W_2"] @ np.tanh(v["W_1"] @ v["x"] + v["b_1"]) + v["b_2"]))),
    ),
    ("linear(n, 1) -> sigmoid", "y", lambda v: sigmoid(v["w"] @ v["x"] + v["b"])),
    ("linear(n, h) -> sigmoid", "y", lambda v: sigmoid(v["W"] @ v["x"] + v["b"])),
    ("linear(1, h) -> identity", "y", lambda v: v["w"] * v["x"] + v["b"]),
    ("linear(1, 1)", "y", lambda v: v["w"] * v["x"] + v["b"]),
    (
        "linear(1, h) -> leaky_relu(slope=0.2) -> linear(h, 1)",
        "y",
        lambda v: v["w_2"] @ leaky(v["w_1"] * v["x"] + v["b_1"], 0.2) + v["b_2"],
    ),
    (
        "linear(n, 1) -> bce_with_logits",
        "L",
        lambda v: bce(v["y"], sigmoid(v["w"] @ v["x"] + v["b"])),
    ),
    (
        "linear(n, k) -> bce_with_logits(reduction=mean)",
        "L",
        lambda v: bce(v["y"], sigmoid(v["W"] @ v["x"] + v["b"])) / 2,
    ),
    (
        "linear(n, k) -> log_softmax -> nll",
        "L",
        lambda v: -np.sum(v["y"] * np.log(softmax(v["W"] @ v["x"] + v["b"]))),
    ),
    ("linear(n, k) -> squared_error", "L", lambda v: 0.5 * np.sum((v["W"] @ v["x"] + v["b"] - v["y"]) ** 2)),
    (
        "linear(n, k) -> squared_error(half=False, reduction='mean')",
        "L",
        lambda v: np.mean((v["W"] @ v["x"] + v["b"] - v["y"]) ** 2),
    ),
    ("linear(n, 1) -> softplus", "y", lambda v: np.log1p(np.exp(v["w"] @ v["x"] + v["b"]))),
]


@pytest.mark.parametrize(("text", "name", "formula"), CHAINS, ids=[text for text, _, _ in CHAINS])
def test_a_chain_computes_the_formula_written_by_hand(text: str, name: str, formula: Formula):
    values = values_of(Network.parse(text))
    np.testing.assert_allclose(values[name], formula(values), rtol=1e-12)


def test_equations_compute_the_formula_written_by_hand():
    network = Network.parse("s = w @ x + b; y = sigmoid(s); L = -(t*log(y) + (1-t)*log(1-y))", "w: n, x: n")
    values = values_of(network)
    np.testing.assert_allclose(values["L"], bce(values["t"], sigmoid(values["w"] @ values["x"] + values["b"])))


# Names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lefts", "parameters"),
    [
        ("linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce", "a_1 h_1 z y_hat L", "W_1 b_1 w_2 b_2"),
        ("linear(n, h) -> tanh -> linear(h, k) -> softmax -> cross_entropy", "a_1 h_1 z y_hat L", "W_1 b_1 W_2 b_2"),
        ("linear(n, 1, bias=False) -> sigmoid -> bce", "z y_hat L", "w"),
        ("linear(n, 1) -> sigmoid", "a_1 y", "w b"),
        ("linear(n, m) -> sigmoid", "a_1 y", "W b"),
        ("linear(n, m)", "y", "W b"),
        ("linear(n, 1) -> bce", "y_hat L", "w b"),
        ("linear(n, 1) -> squared_error", "y_hat L", "w b"),
        ("linear(n, h) -> sigmoid -> linear(h, k) -> squared_error", "a_1 h_1 y_hat L", "W_1 b_1 W_2 b_2"),
        ("linear(n, 1) -> bce_with_logits", "z L", "w b"),
        ("linear(n, k) -> log_softmax -> nll", "z l_hat L", "W b"),
        ("linear(n, h) -> linear(h, h) -> linear(h, k)", "a_1 a_2 y", "W_1 b_1 W_2 b_2 W_3 b_3"),
        ("sigmoid", "y", ""),
        ("sigmoid -> sigmoid", "h_1 y", ""),
    ],
)
def test_names_are_those_of_textbooks(text: str, lefts: str, parameters: str):
    network = Network.parse(text)
    assert [e.name for e in network.equations] == lefts.split()
    assert list(network.parameters) == parameters.split()


def test_roles_inputs_and_outputs_of_a_chain_with_a_loss():
    network = Network.parse("linear(n, h) -> relu -> linear(h, 1) -> sigmoid -> bce")
    assert (network.input, network.target, network.prediction) == ("x", "y", "y_hat")
    assert (network.output, network.loss) == ("L", "L")
    assert network.sizes == ("n", "h")
    assert {name: d.role for name, d in network.declarations.items()} == {
        "x": "input",
        "W_1": "parameter",
        "b_1": "parameter",
        "a_1": "activity",
        "h_1": "activity",
        "w_2": "parameter",
        "b_2": "parameter",
        "z": "activity",
        "y_hat": "activity",
        "y": "target",
        "L": "loss",
    }
    assert network.declarations["W_1"].sizes == ("h", "n")
    assert network.declarations["w_2"].sizes == ("h",)
    assert network.declarations["b_2"].sizes == ()
    assert network.declarations["y_hat"].latex == r"\hat{y}"


def test_without_a_loss_the_output_is_y_and_there_is_no_target():
    network = Network.parse("linear(n, 1) -> sigmoid")
    assert (network.output, network.prediction, network.target, network.loss) == ("y", "y", None, None)


def test_each_equation_belongs_to_its_module():
    network = Network.parse("linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce")
    assert [m.name for m in network.modules] == ["linear_1", "relu", "linear_2", "sigmoid", "bce"]
    assert [e.module for e in network.equations] == [m.name for m in network.modules]
    first, last = network.modules[0], network.modules[-1]
    assert (first.inputs, first.output, first.parameters) == (("x",), "a_1", ("W_1", "b_1"))
    assert (last.inputs, last.output, last.parameters) == (("y_hat", "y"), "L", ())


def test_a_single_module_of_a_kind_answers_to_both_names():
    network = Network.parse("linear(2, 1) -> sigmoid")
    assert network.module("linear") is network.module("linear_1")
    with pytest.raises(DeltaruleError, match="did you mean linear"):
        network.module("linaer")


def test_the_axes_of_equations_avoid_the_sizes_and_the_values():
    network = Network.parse("linear(i, j) -> relu -> linear(j, k) -> softmax -> cross_entropy")
    letters = {axis.name for e in network.equations for axis in e.axes}
    assert letters.isdisjoint({"i", "j", "k", *network.declarations})


@pytest.mark.parametrize(
    "text",
    [
        "linear(2, 2)->relu ->\n linear(2,1)  -> sigmoid -> bce # 2-2-1",
        "linear(n, m, bias=True)",
        "linear(n, m, bias=False) -> leaky_relu(slope=1e-2) -> squared_error(half=True)",
        "linear(n, m) -> leaky_relu(slope=0.3) -> squared_error(reduction=mean, half=False)",
        "bce",
    ],
)
def test_the_canonical_text_reads_as_the_same_network(text: str):
    network = Network.parse(text)
    again = Network.parse(network.text, network.shapes)
    assert again == network
    assert "\n" not in network.text


def test_the_shapes_of_a_chain_give_its_input():
    assert Network.parse("sigmoid", "x:").declarations["y"].sizes == ()
    assert Network.parse("softmax", "x: 3").declarations["y"].sizes == (3,)
    assert Network.parse("sigmoid -> linear(4, 2)").declarations["x"].sizes == (4,)


# Every row of the tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*MODULES, *LOSSES])
def test_the_name_of_a_row_alone_is_a_network_of_one_module(name: str):
    call, given = (MODULES | LOSSES)[name].example
    network = Network.parse(call or name, f"x: {given}" if given else None)
    sizes = {**SIZES, "t": 2, "d": 3}
    assert [m.kind for m in network.modules] == [name]
    network = network.with_batch() if network.needs_batch else network
    random = np.random.default_rng(1)
    values = {
        name: random.uniform(0.1, 0.9, size=[s if isinstance(s, int) else sizes[s] for s in d.sizes])
        for name, d in network.declarations.items()
    }
    for e in network.equations:
        assert np.isfinite(evaluate(e.right, e.axes, values, sizes)).all()


@pytest.mark.parametrize("name", [*MODULES, *LOSSES])
def test_a_row_has_an_equation_and_no_backward_code(name: str):
    row = (MODULES | LOSSES)[name]
    assert row.name == name
    assert "=" in row.text()
    assert not any("backward" in field or "gradient" in field for field in row.__dataclass_fields__)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_states_that_a_batch_takes_the_mean(name: str):
    assert any("mean" in sentence for sentence in LOSSES[name].stated())


def test_the_conventions_of_the_options_chosen_are_stated():
    assert "with the factor ½" in Network.parse("linear(n, 1) -> squared_error").conventions
    assert "without the factor ½" in Network.parse("linear(n, 1) -> squared_error(half=False)").conventions
    assert "averaged over the units" in Network.parse("linear(n, k) -> sigmoid -> bce(reduction=mean)").conventions


def test_bce_with_logits_equals_bce_of_the_sigmoid():
    ours = values_of(Network.parse("linear(n, k) -> bce_with_logits"))
    theirs = values_of(Network.parse("linear(n, k) -> sigmoid -> bce"))
    np.testing.assert_allclose(ours["L"], theirs["L"], rtol=1e-12)
    np.testing.assert_allclose(ours["y_hat"], theirs["y_hat"], rtol=1e-12)


def test_nll_of_the_log_softmax_equals_cross_entropy_of_the_softmax():
    ours = values_of(Network.parse("linear(n, k) -> log_softmax -> nll"))
    theirs = values_of(Network.parse("linear(n, k) -> softmax -> cross_entropy"))
    np.testing.assert_allclose(ours["L"], theirs["L"], rtol=1e-12)
    np.testing.assert_allclose(ours["y_hat"], theirs["y_hat"], rtol=1e-12)


# Assumptions ---------------------------------------------------------------------------------------------------


def kinds(network: Network) -> list[str]:
    return [a.kind for a in network.assumptions]


def test_cross_entropy_assumes_that_the_target_sums_to_one():
    network = Network.parse("linear(n, k) -> softmax -> cross_entropy")
    assumption = next(a for a in network.assumptions if a.kind == "equal")
    assert assumption.left is not None and assumption.left.axes == ()
    assert assumption.used_by == ("cross_entropy",)
    unnormalised = Network.parse("linear(n, k) -> softmax -> cross_entropy(normalised=False)")
    assert "equal" not in kinds(unnormalised)
    assert "the target need not sum to 1" in unnormalised.conventions


def test_the_range_of_a_probability_is_given_by_its_module_or_taken_for_granted():
    given = Network.parse("linear(n, 1) -> sigmoid -> bce")
    taken = Network.parse("linear(n, 1) -> bce")
    words = [next(a.words for a in network.assumptions if a.kind == "positive") for network in (given, taken)]
    assert "as sigmoid gives" in words[0]
    assert "taken for granted" in words[1]


def test_kinks_are_named_once_with_the_modules_where_they_are():
    network = Network.parse("linear(n, h) -> relu -> linear(h, h) -> relu -> linear(h, 1) -> squared_error")
    (kink,) = [a for a in network.assumptions if a.kind == "kink"]
    assert "s = 0" in kink.words
    assert kink.used_by == ("relu_1", "relu_2")
    assert kinds(Network.parse("linear(n, h) -> sigmoid -> squared_error")) == []
    (kink,) = Network.parse("y = relu(x); v = relu(y) + relu(2*y)").assumptions
    assert kink.used_by == ("equations",)


# Equations -----------------------------------------------------------------------------------------------------


def test_roles_of_equations_are_inferred_from_the_names():
    network = Network.parse("s = w @ x + b; y = sigmoid(s); L = -(t*log(y) + (1-t)*log(1-y))", "w: n, x: n")
    roles = {name: d.role for name, d in network.declarations.items()}
    assert roles == {
        "x": "input",
        "w": "parameter",
        "b": "parameter",
        "t": "target",
        "s": "activity",
        "y": "activity",
        "L": "loss",
    }
    assert list(roles)[:3] == ["x", "w", "b"], "inputs first, then parameters"
    assert (network.prediction, network.target, network.loss) == ("y", "t", "L")
    assert network.parameters == ("w", "b")
    assert [m.name for m in network.modules] == ["equations"]


def test_roles_can_be_given():
    network = Network.parse("y = a*c", roles={"c": "input", "a": "parameter"})
    assert (network.inputs, network.parameters) == (("c",), ("a",))
    with pytest.raises(DeltaruleError, match="no free name"):
        Network.parse("y = a*c", roles={"q": "input"})
    with pytest.raises(DeltaruleError, match="no role"):
        Network.parse("y = a*c", roles={"c": "inputs"})  # type: ignore[dict-item]


def test_where_there_is_no_x_a_value_that_networks_carry_is_the_input():
    assert Network.parse("y = sigmoid(s)").inputs == ("s",)
    assert Network.parse("L = -(y*log(y_hat) + (1-y)*log(1-y_hat))").inputs == ("y_hat",)
    assert Network.parse("y = x * sigmoid(s*x)").parameters == ("s",)


def test_the_last_left_side_is_the_output_unless_a_loss_is_defined():
    assert Network.parse("y = 2*x; v = y + 1").output == "v"
    assert Network.parse("y = 2*x; L = (y - t)**2; v = y + 1").output == "L"
    assert Network.parse("y = 2*x; loss = (y - t)**2").loss == "loss"


def test_a_value_used_twice_and_a_matrix_used_twice_are_one_value():
    network = Network.parse("a = tanh(W @ x); y = W @ a + a", "W: n n, x: n")
    values = values_of(network)
    a = np.tanh(values["W"] @ values["x"])
    np.testing.assert_allclose(values["y"], values["W"] @ a + a, rtol=1e-12)


def test_equations_read_again_as_the_same_network():
    network = Network.parse("s = W @ x; y = g(s); L = sum((y - t)**2) / n", "W: n n, x: n, t: n, g: function")
    assert Network.parse(network.text, network.shapes) == network
    assert network.declarations["n"].role == "size"


# The batch -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "linear(n, h) -> relu -> linear(h, 1) -> sigmoid -> bce",
        "linear(n, k) -> softmax -> cross_entropy",
        "linear(n, k) -> log_softmax -> nll",
        "linear(n, 1) -> bce_with_logits",
        "linear(1, 1) -> squared_error",
        "sigmoid",
    ],
)
def test_a_batch_is_the_samples_one_by_one_and_the_mean_of_their_losses(text: str):
    single, batch = Network.parse(text), Network.parse(text).with_batch()
    values = values_of(batch)
    assert batch.batch == "m"
    losses = []
    for sample in range(SIZES["m"]):
        one = {n: v if single.declarations[n].role == "parameter" else v[sample] for n, v in values.items() if n != "L"}
        for e in single.equations:
            found = evaluate(e.right, e.axes, one, SIZES)
            if e.name == single.loss:
                losses.append(found)
            else:
                np.testing.assert_allclose(found, one[e.name], rtol=1e-12)
    if losses:
        np.testing.assert_allclose(values["L"], np.mean(losses), rtol=1e-12)


def test_the_size_of_the_batch_is_declared_and_a_number_is_allowed():
    network = Network.parse("linear(n, 1) -> squared_error")
    assert network.with_batch().declarations["m"].role == "size"
    assert network.with_batch(8).declarations["x"].sizes == (8, "n")
    assert Network.parse("linear(m, 1)").with_batch().batch == "N"
    with pytest.raises(DeltaruleError, match="`n` already"):
        network.with_batch("n")
    with pytest.raises(DeltaruleError, match="already"):
        network.with_batch().with_batch()


def test_what_depends_on_parameters_only_gets_no_batch_axis():
    network = Network.parse("r = sum(w**2); y = w @ x; L = (y - t)**2 + r", "w: n, x: n").with_batch()
    assert network.declarations["r"].sizes == ()
    assert network.declarations["y"].sizes == ("m",)
    values = values_of(network)
    w, x, t = values["w"], values["x"], values["t"]
    np.testing.assert_allclose(values["L"], np.mean((x @ w - t) ** 2) + w @ w, rtol=1e-12)


def test_assumptions_hold_for_every_sample_of_a_batch():
    network = Network.parse("linear(n, k) -> softmax -> cross_entropy").with_batch()
    assumption = next(a for a in network.assumptions if a.kind == "equal")
    assert assumption.left is not None and [axis.size for axis in assumption.left.axes] == ["m"]


# Bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shapes", "words"),
    [
        (
            "linear(2, 2) -> relu -> linear(3, 1)",
            None,
            ["takes a vector of 3", "`relu`", "vector of 2", "linear(2, 1)"],
        ),
        ("linear(2, 1) -> linear(2, 1)", None, ["takes a vector of 2", "a scalar", "linear(1, 1)"]),
        ("linear(n, h) -> linear(n, 1)", None, ["vector of n", "vector of h"]),
        ("linear(2, 1)", "x: 3", ["vector of 2", "`x`", "vector of 3"]),
        ("linear(2, 1) -> softmax -> cross_entropy", None, ["`softmax`", "scalar", "sigmoid"]),
    ],
)
def test_sizes_that_do_not_fit_are_named_with_a_remedy(text: str, shapes: str | None, words: list[str]):
    with pytest.raises(ShapeError) as caught:
        Network.parse(text, shapes)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no network"),
        ("linea(2, 1)", "did you mean linear"),
        ("linear(2, 1) -> sigmod", "did you mean sigmoid"),
        ("linear(2, 1) -> ", "module is missing"),
        ("-> relu", "module is missing"),
        ("linear(2, 1", "never closed"),
        ("linear 2, 1)", "closes nothing"),
        ("linear(2)", "takes 2 sizes"),
        ("linear(2, 1, 3)", "takes 2 sizes"),
        ("relu -> linear", "takes 2 sizes"),
        ("relu(2)", "takes no sizes"),
        ("linear(0, 1)", "not a size"),
        ("linear(-1, 1)", "not a size"),
        ("linear(2.0, 1)", "not a size"),
        ("linear('2', 1)", "not a size"),
        ("linear(True, 1)", "not a size"),
        ("linear(10**9, 1)", "not a size"),
        ("linear(99999999999, 1)", "not a size"),
        ("linear(2, 1, bais=False)", "did you mean bias"),
        ("linear(2, 1, bias=0)", "True or False"),
        ("linear(2, 1) -> leaky_relu(slope='a')", "is a number"),
        ("linear(2, 1) -> squared_error(reduction=max)", "sum or mean"),
        ("bce -> relu", "stands last"),
        ("linear(2, 1) relu", "cannot be read"),
        ("sigmoid(w @ x + b)", "takes no sizes"),
        ("w @ x + b", "name on the left"),
        ("linear(x, 1)", "name of a value"),
        ("linear(n, b)", "name of a value"),
        ("relu -> " * 9_000 + "relu", "the limit is"),
        ("linear(" + "(" * 10_000, "nested deeper"),
        ("L = x", None),
        ("L = sum(x); loss = x", "both"),
        ("y = x; y = x", "already has a value"),
    ],
)
def test_text_that_is_no_network_says_why(text: str, words: str | None):
    with pytest.raises(NotationError) as caught:
        Network.parse(text, "x: n" if words is None else None)
    assert (words or "a loss is one number") in str(caught.value)


def test_an_unknown_shape_of_a_chain_is_refused():
    with pytest.raises(NotationError, match="input `x` only"):
        Network.parse("linear(2, 1)", "w: 2")


def test_the_caret_stands_under_the_module_at_fault():
    with pytest.raises(NotationError) as caught:
        Network.parse("linear(2, 2) -> rleu -> linear(2, 1)")
    lines = str(caught.value).split("\n")
    assert lines[3].index("^") == lines[2].index("rleu")


def test_a_deep_chain_is_read_in_linear_time():
    text = "linear(n, n) -> sigmoid -> " * 300 + "squared_error"
    network = Network.parse(text)
    assert len(network.equations) == 601
    assert max(e.right.depth for e in network.equations) <= 8


def test_equations_are_symbols_over_distinct_free_axes():
    for text in ("linear(2, 3) -> softmax -> cross_entropy", "linear(n, 1) -> sigmoid -> bce"):
        for e in (*Network.parse(text).equations, *Network.parse(text).with_batch().equations):
            assert isinstance(e.left, Symbol)
            assert len(set(e.left.indices)) == len(e.left.indices)
            assert all(isinstance(index, Axis) and not index.bound for index in e.left.indices)
            assert set(e.right.axes) <= set(e.axes)


@pytest.mark.parametrize(
    ("text", "shapes", "roles"),
    [
        ("linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce", None, None),
        ("linear(n, k) -> softmax -> cross_entropy", None, None),
        ("y_hat = w @ x; L = (y_hat - y)**2", "w: n, x: n", None),
        ("s = w @ x; p = sigmoid(s); L = -(t*log(p) + (1-t)*log(1-p))", "w: n, x: n", {"t": "target"}),
    ],
)
def test_a_network_survives_pickling_and_copying(text: str, shapes: Any, roles: Any):
    network = Network.parse(text, shapes, roles)
    for again in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):  # noqa: S301 - our own bytes
        assert again == network and again.parameters == network.parameters and again.target == network.target
    if roles is None:
        assert set(network.__getstate__()) == {"text", "shapes"}


def test_the_batch_of_a_network_survives_pickling():
    network = Network.parse("linear(2, 1) -> sigmoid -> bce").with_batch(3)
    assert pickle.loads(pickle.dumps(network)).batch == 3  # noqa: S301 - our own bytes
