"""`deltarule derive`: what other programs read of it, held against JAX and central differences."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from deltarule.commands.derive import FORMATS

from .. import by_jax

NETWORKS = {
    # the network, and what its target looks like
    "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce": "binary",
    "linear(3, 1, bias=False) -> sigmoid -> bce": "binary",
    "linear(3, 4) -> tanh -> linear(4, 3) -> softmax -> cross_entropy": "one-hot",
    "linear(2, 3) -> softplus -> linear(3, 2) -> squared_error": "plain",
    "linear(1, 1) -> sigmoid -> squared_error": "plain",
}
networks = pytest.mark.parametrize("network", NETWORKS)


def numbers(data: dict, kind: str, rows: int | None) -> dict[str, np.ndarray]:
    """Values for what is given: input, parameters, target; with an axis of samples where there are rows."""
    rng = np.random.default_rng(3)
    values = {}
    for symbol in data["symbols"]:
        if symbol["role"] not in {"input", "parameter", "target"}:
            continue
        shape = [rows if rows and size == data["batch"] else int(size) for size in symbol["shape"]]
        value = rng.normal(size=shape)
        if symbol["role"] == "target" and kind == "binary":
            value = (value > 0).astype(float)
        if symbol["role"] == "target" and kind == "one-hot":
            value = np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]
        values[symbol["name"]] = np.asarray(value)
    return values


def evaluated(data: dict, given: dict[str, np.ndarray], rows: int | None) -> dict[str, np.ndarray]:
    """The equations in order, then the messages, exactly as their `numpy` says."""
    known = {"np": np, **given, **({data["batch"]: rows} if rows else {})}
    for equation in data["equations"]:
        known[equation["name"]] = eval(equation["numpy"], {}, known)
        assert np.shape(known[equation["name"]]) == tuple(rows if s == data["batch"] else s for s in equation["shape"])
    found = {name: np.asarray(value) for name, value in known.items() if name != "np"}
    for message in data["messages"]:
        for name, formula in message["parameter"].items():
            found[f"gradient of {name}"] = np.asarray(eval(formula["numpy"], {}, known))
        if message["backward"]:
            name = message["backward"]["name"]
            np.testing.assert_allclose(eval(message["backward"]["numpy"], {}, known), known[name], rtol=1e-12)
    return found


@networks
@pytest.mark.parametrize("policy", ["plain", "memory", "accuracy"])
@pytest.mark.parametrize("rows", [None, 5])
def test_the_numpy_strings_evaluated_in_order_give_jax_gradients(run, network, policy, rows):
    line = ["derive", network, "--policy", policy, "--format", "json", *(["--batch"] if rows else [])]
    data = run(*line).data
    given = numbers(data, NETWORKS[network], rows)
    found = evaluated(data, given, rows)
    expected = by_jax.gradients(network, given, batch=bool(rows))
    parameters = [s["name"] for s in data["symbols"] if s["role"] == "parameter"]
    assert parameters
    for name in parameters:
        np.testing.assert_allclose(found[f"gradient of {name}"], expected[name], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found["delta_x"], expected["x"], rtol=1e-12, atol=1e-15)


def test_the_gradients_are_slopes_of_the_forward_equations(run):
    """Central differences: an oracle that shares nothing with us but the forward pass."""
    text = "s = w @ x + b; y = sigmoid(s); L = -(t*log(y) + (1-t)*log(1-y))"
    data = run("derive", text, "--shapes", "w: 3, x: 3", "--format", "json").data
    given = numbers(data, "binary", None)
    found = evaluated(data, given, None)
    for name in ("w", "b"):
        slope = np.zeros_like(given[name])
        for at in np.ndindex(given[name].shape):
            ends = []
            for side in (1e-6, -1e-6):
                moved = {k: v.copy() for k, v in given.items()}
                moved[name][at] += side
                ends.append(evaluated(data, moved, None)["L"])
            slope[at] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(found[f"gradient of {name}"], slope, rtol=1e-7, atol=1e-9)


@networks
def test_every_step_is_proved_and_the_json_has_what_the_contract_says(run, network):
    data = run("derive", network, "--format", "json").data
    assert data["schema"] == 1 and data["network"] == network
    keys = ("network", "assumptions", "symbols", "equations", "messages", "saved", "steps")
    assert all(key in data for key in keys)
    assert all({"name", "role", "shape", "latex"} <= set(symbol) for symbol in data["symbols"])
    assert {s["role"] for s in data["symbols"]} <= {"parameter", "input", "target", "activity", "loss"}
    assert all({"name", "text", "latex", "numpy"} <= set(equation) for equation in data["equations"])
    for step in data["steps"]:
        assert {"section", "left", "right", "rule", "verdict", "domain"} <= set(step)
        assert step["verdict"] in {"proved", "definition", "none"}
    assert sum(step["verdict"] == "proved" for step in data["steps"]) > 5


def test_layout_changes_neither_numpy_nor_shapes(run):
    line = "derive 'linear(3, 4) -> tanh -> linear(4, 2) -> squared_error' --format json --layout {}"
    one, other = (run(line.format(layout)).data for layout in ("denominator", "numerator"))

    def pick(data: dict) -> list:
        equations = [(e["name"], e["numpy"], e["shape"]) for e in data["equations"]]
        return equations + [[(f["numpy"], f["shape"]) for f in m["parameter"].values()] for m in data["messages"]]

    assert pick(one) == pick(other)
    assert one["messages"] != other["messages"]  # LaTeX does change


def test_one_neuron_climbs_or_descends_by_the_sign(run):
    line = "derive 'linear(n, 1, bias=False) -> sigmoid -> bce' --wrt w --format json --sign {}"
    found = [run(line.format(sign)).data["messages"][0]["parameter"]["w"]["text"] for sign in ("maximise", "minimise")]
    assert found == ["(y - y_hat) * x", "(y_hat - y) * x"]


def test_wrt_asks_for_some_names_only(run):
    data = run("derive 'linear(2, 1) -> sigmoid -> bce' --wrt b --format json").data
    assert list(data["messages"][0]["parameter"]) == ["b"]
    assert all(e["name"] != "delta_x" for e in data["equations"])


def test_a_literal_size_1_makes_no_axis(run):
    data = run("derive 'linear(n, 1) -> squared_error' --format json").data
    shapes = {s["name"]: s["shape"] for s in data["symbols"]}
    assert shapes["w"] == ["n"] and shapes["b"] == [] and shapes["y_hat"] == []


@pytest.mark.parametrize("how", ["text", "file", "standard input", "name"])
def test_a_network_is_text_a_file_a_name_or_standard_input(run, folder, monkeypatch, how):
    class Piped:
        class buffer:
            @staticmethod
            def read(limit: int) -> bytes:
                return b"softmax\n"

    (folder / "network.txt").write_text("# a comment\nsoftmax\n")
    (folder / "sigmoid").mkdir()  # a folder hides no module
    monkeypatch.setattr("sys.stdin", Piped)
    argument = {"text": "softmax", "file": "network.txt", "standard input": "-", "name": "sigmoid"}[how]
    data = run("derive", argument, "--format", "json").data
    assert data["network"] == ("sigmoid" if how == "name" else "softmax")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written(run, folder, format):
    out = run(f"derive 'linear(2, 1) -> sigmoid -> bce' --format {format}").out
    assert len(out) > 500 and out.endswith("\n")
    if format in {"json", "notebook"}:
        json.loads(out)


@pytest.mark.parametrize("detail", ["summary", "matrix", "index", "component"])
def test_every_detail_fits_80_columns_and_is_proved(run, monkeypatch, detail):
    monkeypatch.setenv("COLUMNS", "80")
    outcome = run(f"derive 'linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce' --detail {detail} --numbers seed=0")
    assert outcome.code == 0 and outcome.error == ""
    assert "steps are proved" in outcome.out and "central differences" in outcome.out
    too_long = [line for line in outcome.out.splitlines() if len(line) > 80 and "->" not in line]
    assert not too_long


def test_a_refuted_step_is_exit_code_1(run, monkeypatch):
    """Break a rule of the calculus: the steps that rest on it are refuted, not hidden."""
    from deltarule.calculus import function_derivative
    from deltarule.language.arithmetic import add

    honest = function_derivative._by_quotient

    def broken(row, s, u, v):
        chain = honest(row, s, u, v)
        from dataclasses import replace

        rows = list(chain.rows)
        rows[1] = replace(rows[1], right=add(rows[1].right, s))
        return replace(chain, rows=tuple(rows))

    monkeypatch.setattr(function_derivative, "_by_quotient", broken)
    outcome = run("derive sigmoid")
    assert outcome.code == 1
    assert "steps are refuted" in outcome.error


def test_nothing_of_the_house_is_named_by_the_json(run):
    """Steps follow one another: the right side of one is the left side of the next, or a new chain begins."""
    steps = run("derive 'linear(2, 1) -> sigmoid -> bce' --format json").data["steps"]
    joined = sum(a["right"]["text"] == b["left"]["text"] for a, b in pairwise(steps))
    assert joined > 10


def test_numbers_from_a_file(run, folder: Path):
    (folder / "n.json").write_text('{"x": [1, 2], "w": [0.5, -1], "b": 0, "y": 1}')
    out = run("derive 'linear(2, 1) -> sigmoid -> bce' --numbers n.json --format json").data
    assert out["schema"] == 1
    assert "-1.5" in run("derive 'linear(2, 1) -> sigmoid -> bce' --numbers n.json").out
