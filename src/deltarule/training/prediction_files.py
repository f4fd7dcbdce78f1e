"""Predictions as CSV, JSON, JSON lines or Parquet, written block by block: the memory does not grow with the rows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from io import BytesIO
from itertools import chain
from typing import IO, Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.csv_text import csv_text
from deltarule.training.prediction import Prediction

__all__ = ["FORMATS", "write_predictions"]

PAYS_FROM = 8192
ROWS_AT_ONCE = 1 << 14
"""Rows of a block from which importing pyarrow is worth it."""


def write_predictions(parts: Iterable[Prediction], format: str, file: IO[bytes]) -> int:
    """Write blocks of predictions in order and return the number of rows. `format` is one of `FORMATS`.

    Nothing is written before the first block is there, so that data that cannot be read leaves no half a file.
    """
    blocks = iter(parts)
    first = next(blocks)
    return FORMATS[format](first, chain([first], blocks), file)


def _csv(first: Prediction, parts: Iterable[Prediction], file: IO[bytes]) -> int:
    file.write(csv_text(first.names, [[] for _ in first.names]).encode())
    if len(first.values) >= PAYS_FROM and first.values.ndim == 1 and find_spec("pyarrow") is not None:
        return _csv_by_arrow(first, parts, file)
    rows = 0
    for part in parts:
        labels = _cells(part.values)
        if part.probabilities is not None:
            numbers = _lines(part.probabilities)
            file.write("".join([f"{a},{b}\n" for a, b in zip(labels, numbers, strict=True)]).encode())
        else:
            file.write(("\n".join(labels) + "\n").encode())
        rows += len(part.values)
    return rows


def _csv_by_arrow(first: Prediction, parts: Iterable[Prediction], file: IO[bytes]) -> int:
    """The same by pyarrow's writer, ten times as fast; its numbers too are the shortest that read back the same."""
    import pyarrow
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False, quoting_style="none", batch_size=ROWS_AT_ONCE)
    cells = None if first.indices is None else [csv_text([str(name)], [[]])[:-1] for name in first.classes]
    words = None if cells is None or any('"' in cell for cell in cells) else _texts_of_arrow(cells)
    rows = 0
    for part in parts:
        columns = [] if part.probabilities is None else [_of_arrow(column) for column in part.probabilities.T]
        if part.indices is None:
            columns.insert(0, _of_arrow(part.values))
        elif words is not None:
            columns.insert(0, words.take(_of_arrow(part.indices)))
        elif cells is not None:  # cells in quotation marks, which this writer would not take as they are
            held = BytesIO()
            csv.write_csv(pyarrow.table(columns, names=list(map(str, range(len(columns))))), held, options)
            numbers = held.getvalue().decode().splitlines()
            labels = [cells[k] for k in part.indices.tolist()]
            file.write("".join([f"{a},{b}\n" for a, b in zip(labels, numbers, strict=True)]).encode())
            rows += len(part.values)
            continue
        csv.write_csv(pyarrow.table(columns, names=list(map(str, range(len(columns))))), file, options)
        rows += len(part.values)
    return rows


def _of_arrow(values: np.ndarray) -> Any:
    """The same numbers for pyarrow, whose own way imports pandas where it is installed; text goes that way."""
    import pyarrow

    if values.dtype.kind not in "if":
        return pyarrow.array(values)
    content = pyarrow.py_buffer(np.ascontiguousarray(values))
    return pyarrow.Array.from_buffers(pyarrow.from_numpy_dtype(values.dtype), len(values), [None, content])


def _texts_of_arrow(texts: Sequence[str]) -> Any:
    import pyarrow

    content = [text.encode() for text in texts]
    starts = np.cumsum([0, *map(len, content)], dtype=np.int32)
    return pyarrow.StringArray.from_buffers(len(texts), pyarrow.py_buffer(starts), pyarrow.py_buffer(b"".join(content)))


def _cells(values: np.ndarray) -> Sequence[str]:
    """Predicted classes or values as cells; a class is put into quotation marks once, not in every row."""
    if values.dtype.kind == "f":
        return _lines(values.reshape(len(values), -1))
    names, indices = np.unique(values, return_inverse=True)
    cells = csv_text(["x"], [names.tolist()]).removeprefix("x\n")[:-1]
    written = (
        cells.split("\n") if cells.count("\n") == len(names) - 1 else [csv_text([str(n)], [[]])[:-1] for n in names]
    )
    return [written[k] for k in indices.tolist()]


def _lines(numbers: np.ndarray) -> list[str]:
    """Each row of numbers [rows, columns] as comma-separated text, through one `repr` of them all."""
    return repr(numbers.tolist())[2:-2].replace(", ", ",").split("],[")


def _json(first: Prediction, parts: Iterable[Prediction], file: IO[bytes]) -> int:
    """One object as `Prediction.as_json` has it; the probabilities wait in a temporary file."""
    file.write(f'{{"schema": 1, "target": {json.dumps(first.target, ensure_ascii=False)}, "predictions": ['.encode())
    rows = 0
    with tempfile.TemporaryFile() as later:
        for part in parts:
            between = b", " if rows else b""
            file.write(between + _inside(part.values))
            if part.probabilities is not None:
                later.write(between + _inside(part.probabilities))
            rows += len(part.values)
        file.write(b"]")
        if first.probabilities is not None:
            file.write(
                f', "classes": {json.dumps(list(first.classes), ensure_ascii=False)}, "probabilities": ['.encode()
            )
            later.seek(0)
            while piece := later.read(1 << 20):
                file.write(piece)
            file.write(b"]")
    file.write(b"}\n")
    return rows


def _inside(values: np.ndarray) -> bytes:
    return json.dumps(values.tolist(), ensure_ascii=False)[1:-1].encode()


def _jsonl(first: Prediction, parts: Iterable[Prediction], file: IO[bytes]) -> int:
    rows = 0
    for part in parts:
        columns = [
            part.values.tolist(),
            *(c.tolist() for c in ([] if part.probabilities is None else part.probabilities.T)),
        ]
        lines = (dict(zip(first.names, row, strict=True)) for row in zip(*columns, strict=True))
        file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
        rows += len(part.values)
    return rows


def _parquet(first: Prediction, parts: Iterable[Prediction], file: IO[bytes]) -> int:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DeltaruleError(
            "writing Parquet needs pyarrow, which is not installed\nremedy: pip install 'deltarule[tables]', or "
            "--format csv"
        ) from error
    rows, writer = 0, None
    try:
        for part in parts:
            probabilities = [] if part.probabilities is None else [_of_arrow(column) for column in part.probabilities.T]
            if part.indices is not None and part.values.dtype.kind == "U":
                values = _texts_of_arrow(part.classes).take(_of_arrow(part.indices))
            else:
                values = _of_arrow(part.values)
            table = pyarrow.table([values, *probabilities], names=first.names)
            if writer is None:  # numbers are seldom the same twice: only classes are worth a dictionary
                words: Any = [] if part.probabilities is None else [first.names[0]]
                writer = pyarrow.parquet.ParquetWriter(file, table.schema, use_dictionary=words)
            writer.write_table(table)
            rows += len(part.values)
    finally:
        if writer is not None:
            writer.close()
    return rows


FORMATS: dict[str, Callable[[Prediction, Iterable[Prediction], IO[bytes]], int]] = {
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
    "parquet": _parquet,
}
