"""Where a table comes from: a file, standard input or the bundled data sets; whole, or block by block."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from deltarule.language.errors import DeltaruleError
from deltarule.training.atomic import said_plainly
from deltarule.training.bundled import DATASETS, load_dataset
from deltarule.training.csv_text import csv_blocks, read_csv, refuse_binary
from deltarule.training.data import MixedColumn, Table, joined, nearest_as_written
from deltarule.training.frames import as_table
from deltarule.training.json_lines import json_blocks

__all__ = ["ROWS_A_BLOCK", "file_of", "format_of", "is_large", "read_blocks", "read_table"]

ROWS_A_BLOCK = 16_384
ARROW = frozenset({".parquet", ".pq", ".feather", ".arrow", ".ipc"})
JSON = frozenset({".json", ".jsonl", ".ndjson"})
GZIP = b"\x1f\x8b"
PEEKED = 1 << 16
LARGE = 32 << 20
"""Bytes from which a file is large: read block by block even where all of it is wanted."""


def read_table(data: Any, seed: int = 0, texts: Collection[str] = ()) -> Table:
    """A table from a file (CSV, TSV, JSON lines, Parquet, Arrow/Feather; the first three gzipped too), `-` (standard
    input: CSV or JSON lines), a bundled data set's name, or a pandas, polars or pyarrow table.

    A file goes before a bundled data set of the same name. `seed` is for data sets made on the spot; `texts` names
    columns whose values stay text even where all are numbers.

    Raises:
        DeltaruleError: there is no such file, or it cannot be understood; the message has the place.
    """
    if not isinstance(data, str | os.PathLike):
        return as_table(data)
    path = file_of(data)
    if path is None:
        return load_dataset(os.fspath(data), seed)
    if _kind(path) in ARROW:
        from deltarule.training.arrow import read_arrow

        return read_arrow(path)
    with _opened(path) as (stream, source):
        if _is_json(path, stream):
            return next(json_blocks(stream, source, None, None, texts))
        if path.suffix.lower() == ".csv" and path.stat().st_size >= LARGE and _peeked(stream)[:2] != GZIP:
            return _large_csv(path, texts)
        return read_csv(stream.read(), source, texts=texts, delimiter=_delimiter(path))


def _large_csv(path: Path, texts: Collection[str]) -> Table:
    """A large file joined from blocks: its cells are never held as Python's strings all at once."""
    with _opened(path) as (stream, source):
        first = next(csv_blocks(stream, source, ROWS_A_BLOCK))
    wanted = {name: column.texts is not None or name in texts for name, column in first.columns.items()}
    while True:
        try:
            return joined(list(read_blocks(path, wanted)))
        except MixedColumn as mixed:  # numbers at first, text later on
            wanted[mixed.name] = True


def read_blocks(
    data: Any, wanted: Mapping[str, bool] | None = None, rows: int | None = None, seed: int = 0
) -> Iterator[Table]:
    """The same in blocks of at most `rows` rows, in their order, so that a file may be larger than the memory.

    `wanted` has the columns to read, and whether each holds text; None: all.
    """
    rows = ROWS_A_BLOCK if rows is None else rows
    path = file_of(data) if isinstance(data, str | os.PathLike) else None
    if path is None:
        yield read_table(data, seed)
        return
    if _kind(path) in ARROW:
        from deltarule.training.arrow import arrow_blocks

        yield from arrow_blocks(path, wanted, rows)
        return
    with _opened(path) as (stream, source):
        first = _peeked(stream)
        if _is_json(path, stream):
            yield from json_blocks(stream, source, rows, wanted)
            return
        refuse_binary(first, source)
        if wanted is not None and path.is_file() and path.suffix.lower() != ".gz" and source != "standard input":
            from deltarule.training.fast_csv import fast_blocks, pays

            if pays(path) and first[:2] != GZIP and not isinstance(stream, gzip.GzipFile):
                yield from fast_blocks(path, source, rows, wanted, _delimiter(path))
                return
        yield from csv_blocks(stream, source, rows, wanted, _delimiter(path))


def file_of(data: str | os.PathLike[str]) -> Path | None:
    """The file that is meant (`-` is standard input), or None for a bundled data set."""
    text = os.fspath(data)
    path = Path(text)
    if text == "-":
        return path
    if not path.is_file() and text in DATASETS:
        return None
    if path.is_dir():
        raise DeltaruleError(f"{path} is a folder; give a file in it")
    if not path.exists():
        there = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DeltaruleError(
            f"there is no file and no bundled data set {text!r}{nearest_as_written(path.name, [*DATASETS, *there])}"
            f"\nbundled: {', '.join(DATASETS)}"
        )
    if path.suffix.lower() == ".gz" and _kind(path) in ARROW:
        raise DeltaruleError(f"{path}: Parquet and Arrow files are compressed inside\nremedy: gunzip it first")
    return path


def is_large(data: Any) -> bool:
    """Whether it is a file of so many rows that what is done once counts little."""
    path = file_of(data) if isinstance(data, str | os.PathLike) else None
    return path is not None and path.is_file() and path.stat().st_size >= LARGE


def format_of(path: Path) -> str:
    """`csv` (TSV too), `json` or `arrow` (Parquet too)."""
    if _kind(path) in ARROW:
        return "arrow"
    with _opened(path) as (stream, _):
        return "json" if _is_json(path, stream) else "csv"


def _kind(path: Path) -> str:
    """The suffix that tells the format, without `.gz`."""
    return Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()


def _delimiter(path: Path) -> str | None:
    return "\t" if _kind(path) in {".tsv", ".tab"} else None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BufferedIOBase, str]]:
    """The bytes of a file or of standard input, decompressed where they are gzipped, and what to call it."""
    if str(path) == "-":
        yield _decompressed(_peekable(sys.stdin.buffer), "standard input"), "standard input"
        return
    with said_plainly("read", path), open(path, "rb") as file:
        try:
            yield _decompressed(file, str(path)), str(path)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DeltaruleError(f"{path} is not a whole gzip file: {error}") from None


def _decompressed(stream: Any, source: str) -> BufferedIOBase:
    return gzip.GzipFile(fileobj=stream) if stream.peek(2)[:2] == GZIP else stream


def _peekable(stream: Any) -> Any:
    return stream if hasattr(stream, "peek") else io.BufferedReader(stream)


def _peeked(stream: Any) -> bytes:
    return stream.peek(PEEKED)[:PEEKED]


def _is_json(path: Path, stream: Any) -> bool:
    """By the suffix; where there is none that tells, by the first character."""
    if _kind(path) in JSON:
        return True
    return _kind(path) in {"", ".txt"} and _peeked(stream).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
