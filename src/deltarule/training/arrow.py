"""Parquet and Arrow/Feather files, and pyarrow's tables, read through pyarrow where it is installed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Table
from deltarule.training.texts import Texts

__all__ = ["arrow_blocks", "numbers_of_arrow", "read_arrow", "table_of_arrow"]

PARQUET = frozenset({".parquet", ".pq"})
MILLISECONDS_A_DAY = 86_400_000


def read_arrow(path: Path, source: str | None = None) -> Table:
    """The table in a `.parquet` or `.feather`/`.arrow`/`.ipc` file.

    Raises:
        DeltaruleError: pyarrow is not installed (the extra `tables` has it), or the file is not of its kind.
    """
    _need_pyarrow(path)
    import pyarrow
    import pyarrow.feather
    import pyarrow.parquet

    parquet = path.suffix.lower() in PARQUET
    try:
        read = pyarrow.parquet.read_table if parquet else pyarrow.feather.read_table
        table = read(str(path))
    except (pyarrow.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error
    return table_of_arrow(table, source or str(path))


def arrow_blocks(path: Path, columns: Collection[str] | None, rows: int) -> Iterator[Table]:
    """The table in blocks of at most `rows`, read row group by row group (record batch by record batch).

    `columns` are those that are needed, where they are known; names that the file lacks are passed over.
    """
    _need_pyarrow(path)
    import pyarrow
    import pyarrow.ipc
    import pyarrow.parquet

    try:
        if path.suffix.lower() in PARQUET:
            with pyarrow.parquet.ParquetFile(str(path)) as file:
                there = file.schema_arrow.names
                wanted = there if columns is None else [name for name in there if name in columns]
                columns_read = wanted or there[:1]
                # A reader keeps the bytes of every row group that it has passed: one for all would keep the file.
                batches = (
                    batch
                    for groups in _row_groups(file.metadata, 4 * rows)
                    for batch in file.iter_batches(batch_size=rows, columns=columns_read, row_groups=groups)
                )
                yield from _blocks(batches, there, wanted, str(path), rows)
        else:
            with pyarrow.memory_map(str(path)) as stream:
                reader = pyarrow.ipc.open_file(stream)
                there = reader.schema.names
                wanted = there if columns is None else [name for name in there if name in columns]
                batches = (reader.get_batch(k) for k in range(reader.num_record_batches))
                yield from _blocks(batches, there, wanted, str(path), rows)
    except (pyarrow.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _row_groups(metadata: Any, rows: int) -> Iterator[list[int]]:
    """The numbers of row groups that are read together: as few as have so many rows."""
    together, count = [], 0
    for number in range(metadata.num_row_groups):
        together.append(number)
        count += metadata.row_group(number).num_rows
        if count >= rows:
            yield together
            together, count = [], 0
    if together:
        yield together


def _blocks(batches: Any, there: list[str], wanted: list[str], source: str, rows: int) -> Iterator[Table]:
    if len(set(there)) < len(there):
        raise DeltaruleError(f"{source} has two columns of one name\nremedy: give each its own name")
    seen = 0
    for batch in batches:
        for start in range(0, batch.num_rows, rows):
            part = batch.slice(start, rows)
            table = table_of_arrow(part.select(wanted) if wanted else part.slice(0, 0), source, part.num_rows)
            yield Table(source, table.columns, part.num_rows, range(seen + 1, seen + part.num_rows + 1), unit="row")
            seen += part.num_rows
    if not seen:
        raise DeltaruleError(f"{source} has no rows: there is nothing to read")


def table_of_arrow(table: Any, source: str, rows: int | None = None) -> Table:
    """A pyarrow table or batch: numbers, booleans, dates and dictionaries as what they are, the rest as text.

    Raises:
        DeltaruleError: it has no rows, or two columns of one name.
    """
    names = [str(name) for name in table.schema.names]
    if len(set(names)) < len(names):
        raise DeltaruleError(f"{source} has two columns of one name\nremedy: give each its own name")
    rows = table.num_rows if rows is None else rows
    if not rows:
        raise DeltaruleError(f"{source} has no rows: there is nothing to read")
    columns = {name: _column(name, table.column(j)) for j, name in enumerate(names)}
    return Table(source, columns, rows)


def _column(name: str, values: Any) -> Column:
    import pyarrow
    from pyarrow import compute, types

    kind = values.type
    if types.is_boolean(kind):
        return Column(name, _floats(compute.cast(values, pyarrow.int8())), None, "boolean")
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return Column(name, _floats(values), None)
    if types.is_date(kind) or types.is_timestamp(kind):
        stamps = compute.cast(compute.cast(values, pyarrow.timestamp("ms"), safe=False), pyarrow.int64())
        return Column(name, _floats(stamps) / MILLISECONDS_A_DAY, None, "date")
    if types.is_dictionary(kind):
        ordered = bool(kind.ordered)
        chunk = values.combine_chunks() if isinstance(values, pyarrow.ChunkedArray) else values
        chunk = chunk.chunk(0) if isinstance(chunk, pyarrow.ChunkedArray) else chunk
        levels = tuple(str(v) for v in chunk.dictionary.to_pylist())
        texts = _texts(values)
        # An unordered dictionary is in order of appearance: sorting is left to who uses it.
        return Column(name, None, texts, "ordinal" if ordered else "category", levels if ordered else None)
    if types.is_string(kind) or types.is_large_string(kind) or getattr(types, "is_string_view", lambda t: False)(kind):
        return Column(name, None, _texts(values.dictionary_encode()))
    return Column(name, None, ["" if v is None else str(v) for v in values.to_pylist()])


def _texts(values: Any) -> Texts:
    """Of a dictionary-encoded array."""
    import pyarrow

    parts = []
    for chunk in values.chunks if isinstance(values, pyarrow.ChunkedArray) else [values]:
        words = ["" if v is None else str(v) for v in chunk.dictionary.to_pylist()]
        indices = numbers_of_arrow(chunk.indices, len(words)).astype(np.int64)
        parts.append(Texts.of([*words, ""])[:0] if not len(chunk) else _recoded([*words, ""], indices))
    return parts[0] if len(parts) == 1 else Texts.joined(parts)


def _recoded(words: list[str], indices: np.ndarray) -> Texts:
    """With each word once: a dictionary may hold one twice, or an empty one beside the missing."""
    return Texts(words, indices).map(str)


def _floats(values: Any) -> np.ndarray:
    import pyarrow
    from pyarrow import compute

    numbers = compute.cast(values, pyarrow.float64(), safe=False)
    return numbers_of_arrow(numbers, np.nan)


def numbers_of_arrow(values: Any, absent: float = 0) -> np.ndarray:
    """Numbers as they stand in memory, `absent` where there is none. (pyarrow's own ways import pandas.)"""
    kind = np.dtype(values.type.to_pandas_dtype())
    parts = [np.empty(0, kind)]
    for chunk in values.chunks if hasattr(values, "chunks") else [values]:
        if not len(chunk):
            continue
        there, content = chunk.buffers()
        part = np.frombuffer(content, kind, len(chunk), chunk.offset * kind.itemsize)
        if chunk.null_count:
            bits = np.unpackbits(np.frombuffer(there, np.uint8), bitorder="little")
            part = np.where(bits[chunk.offset : chunk.offset + len(chunk)], part, kind.type(absent))
        parts.append(part)
    return parts[-1] if len(parts) == 2 else np.concatenate(parts)


def _need_pyarrow(path: Path) -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise DeltaruleError(
            f"reading {path} needs pyarrow, which is not installed"
            "\nremedy: pip install 'deltarule[tables]', or save the table as CSV"
        ) from error


def _unreadable(path: Path, error: Exception) -> DeltaruleError:
    kind = "Parquet" if path.suffix.lower() in PARQUET else "Arrow/Feather"
    return DeltaruleError(f"cannot read {path} as {kind}: {(str(error).splitlines() or ['no reason given'])[0]}")
