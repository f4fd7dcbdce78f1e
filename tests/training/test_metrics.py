"""Metrics by their definitions, and the gradient check on right and wrong gradients."""

from __future__ import annotations

import numpy as np
import pytest

from deltarule.network import Network
from deltarule.program import compile_network
from deltarule.training.gradient_check import check_gradients
from deltarule.training.metrics import classification_metrics, regression_metrics

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


def test_more_than_two_classes_have_no_roc_curve():
    found = classification_metrics([0, 1, 2], [0, 1, 1], np.eye(3), [0, 1, 2])
    assert found.roc is None and "roc_auc" not in found.figures()


def test_regression_metrics_are_their_definitions():
    y, p = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 3.0])
    found = regression_metrics(y, p)
    assert (found.mse, found.mae) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found.r2 == pytest.approx(1 - 2 / ((y - y.mean()) ** 2).sum())
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
