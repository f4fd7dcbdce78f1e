"""`train`, `predict`, `evaluate` from end to end, and the line of progress."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from deltarule.commands import progress as progress_module
from deltarule.commands.progress import Progress
from deltarule.training import Classifier, EpochReport


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


def test_the_figures_have_intervals(run):
    outcome = run("train breast_cancer --epochs 10 -q")
    assert "95 % interval" in outcome.out and "bootstrap (BCa), 2000 resamples within each class, seed 0" in outcome.out
    for label in ("accuracy", "balanced accuracy", "F1 (macro)", "log loss", "Brier score", "ROC AUC", "PR AUC"):
        row = next(line for line in outcome.out.splitlines() if line.startswith(f"{label} "))
        training, held, low, to, high = row[len(label) :].split()
        assert to == "to" and float(low) <= float(held) <= float(high) and float(training)
    data = run("train breast_cancer --epochs 10 -q --format json").data
    low, high = data["intervals"]["intervals"]["roc_auc"]
    assert low < data["held_out"]["roc_auc"] < high and data["intervals"]["method"] == "BCa"
    bare = run("train iris --epochs 10 -q --validation 0").out
    assert "no row was held out" in bare and "held out  " not in bare


def test_a_page_is_written_beside_the_result(run, folder):
    outcome = run("train wine --epochs 10 --report wine.html -q")
    assert outcome.code == 0 and "report in wine.html" in outcome.out and outcome.error == ""
    assert (folder / "wine.html").read_text().startswith("<!DOCTYPE html>")


def test_a_page_that_cannot_be_written_is_said_before_the_training(refused):
    assert "there is no folder nowhere" in refused("train wine --epochs 100000 --report nowhere/wine.html")
    assert "trains no model to report on" in refused("train wine --find-learning-rate --report wine.html")


def test_what_goes_wrong_is_said_once(run):
    outcome = run("train wine --epochs 10 --learning-rate 1e-7 --format json")
    said = [line for line in outcome.error.splitlines() if line.startswith("deltarule: ")]
    assert len(said) == 1 and said[0].startswith("deltarule: the loss does not fall: ")
    assert [f["name"] for f in outcome.data["findings"]] == ["no_progress"]
    assert "deltarule:" not in run("train wine --epochs 30").error


def report(epoch: int, epochs: int = 100) -> EpochReport:
    figures = {"loss": 0.5, "accuracy": 0.9, "val_loss": 0.6, "val_accuracy": 0.85}
    return EpochReport(epoch, epochs, figures, 123456.0, 3.2, 0.05)


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line_that_is_written_over(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen()
    with Progress(stream=screen) as progress:
        for epoch in (1, 2, 100):
            progress.on_epoch(report(epoch))
    states = screen.getvalue().removesuffix("\n").split("\r")[1:]
    assert len(states) == 2  # the second epoch came too soon to be shown
    assert all(len(state) < 80 for state in states)
    assert states[-1].rstrip() == "epoch 100/100  loss 0.5000  held out 0.6000  accuracy 0.8500  123k rows/s  done"
    assert screen.getvalue().count("\n") == 1


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_progress_fits_the_terminal_and_tells_what_there_is_room_for(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    screen = Screen()
    Progress(stream=screen).on_epoch(report(7))
    line = screen.getvalue().strip("\r")
    assert len(line) < width and line.startswith("epoch   7/100  ")
    assert ("η 0.05" in line) == (width >= 100) and ("3 s left" in line) == (width >= 80)


def test_progress_elsewhere_is_a_line_now_and_then():
    stream = io.StringIO()
    with Progress(stream=stream) as progress:
        for epoch in range(1, 101):
            progress.on_epoch(report(epoch))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[0] == "epoch   1/100  loss 0.5000  held out 0.6000  accuracy 0.8500  rate 0.05  123k rows/s  3 s left"
    assert lines[-1] == "epoch 100/100  loss 0.5000  held out 0.6000  accuracy 0.8500  rate 0.05  123k rows/s  done"


def test_progress_is_told_within_long_epochs(monkeypatch):
    """A clock that runs a second with each look at it: three epochs of fifty batches take minutes."""
    clock = itertools.count()
    monkeypatch.setattr(progress_module, "monotonic", lambda: float(next(clock)))
    for stream, most in ((io.StringIO(), 13), (Screen(), 200)):
        clock = itertools.count()
        with Progress(stream=stream) as progress:
            Classifier("linear(4, 3) -> softmax -> cross_entropy", epochs=3, batch_size=3, callbacks=[progress]).fit(
                *load_iris(return_X_y=True)
            )
        told = [state.rstrip() for state in stream.getvalue().replace("\r", "\n").splitlines() if state]
        within = [state for state in told if re.match(r"epoch \d/3 \d+ %  ", state)]
        assert len(within) >= 6 and len(told) <= most and told[-1].startswith("epoch 3/3  ")
        done = [int(state.split("/3 ")[1].split()[0]) + 100 * int(state[6]) for state in within]
        assert done == sorted(done) and all(" left" in state and "rows/s" in state for state in within)


def test_progress_costs_no_look_where_epochs_are_short():
    progress = Progress(stream=io.StringIO())
    looked: list[int] = []
    progress.on_batch = looked.append  # type: ignore[method-assign,assignment]
    Classifier("linear(4, 3) -> softmax -> cross_entropy", epochs=5, batch_size=30, callbacks=[progress]).fit(
        *load_iris(return_X_y=True)
    )
    assert looked == []


def test_progress_that_nobody_reads_stops_no_training():
    class Gone(Screen):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    Progress(stream=Gone()).on_epoch(report(1))
    quiet = io.StringIO()
    Progress(quiet=True, stream=quiet).on_epoch(report(1))
    assert quiet.getvalue() == ""
