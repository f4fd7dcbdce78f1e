"""The stable form of a loss follows from its definition and identities; no rule knows a module or a loss by name."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import deltarule
import deltarule as dr
from deltarule.algebra import prove
from deltarule.algebra.identities import identities_for
from deltarule.calculus import stable
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.rules import expand_functions
from deltarule.calculus.stable import stable_form
from deltarule.language.arithmetic import subtract
from deltarule.language.equation import Role
from deltarule.language.expression import Apply, Symbol
from deltarule.language.traversal import names, walk
from deltarule.network.losses import LOSSES
from deltarule.network.modules import MODULES

from ..index_loops import evaluate

ROLES: dict[str, Role] = {"u": "input", "t": "target"}
SOURCE = Path(deltarule.__file__).parent


def stable_loss(text: str):
    network = dr.Network(text).inner
    chain = stable_form(Definitions.of(network.equations, network.declarations), "L")
    assert chain is not None
    return network, chain


def test_bce_over_a_sigmoid_becomes_softplus_of_the_logit():
    network, chain = stable_loss("linear(1, 1) -> sigmoid -> bce")
    assert {n.function for n in walk(chain.result) if isinstance(n, Apply)} == {"softplus"}
    assert names(chain.result) == {"y", "z"}
    for z in (-3.0, 0.2, 5.0):
        for y in (0.0, 0.25, 1.0):
            values = {"z": np.array(z), "y": np.array(y)}
            expected = np.log1p(np.exp(z)) - y * z
            assert evaluate(chain.result, (), values, {}) == pytest.approx(expected, rel=1e-14)
    assert network.loss == "L"


def test_cross_entropy_over_a_softmax_becomes_a_difference_of_logits():
    _, chain = stable_loss("linear(2, 3) -> softmax -> cross_entropy")
    logs = [n for n in walk(chain.result) if isinstance(n, Apply) and n.function == "log"]
    assert len(logs) == 1  # of the sum of the exponentials, and of nothing that can be 0
    z, y = np.array([0.3, -2.0, 1.1]), np.array([0.2, 0.5, 0.3])
    expected = -np.sum(y * (z - np.log(np.sum(np.exp(z)))))
    assert evaluate(chain.result, (), {"z": z, "y": y}, {}) == pytest.approx(expected, rel=1e-14)


def test_the_same_equations_under_other_names_take_the_same_form():
    """Written out by a person, without the words sigmoid, bce, softmax or cross_entropy."""
    one = dr.Network("q = 1 / (1 + exp(-w * u)); L = -(t * log(q) + (1 - t) * log(1 - q))", roles=ROLES)
    many = dr.Network("a = w * u; p = exp(a) / sum(exp(a)); L = -sum(t * log(p))", "w: 3, u: 3, t: 3", ROLES)
    for network in (one, many):
        assert network.derive().check().all_proved
        assert network.derive(policy="accuracy").check().all_proved


def test_a_loss_without_logarithms_of_outputs_has_no_stable_form():
    network = dr.Network("linear(2, 1) -> sigmoid -> squared_error").inner
    assert stable_form(Definitions.of(network.equations, network.declarations), "L") is None


LOGARITHMS = identities_for("opens-loss")


@pytest.mark.parametrize("row", LOGARITHMS, ids=lambda row: row.name)
def test_the_identities_that_open_logarithms_hold(row):
    assert prove(expand_functions(row.left), expand_functions(row.right)).proved
    for s in np.linspace(-20, 20, 9):
        a, b = (evaluate(e, (), {"s": np.array(s)}, {}) for e in (row.left, row.right))
        assert np.isclose(a, b, rtol=1e-6), row.name


def string_constants(path: Path) -> list[str]:
    """The strings in the code of a file, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    words = {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, documented) and n.body and isinstance(n.body[0], ast.Expr)
    }
    return [
        n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in words
    ]


def test_no_rule_knows_a_module_or_a_loss_by_name():
    """ŷ - y comes out because it follows: no string of the calculus or of `derive` names a loss or a softmax."""
    files = [*(SOURCE / "calculus").glob("*.py"), SOURCE / "network" / "derive.py"]
    assert len(files) > 10
    strings = {path: set(string_constants(path)) for path in files}
    for path, texts in strings.items():  # an error message may give one as an example
        assert not texts & {*LOSSES, "softmax", "log_softmax", "Softmax", "CrossEntropy"}, path
    # scalar functions are building blocks of stable forms and of their measurement, and nowhere else
    for path, texts in strings.items():
        if path.name not in {"stable.py", "forms.py", "error.py"}:
            assert not texts & set(MODULES), path
    assert Path(stable.__file__) in files


def test_a_signal_by_another_name_is_prediction_minus_target():
    derivation = dr.Network(
        "s = w * x + b; p = sigmoid(s); L = -(t * log(p) + (1 - t) * log(1 - p))", roles={"t": "target"}
    ).derive()
    values = {e.name: e.right for e in derivation.inner.equations}
    assert prove(values["delta_s"], subtract(Symbol("p"), Symbol("t"))).proved
