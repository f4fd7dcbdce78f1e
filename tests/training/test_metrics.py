"""Metrics by their definitions, and the gradient check on right and wrong gradients."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from deltarule.network import Network
from deltarule.program import compile_network
from deltarule.training.gradient_check import check_gradients
from deltarule.training.metrics import METRICS, classification_metrics, regression_metrics

RNG = np.random.default_rng(1)


def test_classification_metrics_are_their_definitions():
    y = np.array(["a", "b", "b", "a", "b", "b"])
    p = np.array([0.2, 0.9, 0.4, 0.6, 0.7, 0.6])
    found = classification_metrics(y, np.where(p > 0.5, "b", "a"), np.column_stack([1 - p, p]), ["a", "b"])
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.confusion.tolist() == [[1, 1], [1, 3]]
    right = np.where(y == "b", p, 1 - p)
    assert found.log_loss == pytest.approx(-np.log(right).mean())
    pairs = [(b > a) + (b == a) / 2 for a in p[y == "a"] for b in p[y == "b"]]
    assert found.roc_auc == pytest.approx(np.mean(pairs))
    assert found.roc is not None
    false_positive, true_positive = found.roc
    assert (false_positive[0], true_positive[0], false_positive[-1], true_positive[-1]) == (0, 0, 1, 1)
    assert np.sum(np.diff(false_positive) * (true_positive[1:] + true_positive[:-1]) / 2) == pytest.approx(
        np.mean(pairs)
    )


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_classification_metrics_are_scikit_learns(classes):
    y = np.r_[np.arange(classes), RNG.integers(0, classes, 60)]
    p = RNG.dirichlet(np.ones(classes), len(y)) * 0.7 + 0.3 * np.eye(classes)[y]
    found = classification_metrics(y, p.argmax(1), p, range(classes))
    score = p[:, 1] if classes == 2 else p
    assert found.figures() == pytest.approx(
        {
            "accuracy": sk.accuracy_score(y, p.argmax(1)),
            "balanced_accuracy": sk.balanced_accuracy_score(y, p.argmax(1)),
            "f1_macro": sk.f1_score(y, p.argmax(1), average="macro"),
            "log_loss": sk.log_loss(y, p),
            "brier": sk.brier_score_loss(y, score),
            "roc_auc": sk.roc_auc_score(y, score, multi_class="ovr"),
            "pr_auc": sk.average_precision_score(y, score),
        }
    )
    assert (found.roc is None) == (classes > 2)


def test_what_a_test_cannot_tell_is_left_out():
    """Rows of one class rank nothing; a class that only predictions have counts in F1 and is no warning."""
    found = classification_metrics([0, 0, 0], [0, 1, 0], np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]]), [0, 1])
    assert found.roc_auc is None and found.pr_auc is None and found.roc is None
    assert found.balanced_accuracy == pytest.approx(2 / 3) and found.f1_macro == pytest.approx(0.8 / 2)
    bare = classification_metrics(["a", "b"], ["a", "a"], None, ["a", "b"])
    assert set(bare.figures()) == {"accuracy", "balanced_accuracy", "f1_macro"}


def test_every_figure_has_its_words():
    classified = classification_metrics([0, 1], [0, 1], np.eye(2), [0, 1]).figures()
    assert {*classified, *regression_metrics([1.0, 2.0], [1.0, 1.0]).figures()} == set(METRICS)


def test_regression_metrics_are_their_definitions():
    y, p = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 3.0])
    found = regression_metrics(y, p)
    assert (found.mse, found.mae) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found.r2 == pytest.approx(1 - 2 / ((y - y.mean()) ** 2).sum())
    assert found.rmse == pytest.approx(np.sqrt(2 / 3)) and found.median_ae == 1
    assert regression_metrics([1.0], [2.0]).r2 is None


NETWORK = "linear(4, 5) -> tanh -> linear(5, 3) -> softmax -> cross_entropy"
X, Y = RNG.normal(size=(7, 4)), np.eye(3)[RNG.integers(0, 3, 7)]


def test_derived_gradients_agree_with_differences():
    program = compile_network(Network.parse(NETWORK))
    found = check_gradients(program, program.initialise(0), X, Y)
    assert {check.parameter for check in found} == set(program.parameters)
    assert max(check.largest_error for check in found) < 1e-7


def test_a_wrong_gradient_is_found_at_its_index():
    program = compile_network(Network.parse(NETWORK))
    first = next(name for name, shape in program.parameters.items() if len(shape) == 2)

    class Wrong:
        def loss(self, parameters, X, Y):
            return program.loss(parameters, X, Y)

        def gradients(self, parameters, X, Y):
            loss, gradients = program.gradients(parameters, X, Y)
            gradients[first][2, 1] *= -1
            return loss, gradients

    found = {check.parameter: check for check in check_gradients(Wrong(), program.initialise(0), X, Y, elements=100)}
    worst = found.pop(first)
    assert worst.index == (2, 1) and worst.gradient == pytest.approx(-worst.difference, rel=1e-5)
    assert max(check.largest_error for check in found.values()) < 1e-7


def test_the_check_leaves_the_parameters_as_they_were():
    program = compile_network(Network.parse(NETWORK))
    parameters = program.initialise(0)
    before = {name: value.copy() for name, value in parameters.items()}
    check_gradients(program, parameters, X, Y)
    assert all((parameters[name] == before[name]).all() for name in before)
