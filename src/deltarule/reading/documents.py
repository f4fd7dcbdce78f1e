"""A file as prose and mathematics, each with its place: Markdown, LaTeX, Jupyter notebooks, HTML.

>>> document = read_document("The loss is $L = (y - p)^2$.", "card.md")
>>> [document.text[m.body_start : m.body_end] for m in document.maths]
['L = (y - p)^2']

Only the file itself is read: nothing that it includes or links to is opened, and nothing in it runs.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any, NamedTuple

from deltarule.language.errors import DeltaruleError, NotationError
from deltarule.reading.delimiters import find_segments
from deltarule.reading.lexer import tokenize
from deltarule.reading.macros import Macro, alone, house_macros, read_macros
from deltarule.reading.masks import masked
from deltarule.reading.segments import Math, Problem, Prose

__all__ = ["MAX_BYTES", "Document", "Place", "decode", "line_column", "read_document"]

MAX_BYTES = 5_000_000

KINDS = {
    ".tex": "latex", ".ltx": "latex", ".latex": "latex",
    ".ipynb": "notebook",
    ".html": "html", ".htm": "html", ".xhtml": "html",
}  # fmt: skip
"""Everything else is Markdown."""

MAX_NAMES = 200
MAX_STRAY = 3
"""Control characters in a text that are taken for slips; more of them make it binary."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class Place(NamedTuple):
    """Line and column from 1; in a notebook within the source of the cell, whose index in `cells` is given."""

    line: int
    column: int
    cell: int | None = None


@dataclass(frozen=True)
class Document:
    """The text (of a notebook: its Markdown cells, one after the other) and what was found in it, in order."""

    name: str
    kind: str  # markdown, latex, html, notebook
    text: str
    segments: tuple[Prose | Math, ...]
    problems: tuple[Problem, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()  # (where the source of the cell starts in text, its index)
    macros: dict[str, Macro] = field(default_factory=dict)

    @property
    def maths(self) -> tuple[Math, ...]:
        return tuple(s for s in self.segments if isinstance(s, Math))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self.text))]

    def place(self, offset: int) -> Place:
        """Line, column and cell of a character of the text."""
        line = bisect_right(self._line_starts, offset)
        column = offset - self._line_starts[line - 1] + 1
        if not self.cells:
            return Place(line, column)
        start, cell = self.cells[max(0, bisect_right(self.cells, (offset, len(self.text))) - 1)]
        return Place(line - bisect_right(self._line_starts, start) + 1, column, cell)


def line_column(document: Document, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character of the text (in a notebook within its cell)."""
    return document.place(offset)[:2]


def decode(data: bytes, name: str) -> str:
    """The text of a file. Raises DeltaruleError for one that is too large, binary, or not in UTF-8 or UTF-16."""
    if len(data) > MAX_BYTES:
        raise DeltaruleError(
            f"{name}: {len(data) / 1e6:.1f} MB is more than the {MAX_BYTES / 1e6:.0f} MB that are read: split the file"
        )
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data[:10_000]:
            raise DeltaruleError(f"{name}: a binary file, not text") from None
        line = data.count(b"\n", 0, error.start) + 1
        raise DeltaruleError(
            f"{name}: not UTF-8 at byte {error.start + 1} (line {line}): save the file as UTF-8"
        ) from None


def read_document(text: str, name: str = "-") -> Document:
    """The document in a text; the ending of the name says of which kind it is.

    Raises DeltaruleError for a text that is too large or binary, NotationError for a notebook that is not one.
    """
    if len(text) > MAX_BYTES:
        raise DeltaruleError(
            f"{name}: {len(text):,} characters are more than the {MAX_BYTES:,} that are read: split the file"
        )
    stray = _CONTROL.findall(text)
    if stray and "\0" not in stray and len(stray) <= MAX_STRAY:  # left behind by copying
        text, stray = _CONTROL.sub(" ", text), []
    if stray and (control := _CONTROL.search(text)):
        line = text.count("\n", 0, control.start()) + 1
        raise DeltaruleError(f"{name}: a binary file, not text (a control character in line {line})")
    kind = KINDS.get(PurePath(name).suffix.lower(), "markdown")
    if kind != "notebook":
        segments, problems = find_segments(text, masked(text, kind), kind)
        return Document(name, kind, text, segments, problems, (), _macros(text))
    sources = _markdown_cells(text, name)
    pieces: list[str] = []
    cells: list[tuple[int, int]] = []
    segments_found: list[Prose | Math] = []
    problems_found: list[Problem] = []
    length = 0
    for index, source in sources:
        cells.append((length, index))
        found, wrong = find_segments(source, masked(source, "markdown"), "markdown", cell=index, shift=length)
        segments_found += found
        problems_found += wrong
        pieces += [source, "\n\n"]
        length += len(source) + 2
    joined = "".join(pieces)
    return Document(name, kind, joined, tuple(segments_found), tuple(problems_found), tuple(cells), _macros(joined))


def _macros(text: str) -> dict[str, Macro]:
    """What a text defines, and commands of other files, \\lossFunction, where they can only be names."""
    macros = read_macros(text)
    names = {c: Macro(0, None, f"\\mathrm{{{c[1:]}}}") for c in sorted(alone(text) - macros.keys())[:MAX_NAMES]}
    for command, macro in {**names, **house_macros(text, macros)}.items():
        if [token.text for token in tokenize(command, 0, len(command), {})] == [f"the command {command}"]:
            macros[command] = macro
    return macros


def _markdown_cells(text: str, name: str) -> list[tuple[int, str]]:
    remedy = "a notebook is a JSON file with a list of cells: save it from Jupyter again"
    try:
        notebook: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotationError(f"{name}: not a notebook: {error.msg}", text, error.pos, remedy) from None
    except RecursionError:
        raise NotationError(f"{name}: not a notebook: brackets too deep", remedy=remedy) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise NotationError(f"{name}: not a notebook: no list of cells", remedy=remedy)
    out: list[tuple[int, str]] = []
    for index, cell in enumerate(cells):
        if not isinstance(cell, dict):
            raise NotationError(f"{name}: cell {index} is not a JSON object", remedy=remedy)
        if cell.get("cell_type") != "markdown":
            continue
        source = cell.get("source", "")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise NotationError(f"{name}: the source of cell {index} is not text", remedy=remedy)
        out.append((index, source))
    return out
