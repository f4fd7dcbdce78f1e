"""A training killed at any moment goes on from its checkpoint and ends with the bits of one that nothing stopped."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training import Callback, Classifier, load_model, train
from deltarule.training.checkpoint import Checkpoints
from deltarule.training.loop import Position
from deltarule.training.updating import Memory

SETTINGS = {
    "optimiser": "adam",
    "schedule": "reduce_on_plateau",
    "schedule_options": {"patience": 1},
    "epochs": 4,
    "batch_size": 20,
    "seed": 3,
}


def run(folder: Path, output: Path, **more) -> None:
    train("breast_cancer", output=output, checkpoint=folder, checkpoint_every=0.0, **{**SETTINGS, **more})


def bits(model: Path) -> tuple:
    found = load_model(model)
    state = found.optimiser_state_
    return (
        {name: value.tobytes() for name, value in found.parameters_.items()},
        {name: {k: v.tobytes() for k, v in states.items()} for name, states in state.arrays.items()},
        (state.updates, state.schedule, found.history_, found.n_epochs_),
    )


def resumed_until_done(folder: Path, output: Path, rng: random.Random, kills: int, longest: float, **more) -> int:
    """Run in processes of their own, each killed after a random time; how many were killed."""
    killed = 0
    while True:
        child = os.fork()
        if child == 0:
            try:
                run(folder, output, resume=True, **more)
                os._exit(0)
            finally:
                os._exit(1)
        deadline, gone, status = time.monotonic() + rng.uniform(0, longest), 0, 0
        while not gone and (killed >= kills or time.monotonic() < deadline):
            gone, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.002)
        if not gone:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == 0:
            return killed
        assert code == -signal.SIGKILL
        killed += 1


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return carried_out(tmp_path_factory.mktemp("whole"))


def carried_out(folder: Path, **more) -> tuple:
    """The bits of a training that nothing stops, and how long it takes."""
    for number in range(2):  # the second time nothing is imported or compiled
        began = time.monotonic()
        run(folder / f"c{number}", folder / f"m{number}", **more)
    return bits(folder / "m1"), time.monotonic() - began


def killed_so_often(times: int, seed: int, uninterrupted: tuple, folder: Path, **more) -> None:
    expected, seconds = uninterrupted
    rng, killed, number = random.Random(seed), 0, 0
    while killed < times:
        number += 1
        run_folder = folder / str(number)
        killed += resumed_until_done(run_folder / "c", run_folder / "m", rng, times - killed, seconds, **more)
        assert bits(run_folder / "m") == expected


def test_a_training_killed_at_ten_moments_ends_with_the_same_bits(uninterrupted, tmp_path):
    killed_so_often(10, 0, uninterrupted, tmp_path)


@pytest.mark.parametrize(
    "more", [{"optimiser": "adam", "ema": 0.9}, {"optimiser": "muon", "clip_norm": 1.0}], ids=["adam", "muon"]
)
def test_a_training_on_the_native_engine_killed_at_five_moments_ends_with_the_same_bits(tmp_path, more):
    more = {**more, "engine": "native", "epochs": 30}
    (tmp_path / "whole").mkdir()
    assert train("breast_cancer", **{**SETTINGS, **more, "epochs": 1}).model.engine_ == "native"
    killed_so_often(5, 4, carried_out(tmp_path / "whole", **more), tmp_path / "killed", **more)


@pytest.mark.slow
def test_a_training_killed_at_two_hundred_moments_ends_with_the_same_bits(uninterrupted, tmp_path):
    killed_so_often(200, 1, uninterrupted, tmp_path)


def test_early_stopping_goes_on_too(tmp_path):
    more = {"epochs": 60, "early_stopping": True, "patience": 2, "batch_size": 100, "learning_rate": 0.02}
    for number in range(2):  # the second time nothing is imported or compiled
        began = time.monotonic()
        run(tmp_path / f"whole{number}", tmp_path / "m", **more)
    seconds = time.monotonic() - began
    rng, killed, number = random.Random(2), 0, 0
    while killed < 3:
        number += 1
        output = tmp_path / f"n{number}"
        killed += resumed_until_done(tmp_path / f"c{number}", output, rng, 4, seconds, **more)
        assert bits(output) == bits(tmp_path / "m")
        assert load_model(output).n_epochs_ < 60


class Interrupt(Callback):
    """Presses Ctrl-C in the middle of an epoch."""

    def on_batch(self, report) -> None:
        if (report.epoch, report.batch) == (2, 7):
            signal.raise_signal(signal.SIGINT)


class Patient(Interrupt):
    def on_batch(self, report) -> None:
        pass


Patient.__name__ = "Interrupt"


def test_after_ctrl_c_the_training_goes_on_in_the_middle_of_the_epoch(uninterrupted, tmp_path):
    never = {"checkpoint_every": 1e9}
    train("breast_cancer", checkpoint=tmp_path / "c", callbacks=[Interrupt()], **never, **SETTINGS)
    assert json.loads((tmp_path / "c" / "checkpoint.json").read_bytes())["position"]["batches"] == 7
    more = {"callbacks": [Patient()], "resume": True, "output": tmp_path / "m"}
    result = train("breast_cancer", checkpoint=tmp_path / "c", **never, **more, **SETTINGS)
    assert not result.interrupted and bits(tmp_path / "m") == uninterrupted[0]


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    run(tmp_path / "c", tmp_path / "m")
    for more, words in (
        ({"learning_rate": 0.5}, "learning_rate was 0.001, is 0.5"),
        ({"epochs": 13}, "epochs was 4, is 13"),
        ({"network": "linear(n, 1) -> sigmoid -> bce"}, "network was"),
        ({"ignore": ["mean radius"]}, "network was"),
    ):
        with pytest.raises(DeltaruleError, match=f"of another run: {words}"):
            run(tmp_path / "c", tmp_path / "n", resume=True, **more)
    with pytest.raises(DeltaruleError, match="holds the checkpoint of a run"):
        run(tmp_path / "c", tmp_path / "n")
    with pytest.raises(DeltaruleError, match="--checkpoint FOLDER"):
        train("iris", resume=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(DeltaruleError, match="is no checkpoint"):
        run(tmp_path / "other", tmp_path / "n", resume=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d | {"schema": 9}, "not a checkpoint of this version"),
        (lambda d: d | {"state": "../../etc/passwd"}, "state must be the name"),
        (lambda d: d | {"state_sha256": "0" * 64}, "its SHA-256 differs"),
        (lambda d: d | {"position": {}}, "is not a checkpoint of this software"),
        (lambda d: d | {"history": {"loss": ["x"]}}, "is not a checkpoint of this software"),
        (lambda d: d | {"run": []}, "run must say"),
        (lambda d: [], "not a checkpoint of this version"),
    ],
)
def test_a_checkpoint_that_was_tampered_with_is_refused(tmp_path, change, words):
    folder = tmp_path / "c"
    model = Classifier(epochs=1, optimiser="adam")
    model.checkpoint = Checkpoints(folder, {}, every=0.0)
    X, y = np.eye(6), np.arange(6) % 2
    model.fit(X, y)
    document = json.loads((folder / "checkpoint.json").read_bytes())
    (folder / "checkpoint.json").write_text(json.dumps(change(document)))
    model.checkpoint = Checkpoints(folder, {}, resume=True)
    with pytest.raises(DeltaruleError, match=words):
        model.fit(X, y)


def test_what_a_callback_remembers_comes_back_as_it_was(tmp_path):
    class Remembers(Callback):
        kept: ClassVar[dict] = {
            "best": float("inf"),
            "count": 3,
            "at": {"W": np.arange(3.0), "deep": {"v": np.eye(2)}},
            "all": [1.5],
        }

        def state(self):
            return self.kept

        def restore(self, state):
            self.got = state

    X, y = np.eye(6), np.arange(6) % 2
    model = Classifier(epochs=1, callbacks=[Remembers()])
    model.checkpoint = Checkpoints(tmp_path / "c", {}, every=0.0)
    model.fit(X, y)
    again = Classifier(epochs=1, callbacks=[back := Remembers()])
    again.checkpoint = Checkpoints(tmp_path / "c", {}, resume=True)
    again.fit(X, y)
    got = back.got
    assert got["best"] == float("inf") and got["count"] == 3 and got["all"] == [1.5]
    np.testing.assert_array_equal(got["at"]["W"], np.arange(3.0))
    np.testing.assert_array_equal(got["at"]["deep"]["v"], np.eye(2))
    assert again.checkpoint.resumed == Position(1) and isinstance(again.optimiser_state_, Memory)
