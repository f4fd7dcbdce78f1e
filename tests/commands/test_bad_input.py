"""Wrong input is refused with a place and a remedy: exit code 2, no traceback, nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

TABLE = "a,b,label\n" + "\n".join(f"{k},{k % 7},{'x' if k % 2 else 'y'}" for k in range(40)) + "\n"


@pytest.fixture
def table(folder: Path) -> Path:
    path = folder / "t.csv"
    path.write_text(TABLE)
    return path


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("linear(2, 2) -> softmx", ["unknown module `softmx`", "did you mean softmax", "^"]),
        ("linear(2, 3) -> linear(2, 1)", ["takes a vector of 2", "gives a vector of 3", "linear(3, 1)", "^"]),
        ("linear(2, 2 -> relu", ["`(` is never closed", "line 1, column 7", "^"]),
        ("linear(2, 2)) -> relu", ["closes nothing", "line 1, column 13", "^"]),
        ("", ["no network here"]),
        ("y = 9**9**9", ["exponent", "^"]),
        ("9**9**9", ["is not a module", "^"]),
        ("y = " + "x+" * 50_000 + "x", ["100,005 characters", "the limit is"]),
        ("y = " + "(" * 10_000 + "x" + ")" * 10_000, ["20,005 characters"]),
        ("y = " + "(" * 9_000 + "x" + ")" * 9_000, ["deeper than", "^"]),
        ("y = " + "-" * 10_000 + "x", ["nest"]),
        ("y = exp(" * 2_000 + "x" + ")" * 2_000, ["deeper than"]),
        ("y = __import__('os').system('true')", ["^"]),
        ("y = x.__class__", ["^"]),
        ("no/such/network.txt", ["there is no file no/such/network.txt"]),
        ("a\0b", ["no text"]),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_a_network_that_is_none(refused, network, words):
    began = time.perf_counter()
    message = refused("derive", network)
    assert all(part in message for part in words), message
    assert len(message) < 1000
    assert time.perf_counter() - began < 2


def test_files_that_hold_no_network(refused, folder):
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "large").write_bytes(b"x" * (1 << 21))
    (folder / "a-folder").mkdir()
    assert "is not UTF-8 text" in refused("derive binary")
    assert "more than 1 MB" in refused("derive large")
    assert "is a folder" in refused("derive a-folder")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("derive 'linear(n, 2)' --detail component", "--detail index"),
        ("derive 'linear(n, 2)' --numbers seed=0", "n is a symbol"),
        ("derive softmax --wrt q", "no `q` to differentiate by"),
        ("derive softmax --sign maximise", "needs a loss"),
        ("derive 'linear(2, 1) -> bce' --numbers none.json", "none.json: No such file"),
        ("derive 'y = w @ x' --shapes 'w: 2, x: 3'", "^"),
        ("derive 'y = w @ x' --shapes 'w 2'", "w"),
        ("emit softmax --to torch", "--to torch is not there yet; there is numpy, native"),
        ("emit softmax --to nmpy", "did you mean numpy?"),
    ],
)
def test_options_of_a_network(refused, line, words):
    assert words in refused(line)


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (TABLE, "--target lable", ["no column 'lable'", "did you mean label?", "a, b, label"]),
        (TABLE, "", ["which column of t.csv is the target? give --target", "a, b, label"]),
        (TABLE.replace("\n3,", "\nthree,"), "--target label", ["'a'", "holds text", "line 5", "--ignore a"]),
        (TABLE.replace("\n3,", "\n,"), "--target label --missing error", ["'a'", "no value at line 5"]),
        ("", "--target label", ["t.csv"]),
        ("a,b,label\n", "--target label", ["t.csv"]),
        (TABLE.replace(",x", ",nan"), "--target label", ["'label'", "no value at lines 3, 5, 7, 9, 11"]),
        (TABLE.replace(",x", ",y"), "--target label", ["one class only (y)", "remedy"]),
        (TABLE, "--target label --learning-rate -1", ["learning_rate is -1.0", "(0, inf)"]),
        (TABLE, "--target label --learning-rate 1e300", ["non-finite", "remedy"]),
        (TABLE, "--target label --validation 1", ["validation is 1.0", "[0, 1)"]),
        (TABLE, "--target label --optimiser sdg", ["no optimiser 'sdg'", "did you mean sgd?"]),
        (TABLE, "--target label --network 'linear(3, 1) -> sigmoid -> bce'", ["3", "2"]),
        (TABLE, "--target label --engine jax", ["--engine jax is not there yet"]),
        (TABLE, "--target label --engine nativ", ["engine is 'nativ'; did you mean native?"]),
        (TABLE, "--target label --checkpoint t.csv", ["exists and is no checkpoint"]),
        (TABLE, "--target label --resume", ["needs the folder of the checkpoint", "--checkpoint FOLDER"]),
        (TABLE, "--target label --memory lots", ["'lots' is no amount of memory", "500MB or 2GB"]),
    ],
)  # fmt: skip
def test_a_table_or_a_setting_that_cannot_be_trained_on(run, folder, content, options, words):
    (folder / "t.csv").write_text(content)
    outcome = run(f"train t.csv {options} --epochs 3 -q -o model")
    if "non-finite" in words and "became nan" in outcome.error:
        words = ["became nan", "remedy"]
    assert outcome.code == 2 and outcome.out == "" and "Traceback" not in outcome.error
    assert all(part in outcome.error for part in words), outcome.error
    assert [p.name for p in folder.iterdir()] == ["t.csv"]


def test_nothing_is_trained_where_the_model_could_not_be_saved(refused, table, folder):
    (folder / "notes").write_text("mine")
    assert "exists and is not a model" in refused("train t.csv --target label --epochs 1000000 -o notes")
    assert (folder / "notes").read_text() == "mine"


def test_models_that_are_none(refused, folder):
    assert "none does not exist" in refused("predict none iris")
    (folder / "folder").mkdir()
    assert "has no model.json" in refused("evaluate folder iris")


def test_a_table_without_the_columns_of_the_model(run, refused):
    assert run("train iris --epochs 2 -q -o flowers").code == 0
    assert "lacks 4 of the model's 4 columns: 'sepal length (cm)'" in refused("predict flowers wine")
    assert "no file and no bundled data set 'iriss'; did you mean iris" in refused("predict flowers iriss")


def after_an_epoch(lines: IO[str]) -> None:
    """Read up to the line of the first epoch: what stands before it says what the table holds."""
    assert any(line.startswith("epoch") for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_a_killed_training_leaves_nothing(folder):
    arguments = [sys.executable, "-m", "deltarule", "train", "digits", "--epochs", "100000", "-o", "model"]
    process = subprocess.Popen(arguments, cwd=folder, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    after_an_epoch(process.stderr)
    process.kill()
    process.wait()
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts by a signal")
def test_an_interrupted_training_keeps_what_it_has(folder):
    arguments = [sys.executable, "-m", "deltarule", "train", "digits", "--epochs", "100000", "-o", "model"]
    process = subprocess.Popen(arguments, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    after_an_epoch(process.stderr)
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and "stopped by Ctrl-C" in out
    assert (folder / "model" / "model.json").is_file()
