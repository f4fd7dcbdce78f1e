"""One equality at a time: what is true is proved for every size, what is false is refuted at a point that shows it."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

import deltarule as dr
from deltarule.commands import main

TRUE = [
    ("sigmoid(-s)", "1 - sigmoid(s)", {}),
    ("tanh(z)", "2*sigmoid(2*z) - 1", {}),
    ("maximum(0, x)", "(x + abs(x))/2", {}),
    ("log(a/b)", "log(a) - log(b)", {"positive": ["a", "b"]}),
    ("(A @ B).T", "B.T @ A.T", {"shapes": "A: n k, B: k m"}),
    ("sigmoid(s)*sigmoid(-s)", "y*(1 - y)", {"where": {"y": "sigmoid(s)"}}),
    ("trace(A @ B)", "trace(B @ A)", {"shapes": "A: n k, B: k n"}),
]
FALSE = [
    ("tanh(z)", "2*sigmoid(z) - 1", {}),
    ("sqrt(x**2)", "x", {}),
    ("A.T @ B", "A @ B", {"shapes": "A: n n, B: n n"}),
    ("A @ B", "B @ A", {"shapes": "A: n n, B: n n"}),
    ("exp(a + b)", "exp(a) + exp(b)", {}),
    ("y*(1 - y)", "y", {"where": {"y": "sigmoid(s)"}}),
]


@pytest.mark.parametrize(("left", "right", "given"), TRUE)
def test_what_is_true_is_proved(left: str, right: str, given: dict):
    assert dr.prove(left, right, **given).verdict == "proved"


@pytest.mark.parametrize(("left", "right", "given"), FALSE)
def test_what_is_false_is_refuted(left: str, right: str, given: dict):
    said = dr.prove(left, right, **given)
    assert said.verdict == "refuted"
    assert said.counterexample is not None
    assert float(said.counterexample["left"]) != float(said.counterexample["right"])


def test_the_counterexample_is_a_point_where_the_sides_differ():
    said = dr.prove("tanh(z)", "2*sigmoid(z) - 1")
    assert said.counterexample is not None
    z = float(Fraction(said.counterexample["z"]))
    assert math.isclose(float(said.counterexample["left"]), math.tanh(z), rel_tol=1e-9)
    assert math.isclose(float(said.counterexample["right"]), 2 / (1 + math.exp(-z)) - 1, rel_tol=1e-9)


def test_sides_of_different_shapes_are_an_error():
    with pytest.raises(dr.DeltaruleError, match="different shapes"):
        dr.prove("A @ x", "x @ x", shapes="A: n n, x: n")


@pytest.mark.parametrize(
    ("call", "code", "said"),
    [
        (["prove", "sigmoid(-s) = 1 - sigmoid(s)"], 0, "proved"),
        (["prove", "tanh(z) = 2*sigmoid(z) - 1"], 1, "refuted"),
        (["prove", "log(y*(1-y)) = log(y) + log(1-y)", "--assume", "0 < y < 1"], 0, "proved"),
        (["prove", "y*(1-y) = sigmoid(s)*sigmoid(-s)", "--where", "y = sigmoid(s)"], 0, "proved"),
    ],
)
def test_the_command_answers_with_its_exit_code(call: list[str], code: int, said: str, capsys):
    assert main(call) == code
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.parametrize(
    "call",
    [
        ["prove", "sigmoid(s)"],
        ["prove", "a = b = c"],
        ["prove", "a = b", "--assume", "a"],
        ["prove", "a = b", "--assume", "a < > b"],
        ["prove", "siggmoid(s) = 1"],
    ],
)
def test_a_wrong_call_is_explained(call: list[str], capsys):
    assert main(call) == 2
    err = capsys.readouterr().err
    assert err.startswith("deltarule: ") and "Traceback" not in err
