"""A file larger than memory is trained on as one in memory is: same columns, same equations, same result."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.program import compile_network
from deltarule.training import load_model, predict, streaming_rows, streaming_store, train
from deltarule.training.numbering import Declarations
from deltarule.training.session import TrainingResult
from deltarule.training.streaming import Streamed, seen_by
from deltarule.training.windows import batches_of

ROWS = 5000
ALWAYS = "1B"


def frame_of(rows: int = ROWS) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(18, 80, rows).round(2),
            "income": (rng.lognormal(10, 1, rows)).round(0),
            "city": rng.choice(["Oslo", "Bergen", "Aalborg", "Ålesund"], rows, p=[0.6, 0.3, 0.09, 0.01]),
            "member": rng.choice(["yes", "no"], rows),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
            "size": rng.choice(["S", "M", "L"], rows),
            "code": rng.integers(1, 5, rows),
        }
    )
    score = frame.age / 30 + frame.income / 4e4 + (frame.city == "Oslo") + rng.normal(0, 0.3, rows)
    frame["since"] = frame["since"].dt.strftime("%Y-%m-%d")
    for name, share in (("income", 0.1), ("city", 0.05), ("size", 0.03)):
        frame.loc[rng.random(rows) < share, name] = None
    frame["buys"] = np.where(score > score.median(), "yes", "no")
    frame["spent"] = (score * 10).round(3)
    return frame


DECLARED = {"categorical": ["code"], "ordinal": {"size": ["S", "M", "L"]}}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "people.csv"
    frame_of().to_csv(path, index=False)
    return path


def both(file: Path, target: str, ignore: list[str], **settings) -> tuple[TrainingResult, TrainingResult]:
    settings = {"validation": 0, "epochs": 3, "batch_size": 64, **DECLARED, **settings}
    return tuple(train(file, target, ignore=ignore, memory=m, **settings) for m in (ALWAYS, "100GB"))  # type: ignore


def assert_same(a: TrainingResult, b: TrainingResult, tolerance: float = 1e-9) -> None:
    assert a.model.encoder_.names == b.model.encoder_.names
    for one, other in zip(a.model.encoder_.columns, b.model.encoder_.columns, strict=True):
        assert (one.name, one.kind, one.fill, one.indicator, one.categories) == (
            other.name, other.kind, other.fill, other.indicator, other.categories)  # fmt: skip
    for name, value in b.model.parameters_.items():
        np.testing.assert_allclose(a.model.parameters_[name], value, rtol=tolerance, atol=tolerance, err_msg=name)
    assert a.history["loss"] == pytest.approx(b.history["loss"], rel=tolerance)


@pytest.mark.parametrize(("target", "ignore"), [("buys", ["spent"]), ("spent", ["buys"])])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_fits_one_window_gives_the_model_of_a_table_in_memory(file, target, ignore, dtype):
    streamed, whole = both(file, target, ignore, dtype=dtype)
    assert_same(streamed, whole, 1e-9 if dtype == "float64" else 1e-3)
    assert streamed.training.figures() == pytest.approx(
        whole.training.figures(), rel=1e-6 if dtype == "float64" else 1e-2
    )
    assert streamed.summary.columns == whole.summary.columns and streamed.summary.warnings == whole.summary.warnings
    assert streamed.summary.classes == whole.summary.classes and streamed.task == whole.task
    assert (
        "is read in blocks" in streamed.summary.notes[0]
        and "more than 1e-06 MB (--memory)" in streamed.summary.notes[0]
    )


def small_windows(monkeypatch) -> None:
    monkeypatch.setattr(streaming_store, "CHUNK", 50)
    monkeypatch.setattr(streaming_rows, "CHUNK", 50)
    monkeypatch.setattr(streaming_rows, "WINDOW_BYTES", 1)


def read(file: Path, target: str = "spent", **settings) -> Streamed:
    return seen_by(
        file, target, "linear(n, 1) -> squared_error", lambda texts, few: "regression", ["buys"],
        Declarations(DECLARED["categorical"], DECLARED["ordinal"]), {"validation": 0.0, **settings},
    )  # fmt: skip


@pytest.mark.parametrize("batch", [32, 50, 333, 2000])
def test_every_row_comes_once_an_epoch_in_an_order_of_its_own(file, batch, monkeypatch):
    small_windows(monkeypatch)
    streamed = read(file)
    targets = streamed.training.store.read(0, ROWS)[:, -1]

    def order(seed: int, epoch: int) -> list[float]:
        parts = [data[1] for _, data in batches_of(streamed.training, batch, seed, epoch)]
        assert [len(p) for p in parts[:-1]] == [batch] * (len(parts) - 1) and len(parts) == -(-ROWS // batch)
        return np.concatenate(parts).tolist()

    scaled = streamed.model.as_target(targets)
    first = order(0, 1)
    assert sorted(first) == sorted(scaled.tolist()) and first == order(0, 1)
    assert len({tuple(order(s, e)) for s, e in ((0, 1), (0, 2), (1, 1))}) == 3
    place = {value: k for k, value in enumerate(scaled.tolist())}
    moved = np.abs(np.array([place[v] for v in first]) - np.arange(ROWS))
    assert moved.mean() > ROWS / 4  # of a full shuffle a third
    streamed.close()


def test_batches_in_the_same_order_give_the_same_parameters_as_in_memory(tmp_path, monkeypatch):
    small_windows(monkeypatch)
    file = tmp_path / "people.csv"
    frame_of(1500).to_csv(file, index=False)
    streamed = read(file, epochs=2, batch_size=64, learning_rate=0.05)
    whole = train(
        file,
        "spent",
        "linear(n, 1) -> squared_error",
        ignore=["buys"],
        memory="100GB",
        validation=0,
        epochs=1,
        **DECLARED,
    ).model
    table = pd.read_csv(file, dtype={"code": str, "size": str})
    frame = table.drop(columns=["buys", "spent"])
    X = whole.as_input(np.asarray(whole.encoder_.encode(_raw(whole, frame), _notes())))
    Y = whole.as_target(table["spent"].to_numpy())
    rows_of: dict[float, list[int]] = {}
    for row, value in enumerate(Y.tolist()):
        rows_of.setdefault(value, []).append(row)
    program = compile_network(whole.network_)
    parameters = program.initialise(0)
    for epoch in (1, 2):
        for _, (x, y, _) in batches_of(streamed.training, 64, 0, epoch):
            wanted = [rows_of[min(rows_of, key=lambda v: abs(v - value))] for value in y.tolist()]
            rows = [min(c, key=lambda r: float(np.abs(X[r] - one).max())) for c, one in zip(wanted, x, strict=True)]
            np.testing.assert_allclose(x, X[rows], atol=1e-9)
            program.step(parameters, X[rows], Y[rows], 0.05)
    streamed.train()
    for name, value in parameters.items():
        np.testing.assert_allclose(streamed.model.parameters_[name], value, atol=1e-9)
    streamed.close()


def _raw(model, frame):
    from deltarule.training.frames import as_table
    from deltarule.training.numbering import raw_as_encoded

    return raw_as_encoded(as_table(frame), model.encoder_)


def _notes():
    from deltarule.training.notes import Notes

    return Notes()


def test_a_float32_table_of_large_offsets_keeps_its_digits(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"time": 1.7e9 + rng.uniform(0, 100, 600), "x": rng.normal(size=600)})
    frame["y"] = (frame.time - 1.7e9) / 50 + frame.x
    frame.to_csv(tmp_path / "t.csv", index=False)
    streamed, whole = both(tmp_path / "t.csv", "y", [], dtype="float32", categorical=(), ordinal=None)
    assert_same(streamed, whole, 1e-3)


@pytest.mark.parametrize("suffix", ["csv.gz", "tsv", "jsonl", "jsonl.gz", "parquet", "feather"])
def test_every_format_gives_the_same_model(file, tmp_path, suffix, monkeypatch):
    monkeypatch.setattr("deltarule.training.streaming_pass.ROWS_A_BLOCK", 700)
    table = pd.read_csv(file)
    path = tmp_path / f"people.{suffix}"
    if "jsonl" in suffix:
        table.to_json(path, orient="records", lines=True, force_ascii=False)
    elif suffix == "parquet":
        table.to_parquet(path, row_group_size=900, index=False)
    elif suffix == "feather":
        table.to_feather(path, chunksize=800)
    else:
        table.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    settings = {"ignore": ["spent"], "epochs": 2, "memory": ALWAYS, **DECLARED}
    a, b = train(path, "buys", **settings), train(file, "buys", **settings)
    assert a.rows == ROWS
    assert_same(a, b)
    assert (
        a.held_out is not None
        and b.held_out is not None
        and a.held_out.figures() == pytest.approx(b.held_out.figures())
    )


def test_rows_held_out_are_judged_and_never_trained_on(file):
    result = train(file, "buys", ignore=["spent"], memory=ALWAYS, epochs=4, **DECLARED)
    assert result.held_out is not None and result.training_rows + result.held_out.rows == ROWS
    assert abs(result.held_out.rows - 0.2 * ROWS) < 4 * np.sqrt(ROWS * 0.16)
    assert result.history["val_accuracy"][-1] == pytest.approx(result.held_out.figures()["accuracy"])
    assert result.history["val_loss"][-1] == pytest.approx(result.held_out.figures()["log_loss"], rel=1e-9)
    assert result.held_out.figures()["accuracy"] > 0.85 and result.subject is not None
    other = train(file, "buys", ignore=["spent"], memory=ALWAYS, epochs=1, seed=1, **DECLARED)
    assert other.held_out is not None and other.held_out.rows != result.held_out.rows


def test_values_and_their_merit_are_judged_in_the_units_of_the_target(file):
    result = train(file, "spent", ignore=["buys"], memory=ALWAYS, epochs=5, **DECLARED)
    assert result.held_out is not None
    assert result.history["val_r2"][-1] == pytest.approx(result.held_out.figures()["r2"], rel=1e-6)
    assert result.held_out.figures()["r2"] > 0.6 and result.held_out.figures()["mae"] < 20


def test_the_model_saved_predicts_the_file_that_it_was_trained_on(file, tmp_path):
    train(file, "buys", ignore=["spent"], memory=ALWAYS, epochs=4, output=tmp_path / "m", **DECLARED)
    found = predict(tmp_path / "m", file)
    assert (found.values == pd.read_csv(file).buys).mean() > 0.85
    assert load_model(tmp_path / "m").about_["rows"] == ROWS


def test_class_weights_and_early_stopping_work_in_blocks(tmp_path):
    frame = frame_of(2000)
    frame["buys"] = np.where(frame.spent > frame.spent.quantile(0.9), "yes", "no")
    frame.to_csv(tmp_path / "t.csv", index=False)
    settings = {"ignore": ["spent"], "memory": ALWAYS, **DECLARED}
    plain = train(tmp_path / "t.csv", "buys", epochs=10, **settings)
    balanced = train(tmp_path / "t.csv", "buys", epochs=10, class_weight="balanced", **settings)
    assert plain.held_out is not None and balanced.held_out is not None
    assert balanced.held_out.confusion[1, 1] > plain.held_out.confusion[1, 1]  # type: ignore[union-attr]
    stopped = train(tmp_path / "t.csv", "buys", epochs=300, early_stopping=True, patience=2, **settings).model
    assert stopped.best_epoch_ <= stopped.n_epochs_ < 300


# Columns -------------------------------------------------------------------------------------------------------------


def test_a_column_of_numbers_that_turns_out_to_hold_text_is_read_again_as_categories(tmp_path, monkeypatch):
    monkeypatch.setattr("deltarule.training.streaming_pass.ROWS_A_BLOCK", 100)
    rng = np.random.default_rng(1)
    codes = [*map(str, rng.integers(0, 3, 600)), *rng.choice(["a", "b"], 1400)]
    when = [*[f"2024-01-0{d}" for d in rng.integers(1, 9, 900)], *["soon"] * 1100]
    frame = pd.DataFrame({"code": codes, "when": when, "x": rng.normal(size=2000), "y": rng.choice(["u", "v"], 2000)})
    frame.to_csv(tmp_path / "t.csv", index=False)
    streamed, whole = both(tmp_path / "t.csv", "y", [], categorical=(), ordinal=None)
    assert_same(streamed, whole)
    assert [c.kind for c in streamed.model.encoder_.columns] == ["category", "category", "number"]


def test_numbers_with_a_mistake_in_them_are_refused_with_the_place(tmp_path):
    lines = ["x,y"] + [f"{k % 7}.5,{k % 2}" for k in range(3000)]
    lines[2500] = "seven,1"
    (tmp_path / "t.csv").write_text("\n".join(lines))
    with pytest.raises(DeltaruleError, match=r"'x' of .*t.csv holds text, first at line 2501: 'seven'"):
        train(tmp_path / "t.csv", "y", memory=ALWAYS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda f: f.assign(buys=f.buys.mask(f.index == 1234)),
            "the target column 'buys' .* has no value at line 1236",
        ),
        (lambda f: f.assign(buys="yes"), "holds one class only"),
        (lambda f: f.assign(buys=f.index.astype(str) + "x"), "holds 5000 classes or more"),
        (lambda f: f.assign(age=f.age.mask(f.index == 77, np.inf)), "'age' .* is infinite at line 79"),
        (lambda f: f[["buys"]], "no column but the target"),
    ],
)
def test_what_cannot_be_trained_on_is_said_with_its_place(tmp_path, change, words):
    change(frame_of()).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DeltaruleError, match=words):
        train(tmp_path / "t.csv", "buys", memory=ALWAYS)


def test_wrong_calls_are_answered_as_in_memory(file):
    for more, words in (
        ({"target": "bus"}, "did you mean buys"),
        ({"target": None}, "which column of"),
        ({"target": "buys", "ignore": ["nothing"]}, "no column 'nothing'"),
        ({"target": "buys", "categorical": ["zip"]}, "no feature column 'zip'"),
        ({"target": "buys", "memory": "much"}, "no amount of memory"),
        ({"target": "spent", "network": "linear(n, 1) -> sigmoid -> bce"}, "holds fractions, first "),
        ({"target": "buys", "missing": "error"}, "'income' .* has no value at line"),
        ({"target": "buys", "learning_rate": -1.0}, "learning_rate is -1"),
    ):
        with pytest.raises(DeltaruleError, match=words):
            train(file, **{"memory": ALWAYS, **more})  # type: ignore[arg-type]


def test_many_texts_are_bounded_and_identifiers_left_out(tmp_path, monkeypatch, recwarn):
    monkeypatch.setattr("deltarule.training.streaming_pass.MOST_TEXTS", 300)
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"id": [f"p{k}" for k in range(2000)], "x": rng.normal(size=2000)})
    frame["word"] = [f"w{k}" for k in rng.zipf(1.5, 2000)]
    frame["y"] = np.where(frame.x > 0, "u", "v")
    frame.to_csv(tmp_path / "t.csv", index=False)
    result = train(tmp_path / "t.csv", "y", memory=ALWAYS, epochs=2)
    names = result.model.encoder_.names
    assert not [n for n in names if n.startswith("id")] and "word = w1" in names
    assert any("'id' holds another text in every row" in str(w.message) for w in recwarn)


def test_warnings_are_those_of_a_table_in_memory(tmp_path):
    frame = frame_of().drop(columns=["spent"])
    frame["number"] = np.arange(ROWS) + 17
    frame["same"] = 3
    frame["leak"] = np.where(frame.buys == "yes", 5.5, -5.5)
    frame = pd.concat([frame, frame.iloc[:700]])
    frame.to_csv(tmp_path / "t.csv", index=False)
    streamed, whole = both(tmp_path / "t.csv", "buys", [], epochs=1)
    assert len(whole.summary.warnings) == 3
    assert {w.split("of 5700")[-1] for w in streamed.summary.warnings} == {
        w.split("of 5700")[-1] for w in whole.summary.warnings
    }


# Files, memory, kills ------------------------------------------------------------------------------------------------


def test_a_file_that_fits_is_read_at_once_and_one_that_does_not_in_blocks(file):
    assert not train(file, "buys", ignore=["spent"], epochs=1, memory="1GB").summary.notes[0].startswith("it is read")
    assert train(file, "buys", ignore=["spent"], epochs=1, memory="1MB").summary.notes[0].startswith("it is read")


def test_a_full_disk_is_said_before_anything_is_read(file, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**9, 10**9, 10**6))  # type: ignore
    with pytest.raises(DeltaruleError, match=r"needs about .* for a temporary file; .* free"):
        train(file, "buys", memory=ALWAYS)


def test_a_temporary_file_that_fills_the_disk_is_said(file, monkeypatch):
    def full(self, rows):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)

    class Full:
        def write(self, view):
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **more: Full())
    with pytest.raises(DeltaruleError, match="cannot be written: no space left on device"):
        train(file, "buys", memory=ALWAYS)


def test_a_kill_leaves_nothing_and_the_training_goes_on_from_its_checkpoint(file, tmp_path, monkeypatch):
    small_windows(monkeypatch)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    settings = {"ignore": ["spent"], "memory": ALWAYS, "epochs": 2, "batch_size": 100, "optimiser": "adam", **DECLARED}
    kept = {"checkpoint_every": 0.0, "resume": True}
    for _ in range(2):  # the second time nothing is imported or compiled
        began = time.monotonic()
        train(file, "buys", output=tmp_path / "whole", **settings)
    seconds = time.monotonic() - began
    rng, killed = random.Random(0), 0
    while True:
        child = os.fork()
        if child == 0:
            try:
                train(file, "buys", output=tmp_path / "m", checkpoint=tmp_path / "c", **kept, **settings)
                os._exit(0)
            finally:
                os._exit(1)
        deadline, gone, status = time.monotonic() + seconds * rng.uniform(0.1, 0.5 if not killed else 1.0), 0, 0
        while not gone and (killed >= 4 or time.monotonic() < deadline):
            gone, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.002)
        if gone:
            assert os.waitstatus_to_exitcode(status) == 0
            break
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += 1
    assert killed and list((tmp_path / "tmp").iterdir()) == []
    a, b = load_model(tmp_path / "m"), load_model(tmp_path / "whole")
    assert a.history_ == b.history_
    for name, value in b.parameters_.items():
        assert a.parameters_[name].tobytes() == value.tobytes()


def test_gzipped_files_are_measured_by_what_they_unfold_to(tmp_path):
    from deltarule.training.streaming_budget import estimated_cells, needed_memory

    text = "a,b,c\n" + "1.25,2.5,3\n" * 50_000
    (tmp_path / "t.csv").write_text(text)
    with gzip.open(tmp_path / "t.csv.gz", "wt") as out:
        out.write(text)
    for name in ("t.csv", "t.csv.gz"):
        assert estimated_cells(tmp_path / name) == (pytest.approx(50_000, rel=0.05), pytest.approx(150_000, rel=0.05))
    assert needed_memory(tmp_path / "t.csv") > 8 * 150_000
