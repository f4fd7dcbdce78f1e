"""Training on a file larger than what may be held of it, and on a large sparse table: rows a second, and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import numpy as np

__all__ = ["section"]

ROWS, COLUMNS, BLOCK = 5_000_000, 30, 50_000
SPARSE_ROWS, SPARSE_COLUMNS, DENSITY = 100_000, 50_000, 0.001
MOST_MEGABYTES = 500
PREDICTED = 1_000_000
"""Rows a second."""
NAMES = ("red", "green", "blue")

_PEAK = """
import re, sys, time
def peak():  # of this process since its start; ru_maxrss would count what it was forked from
    return int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024
start = peak()
"""
_TRAINED = (
    _PEAK
    + """
from deltarule.training import train
marks = [time.perf_counter()]
hear = lambda *a: marks.append(time.perf_counter())
settings = {"epochs": 1, "dtype": "float32", "memory": "500MB", "before": hear, "progress": hear}
result = train(sys.argv[1], "y", sys.argv[2] or None, **settings)
marks.append(time.perf_counter())
assert result.rows == int(sys.argv[3])
print(*(b - a for a, b in zip(marks, marks[1:])), result.held_out.accuracy, peak() - start)
"""
)
_MODEL = """
import sys
from itertools import islice
from pathlib import Path
from deltarule.training import train
from deltarule.training.model_file import save_model
head = Path(sys.argv[2]) / "head.csv"
with open(sys.argv[1]) as lines:
    head.write_text("".join(islice(lines, 20001)))
save_model(train(str(head), "y", "linear(n, 1) -> sigmoid -> bce", epochs=1).model, Path(sys.argv[2]) / "one layer")
save_model(train(str(head), "y", epochs=1).model, Path(sys.argv[2]) / "64 hidden units")
import pyarrow.csv, pyarrow.parquet
with pyarrow.csv.open_csv(sys.argv[1]) as blocks, pyarrow.parquet.ParquetWriter(sys.argv[3], blocks.schema) as file:
    for block in blocks:
        file.write_batch(block)
"""
_PREDICTED = (
    _PEAK
    + """
import os
began = time.perf_counter()
from deltarule.training.prediction import predictions
from deltarule.training.prediction_files import write_predictions
with open(sys.argv[3], "wb") as file:
    rows = write_predictions(predictions(sys.argv[1], sys.argv[2]), sys.argv[4], file)
took, used = time.perf_counter() - began, os.times()
assert rows == int(sys.argv[5])
print(rows / took, rows / (used.user + used.system), peak() - start)
"""
)
_SPARSE = (
    _PEAK
    + """
import numpy as np
from scipy import sparse
from deltarule.training import Classifier
rows, columns, density = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
rng = np.random.default_rng(0)
X = sparse.random_array((rows, columns), density=density, format="csr", rng=rng)
y = X @ rng.normal(size=columns) > 0
model = Classifier(sys.argv[4], epochs=1, dtype="float32")
before, began = peak(), time.perf_counter()
model.fit(X, y)
print(time.perf_counter() - began, peak() - before)
"""
)


def _written(file: Path) -> None:
    """29 features, one of them a category, and the class."""
    rng = np.random.default_rng(0)
    with open(file, "w", encoding="utf-8") as out:
        out.write(",".join([*(f"x{j}" for j in range(COLUMNS - 2)), "colour", "y"]) + "\n")
        for _ in range(ROWS // BLOCK):
            X = rng.normal(size=(BLOCK, COLUMNS - 2)).round(4)
            colours = rng.integers(0, 3, BLOCK)
            score = X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * (colours == 1) + 0.3 * rng.normal(size=BLOCK)
            lines = repr(X.tolist())[2:-2].replace(", ", ",").split("],[")
            labels = np.where(score > 0, "yes", "no").tolist()
            names = [NAMES[k] for k in colours.tolist()]
            out.write("".join(f"{a},{b},{c}\n" for a, b, c in zip(lines, names, labels, strict=True)))


def _figures(program: str, *arguments: object) -> list[float]:
    call = [sys.executable, "-c", program, *map(str, arguments)]
    return [float(word) for word in subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()]


def section() -> tuple[str, bool]:
    """The section as Markdown, and whether the memory stayed within its goal."""
    rows, met = [], True
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "table.csv"
        _written(data)
        size = data.stat().st_size
        for network, words in (("linear(n, 1) -> sigmoid -> bce", "one layer"), ("", "64 hidden units")):
            first, epoch, judged, accuracy, megabytes = _figures(_TRAINED, data, network, ROWS)
            met &= megabytes <= MOST_MEGABYTES
            speed = 0.8 * ROWS / epoch  # a fifth is held out
            rows.append(
                f"| {words} | {first:.0f} s | {speed:,.0f} | {judged:.0f} s | {accuracy:.3f} | {megabytes:.0f} "
                f"| {'yes' if megabytes <= MOST_MEGABYTES else '**no**'} |"
            )
        predicted, parquet = [], Path(name) / "table.parquet"
        _figures(_MODEL, data, name, parquet)
        for model, (words, table, kind) in product(
            ("one layer", "64 hidden units"), (("CSV to CSV", data, "csv"), ("Parquet to Parquet", parquet, "parquet"))
        ):
            speed, each, megabytes = _figures(_PREDICTED, Path(name) / model, table, Path(name) / "out", kind, ROWS)
            good = speed >= PREDICTED and megabytes <= MOST_MEGABYTES
            met &= good
            predicted.append(
                f"| {model} | {words} | {speed:,.0f} | {each:,.0f} | {megabytes:.0f} | {'yes' if good else '**no**'} |"
            )
    kept = []
    for network in ("linear(n, 1) -> sigmoid -> bce", "linear(n, 64) -> relu -> linear(64, 1) -> sigmoid -> bce"):
        seconds, megabytes = _figures(_SPARSE, SPARSE_ROWS, SPARSE_COLUMNS, DENSITY, network)
        kept.append(f"| `{network}` | {SPARSE_ROWS / seconds:,.0f} | {megabytes:.0f} |")
    text = [
        "## Files larger than memory, sparse tables",
        "",
        f"One epoch over a CSV file of {ROWS:,} rows and {COLUMNS} columns ({size / 1e9:.1f} GB), `--memory 500MB`, "
        "float32; the memory is the peak of the process above that of the bare interpreter (Linux), the goal is "
        f"{MOST_MEGABYTES} MB. The first pass reads the file and writes its numbers to a temporary file; further "
        "epochs cost what the second column says.",
        "",
        "| network | first pass | rows/s of the epoch | judging all rows | accuracy held out | MB | met |",
        "|---|---:|---:|---:|---:|---:|---|",
        *rows,
        "",
        f"Predictions of the same {ROWS:,} rows, in float64, as `deltarule predict` writes them: class and two "
        "probabilities, in the order of the rows, block by block; imports and the compilation are part of the time. "
        f"The goal is {PREDICTED:,} rows a second, within {MOST_MEGABYTES} MB.",
        "",
        "| network | from, to | rows/s | rows a second of one processor | MB | met |",
        "|---|---|---:|---:|---:|---|",
        *predicted,
        "",
        f"A sparse table of {SPARSE_ROWS:,} rows and {SPARSE_COLUMNS:,} columns, {DENSITY:.1%} of them not zero "
        f"(written out it would take {8 * SPARSE_ROWS * SPARSE_COLUMNS / 1e9:.0f} GB), one epoch, float32; MB above.",
        "",
        "| network | rows/s | MB |",
        "|---|---:|---:|",
        *kept,
        "",
    ]
    return "\n".join(text), met
