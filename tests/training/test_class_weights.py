"""Weights of classes are the weights of samples that they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, split
from deltarule.training.class_weights import class_weights

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 3))
Y = np.array(["few", "many", "some"])[np.digitize(X @ [1.0, 0.5, -0.2] + RNG.normal(size=150), [-2.2, 1.5])]
TWO = np.where(Y == "few", "yes", "no")


def same(one: Classifier, other: Classifier) -> None:
    for name, value in one.parameters_.items():
        np.testing.assert_allclose(value, other.parameters_[name], rtol=1e-9, atol=1e-12)
    assert one.history_.keys() == other.history_.keys()
    np.testing.assert_allclose(one.history_["loss"], other.history_["loss"], rtol=1e-9)


@pytest.mark.parametrize("weight", [None, RNG.uniform(0.1, 3, 150)])
def test_balanced_weights_are_scikit_learns(weight: Any):
    classes, indices = np.unique(Y, return_inverse=True)
    expected = compute_class_weight("balanced", classes=classes, y=Y, sample_weight=weight)
    np.testing.assert_allclose(class_weights("balanced", classes, indices, weight), expected)


@pytest.mark.parametrize("wanted", ["balanced", {"few": 10.0, "many": 0.5, "some": 2.0}, {"few": 7}])
@pytest.mark.parametrize("network", [None, "linear(n, k) -> softmax -> cross_entropy"])
def test_class_weights_are_the_sample_weights_that_they_stand_for(wanted: Any, network: Any):
    settings: Any = dict(network=network, epochs=5, batch_size=32)
    whole = {**dict.fromkeys(np.unique(Y), 1.0), **wanted} if isinstance(wanted, dict) else wanted
    stands_for = compute_sample_weight(whole, Y)
    same(
        Classifier(class_weight=wanted, **settings).fit(X, Y),
        Classifier(**settings).fit(X, Y, sample_weight=stands_for),
    )
    own = RNG.uniform(0.1, 2, len(X))
    if isinstance(wanted, dict):
        both = Classifier(class_weight=wanted, **settings).fit(X, Y, sample_weight=own)
        same(both, Classifier(**settings).fit(X, Y, sample_weight=own * stands_for))


def test_balanced_logistic_regression_trained_long_is_scikit_learns():
    settings: Any = dict(batch_size=len(X), learning_rate=1.0, epochs=4000, class_weight="balanced")
    model = Classifier("linear(n, 1) -> sigmoid -> bce", **settings).fit(X, TWO)
    peer = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000, class_weight="balanced").fit(X, TWO)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), rtol=1e-5)
    np.testing.assert_allclose(model.decision_function(X), peer.decision_function(X), rtol=1e-5)


def test_balance_is_that_of_the_training_part():
    settings: Any = dict(epochs=3, validation=0.3, seed=4)
    training, _ = split(len(X), 0.3, 4, np.unique(Y, return_inverse=True)[1])
    weights = dict(zip(*np.unique(Y[training], return_counts=True), strict=True))
    same(
        Classifier(class_weight="balanced", **settings).fit(X, Y),
        Classifier(class_weight={name: 1 / count for name, count in weights.items()}, **settings).fit(X, Y),
    )


def test_weights_of_classes_help_the_rare_one():
    plain, balanced = (Classifier(epochs=50, class_weight=w).fit(X, TWO) for w in (None, "balanced"))
    rare = TWO == "yes"
    assert (balanced.predict(X[rare]) == "yes").mean() > (plain.predict(X[rare]) == "yes").mean()


def test_partial_fit_takes_a_dictionary_and_refuses_balance():
    weight = {"yes": 5.0}
    one = Classifier(class_weight=weight).partial_fit(X, TWO).partial_fit(X, TWO)
    by_rows = np.where(TWO == "yes", 5.0, 1.0)
    other = Classifier().partial_fit(X, TWO, sample_weight=by_rows).partial_fit(X, TWO, sample_weight=by_rows)
    same(one, other)
    with pytest.raises(DeltaruleError, match="needs all rows at once; partial_fit sees some"):
        Classifier(class_weight="balanced").partial_fit(X, TWO)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("balance", "class_weight is 'balance'"),
        (3, "class_weight is 3; it must be a dictionary of numbers by class"),
        ({"yess": 2}, "class_weight names the class 'yess'"),
        ({1: 2}, "class_weight names the class 1; the target holds 'no', 'yes'"),
        ({"yes": 0}, "class_weight of 'yes' is 0; it must be a number in (0, inf)"),
        ({"yes": "2"}, "class_weight of 'yes' is '2'; it must be a number"),
        ({"yes": np.nan}, "class_weight of 'yes' is nan; it must be a number"),
    ],
)
def test_what_is_no_class_weight_is_said(wanted: Any, words: str):
    with pytest.raises(DeltaruleError) as caught:
        Classifier(class_weight=wanted).fit(X, TWO)
    assert words in str(caught.value)


def test_classes_that_are_numbers_or_booleans_are_weighted_too():
    for y, wanted in ((TWO == "yes", {True: 4}), ((TWO == "yes") * 1, {1: 4.0}), ((TWO == "yes") * 2.0, {2: 4})):
        one = Classifier(epochs=2, class_weight=wanted).fit(X, y)
        same(one, Classifier(epochs=2).fit(X, TWO, sample_weight=np.where(TWO == "yes", 4.0, 1.0)))
