"""Comma-, semicolon- or tab-separated text with a header, read into a `Table` with the line of every row."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Table, as_number, is_present, is_whole

__all__ = ["csv_text", "read_csv", "table_text"]

DELIMITERS = (",", ";", "\t")
LONGEST_FIELD = 131_072


def read_csv(content: bytes, source: str) -> Table:
    """The table in the bytes of a CSV file: UTF-8 with or without a mark, the delimiter found in the header.

    Raises:
        DeltaruleError: names the line and what is wrong there.
    """
    text = _decoded(content, source)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise DeltaruleError(f"{source} is empty\nremedy: write a header line with the names of the columns, then rows")
    delimiter = _delimiter(first)
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    rows: list[list[str]] = []
    places: list[int] = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not cells or (len(cells) == 1 and not cells[0].strip()):
                continue
            if header is None:
                header = _header(cells, source)
                continue
            if len(cells) != len(header):
                raise DeltaruleError(
                    f"line {line} of {source} has {_count(len(cells), 'field')}, the header has {len(header)}"
                    f"\nremedy: correct the line; a field that holds {_named(delimiter)} needs quotes around it"
                )
            rows.append(cells)
            places.append(line)
    except csv.Error as error:
        raise DeltaruleError(f"line {start} of {source}: {_said(error)}") from error
    if header is None or not rows:
        raise DeltaruleError(f"{source} has a header and no rows: there is nothing to read")
    columns = {name: _column(name, list(cells)) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}
    return Table(source, columns, len(rows), places)


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
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DeltaruleError(f"{source} is UTF-16 text\nremedy: save it as UTF-8")
    zero = content.find(b"\0")
    if zero >= 0 or content[:4] == b"PAR1" or content[:2] == b"\x1f\x8b":
        hint = {b"PK": " (a spreadsheet or ZIP file?)", b"\x1f\x8b": " (compressed with gzip?)"}.get(content[:2], "")
        raise DeltaruleError(
            f"{source} is a binary file{hint}, not text\nremedy: save it as CSV (UTF-8), or as .parquet or .feather"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DeltaruleError(
            f"{source} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}\nremedy: save it as UTF-8"
        ) from error


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


def _column(name: str, cells: list[str]) -> Column:
    values = [as_number(c) if is_present(c) else np.nan for c in cells]
    if any(v is None for v in values) or not any(is_present(c) for c in cells):
        present = [c.strip() if is_present(c) else "" for c in cells]
        if any(present):
            return Column(name, None, present)
    return Column(name, np.array(values, np.float64), None)


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
