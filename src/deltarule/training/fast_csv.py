"""Large CSV files through pyarrow's parser where it is installed: the same values, several times as fast.

What pyarrow does not understand as we do is left to `csv_text`, from that row on: it has the message and the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deltarule.training.arrow import table_of_arrow
from deltarule.training.csv_text import csv_blocks, read_header
from deltarule.training.data import ABSENT, Table

__all__ = ["fast_blocks", "pays"]

PAYS_FROM = 4 << 20
"""Bytes of a file below which importing pyarrow takes longer than reading without it."""
BLOCK = 2 << 20
"""Bytes that are parsed together; some thirty of these are read ahead."""
_NULLS = sorted({form for word in ABSENT for form in (word, word.upper(), word.title(), word.capitalize())} | {"NaN"})


def pays(path: Path) -> bool:
    """Whether pyarrow is there and the file large enough."""
    return path.stat().st_size >= PAYS_FROM and find_spec("pyarrow") is not None


def fast_blocks(
    path: Path, source: str, rows: int, wanted: Mapping[str, bool], delimiter: str | None = None
) -> Iterator[Table]:
    """The wanted columns of an uncompressed CSV file in blocks of at most `rows`; `wanted` says which are text."""
    import pyarrow

    with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        header, delimiter, before = read_header(lines, source, delimiter)
    given = 0
    try:
        with closing(_reader(path, header, delimiter, before, wanted)) as reader:
            for batch in reader:
                for start in range(0, batch.num_rows, rows):
                    part = batch.slice(start, rows)
                    # Only how they are held makes a dictionary of texts: what they are is still to be seen.
                    columns = {
                        n: replace(c, kind=None, levels=None) for n, c in table_of_arrow(part, source).columns.items()
                    }
                    places = range(given + 1, given + part.num_rows + 1)
                    unread = tuple(name for name in header if name not in wanted)
                    yield Table(source, columns, part.num_rows, places, unit="row", unread=unread)
                    given += part.num_rows
        if given:
            return
    except pyarrow.ArrowException:
        pass
    with open(path, "rb") as stream:
        yield from _after(csv_blocks(stream, source, rows, wanted, delimiter), given)


def _reader(path: Path, header: list[str], delimiter: str, before: int, wanted: Mapping[str, bool]) -> Any:
    import pyarrow
    from pyarrow import csv

    there = [name for name in header if name in wanted]
    if not there:
        raise pyarrow.ArrowInvalid("none of the columns is there")
    words = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    types = {name: words if wanted[name] else pyarrow.float64() for name in there}
    return csv.open_csv(
        str(path),
        csv.ReadOptions(use_threads=True, block_size=BLOCK, skip_rows=before, column_names=header),
        csv.ParseOptions(delimiter=delimiter, newlines_in_values=_quotes(path)),
        csv.ConvertOptions(
            include_columns=there, column_types=types, null_values=_NULLS, strings_can_be_null=True, check_utf8=True
        ),
    )


def _quotes(path: Path) -> bool:
    """Whether a quotation mark stands anywhere in the file: only then may a value hold the end of a line."""
    with open(path, "rb") as file:
        return any(b'"' in part for part in iter(lambda: file.read(1 << 20), b""))


def _after(blocks: Iterator[Table], rows: int) -> Iterator[Table]:
    """The blocks from that row on."""
    for block in blocks:
        if rows >= block.rows:
            rows -= block.rows
        elif rows:
            yield block.rest(rows)
            rows = 0
        else:
            yield block
