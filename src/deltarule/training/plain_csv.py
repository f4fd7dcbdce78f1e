"""The rows of a large CSV file by code of our own (`decimals`): several times as fast as pyarrow, the same values.

The file is cut at the ends of lines. A piece with anything but plain numbers in it goes through pyarrow; where a
quotation mark comes, cutting at lines is no longer safe, and pyarrow reads on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from deltarule.program.native.decimals import NUMBER, SKIPPED, TEXT, Stopped, parse_rows
from deltarule.program.native.processor import UnknownProcessor, host
from deltarule.training.arrow import numbers_of_arrow
from deltarule.training.data import Column, Table
from deltarule.training.texts import Texts

__all__ = ["Pieces", "compiles", "plain_table"]


def compiles() -> bool:
    """Whether LLVM is there and knows this processor."""
    try:
        host()
    except UnknownProcessor:
        return False
    return True


class Pieces:
    """The bytes of whole lines, some `size` of them at a time, from the line after the first `before` ones on.

    After the last piece, `left` is the offset where what could not be cut at lines begins, 0 for the whole file, None
    if all was given.
    """

    def __init__(self, path: Path, before: int, size: int) -> None:
        self.path, self.before, self.size = path, before, size
        self.left: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        with open(self.path, "rb") as file:
            head = [file.readline() for _ in range(self.before)]
            if any(b"\r" in line.rstrip(b"\r\n") for line in head):
                self.left = 0
                return
            at, carried = file.tell(), b""
            wanted = max(self.size - at, 1)
            while data := file.read(wanted):
                wanted = self.size
                end = data.rfind(b"\n") + 1
                if not end or b'"' in data:
                    self.left = at
                    return
                piece = b"".join((carried, memoryview(data)[:end]))
                carried = data[end:]
                at += len(piece)
                yield piece
            if carried:
                yield carried + b"\n"


def plain_table(
    source: str, header: Sequence[str], delimiter: str, wanted: Mapping[str, bool], absent: Collection[str]
) -> Callable[[bytes], Table | None]:
    """What makes a table of a piece, or None where it holds anything else; `absent` are the words for no value."""
    roles = bytes((TEXT if wanted[name] else NUMBER) if name in wanted else SKIPPED for name in header)
    missing = frozenset(absent)

    def parsed(piece: bytes) -> Table | None:
        columns: dict[str, Column] = {}
        rows = 0
        try:
            found = parse_rows(piece, delimiter, roles)
            for name, cells in zip(header, found, strict=True):
                if isinstance(cells, tuple):
                    rows = len(cells[1]) - 1
                    columns[name] = Column(name, None, _texts(*cells, missing))
                elif cells is not None:
                    rows = len(cells)
                    columns[name] = Column(name, cells, None)
        except (Stopped, UnicodeDecodeError):
            return None
        return Table(source, columns, rows)

    return parsed


def _texts(characters: np.ndarray, starts: np.ndarray, absent: Collection[str]) -> Texts:
    import pyarrow

    cells: Any = pyarrow.StringArray.from_buffers(
        len(starts) - 1, pyarrow.py_buffer(starts), pyarrow.py_buffer(characters)
    ).dictionary_encode()
    words = ["" if word in absent else word for word in cells.dictionary.to_pylist()]
    return Texts(words, numbers_of_arrow(cells.indices).astype(np.int64)).map(str)
