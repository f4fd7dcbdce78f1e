"""The options of `train` come from the table of settings: names, defaults, what is allowed."""

from __future__ import annotations

import argparse

import numpy as np
import pytest

from deltarule.commands.training_options import add_training_options, training_settings
from deltarule.training import Classifier, Regressor, load_dataset, load_model, split
from deltarule.training.settings import SETTINGS

LATER = {"warm_start", "engine"}
"""One needs a model to go on with, the other is the command's own."""


def settings(line: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    add_training_options(parser)
    return training_settings(parser.parse_args(line.split()))


def test_every_setting_has_its_option_and_its_default():
    found = settings("")
    assert set(SETTINGS) - LATER - {"class_weight"} <= set(found)
    for name in set(found) & set(SETTINGS) - {"validation"}:
        assert found[name] == SETTINGS[name].default
    assert found["validation"] == 0.2
    given = Classifier().get_params()
    assert all(given[name] == value for name, value in found.items() if name not in ("validation",))
    Regressor(**found)  # type: ignore[arg-type]


def test_options_are_read_by_their_kind():
    found = settings("--early-stopping --patience 3 --min-improvement 0.01 --no-standardise --missing error --seed 5 "
                     "--class-weight yes=5,no=1 --clip-norm 2 --decay coupled --batch-size auto")  # fmt: skip
    assert (found["early_stopping"], found["patience"], found["min_improvement"]) == (True, 3, 0.01)
    assert (found["standardise"], found["missing"], found["seed"], found["clip_norm"]) == (False, "error", 5, 2.0)
    assert found["class_weight"] == {"yes": 5, "no": 1} and found["batch_size"] == "auto"
    assert settings("--class-weight balanced")["class_weight"] == "balanced"


def test_early_stopping_says_which_epoch_was_the_best(run):
    outcome = run("train breast_cancer --early-stopping --patience 4 --learning-rate 0.5 -q")
    data = run("train breast_cancer --early-stopping --patience 4 --learning-rate 0.5 -q --format json").data
    best = int(np.argmin(data["history"]["val_loss"])) + 1
    assert data["best_epoch"] == best < data["epochs"]
    assert f"trained  {data['epochs']} epochs, parameters of epoch {best} (lowest loss" in outcome.out
    assert run("train iris --epochs 2 -q --format json").data["best_epoch"] is None


def test_weights_of_classes_reach_the_training(run, folder):
    data = load_dataset("breast_cancer")
    target = "diagnosis"
    X, y = data.features([name for name in data.columns if name != target]), data.labels(target)
    rare = min(np.unique(y), key=lambda c: (y == c).sum())
    for given, weight in (("balanced", "balanced"), (f"{rare}=7", {rare: 7})):
        run(f"train breast_cancer --epochs 3 --class-weight {given} -q -o model")
        expected = Classifier(epochs=3, class_weight=weight, validation=0.2).fit(X, y)  # type: ignore[arg-type]
        np.testing.assert_allclose(load_model(folder / "model").parameters_["W_1"], expected.parameters_["W_1"])


def test_classes_that_are_numbers_are_named_as_written(run, folder):
    run("train digits --epochs 2 --class-weight 3=2 -q -o model")
    assert load_model(folder / "model").get_params()["class_weight"] == {3: 2}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("train diabetes --class-weight balanced", "class_weight is for classes; the target is a quantity"),
        ("train iris --class-weight setoso=3", "names the class 'setoso'; did you mean setosa?"),
        ("train iris --class-weight heavy", "it must be balanced, or as in yes=5,no=1"),
        ("train iris --class-weight setosa=-1", "class_weight of 'setosa' is -1; it must be a number in (0, inf)"),
        ("train iris --patience 0", "patience is 0; it must be an integer in [1, inf)"),
        ("train iris --patience some", "'some' is no value of patience; it must be an integer in [1, inf)"),
        ("train iris --min-improvement 1", "min_improvement is 1.0; it must be a number in [0, 1)"),
        ("train iris --early-stopping --validation 0", "early_stopping judges by rows held out"),
        ("train iris --validation 1.5", "validation is 1.5; it must be a number in [0, 1)"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(run, line: str, words: str):
    outcome = run(line)
    assert outcome.code == 2 and words in outcome.error


def test_rows_held_out_are_those_that_the_model_never_saw(run, folder):
    run("train wine --early-stopping --epochs 5 -q -o model")
    data = load_dataset("wine")
    model = load_model(folder / "model")
    y = data.labels("cultivar")
    training, _ = split(len(y), 0.2, 0, y)
    X = data.features([name for name in data.columns if name != "cultivar"])
    assert model.standardisation_ is not None
    np.testing.assert_allclose(model.standardisation_.mean, X[training].mean(0))
