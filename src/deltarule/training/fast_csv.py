"""Large CSV files through pyarrow's parser where it is installed: the same values, several times as fast.

The largest go through machine code of our own first (`plain_csv`).
What pyarrow does not understand as we do is left to `csv_text`, from that row on: it has the message and the line.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deltarule.training.arrow import table_of_arrow
from deltarule.training.csv_text import csv_blocks, read_header
from deltarule.training.data import ABSENT, Table
from deltarule.training.in_order import in_order
from deltarule.training.plain_csv import Pieces, compiles, plain_table

__all__ = ["fast_blocks", "pays"]

PAYS_FROM = 4 << 20
"""Bytes of a file below which importing pyarrow takes longer than reading without it."""
PLAIN_FROM = 32 << 20
"""Bytes of a file from which the code for plain numbers is worth making."""
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
    unread = tuple(name for name in header if name not in wanted)
    try:
        with closing(_parts(path, source, rows, header, delimiter, before, wanted)) as parts:
            for part in parts:
                places = range(given + 1, given + part.rows + 1)
                yield replace(part, lines=places, unit="row", unread=unread)
                given += part.rows
        if given:
            return
    except pyarrow.ArrowException:
        pass
    with open(path, "rb") as stream:
        yield from _after(csv_blocks(stream, source, rows, wanted, delimiter), given)


def _parts(
    path: Path, source: str, rows: int, header: list[str], delimiter: str, before: int, wanted: Mapping[str, bool]
) -> Generator[Table, None, None]:
    """Tables of at most `rows`: by machine code where the file is large and plain, by pyarrow otherwise."""
    import pyarrow
    from pyarrow import csv

    there = [name for name in header if name in wanted]
    if not there:
        raise pyarrow.ArrowInvalid("none of the columns is there")
    words = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    types = {name: words if wanted[name] else pyarrow.float64() for name in there}
    convert = csv.ConvertOptions(
        include_columns=there, column_types=types, null_values=_NULLS, strings_can_be_null=True, check_utf8=True
    )
    start = 0
    if path.stat().st_size >= PLAIN_FROM and compiles():
        pieces = Pieces(path, before, BLOCK)
        plain = plain_table(source, header, delimiter, wanted, _NULLS)

        def parsed(piece: bytes) -> list[Table]:
            found = plain(piece)
            if found is not None:
                return [found.part(k, k + rows) for k in range(0, found.rows, rows)]
            read = csv.ReadOptions(use_threads=False, block_size=len(piece) + 1, column_names=header)
            return list(
                _cut(csv.read_csv(pyarrow.BufferReader(piece), read, _parse(delimiter, False), convert), source, rows)
            )

        with closing(in_order(parsed, pieces)) as found:
            for tables in found:
                yield from tables
        if pieces.left is None:
            return
        start = pieces.left
    with open(path, "rb") as file:
        file.seek(start)
        options = csv.ReadOptions(
            use_threads=True, block_size=BLOCK, skip_rows=0 if start else before, column_names=header
        )
        parse = _parse(delimiter, _quotes(path))
        with closing(csv.open_csv(file if start else str(path), options, parse, convert)) as batches:
            for batch in batches:
                yield from _cut(batch, source, rows)


def _parse(delimiter: str, newlines: bool) -> Any:
    from pyarrow import csv

    return csv.ParseOptions(delimiter=delimiter, newlines_in_values=newlines)


def _cut(batch: Any, source: str, rows: int) -> Iterator[Table]:
    for start in range(0, batch.num_rows, rows):
        part = table_of_arrow(batch.slice(start, rows), source)
        # Only how they are held makes a dictionary of texts: what they are is still to be seen.
        yield replace(part, columns={n: replace(c, kind=None, levels=None) for n, c in part.columns.items()})


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
