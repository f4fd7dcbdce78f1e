"""Prediction over a table that is larger than what is held of it: rows a second, and memory above the interpreter's."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

__all__ = ["section"]

ROWS, COLUMNS, BLOCK = 1_000_000, 10, 50_000
MOST_MEGABYTES = 500
NAMES = ("red", "green", "blue")

_CHILD = """
import re, sys, time
def peak():  # of this process since its start; ru_maxrss would count what it was forked from
    return int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
start = peak()
model, data, out = sys.argv[1:]
import deltarule.training
from deltarule.training.prediction import predictions
from deltarule.training.prediction_files import write_predictions
began = time.perf_counter()
with open(out, "wb") as file:
    rows = write_predictions(predictions(model, data), "parquet" if out.endswith("parquet") else "csv", file)
print(rows, time.perf_counter() - began, (peak() - start) / 1024)
"""


def _written(file: Path) -> None:
    """A CSV file of a million rows: ten numbers and a category."""
    rng = np.random.default_rng(0)
    with open(file, "w", encoding="utf-8") as out:
        out.write(",".join([*(f"x{j}" for j in range(COLUMNS)), "colour", "y"]) + "\n")
        for _ in range(ROWS // BLOCK):
            X = rng.normal(size=(BLOCK, COLUMNS)).round(4)
            y = np.where(X[:, 0] + X[:, 1] * X[:, 2] > 0, "yes", "no").tolist()
            lines = repr(X.tolist())[2:-2].replace(", ", ",").split("],[")
            colours = rng.choice(NAMES, BLOCK).tolist()
            out.write("".join(f"{a},{b},{c}\n" for a, b, c in zip(lines, colours, y, strict=True)))


def _measured(model: Path, data: Path, out: Path) -> tuple[float, float]:
    """Rows a second, and the peak of the memory in MB above that of the interpreter."""
    line = subprocess.run(
        [sys.executable, "-c", _CHILD, str(model), str(data), str(out)], check=True, capture_output=True, text=True
    ).stdout
    rows, seconds, megabytes = map(float, line.split())
    assert rows == ROWS
    return rows / seconds, megabytes


def section() -> tuple[str, bool]:
    """The section as Markdown, and whether the memory stayed within its goal."""
    from deltarule.training import read_table, save_model, train

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "table.csv"
        _written(data)
        with open(data, encoding="utf-8") as file:
            (folder / "head.csv").write_text("".join(file.readline() for _ in range(5001)), encoding="utf-8")
        models = {
            "linear(13, 1) -> sigmoid -> bce": "one layer",
            "linear(13, 64) -> relu -> linear(64, 1) -> sigmoid -> bce": "64 hidden units",
        }
        runs = []
        for network, words in models.items():
            model = save_model(train(read_table(folder / "head.csv"), "y", network, epochs=2).model, folder / words)
            runs.append((f"CSV to CSV, {words}", *_measured(model, data, folder / "out.csv")))
            if find_spec("pyarrow") is not None:
                from pyarrow import csv, parquet

                if not (folder / "table.parquet").exists():
                    parquet.write_table(csv.read_csv(str(data)), str(folder / "table.parquet"))
                speed = _measured(model, folder / "table.parquet", folder / "out.parquet")
                runs.append((f"Parquet to Parquet, {words}", *speed))
    met = all(megabytes <= MOST_MEGABYTES for _, _, megabytes in runs)
    rows = [
        f"| {words} | {speed:,.0f} | {megabytes:.0f} | {'yes' if megabytes <= MOST_MEGABYTES else '**no**'} |"
        for words, speed, megabytes in runs
    ]
    text = [
        "## Tables",
        "",
        f"Prediction over {ROWS:,} rows of {COLUMNS} numbers and a category, probabilities written, on the NumPy "
        f"engine; the memory is its peak above that of the bare interpreter (Linux), the goal is {MOST_MEGABYTES} MB.",
        "",
        "| from and to | rows/s | MB | met |",
        "|---|---:|---:|---|",
        *rows,
        "",
    ]
    return "\n".join(text), met
