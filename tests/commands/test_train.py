"""`train`, `predict`, `evaluate` from end to end, and the line of progress."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from deltarule.commands.progress import Progress
from deltarule.training.loop import EpochReport


def test_a_model_trained_saved_used_and_judged(run, folder):
    trained = run("train iris --epochs 40 --seed 1 -o flowers --format json")
    assert trained.code == 0
    data = trained.data
    assert data["schema"] == 1 and data["epochs"] == 40 and len(data["history"]["loss"]) == 40
    assert data["held_out"]["rows"] == 30 and data["model"] == "flowers"
    assert {"model.json"} < {p.name for p in (folder / "flowers").iterdir()}

    predicted = list(csv.DictReader(io.StringIO(run("predict flowers iris").out)))
    iris: Any = load_iris()
    y, names = iris.target, iris.target_names
    right = np.mean([row["species"] == names[k] for row, k in zip(predicted, y, strict=True)])
    assert right > 0.85
    for row in predicted:
        assert sum(float(row[f"probability_{name}"]) for name in names) == pytest.approx(1)
    judged = run("evaluate flowers iris --format json").data
    assert judged["schema"] == 1 and judged["accuracy"] == pytest.approx(right)
    assert np.trace(judged["confusion"]) == round(right * 150)
    as_json = run("predict flowers iris --format json").data
    assert as_json["predictions"] == [row["species"] for row in predicted]


def test_settings_reach_the_training(run):
    line = "train moons --network 'linear(2, 3) -> tanh -> linear(3, 1) -> sigmoid -> bce' --epochs 2 --format json -q"
    one = run(f"{line} --batch-size 10 --learning-rate 0.5 --seed 7").data
    assert one["network"].startswith("linear(2, 3) -> tanh") and one["seed"] == 7
    assert one["history"] == run(f"{line} --batch-size 10 --learning-rate 0.5 --seed 7").data["history"]
    assert one["history"] != run(f"{line} --batch-size 10 --learning-rate 0.5 --seed 8").data["history"]
    assert one["history"] != run(f"{line} --batch-size 20 --learning-rate 0.5 --seed 7").data["history"]


def test_a_network_for_training_may_stand_in_a_file(run, folder):
    (folder / "network.txt").write_text("linear(4, 3) -> softmax -> cross_entropy\n")
    data = run("train iris --network network.txt --epochs 2 -q --format json").data
    assert data["network"] == "linear(4, 3) -> softmax -> cross_entropy"


def test_columns_are_left_out_by_name(run):
    data = run("train iris --ignore 'petal width (cm)' --ignore 'petal length (cm)' --epochs 2 -q --format json").data
    assert data["features"] == ["sepal length (cm)", "sepal width (cm)"]


def test_quiet_training_says_nothing_but_the_result(run):
    outcome = run("train iris --epochs 2 -q")
    assert outcome.error == "" and "held out" in outcome.out


def test_regression_has_its_own_figures(run):
    out = run("train diabetes --network 'linear(10, 1) -> squared_error' --epochs 50 -q").out
    assert "R²" in out and "accuracy" not in out


def report(epoch: int, epochs: int = 100) -> EpochReport:
    figures = {"loss": 0.5, "accuracy": 0.9, "val_loss": 0.6, "val_accuracy": 0.85}
    return EpochReport(epoch, epochs, figures, 123456.0, 3.2)


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line_that_is_written_over(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen()
    with Progress(stream=screen) as progress:
        for epoch in (1, 2, 100):
            progress(report(epoch))
    states = screen.getvalue().removesuffix("\n").split("\r")[1:]
    assert len(states) == 2  # the second epoch came too soon to be shown
    assert all(len(state) < 80 for state in states)
    assert states[-1].startswith("epoch 100/100  ████████████  loss 0.5000  held out 0.6000  accuracy 0.8500")
    assert screen.getvalue().count("\n") == 1


def test_progress_elsewhere_is_a_line_now_and_then():
    stream = io.StringIO()
    with Progress(stream=stream) as progress:
        for epoch in range(1, 101):
            progress(report(epoch))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 11 and lines[-1] == "epoch 100/100  loss 0.5000  held out 0.6000  accuracy 0.8500"


def test_progress_that_nobody_reads_stops_no_training():
    class Gone(Screen):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    Progress(stream=Gone())(report(1))
    quiet = io.StringIO()
    Progress(quiet=True, stream=quiet)(report(1))
    assert quiet.getvalue() == ""
