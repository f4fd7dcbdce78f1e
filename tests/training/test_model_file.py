"""A model folder: what goes in comes out, nothing is half written, and nothing in it can do harm."""

from __future__ import annotations

import errno
import json
import os
import pickle
import random
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open

from deltarule.language.errors import DeltaruleError
from deltarule.training import Classifier, Regressor, load_model, save_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
CLASSES = np.where(X[:, 0] > 0, "yes", "no")


def models() -> list[tuple[Any, np.ndarray]]:
    three = np.digitize(X[:, 0], [-0.5, 0.5])
    return [
        (Classifier(epochs=3), CLASSES),
        (Classifier(epochs=3, dtype="float32", validation=0.2, seed=4), three),
        (Classifier("linear(n, 1) -> sigmoid -> bce", epochs=3, standardise=False), X[:, 0] > 0),
        (Regressor(epochs=3), X[:, 0] * 100),
        (Regressor(epochs=3), X[:, :2]),
        (Regressor("linear(1, 1) -> squared_error", epochs=3), X[:, 0]),
    ]


@pytest.mark.parametrize("case", range(6))
def test_a_loaded_model_is_the_saved_one(tmp_path, case):
    model, y = models()[case]
    A = X[:, :1] if case == 5 else X
    model.fit(A, y)
    save_model(model, tmp_path / "m", {"target": "t"})
    again = load_model(tmp_path / "m")
    assert type(again) is type(model) and again.history_ == model.history_ and again.about_ == {"target": "t"}
    np.testing.assert_array_equal(again.predict(A), model.predict(A))
    assert again.predict(A).dtype == model.predict(A).dtype
    if isinstance(model, Classifier) and isinstance(again, Classifier):
        np.testing.assert_array_equal(again.predict_proba(A), model.predict_proba(A))
    more, same = again.partial_fit(A, y), model.partial_fit(A, y)
    for name, value in same.parameters_.items():
        np.testing.assert_array_equal(more.parameters_[name], value)


def test_names_of_columns_are_kept(tmp_path):
    model = Classifier(epochs=2).fit(pd.DataFrame(X, columns=["a", "b", "größe"]), CLASSES)
    save_model(model, tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert list(again.feature_names_in_) == ["a", "b", "größe"]
    with pytest.raises(ValueError, match="feature names"):
        again.predict(pd.DataFrame(X, columns=["a", "b", "c"]))


def test_a_folder_holds_safetensors_and_json_and_the_same_model_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        save_model(Classifier(epochs=2).fit(X, CLASSES), tmp_path / name)
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert files[0] == "model.json" and files[1].endswith(".safetensors") and len(files) == 2
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    with safe_open(tmp_path / "one" / files[1], "numpy") as tensors:
        assert set(tensors.keys()) == {"W_1", "b_1", "w_2", "b_2"}


def test_no_model_is_pickled(tmp_path, monkeypatch):
    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("pickle was used")

    for name in ("dump", "dumps", "load", "loads", "Pickler", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    save_model(Classifier(epochs=2).fit(X, CLASSES), tmp_path / "m")
    load_model(tmp_path / "m").predict(X)


STATES = [
    {"optimiser": "adam"},
    {"optimiser": "momentum", "dtype": "float32", "clip_norm": 1.0},
    {"optimiser": "adamw", "schedule": "warmup_cosine", "epochs": 9},
    {"optimiser": "rmsprop", "schedule": "reduce_on_plateau", "schedule_options": {"patience": 0}},
    {"schedule": "reduce_on_plateau", "l1": 0.01, "regularised": ["W_1"]},
]


@pytest.mark.parametrize("settings", STATES)
def test_a_loaded_model_goes_on_as_if_it_had_not_been_saved(tmp_path, settings):
    model = Classifier(batch_size=10, **settings)
    for _ in range(3):
        model.partial_fit(X, CLASSES)
    save_model(model, tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert isinstance(again, Classifier) and again.optimiser_state_.updates == 12
    for _ in range(3):
        model.partial_fit(X, CLASSES)
        again.partial_fit(X, CLASSES)
    assert again.history_ == model.history_ and again.get_params()["regularised"] == model.regularised
    for name, value in model.parameters_.items():
        assert value.tobytes() == again.parameters_[name].tobytes()


def test_a_loaded_model_is_fitted_anew_like_the_one_that_was_saved(tmp_path):
    frame = pd.DataFrame({"size": ["S", "M", "L", "M"] * 10, "code": [1, 2, 3, 1] * 10, "x": X[:, 0]})
    model = Classifier(epochs=3, categorical=["code"], ordinal={"size": ("S", "M", "L")}).fit(frame, CLASSES)
    save_model(model, tmp_path / "m")
    again = load_model(tmp_path / "m")
    assert again.encoder_ == model.encoder_ and again.categorical == ["code"] and again.ordinal == {"size": list("SML")}
    again.fit(frame, CLASSES)  # type: ignore[arg-type]
    assert again.encoder_ == model.encoder_
    for name, value in model.parameters_.items():
        assert value.tobytes() == again.parameters_[name].tobytes()


def test_an_optimisers_state_that_does_not_fit_is_refused(tmp_path):
    import hashlib

    from safetensors.numpy import load, save

    save_model(Classifier("linear(n, 1) -> sigmoid -> bce", optimiser="adam", epochs=2).fit(X, CLASSES), tmp_path / "m")
    document = json.loads((tmp_path / "m" / "model.json").read_bytes())
    state = document["optimiser_state"]
    tensors = load((tmp_path / "m" / state["file"]).read_bytes())
    assert set(tensors) == {"w/m", "w/v", "b/m", "b/v"}
    for change, words in (
        ({"w/m": np.zeros(2)}, "does not fit the weights of 'w'"),
        ({"q/m": np.zeros(3)}, "does not fit the weights of 'q'"),
        ({"w/m": np.full(3, np.inf)}, "must be finite numbers"),
    ):
        content = save(tensors | change)
        document["optimiser_state"] = {**state, "sha256": hashlib.sha256(content).hexdigest()}
        (tmp_path / "m" / state["file"]).write_bytes(content)
        (tmp_path / "m" / "model.json").write_text(json.dumps(document))
        with pytest.raises(DeltaruleError, match=words):
            load_model(tmp_path / "m")
    for wrong in ({}, {**state, "file": "../x"}, {**state, "updates": -1}, {**state, "schedule": {"best": "x"}}):
        (tmp_path / "m" / "model.json").write_text(json.dumps({**document, "optimiser_state": wrong}))
        with pytest.raises(DeltaruleError, match="optimiser_state must be the state"):
            load_model(tmp_path / "m")


def test_a_model_written_before_the_state_was_kept_is_read(saved, tmp_path):
    document = json.loads((saved / "model.json").read_bytes())
    del document["optimiser_state"]
    document["settings"] = {k: v for k, v in document["settings"].items() if k not in ("categorical", "ordinal")}
    loaded = load_model(changed(saved, tmp_path / "m", json.dumps(document).encode()))
    assert loaded.optimiser_state_.updates == 0 and loaded.categorical is None


# Whole or not at all -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("call", range(4))
def test_a_full_disk_leaves_the_old_model_or_nothing(tmp_path, monkeypatch, there, call):
    folder, old = tmp_path / "m", Classifier(epochs=2).fit(X, CLASSES)
    if there:
        save_model(old, folder)
    before = sorted(p.name for p in folder.iterdir()) if there else []
    calls, real = [0], os.fsync

    def full(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] == call + 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    new = Classifier(epochs=4).fit(X, CLASSES)
    try:
        save_model(new, folder)
        failed = False
    except DeltaruleError as error:
        failed = True
        assert "no space left on device" in str(error)
    monkeypatch.undo()
    assert failed == (call in (0, 2))  # the others are of the folder, whose refusal is no harm
    assert [p.name for p in tmp_path.iterdir()] == (["m"] if there or not failed else [])
    if failed and there:
        assert sorted(p.name for p in folder.iterdir()) == before
    if folder.exists():
        expected = old if failed else new
        np.testing.assert_array_equal(load_model(folder).predict_proba(X), expected.predict_proba(X))  # type: ignore[union-attr]


def killed_while(write: Callable[[int], object], seconds: float) -> None:
    """Run `write(0)`, `write(1)`, ... in a process of its own, and kill that after a while."""
    child = os.fork()
    if child == 0:
        try:
            for k in count():
                write(k)
        finally:
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


@forking
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_kill_at_any_of_50_moments_leaves_one_whole_model(tmp_path):
    two = [Classifier(epochs=e).fit(X, X[:, 0] > 0) for e in (1, 2)]
    expected = [model.predict_proba(X) for model in two]
    save_model(two[0], tmp_path / "m")
    moments = random.Random(0)
    for _ in range(50):
        killed_while(lambda k: save_model(two[k % 2], tmp_path / "m"), moments.uniform(0.0, 0.03))
        found = load_model(tmp_path / "m").predict_proba(X)  # type: ignore[union-attr]
        assert any((found == e).all() for e in expected)


@forking
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_kill_while_new_models_are_written_leaves_each_whole_or_not_there(tmp_path):
    model = Classifier(epochs=1).fit(X, CLASSES)
    moments = random.Random(1)
    begun = time.perf_counter()
    save_model(model, tmp_path / "whole")
    one = (
        time.perf_counter() - begun
    )  # how long a save takes here: the kill falls before, within or after the next ones
    for run in range(20):
        killed_while(lambda k, run=run: save_model(model, tmp_path / f"m{run}_{k}"), one * moments.uniform(0.3, 6))
    written = [p for p in tmp_path.iterdir() if not p.name.startswith(".")]
    assert written
    for folder in written:
        load_model(folder)


def test_weights_that_a_killed_run_left_are_swept_away_in_time(tmp_path):
    save_model(Classifier(epochs=1).fit(X, CLASSES), tmp_path / "m")
    stray = tmp_path / "m" / "weights-0123456789abcdef.safetensors"
    fresh = tmp_path / "m" / "weights-fedcba9876543210.safetensors"
    stray.write_bytes(b"")
    fresh.write_bytes(b"")  # perhaps another process is writing it now
    os.utime(stray, (0, 0))
    save_model(Classifier(epochs=2).fit(X, CLASSES), tmp_path / "m")
    assert not stray.exists() and fresh.exists() and len(list((tmp_path / "m").iterdir())) == 3


def test_a_folder_that_is_no_model_is_not_touched(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    model = Classifier(epochs=1).fit(X, CLASSES)
    with pytest.raises(DeltaruleError, match="exists and is not a model"):
        save_model(model, tmp_path / "mine")
    with pytest.raises(DeltaruleError, match="exists and is not a model"):
        save_model(model, tmp_path / "mine" / "thesis.txt")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


# Wrong and hostile files ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    return save_model(Classifier(epochs=2).fit(X, CLASSES), tmp_path_factory.mktemp("models") / "m")


def changed(saved: Path, folder: Path, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for file in saved.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "model.json").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schema": 2}, "has schema 2; this version reads 1"),
        ({"schema": True}, "schema must be 1"),
        ({"kind": "transformer"}, 'kind must be "classifier" or "regressor"'),
        ({"kind": "regressor"}, "a regressor has no classes"),
        ({"network": 7}, "network must be the text of a network"),
        ({"network": "linear(3, 64) -> relu"}, "has no loss"),
        ({"network": "__import__('os').system('x')"}, "model.json"),
        ({"network": "linear(4, 64) -> relu -> linear(64, 1) -> sigmoid -> bce"}, "takes a vector of 4"),
        ({"network": "linear(3, 9) -> relu -> linear(9, 1) -> sigmoid -> bce"}, "the weights have the shapes"),
        ({"classes": ["a"]}, "classes must be a list of two or more"),
        ({"classes": ["yes", "no"]}, "ascending order"),
        ({"classes": ["a", "b", "c"]}, "gives 1 output, the target has 3 classes"),
        ({"classes": None}, "classes must be"),
        ({"two_axes": True}, "a classifier has no two_axes"),
        ({"features": 1e9}, "features must be"),
        ({"features": 4}, "encoder's columns are not the 4 features"),
        ({"feature_names": ["a"]}, "encoder's columns are not the 3 features"),
        ({"standardisation": {"mean": [0, 0, 0], "scale": [1, 0, 1]}}, "positive scales"),
        ({"standardisation": {"mean": [0, 0], "scale": [1, 1]}}, "a standardisation of 2 columns where 3 are needed"),
        ({"history": {"loss": ["x"]}}, "history must be"),
        ({"weights": "../../etc/passwd"}, "weights must be the name of the weights file"),
        ({"weights": "weights-0000000000000000.safetensors"}, "no such file"),
        ({"weights_sha256": "0" * 64}, "its SHA-256 differs"),
        ({"surprise": 1}, "unknown field 'surprise'"),
        ({"settings": {"epoch": 3}}, "settings has an unknown name 'epoch'; did you mean epochs"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_named(saved, tmp_path, changes, words):
    document = json.loads((saved / "model.json").read_bytes()) | changes
    with pytest.raises(DeltaruleError) as caught:
        load_model(changed(saved, tmp_path / "m", json.dumps(document).encode()))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not the JSON of a model"),
        (b"[]", "holds no JSON object"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"schema": ' + b"9" * 10_000 + b"}", "is not the JSON of a model"),
        (b'{"schema": NaN}', "NaN is not a number of JSON"),
        (b'{"schema": 1, "schema": 1}', "a key stands twice"),
        (b"\xff\xfe", "is not the JSON of a model"),
    ],
)
def test_json_that_is_no_model_is_refused(saved, tmp_path, content, words):
    with pytest.raises(DeltaruleError) as caught:
        load_model(changed(saved, tmp_path / "m", content))
    assert words in str(caught.value)


def test_weights_that_are_not_finite_numbers_of_the_right_kind_are_refused(saved, tmp_path):
    import hashlib

    from safetensors.numpy import load, save

    document = json.loads((saved / "model.json").read_bytes())
    tensors = load((saved / document["weights"]).read_bytes())
    for change, words in (
        ({"W_1": np.full((64, 3), np.nan)}, "W_1 must be finite"),
        ({"W_1": tensors["W_1"].astype(np.float32)}, "W_1 must be finite numbers of type float64"),
        ({"extra": np.zeros(1)}, "the weights have the shapes"),
    ):
        content = save(tensors | change)
        digest = {"weights_sha256": hashlib.sha256(content).hexdigest()}
        folder = changed(saved, tmp_path / "m", json.dumps(document | digest).encode())
        (folder / document["weights"]).write_bytes(content)
        with pytest.raises(DeltaruleError, match=words):
            load_model(folder)


def test_what_is_no_model_at_all_is_said_so(tmp_path):
    (tmp_path / "file").write_text("")
    for path, words in (("none", "does not exist"), (".", "it has no model.json"), ("file", "a model is a folder")):
        with pytest.raises(DeltaruleError, match=words):
            load_model(tmp_path / path)


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_of_a_byte_gives_anything_but_a_model_or_an_error_with_words(saved, tmp_path, data):
    content = bytearray((saved / "model.json").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        load_model(changed(saved, tmp_path / "m", bytes(content))).predict(X)
    except DeltaruleError as error:
        assert str(error)
