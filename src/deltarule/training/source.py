"""Where a table comes from: a file, standard input or the bundled data sets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deltarule.language.errors import DeltaruleError
from deltarule.training.atomic import said_plainly
from deltarule.training.bundled import DATASETS, load_dataset
from deltarule.training.csv_text import read_csv
from deltarule.training.data import Table, nearest_as_written

__all__ = ["read_table"]


def read_table(data: str | os.PathLike[str] | Table, seed: int = 0) -> Table:
    """A table from a CSV, Parquet or Arrow/Feather file, `-` (CSV from standard input) or a bundled data set's name.

    A file goes before a bundled data set of the same name. `seed` is for data sets made on the spot.

    Raises:
        DeltaruleError: there is no such file, or it cannot be understood; the message has the place.
    """
    if isinstance(data, Table):
        return data
    text = os.fspath(data)
    if text == "-":
        return read_csv(sys.stdin.buffer.read(), "standard input")
    path = Path(text)
    if not path.is_file() and text in DATASETS:
        return load_dataset(text, seed)
    if path.is_dir():
        raise DeltaruleError(f"{path} is a folder; give a file in it")
    if not path.exists():
        there = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DeltaruleError(
            f"there is no file and no bundled data set {text!r}{nearest_as_written(path.name, [*DATASETS, *there])}"
            f"\nbundled: {', '.join(DATASETS)}"
        )
    if path.suffix.lower() in {".parquet", ".pq", ".feather", ".arrow", ".ipc"}:
        from deltarule.training.arrow import read_arrow

        return read_arrow(path)
    with said_plainly("read", path):
        content = path.read_bytes()
    return read_csv(content, str(path))
