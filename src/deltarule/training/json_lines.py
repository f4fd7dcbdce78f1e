"""JSON lines: one object a line, its keys the columns; and a JSON list of such objects."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from io import BufferedIOBase
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Table, is_present

__all__ = ["json_blocks"]

Row = dict[str, Any]


def json_blocks(
    stream: BufferedIOBase,
    source: str,
    rows: int | None,
    wanted: Mapping[str, bool] | None = None,
    texts: Collection[str] = (),
) -> Iterator[Table]:
    """The table in a stream of JSON lines, `rows` at a time. `wanted` has the columns to read and whether each is text.

    `texts` names columns whose values stay text even where all are numbers.

    Numbers are numbers, true and false 1 and 0; null, a key left out and the usual words for it are missing.

    Raises:
        DeltaruleError: names the line and what is wrong there.
    """
    found: list[Row] = []
    places: list[int] = []
    given, names = False, dict[str, None]()
    for line, row in _rows(stream, source):
        found.append(row)
        places.append(line)
        names.update(dict.fromkeys(row))
        if len(found) == rows:
            yield _table(found, places, source, names, wanted, texts)
            found, places, given = [], [], True
    if found:
        yield _table(found, places, source, names, wanted, texts)
    elif not given:
        raise DeltaruleError(f"{source} has no rows: there is nothing to read")


def _rows(stream: BufferedIOBase, source: str) -> Iterator[tuple[int, Row]]:
    for line, content in enumerate(stream, 1):
        text = content.strip().removeprefix(b"\xef\xbb\xbf")
        if not text:
            continue
        if text.startswith(b"["):
            yield from _of_list(text, stream, source)
            return
        yield line, _row(_read(text, f"line {line} of {source}"), f"line {line} of {source}")


def _of_list(first: bytes, stream: Iterable[bytes], source: str) -> Iterator[tuple[int, Row]]:
    rows = _read(first + b"\n" + b"".join(stream), source)
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        yield number, _row(row, f"item {number} of {source}")


def _read(text: bytes, place: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise DeltaruleError(f"{place} is nested too deeply for a row of a table") from None
    except ValueError as error:
        raise DeltaruleError(
            f'{place} is no JSON: {error}\nremedy: write one object a line, as in {{"age": 31, "city": "Oslo"}}'
        ) from None


def _row(value: Any, place: str) -> Row:
    if not isinstance(value, dict):
        raise DeltaruleError(f'{place} is no object with a value for each column, as in {{"age": 31}}')
    for name, cell in value.items():
        if isinstance(cell, list | dict):
            raise DeltaruleError(
                f"{place}: {name!r} holds {'a list' if isinstance(cell, list) else 'an object'}"
                "\nremedy: give each number in it a column of its own"
            )
    return value


def _table(
    rows: list[Row],
    places: list[int],
    source: str,
    names: Iterable[str],
    wanted: Mapping[str, bool] | None,
    texts: Collection[str],
) -> Table:
    kept = [name for name in names if wanted is None or name in wanted]
    as_text = {*texts, *(name for name, text in (wanted or {}).items() if text)}
    columns = {name: _column(name, [row.get(name) for row in rows], name in as_text) for name in kept}
    unread = tuple(name for name in names if name not in columns)
    return Table(source, columns, len(rows), places, unread=unread)


def _column(name: str, values: list[Any], text: bool) -> Column:
    values = [None if isinstance(v, str) and not is_present(v) else v for v in values]
    present = [v for v in values if v is not None]
    truths = bool(present) and all(isinstance(v, bool) for v in present)
    if not text and (truths or all(isinstance(v, int | float) and not isinstance(v, bool) for v in present)):
        numbers = np.array([math.nan if v is None else _float(v) for v in values], np.float64)
        return Column(name, numbers, None, "boolean" if truths else None)
    return Column(name, None, ["" if v is None else _text(v) for v in values])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).strip()


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf
