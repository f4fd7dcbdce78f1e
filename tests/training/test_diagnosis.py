"""Each symptom is provoked in a real training and found; trainings that go well are not accused of anything."""

from __future__ import annotations

import math
import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine, make_moons

from deltarule.training import Classifier, Regressor
from deltarule.training.diagnosis import SYMPTOMS, usual_change
from deltarule.training.notes import TrainingWarning, heard_by
from deltarule.training.optimisers import OPTIMISERS
from deltarule.training.watching import FEWEST, MOST, SHARE, Watch

DATA: dict[str, Any] = {
    "breast_cancer": lambda: load_breast_cancer(return_X_y=True),
    "iris": lambda: load_iris(return_X_y=True),
    "wine": lambda: load_wine(return_X_y=True),
    "digits": lambda: load_digits(return_X_y=True),
    "moons": lambda: make_moons(400, noise=0.2, random_state=0),
    "diabetes": lambda: load_diabetes(return_X_y=True),
    "noise": lambda: (np.random.default_rng(0).normal(size=(2000, 3)), np.random.default_rng(1).integers(0, 2, 2000)),
}


def watched(data: str, network: str | None = None, **settings: Any) -> Watch:
    """The watch of a training with a fifth held out."""
    watch = Watch()
    kind = Regressor if data == "diabetes" else Classifier
    with heard_by(lambda text: None):
        kind(network, callbacks=[watch], **{"validation": 0.2, **settings}).fit(*DATA[data]())
    return watch


def deep(function: str, layers: int, units: int = 16) -> str:
    inner = f"linear({units}, {units}) -> {function} -> " * layers
    return f"linear(n, {units}) -> {function} -> {inner}linear({units}, k) -> softmax -> cross_entropy"


SICK: dict[str, tuple[str, dict[str, Any]]] = {
    # how it is provoked: the symptom that is then named
    "a rate that kills a layer of relu": (
        "dead_units",
        dict(data="breast_cancer", learning_rate=5.0, epochs=30,
             network="linear(n, 32) -> relu -> linear(32, 32) -> relu -> linear(32, 1) -> sigmoid -> bce"),
    ),
    "weights that start at 0": ("dead_units", dict(data="wine", initialiser=0.0, epochs=40)),
    "raw columns into tanh": (
        "saturation",
        dict(data="breast_cancer", standardise=False, epochs=40,
             network="linear(n, 32) -> tanh -> linear(32, 1) -> sigmoid -> bce"),
    ),
    "raw columns into sigmoid": (
        "saturation",
        dict(data="breast_cancer", standardise=False, epochs=40,
             network="linear(n, 32) -> sigmoid -> linear(32, 1) -> sigmoid -> bce"),
    ),
    "six layers of sigmoid": ("vanishing", dict(data="iris", network=deep("sigmoid", 5), epochs=60)),
    "large weights through seven layers": (
        "exploding",
        dict(data="breast_cancer", epochs=10, initialiser=0.5, learning_rate=1e-9,
             network=f"linear(n, 32) -> leaky_relu -> {'linear(32, 32) -> leaky_relu -> ' * 6}linear(32, 1) "
             "-> sigmoid -> bce"),
    ),
    "a rate that makes a regression diverge": (
        "rate_too_large",
        dict(data="diabetes", learning_rate=0.9, epochs=40,
             network="linear(n, 32) -> tanh -> linear(32, 1) -> squared_error"),
    ),
    "a rate that makes the loss jump": (
        "oscillation",
        dict(data="breast_cancer", learning_rate=30.0, epochs=40, batch_size=20,
             network="linear(n, 1) -> sigmoid -> bce"),
    ),
    "a rate that is far too small": ("no_progress", dict(data="wine", learning_rate=1e-6, epochs=40)),
    "a target that the columns do not tell": (
        "no_progress",
        dict(data="noise", epochs=40, network="linear(n, 1) -> sigmoid -> bce"),
    ),
    "many units for few rows": (
        "overfitting",
        dict(data="diabetes", optimiser="adam", learning_rate=0.01, epochs=300,
             network="linear(n, 128) -> relu -> linear(128, 1) -> squared_error"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", SICK)
def test_what_goes_wrong_is_named(how):
    symptom, settings = SICK[how]
    watch = watched(**settings)
    named = [finding.name for finding in watch.findings]
    # That the loss does not fall, or rises, follows from most of them.
    assert symptom in named and set(named) <= {symptom, "no_progress", "rate_too_large", "oscillation"}
    for finding in watch.findings:
        assert finding.remedy and finding.what and "remedy: " in finding.text
        assert finding.as_json()["threshold"] == finding.threshold


def test_every_symptom_is_provoked_above():
    assert {symptom.name for symptom in SYMPTOMS} == {name for name, _ in SICK.values()}


HEALTHY = [
    # data, network, epochs
    *((data, None, 200) for data in ("iris", "wine", "moons")),
    ("breast_cancer", None, 100),
    ("digits", None, 30),
    ("diabetes", None, 60),
    ("digits", "linear(n, k) -> softmax -> cross_entropy", 30),
    ("breast_cancer", "linear(n, 1) -> sigmoid -> bce", 100),
    ("iris", "linear(n, 32) -> tanh -> linear(32, 16) -> tanh -> linear(16, k) -> softmax -> cross_entropy", 100),
    ("wine", "linear(n, 32) -> sigmoid -> linear(32, k) -> softmax -> cross_entropy", 100),
    ("moons", "linear(n, 64) -> relu -> linear(64, 32) -> relu -> linear(32, 1) -> sigmoid -> bce", 100),
]


@pytest.mark.parametrize(("data", "network", "epochs"), HEALTHY)
def test_a_training_that_goes_well_is_accused_of_nothing(data, network, epochs):
    assert [finding.text for finding in watched(data, network, epochs=epochs).findings] == []


def test_a_training_that_has_converged_is_accused_of_nothing():
    watch = watched("diabetes", "linear(n, 1) -> squared_error", epochs=200, learning_rate=0.1)
    assert watch.findings == ()  # the loss is flat, but at half of a constant's


@pytest.mark.slow
@pytest.mark.parametrize("data", [name for name in DATA if name != "noise"])
def test_the_defaults_are_accused_of_nothing(data):
    assert [finding.text for finding in watched(data).findings] == []


@pytest.mark.slow
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("data", [name for name in DATA if name != "noise"])
def test_no_optimiser_at_its_own_rate_is_accused(data, optimiser):
    for seed in range(3):
        found = watched(data, optimiser=optimiser, epochs=60 if data != "digits" else 20, seed=seed).findings
        assert [finding.text for finding in found if finding.name != "overfitting"] == []


def test_a_finding_is_a_warning_once():
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        Classifier(learning_rate=1e-7, epochs=10, callbacks=[Watch()]).fit(*DATA["wine"]())
    said = [str(w.message) for w in heard if issubclass(w.category, TrainingWarning)]
    assert len(said) == 1 and said[0].startswith("the loss does not fall: ")
    assert heard[0].filename == __file__


def test_looks_are_a_small_share_of_the_updates():
    for rows, epochs, batch in ((150, 300, 50), (150, 2, 50), (1797, 20, 32), (150, 1, 150)):
        X, y = DATA["digits"]()
        watch = Watch()
        Classifier("linear(n, k) -> softmax -> cross_entropy", epochs=epochs, batch_size=batch, callbacks=[watch]).fit(
            X[:rows], y[:rows]
        )
        updates = math.ceil(rows / batch) * epochs
        looks = [look for look in watch.looks if look.change]
        assert len(looks) == min(updates, max(FEWEST, min(MOST, round(SHARE * updates))))
        assert looks[0].update == 0 and (looks[-1].update, looks[-1].epoch) == (updates - 1, epochs)


def test_the_figures_of_a_look_are_those_of_the_network():
    """|δ| and |ΔW|/|W| of the first update of a logistic regression, written out."""
    X, y = DATA["breast_cancer"]()
    X = (X - X.mean(0)) / X.std(0)
    watch = Watch()
    network = "linear(n, 1) -> sigmoid -> bce"
    model = Classifier(network, epochs=1, batch_size=len(y), learning_rate=0.5, callbacks=[watch]).fit(X, y)
    start = model.program_.initialise(model.seed_)
    delta = 1 / (1 + np.exp(-(X @ start["w"] + start["b"]))) - y
    first = watch.looks[0]
    assert first.delta["w"] == pytest.approx(np.sqrt((delta[:512] ** 2).mean()))
    change = 0.5 * (delta @ X) / len(y)
    assert first.change["w"] == pytest.approx(np.linalg.norm(change) / np.linalg.norm(start["w"]))
    assert usual_change(watch) == pytest.approx(first.change["w"])
    p = y.mean()
    assert watch.chance == pytest.approx(-p * np.log(p) - (1 - p) * np.log(1 - p))
    assert [layer.name for layer in watch.layers] == ["linear"] and watch.activities == []


def test_a_constants_loss_is_the_least_that_a_constant_can_reach():
    assert watched("diabetes", epochs=200, batch_size=400).chance == pytest.approx(0.5, rel=0.1)
    assert watched("wine", epochs=200, batch_size=142).chance == pytest.approx(1.086, abs=0.01)


def test_the_documentation_has_every_symptom_with_its_threshold():
    page = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (?:above|below) ([\d.]+) \|[^|]*\|$", page, re.M))
    assert {name: float(value) for name, value in rows.items()} == {s.name: s.threshold for s in SYMPTOMS}


def test_a_unit_is_dead_only_if_it_was_so_in_each_of_the_last_looks():
    """Of two rows at a time many units are 0 for both, and other ones in the next batch."""
    watch = watched(
        "wine", "linear(n, 40) -> relu -> linear(40, k) -> softmax -> cross_entropy", epochs=3, batch_size=2
    )
    (name,) = watch.dead_at_end
    assert all(look.dead[name] > 0.1 for look in watch.looks)
    assert watch.dead_at_end[name] < 0.5 * min(look.dead[name] for look in watch.looks[-2:])


def test_a_watched_estimator_is_pickled_and_cloned():
    X, y = DATA["iris"]()
    model: Any = Classifier(epochs=3, callbacks=[Watch()]).fit(X, y)
    again = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert again.score(X, y) == model.score(X, y)
    assert len(again.callbacks[0].looks) == len(model.callbacks[0].looks) > 3
    other: Any = clone(model)
    other.fit(X, y)
    assert other.callbacks[0] is not model.callbacks[0]
    assert other.callbacks[0].looks[-2].delta == model.callbacks[0].looks[-2].delta
