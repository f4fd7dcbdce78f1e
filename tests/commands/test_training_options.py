"""The options of `train` that say how, the range test with its picture, and `emit --optimiser`."""

from __future__ import annotations

import json
import math

import pytest

LINE = "train wine --epochs 5 -q --format json"


def test_settings_reach_the_training_and_the_model_remembers_them(run, folder):
    outcome = run(
        f"{LINE} --optimiser adam --optimiser-options beta_1=0.8,epsilon=1e-6 --schedule step "
        "--schedule-options every=2,factor=0.5 --weight-decay 0.01 --decay decoupled --l1 0.001 --l2 0.002 "
        "--regularised W_1 --clip-value 1 --clip-norm 2 --initialiser he_normal -o model"
    )
    assert outcome.code == 0
    settings = json.loads((folder / "model" / "model.json").read_text())["settings"]
    expected = {
        "optimiser": "adam",
        "optimiser_options": {"beta_1": 0.8, "epsilon": 1e-6},
        "schedule": "step",
        "schedule_options": {"every": 2, "factor": 0.5},
        "weight_decay": 0.01,
        "decay": "decoupled",
        "l1": 0.001,
        "l2": 0.002,
        "regularised": "W_1",
        "clip_value": 1.0,
        "clip_norm": 2.0,
        "initialiser": "he_normal",
    }
    assert {name: settings[name] for name in expected} == expected


def test_each_setting_changes_what_is_learned(run):
    plain = run(LINE).data["history"]
    for more in (
        "--optimiser momentum",
        "--schedule cosine",
        "--weight-decay 0.1",
        "--l1 0.1",
        "--l2 0.1",
        "--clip-value 0.001",
        "--clip-norm 0.01",
        "--initialiser glorot_uniform",
        "--initialiser 0.1",
    ):
        assert run(f"{LINE} {more}").data["history"] != plain, more


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("--optimiser adma", "no optimiser 'adma'; did you mean adam"),
        ("--optimiser adam --optimiser-options beta1=0.9", "the optimiser adam has no option 'beta1'; did you mean"),
        ("--optimiser-options momentum", "'momentum' is no option with its number, as in momentum=0.95"),
        ("--optimiser-options momentum=much", "'momentum=much' is no option with its number"),
        ("--schedule cosin", "no schedule 'cosin'; did you mean cosine"),
        ("--clip-norm 0", "clip_norm is 0.0; it must be a number in (0, inf)"),
        ("--initialiser he", "'he' is no value of initialiser; it must be"),
        ("--regularised V", "regularised names 'V'"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(run, more, words):
    outcome = run(f"{LINE} {more}")
    assert outcome.code == 2 and words in outcome.error and "Traceback" not in outcome.error


def test_a_learning_rate_is_found_and_drawn(run, folder):
    pytest.importorskip("matplotlib")
    outcome = run("train wine --find-learning-rate -q -o rates.svg --optimiser adam")
    assert outcome.code == 0 and "try      --learning-rate" in outcome.out
    assert (folder / "rates.svg").read_text().count("<svg") == 1
    data = run("train wine --find-learning-rate -q --format json --optimiser adam").data
    assert data["schema"] == 1 and f"--learning-rate {data['suggestion']:g}:" in outcome.out
    assert data["rates"][0] == pytest.approx(1e-5) and len(data["rates"]) == len(data["losses"])
    assert all(math.isfinite(loss) for loss in data["losses"])


def test_a_picture_of_no_known_kind_is_refused_before_anything_runs(run, folder):
    outcome = run("train wine --find-learning-rate -q -o model")
    assert outcome.code == 2 and "-o names a picture that ends in .svg, .png, .pdf" in outcome.error
    assert not list(folder.iterdir())


def test_emit_shows_the_equations_of_the_optimiser(run):
    plain = run('emit "linear(3, 1) -> sigmoid -> bce"').out
    assert plain == run('emit "linear(3, 1) -> sigmoid -> bce" --optimiser sgd').out and "update(" not in plain
    adam = run('emit "linear(3, 1) -> sigmoid -> bce" --optimiser adam').out
    assert "    # v <- beta_2 * v + (1 - beta_2) * gradient**2\n    v *= beta_2\n" in adam
    assert run('emit "linear(3, 1) -> sigmoid" --optimiser adam').code == 2
    assert "did you mean adam" in run('emit "linear(3, 1) -> sigmoid -> bce" --optimiser adma').error


def test_a_schedule_can_be_shown(run):
    text = run("show reduce_on_plateau").out
    assert "waited <- where(waited > patience, 0, waited)" in text and "best starts at inf" in text
    assert run("show one_cycle --format json").data["schedule"]["options"]["share"]["default"] == 0.3
