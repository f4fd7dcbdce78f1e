"""The systems that deltarule was made for, each an example under `examples/`: what comes out is what textbooks derive.

The expected formulas stand here as a person writes them; they are compared with the messages by exact algebra.
"""

from __future__ import annotations

import importlib.util
import json
import math
import re
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import deltarule as dr
from deltarule.algebra import prove
from deltarule.api import read_network
from deltarule.calculus.derivation import Chain
from deltarule.commands import main
from deltarule.language.expression import Derivative, Expression, Symbol, at
from deltarule.language.notation import parse_equations
from deltarule.language.traversal import substitute

from .index_loops import evaluate
from .table_networks import run_json

EXAMPLES = Path(__file__).parent.parent / "examples"


def example(name: str) -> dr.Network:
    return read_network(str(EXAMPLES / name))


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{Path(name).stem}", EXAMPLES / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_hand(text: str, shapes: str) -> tuple[Expression, tuple[Any, ...]]:
    """A formula as a person writes it, with its axes in order."""
    used = set(re.findall(r"\w+", text))
    shapes = ", ".join(s for s in shapes.split(", ") if s.partition(":")[0] in used)
    (equation,) = parse_equations(f"by_hand = {text}", shapes).equations
    return equation.right, equation.axes


def is_(formula: dr.Formula | None, text: str, shapes: str = "", signals: dr.Derivation | None = None) -> bool:
    """Whether a message equals a formula written by hand, for all values and sizes; with the error signals of a
    derivation put in, if that is given."""
    assert formula is not None
    right, axes = by_hand(text, shapes)
    assert [a.size for a in axes] == list(formula.shape)
    message = formula.expression
    if signals is not None:
        values = {e.name: e for e in signals.inner.equations if e.name.startswith("delta_")}

        def put_in(u: Expression) -> Expression | None:
            if not isinstance(u, Symbol) or u.name not in values:
                return None
            return at(values[u.name].right, values[u.name].axes, u.indices)

        message = substitute(message, put_in)
    return prove(message, at(right, axes, formula.axes)).proved


def chains_of(derivation: dr.Derivation, section: str) -> list[Chain]:
    return [c for s in derivation.inner.sections if section in s.title for c in s.chains]


def all_proved(derivation: dr.Derivation) -> bool:
    return derivation.check().all_proved and set(derivation.counts) <= {"proved", "definition", "none"}


# Every example ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.txt")), ids=lambda p: p.stem)
def test_every_example_is_derived_by_the_command_line_and_proved(path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["derive", str(path)]) == 0
    out = capsys.readouterr().out
    assert "steps are proved" in out
    assert all_proved(read_network(str(path)).derive())


# 000: a module of a linear layer and a sigmoid --------------------------------------------------------------------


def test_one_unit_sends_forward_backward_and_parameter_messages():
    shapes = "w: n, x: n"
    messages = example("neuron.txt").messages
    assert is_(messages["linear"].forward, "w @ x + b", shapes)
    assert is_(messages["sigmoid"].backward, "delta_y * y * (1 - y)")
    assert is_(messages["linear"].backward, "delta_y * y * (1 - y) * w", shapes)
    assert is_(messages["linear"].parameter["w"], "delta_y * y * (1 - y) * x", shapes)
    assert is_(messages["linear"].parameter["b"], "delta_y * y * (1 - y)")


def test_one_unit_as_jacobians():
    shapes = "w: n, x: n"
    messages = example("neuron.txt").derive(view="jacobian").messages["linear"]
    assert is_(messages.backward, "y * (1 - y) * w", shapes)
    assert is_(messages.parameter["w"], "y * (1 - y) * x", shapes)
    assert is_(messages.parameter["b"], "y * (1 - y)")


def test_a_vector_of_units():
    shapes = "W: m n, x: n, y: m, delta_y: m, b: m"
    messages = example("layer.txt").messages
    assert is_(messages["linear"].forward, "W @ x + b", shapes)
    assert is_(messages["sigmoid"].backward, "delta_y * y * (1 - y)", shapes)
    assert is_(messages["linear"].parameter["W"], "outer(delta_y * y * (1 - y), x)", shapes)
    assert is_(messages["linear"].parameter["b"], "delta_y * y * (1 - y)", shapes)
    backward = messages["linear"].backward
    assert is_(backward, "W.T @ (delta_y * y * (1 - y))", shapes) or is_(
        backward, "W.T @ delta_a_1", "W: m n, delta_a_1: m"
    )


def test_a_vector_of_units_as_a_jacobian_at_numbers():
    found = run_json(
        json.loads(example("layer.txt").derive(view="jacobian").to_json()),
        {
            "W": np.array([[0.3, -1.0], [0.2, 0.5], [1.5, 0.1]]),
            "b": np.array([0.1, 0.2, -0.3]),
            "x": np.array([1.0, -2]),
        },
        sizes={"n": 2, "m": 3},
    )
    y = 1 / (1 + np.exp(-(found["W"] @ found["x"] + found["b"])))
    assert np.allclose(found["J_x"], np.diag(y * (1 - y)) @ found["W"], rtol=1e-14)


# 001: one neuron without bias, two signs --------------------------------------------------------------------------


@pytest.mark.parametrize(("sign", "gradient"), [("maximise", "(y - y_hat) * x"), ("minimise", "(y_hat - y) * x")])
def test_the_log_likelihood_is_maximised_and_its_negative_minimised(sign: str, gradient: str):
    derivation = example("log_likelihood.txt").derive(sign=sign)
    assert is_(derivation.messages["linear"].parameter["w"], gradient, "x: n")
    assert all_proved(derivation)
    (loss,) = [c for c in chains_of(derivation, "Forward") if c.left is Symbol("L")]
    likelihood = "y * log(y_hat) + (1 - y) * log(1 - y_hat)"
    assert prove(loss.result, by_hand(likelihood if sign == "maximise" else f"-({likelihood})", "")[0]).proved


def test_the_derivative_by_the_prediction_is_one_fraction():
    derivation = example("log_likelihood.txt").derive(sign="maximise")
    assert is_(derivation.messages["bce"].backward, "(y - y_hat) / (y_hat * (1 - y_hat))")
    steps = [row.right for c in chains_of(derivation, "bce") for row in c.rows]
    assert any(prove(step, by_hand("y / y_hat - (1 - y) / (1 - y_hat)", "")[0]).proved for step in steps)


def test_component_j_of_the_gradient():
    """By index, and for numbers: ∂l/∂w_j = (y - ŷ) x_j."""
    network = dr.Network("linear(3, 1, bias=False) -> sigmoid -> bce")
    derivation = network.derive(sign="maximise", detail="component", wrt=["w"])
    results = {c.left: c.result for c in chains_of(derivation, "linear: parameter") if c.final}
    assert len(results) == 3
    for j in (1, 2, 3):
        left = Derivative(Symbol("L"), Symbol("w", (j,)))
        expected = prove(results[left], by_hand("(y - y_hat) * x_j", "")[0])
        assert not expected.proved  # x_j is no name of the network
        values: dict[str, Any] = {"y": np.array(1.0), "y_hat": np.array(0.3), "x": np.array([2.0, -1.0, 0.5])}
        assert evaluate(results[left], (), values, {}) == pytest.approx(0.7 * values["x"][j - 1], rel=1e-15)


def test_the_neuron_trained_one_sample_at_a_time_follows_the_formula():
    module = script("logistic_sgd.py")
    weights, losses = module.train(epochs=2, learning_rate=0.1)
    x, y = module.data()
    w = np.zeros(3)
    for _ in range(2):
        for k in range(len(x)):
            w -= 0.1 * (1 / (1 + math.exp(-(w @ x[k]))) - y[k]) * x[k]
    assert np.allclose(weights, w, rtol=1e-12)
    assert losses[0] == pytest.approx(math.log(2))
    assert losses[-1] < 0.2


# 002: a chain of layers -------------------------------------------------------------------------------------------

CHAIN = "W_1: h n, W_2: k h, W_3: m k, x: n, a_1: h, h_1: h, a_2: k, h_2: k, y: m, y_hat: m, z: m"
SIGNALS = f"{CHAIN}, delta_y_hat: m, delta_z: m, delta_h_1: h, delta_h_2: k, delta_a_1: h, delta_a_2: k"


def test_the_error_signal_of_each_layer_follows_from_the_next_with_squared_error():
    messages = example("chain_squared_error.txt").messages
    assert is_(messages["squared_error"].backward, "y_hat - y", SIGNALS)
    assert is_(messages["linear_3"].backward, "W_3.T @ (y_hat - y)", SIGNALS)
    assert is_(messages["sigmoid_2"].backward, "delta_h_2 * h_2 * (1 - h_2)", SIGNALS)
    assert is_(messages["linear_2"].backward, "W_2.T @ delta_a_2", SIGNALS)
    assert is_(messages["sigmoid_1"].backward, "delta_h_1 * h_1 * (1 - h_1)", SIGNALS)
    assert is_(messages["linear_3"].parameter["W_3"], "outer(y_hat - y, h_2)", SIGNALS)
    assert is_(messages["linear_2"].parameter["W_2"], "outer(delta_a_2, h_1)", SIGNALS)
    assert is_(messages["linear_1"].parameter["W_1"], "outer(delta_a_1, x)", SIGNALS)
    assert is_(messages["linear_1"].parameter["b_1"], "delta_a_1", SIGNALS)


@pytest.mark.parametrize(("file", "output"), [("chain_sigmoid.txt", "sigmoid_3"), ("chain_softmax.txt", "softmax")])
def test_cross_entropy_over_its_output_module_starts_the_same_recursion(file: str, output: str):
    messages = example(file).messages
    assert is_(messages[output].backward, "y_hat - y", SIGNALS)
    assert is_(messages["linear_3"].backward, "W_3.T @ (y_hat - y)", SIGNALS)
    assert is_(messages["linear_3"].parameter["W_3"], "outer(y_hat - y, h_2)", SIGNALS)
    assert is_(messages["linear_2"].parameter["W_2"], "outer(delta_a_2, h_1)", SIGNALS)


@pytest.mark.parametrize("file", ["chain_squared_error.txt", "chain_sigmoid.txt", "chain_softmax.txt"])
def test_every_parameter_of_the_chain_has_its_update(file: str):
    network = example(file)
    derivation = network.derive()
    updates = {c.left.name: c for c in chains_of(derivation, "Updates") if isinstance(c.left, Symbol)}
    assert set(updates) == set(network.parameters)
    for name, chain in updates.items():
        assert chain.rows[0].relation == "<-"
        gradient = next(m.parameter[name] for m in derivation.messages.values() if name in m.parameter)
        values = {n: np.random.default_rng(len(n)).normal(size=len(d.sizes) * (2,)) for n, d in _declared(derivation)}
        step = evaluate(chain.result, chain.axes, values, dict.fromkeys("nhkm", 2))
        slope = evaluate(gradient.expression, gradient.axes, values, dict.fromkeys("nhkm", 2))
        assert np.allclose(step, values[name] - values["eta"] * slope, rtol=1e-13)


def _declared(derivation: dr.Derivation):
    return derivation.inner.declarations.items()


def test_a_single_path_multiplies_the_derivatives_along_it():
    """∂J/∂θ₁ = (ŷ - y) · w₃ σ'(a₂) · w₂ σ'(a₁) · x, in scalars."""
    network = example("single_path.txt")
    derivation = network.derive(numbers=0)
    assert all_proved(derivation)
    (note,) = [n for n in derivation.inner.notes if "central differences" in n]
    assert float(note.rpartition(" ")[2].rstrip(".")) < 1e-7
    v: dict[str, Any] = {"x": 0.7, "w_1": -0.4, "b_1": 0.2, "w_2": 1.1, "b_2": -0.3, "w_3": 0.9, "b_3": 0.5, "y": 0.25}
    found = run_json(json.loads(derivation.to_json()), {k: np.array(value) for k, value in v.items()})
    sigma = lambda s: 1 / (1 + math.exp(-s))  # noqa: E731
    h1 = sigma(v["w_1"] * v["x"] + v["b_1"])
    h2 = sigma(v["w_2"] * h1 + v["b_2"])
    error = v["w_3"] * h2 + v["b_3"] - v["y"]
    assert found["grad_w_3"] == pytest.approx(error * h2, rel=1e-14)
    assert found["grad_w_2"] == pytest.approx(error * v["w_3"] * h2 * (1 - h2) * h1, rel=1e-14)
    first = error * v["w_3"] * h2 * (1 - h2) * v["w_2"] * h1 * (1 - h1) * v["x"]
    assert found["grad_w_1"] == pytest.approx(first, rel=1e-14)


def test_gradients_vanish_through_sigmoids_and_not_through_relus(tmp_path: Path):
    module = script("vanishing_gradients.py")
    through_sigmoid, through_relu = (module.error_signals(name, depth=12) for name in ("sigmoid", "relu"))
    assert through_sigmoid[0] < 1e-5 * through_sigmoid[-1]
    ratios = [a / b for a, b in pairwise(through_sigmoid)]
    assert max(ratios) < 0.5  # each layer makes it smaller: σ' is at most 1/4
    assert 0.1 < through_relu[0] / through_relu[-1] < 10
    pytest.importorskip("matplotlib")
    module.plot(str(tmp_path / "plot.png"), depth=3)
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


# 003: two inputs, two hidden units, one output --------------------------------------------------------------------


def worked(numbers: dict[str, Any]) -> dict[str, Any]:
    """The nine gradients by the formulas of the course, unit by unit, in Python floats."""
    x, W, b = numbers["x"], numbers["W_1"], numbers["b_1"]
    w, c, y = numbers["w_2"], numbers["b_2"], numbers["y"]
    a = [W[i][0] * x[0] + W[i][1] * x[1] + b[i] for i in (0, 1)]
    h = [max(0.0, v) for v in a]
    prediction = 1 / (1 + math.exp(-(w[0] * h[0] + w[1] * h[1] + c)))
    delta = prediction - y
    hidden = [delta * w[i] * (1.0 if a[i] > 0 else 0.0) for i in (0, 1)]
    return {
        "b_2": delta,
        "w_2": [delta * h[0], delta * h[1]],
        "b_1": hidden,
        "W_1": [[hidden[i] * x[j] for j in (0, 1)] for i in (0, 1)],
        "y_hat": prediction,
        "L": -(y * math.log(prediction) + (1 - y) * math.log(1 - prediction)),
    }


NINE = ["W_1[1,1]", "W_1[1,2]", "W_1[2,1]", "W_1[2,2]", "b_1[1]", "b_1[2]", "w_2[1]", "w_2[2]", "b_2"]


def test_the_matrix_form_of_all_messages():
    shapes = "W_1: 2 2, x: 2, b_1: 2, a_1: 2, h_1: 2, w_2: 2, delta_h_1: 2, delta_a_1: 2"
    messages = example("two_two_one.txt").messages
    assert is_(messages["bce"].backward, "(y_hat - y) / (y_hat * (1 - y_hat))")
    assert is_(messages["sigmoid"].backward, "y_hat - y")
    assert is_(messages["linear_2"].parameter["b_2"], "y_hat - y")
    assert is_(messages["linear_2"].parameter["w_2"], "(y_hat - y) * h_1", shapes)
    assert is_(messages["linear_2"].backward, "(y_hat - y) * w_2", shapes)
    assert is_(messages["relu"].backward, "delta_h_1 * step(a_1)", shapes)
    assert is_(messages["linear_1"].parameter["b_1"], "delta_a_1", shapes)
    assert is_(messages["linear_1"].parameter["W_1"], "outer(delta_a_1, x)", shapes)
    assert is_(messages["linear_1"].backward, "W_1.T @ delta_a_1", shapes)


@pytest.mark.parametrize("layout", ["denominator", "numerator"])
def test_all_nine_parameters_component_by_component(layout: str):
    derivation = example("two_two_one.txt").derive(detail="component", layout=layout)
    assert all_proved(derivation)
    assert derivation.inner.layout == layout
    chains = [c for c in chains_of(derivation, "parameter message") if c.final]
    assert sorted(repr(c.left.by) for c in chains if isinstance(c.left, Derivative)) == sorted(NINE)
    numbers = json.loads((EXAMPLES / "two_two_one.json").read_text(encoding="utf-8"))
    values = run_json(json.loads(derivation.to_json()), {k: np.array(v) for k, v in numbers.items()})
    values = {k: np.asarray(v) for k, v in values.items() if isinstance(v, float | np.ndarray | np.floating)}
    expected = worked(numbers)
    for chain in chains:
        assert isinstance(chain.left, Derivative)
        by = chain.left.by
        place = tuple(i - 1 for i in by.indices if isinstance(i, int))
        for row in chain.rows:
            if not any(isinstance(n, Derivative) for n in _nodes(row.right)):
                found = evaluate(row.right, (), values, {})
                assert found == pytest.approx(np.array(expected[by.name])[place], rel=1e-13)


def _nodes(e: Expression) -> list[Expression]:
    return [e, *(n for c in e.children for n in _nodes(c))]


def test_the_updates_subtract_eta_times_the_gradient():
    numbers = json.loads((EXAMPLES / "two_two_one.json").read_text(encoding="utf-8"))
    derivation = example("two_two_one.txt").derive(detail="component", numbers=str(EXAMPLES / "two_two_one.json"))
    updates = chains_of(derivation, "Updates")
    assert sorted(repr(c.left) for c in updates) == sorted(NINE)
    expected = worked(numbers)
    for chain in updates:
        assert isinstance(chain.left, Symbol)
        assert chain.rows[0].relation == "<-"
        name, place = chain.left.name, tuple(i - 1 for i in chain.left.indices if isinstance(i, int))
        ((_, value),) = chain.numbers
        assert value == pytest.approx(np.array(numbers[name])[place] - 0.1 * np.array(expected[name])[place], rel=1e-13)


def test_the_worked_example_agrees_with_the_hand_calculation_and_with_central_differences():
    path = EXAMPLES / "two_two_one.json"
    numbers = json.loads(path.read_text(encoding="utf-8"))
    derivation = example("two_two_one.txt").derive(numbers=str(path))
    shown = {repr(c.left): dict(c.numbers)["value"] for c in derivation.inner.chains if c.numbers}
    expected = worked(numbers)
    assert shown["L"] == pytest.approx(expected["L"], rel=1e-14)
    assert shown["y_hat"] == pytest.approx(expected["y_hat"], rel=1e-14)
    for chain in chains_of(derivation, "parameter message"):
        if chain.final and isinstance(chain.left, Derivative):
            value = dict(chain.numbers)["value"]
            assert np.allclose(np.array(value), expected[chain.left.by.name], rtol=1e-13)
    (note,) = [n for n in derivation.inner.notes if "central differences" in n]
    assert float(note.rpartition(" ")[2].rstrip(".")) < 1e-8


def test_a_layout_is_kept_throughout():
    """Denominator layout: ∂L/∂W₁ = δ xᵀ everywhere. Numerator layout: x δ, with δ a row. Values never change."""
    latex = {
        layout: example("two_two_one.txt").derive(layout=layout).messages["linear_1"].parameter["W_1"]
        for layout in ("denominator", "numerator")
    }
    assert latex["denominator"].latex != latex["numerator"].latex
    assert latex["denominator"].numpy == latex["numerator"].numpy
    assert latex["denominator"].shape == latex["numerator"].shape == (2, 2)


# 004: with and without the sigmoid, and the derivative of the sigmoid by two routes -------------------------------


def test_a_linear_prediction_and_a_sigmoid_one_are_told_apart():
    derivations = [example(name).derive() for name in ("linear_bce.txt", "sigmoid_bce.txt")]
    for derivation in derivations:
        assert is_(derivation.messages["bce"].backward, "-y / y_hat + (1 - y) / (1 - y_hat)")
    by_w, by_b = (
        [(derivation.messages["linear"].parameter[name], derivation) for derivation in derivations] for name in "wb"
    )
    assert is_(by_w[0][0], "-x * y / y_hat + x * (1 - y) / (1 - y_hat)", signals=by_w[0][1])
    assert is_(by_b[0][0], "(y_hat - y) / (y_hat - y_hat**2)", signals=by_b[0][1])
    assert is_(by_b[0][0], "1 / (1 - y_hat) - y / (y_hat * (1 - y_hat))", signals=by_b[0][1])
    assert is_(by_w[1][0], "(y_hat - y) * x")
    assert is_(by_b[1][0], "y_hat - y")
    assert not is_(by_b[0][0], "y_hat - y", signals=by_b[0][1])
    assert not is_(by_b[1][0], "(y_hat - y) / (y_hat - y_hat**2)")


def test_the_derivative_of_the_sigmoid_by_both_routes(capsys: pytest.CaptureFixture[str]):
    module = script("sigmoid_derivative.py")
    found = module.derivations()
    assert list(found) == ["quotient", "reciprocal"]
    expected, _ = by_hand("sigmoid(s) * (1 - sigmoid(s))", "")
    for chains in found.values():
        assert prove(chains[-1].result, expected).proved
        verdicts = [row.judgement.verdict for chain in chains for row in chain.rows]
        assert set(verdicts) <= {"proved", "definition"}
        assert verdicts.count("proved") >= 3
    reciprocal = [row.right for chain in found["reciprocal"] for row in chain.rows]
    for text in ("1 + exp(-s)", "-exp(-s)", "1 - 1 / sigmoid(s)"):  # f, f' and f' = 1 - f, as the post has them
        assert by_hand(text, "")[0] in reciprocal or any(prove(by_hand(text, "")[0], r).proved for r in reciprocal)
    module.main()
    assert "By the reciprocal" in capsys.readouterr().out


def test_digits_by_a_convolutional_network_and_by_a_perceptron():
    module = script("digits.py")
    accuracies = {name: module.train(name, epochs=6)[0] for name in module.NETWORKS}
    assert len(accuracies) == 2
    assert min(accuracies.values()) > 0.93  # chance is 0.1
