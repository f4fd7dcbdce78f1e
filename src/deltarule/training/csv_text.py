"""Comma-, semicolon- or tab-separated text with a header, read into a `Table` with the line of every row."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from io import BufferedIOBase
from itertools import chain
from typing import BinaryIO, cast

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Table, as_number, is_present, is_whole
from deltarule.training.texts import Texts

__all__ = ["csv_blocks", "csv_text", "read_csv", "read_header", "refuse_binary", "table_text"]

DELIMITERS = (",", ";", "\t")
LONGEST_FIELD = 131_072


def read_csv(content: bytes, source: str, *, texts: Collection[str] = (), delimiter: str | None = None) -> Table:
    """The table in the bytes of a CSV file: UTF-8 with or without a mark, the delimiter found in the header.

    `texts` names columns whose values stay text even where all are numbers.

    Raises:
        DeltaruleError: names the line and what is wrong there.
    """
    lines = io.StringIO(_decoded(content, source), newline="")
    return next(_blocks(lines, source, None, dict.fromkeys(texts, True), None, delimiter))


def csv_blocks(
    stream: BufferedIOBase,
    source: str,
    rows: int,
    wanted: Mapping[str, bool] | None = None,
    delimiter: str | None = None,
) -> Iterator[Table]:
    """The table in a stream of bytes, `rows` at a time. `wanted` has the columns to read, and whether each is text.

    Raises:
        DeltaruleError: as for `read_csv`.
    """
    lines = io.TextIOWrapper(cast(BinaryIO, stream), "utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _blocks(lines, source, rows, wanted or {}, None if wanted is None else set(wanted), delimiter)
    finally:
        lines.detach()  # the stream is the caller's to close


def read_header(lines: Iterable[str], source: str, delimiter: str | None = None) -> tuple[list[str], str, int]:
    """The names of the columns, the delimiter, and how many lines stand before the first row."""
    first: list[str] = []
    feed = iter(lines)
    for line in feed:
        first.append(line)
        if line.strip():
            break
    else:
        raise DeltaruleError(f"{source} is empty\nremedy: write a header line with the names of the columns, then rows")
    delimiter = delimiter or _delimiter(first[-1])
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(chain(first, feed), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if not _blank(cells):
                return _header(cells, source), delimiter, reader.line_num
    except csv.Error as error:
        raise DeltaruleError(f"line 1 of {source}: {_said(error)}") from error
    raise DeltaruleError(f"{source} is empty\nremedy: write a header line with the names of the columns, then rows")


def _blocks(
    lines: Iterable[str],
    source: str,
    size: int | None,
    texts: Mapping[str, bool],
    wanted: Collection[str] | None,
    delimiter: str | None,
) -> Iterator[Table]:
    feed = iter(lines)
    header, delimiter, before = read_header(feed, source, delimiter)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    places: list[int] = []
    start, given = before + 1, False
    try:
        for cells in reader:
            line, start = start, before + reader.line_num + 1
            if _blank(cells):
                continue
            if len(cells) != len(header):
                raise DeltaruleError(
                    f"line {line} of {source} has {_count(len(cells), 'field')}, the header has {len(header)}"
                    f"\nremedy: correct the line; a field that holds {_named(delimiter)} needs quotes around it"
                )
            rows.append(cells)
            places.append(line)
            if size is not None and len(rows) == size:
                yield _block(header, rows, places, source, texts, wanted)
                rows, places, given = [], [], True
    except csv.Error as error:
        raise DeltaruleError(f"line {start} of {source}: {_said(error)}") from error
    if rows:
        yield _block(header, rows, places, source, texts, wanted)
    elif not given:
        raise DeltaruleError(f"{source} has a header and no rows: there is nothing to read")


def _blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and not cells[0].strip())


def _block(
    header: list[str],
    rows: list[list[str]],
    places: list[int],
    source: str,
    texts: Mapping[str, bool],
    wanted: Collection[str] | None,
) -> Table:
    columns: dict[str, Column] = {}
    for name, cells in zip(header, zip(*rows, strict=True), strict=True):
        if wanted is None or name in wanted:
            column = _column(name, cells, texts.get(name, False))
            if column.texts is not None:
                _refuse_wrong_bytes(column.texts, places, source)
            columns[name] = column
    unread = tuple(name for name in header if name not in columns)
    return Table(source, columns, len(rows), places, unread=unread)


def _refuse_wrong_bytes(texts: Sequence[str], places: Sequence[int], source: str) -> None:
    """Bytes that are not UTF-8 come through the decoder as lone surrogates."""
    words = texts.words if isinstance(texts, Texts) else texts
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        row = next(k for k, text in enumerate(texts) if any("\ud800" <= c <= "\udfff" for c in text))
        raise DeltaruleError(f"{source} is not UTF-8: line {places[row]}\nremedy: save it as UTF-8") from None


def csv_text(names: Sequence[str], columns: Iterable[Sequence[object]]) -> str:
    """Comma-separated text: the names, then the rows; quoted where needed, lines end in a newline."""
    lines = [names, *zip(*columns, strict=True)]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def _quoted(cell: object) -> str:
    """The csv module leaves a lone carriage return bare, which readers take for the end of the line."""
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n\r') else text


def table_text(table: Table) -> str:
    """A table as comma-separated text; reading it back gives the same values."""
    return csv_text(list(table.columns), (_cells(column) for column in table.columns.values()))


def _cells(column: Column) -> list[str]:
    if column.numbers is None:
        return list(column.texts or ())
    if is_whole(column.numbers):
        return [str(int(v)) for v in column.numbers]
    return ["" if math.isnan(v) else repr(float(v)) for v in column.numbers]


def _decoded(content: bytes, source: str) -> str:
    refuse_binary(content, source)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DeltaruleError(
            f"{source} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}\nremedy: save it as UTF-8"
        ) from error


def refuse_binary(content: bytes, source: str) -> None:
    """Raise where these first bytes are not those of UTF-8 text."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DeltaruleError(f"{source} is UTF-16 text\nremedy: save it as UTF-8")
    zero = content.find(b"\0")
    if zero >= 0 or content[:4] == b"PAR1" or content[:2] == b"\x1f\x8b":
        hint = {b"PK": " (a spreadsheet or ZIP file?)", b"\x1f\x8b": " (compressed with gzip?)"}.get(content[:2], "")
        raise DeltaruleError(
            f"{source} is a binary file{hint}, not text\nremedy: save it as CSV (UTF-8), or as .parquet or .feather"
        )


def _delimiter(header: str) -> str:
    """The delimiter that parts the header into the most fields; quotes hide what is inside them."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _header(cells: list[str], source: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    for position, name in enumerate(names, 1):
        if not name:
            raise DeltaruleError(
                f"column {position} of {source} has no name"
                "\nremedy: name it in the header (pandas writes its index so, unless told to_csv(index=False))"
            )
    if all(as_number(name) is not None for name in names):
        raise DeltaruleError(
            f"the first line of {source} holds numbers, not names\nremedy: put a header line with the names before it"
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        where = ", ".join(str(k) for k, name in enumerate(names, 1) if name == twice[0])
        raise DeltaruleError(f"{source} calls columns {where} {twice[0]!r}\nremedy: give each column its own name")
    return names


def _column(name: str, cells: Sequence[str], text: bool = False) -> Column:
    if not text:
        numbers = _all_numbers(cells)
        if numbers is not None:
            return Column(name, numbers, None)
    texts = Texts.of(cells)
    if not text and any(map(is_present, texts.words)):
        values = {c: as_number(c) if is_present(c) else math.nan for c in texts.words}
        if None not in values.values():
            return Column(name, texts.numbers(lambda cell: values[cell] or 0.0), None)
    elif not text:
        return Column(name, np.full(len(cells), np.nan), None)
    return Column(name, None, texts.map(lambda cell: cell.strip() if is_present(cell) else ""))


def _all_numbers(cells: Sequence[str]) -> np.ndarray | None:
    """The values of cells that are numbers without exception, several times as fast as one by one."""
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None
    return None if "_" in "".join(cells) else values


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _named(delimiter: str) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab"}[delimiter]


def _said(error: csv.Error) -> str:
    words = str(error)
    if "field limit" in words:
        return f"a field is longer than {LONGEST_FIELD:,} characters\nremedy: close the quotation mark it begins with"
    if "unexpected end of data" in words:
        return "a quotation mark is opened and never closed"
    return f"the quotation marks do not match ({words})\nremedy: write a quotation mark inside a field twice"
