"""Checking from Python: `check("solution.md")`, or a text, with the rows that the command line gives.

>>> verdicts = check("With $y = a + b$: $$y^2 = a^2 + b^2$$")
>>> [(row.left, row.right, row.verdict) for row in verdicts.failed]
[('y^2', 'a^2 + b^2', 'refuted')]
>>> verdicts.all_proved
False
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from deltarule.checking.core.rows import CheckedDocument, Finding
from deltarule.checking.files import check_files, check_long_text
from deltarule.checking.report.report import as_data, row_data
from deltarule.checking.report.words import LOOKED_AT
from deltarule.language.errors import DeltaruleError

__all__ = ["Row", "Verdicts", "check"]

_ENDINGS = frozenset({".md", ".tex", ".ltx", ".latex", ".ipynb", ".html", ".htm", ".xhtml", ".txt", ".markdown"})


class Row(dict[str, Any]):
    """One relation, with the fields of the JSON answer, as keys and as attributes; a field that it lacks is None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.get(name)

    def __repr__(self) -> str:
        return f"<{self['verdict']}, line {self['line']}: {self['left']} {self['relation']} {self['right']}>"


class Verdicts:
    """What was found in one document. `str()` is the text of the terminal; a notebook shows the page."""

    def __init__(self, document: CheckedDocument) -> None:
        self.document = document

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every relation between two neighbouring expressions of a chain, in the order of the document."""
        return tuple(Row(row_data(row)) for row in self.document.rows)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """About the document as a whole: each has `finding`, `lines` and `message`."""
        return tuple(self.document.findings)

    @property
    def summary(self) -> dict[str, int]:
        """How many rows have each verdict."""
        return self.document.summary

    @property
    def error(self) -> str:
        """What kept part of the text from being read; empty if nothing did."""
        return self.document.error

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows that are refuted or ill-shaped."""
        return tuple(row for row in self.rows if row["verdict"] in {"refuted", "ill-shaped"})

    @property
    def all_proved(self) -> bool:
        """Whether every row that claims something is proved, and there is one."""
        claims = {row["verdict"] for row in self.rows} & {"proved", *LOOKED_AT}
        return claims == {"proved"} and not self.error

    @property
    def none_failed(self) -> bool:
        """Whether nothing is refuted or ill-shaped: what the exit code 0 of the command line says."""
        return not self.failed and not self.error

    def to_json(self) -> str:
        """The answer of `deltarule check --format json`."""
        return json.dumps(as_data([self.document]), ensure_ascii=False, indent=1) + "\n"

    def to_html(self) -> str:
        """One file that needs no network: the document with every equality marked."""
        from deltarule.checking.report.page import as_page

        return as_page([self.document])

    def __str__(self) -> str:
        from deltarule.checking.report.terminal import as_text

        return as_text([self.document])

    def __repr__(self) -> str:
        from deltarule.checking.report.words import summary

        return f"Verdicts({self.document.name}: {summary(self.summary)})"

    def _repr_html_(self) -> str:
        from deltarule.checking.report.page import fragment
        from deltarule.checking.report.page_style import nested

        return f'<div class="deltarule"><style>{nested("deltarule")}</style>{fragment(self.document)}</div>'


def check(
    path_or_text: str | PurePath,
    *,
    assume: str | Iterable[str] = (),
    shapes: str | Mapping[str, tuple[int | str, ...]] | None = None,
) -> Verdicts:
    """Judge every equality of a document: a file if there is one of that name, else a text in Markdown.

    `assume` are facts that the text leaves unsaid (`"0 < y < 1"`), `shapes` the sizes of names (`"W: h n, x: n"`), in
    the text notation. Raises DeltaruleError for a file that cannot be read, and for facts or shapes that are none.
    """
    facts = [assume] if isinstance(assume, str) else list(assume)
    name = str(path_or_text)
    if _is_file(path_or_text):
        (document,) = check_files([name], assume=facts, shapes=shapes)
    elif isinstance(path_or_text, PurePath) or _names_a_file(name):
        raise DeltaruleError(f"there is no file {name}")
    else:
        document = check_long_text(name, facts, shapes)
    if document.error and not document.rows:
        raise DeltaruleError(f"{document.name}: {document.error}" if document.name != "-" else document.error)
    return Verdicts(document)


def _is_file(given: str | PurePath) -> bool:
    if isinstance(given, str) and (len(given) > 1024 or "\n" in given):
        return False
    try:
        return given not in ("", "-") and Path(given).is_file()
    except (OSError, ValueError):
        return False


def _names_a_file(text: str) -> bool:
    """Whether a text is rather the name of a file that is not there: `solution.md`."""
    return len(text) < 256 and not any(c in text for c in "\n$\\=") and PurePath(text).suffix.lower() in _ENDINGS
