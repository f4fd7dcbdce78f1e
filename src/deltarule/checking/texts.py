"""Checking one text, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deltarule.checking.document import check_statements
from deltarule.checking.given import Given
from deltarule.checking.limits import Watch
from deltarule.checking.rows import CheckedDocument
from deltarule.reading.documents import read_document
from deltarule.reading.statements import read_statements

__all__ = ["check_text", "judge_text"]


def check_text(
    text: str,
    name: str = "-",
    assume: Iterable[str] = (),
    shapes: str | Mapping[str, tuple[int | str, ...]] | None = None,
) -> CheckedDocument:
    """Judge every equality of a text; the ending of the name says what it is (default: Markdown).

    `assume` are facts that hold in every proof (`0 < y < 1`), `shapes` the sizes of names (`W: h n, x: n`).
    Raises DeltaruleError for a text that cannot be read at all, and for facts or shapes that are none.
    """
    return judge_text(text, name, Given.of(assume, shapes), Watch())


def judge_text(text: str, name: str, given: Given, watch: Watch) -> CheckedDocument:
    """The same under a watch of one's own."""
    document = read_document(text, name)
    checked = check_statements(document, read_statements(document), name, given, watch)
    checked.source = text
    if document.problems:
        first = document.problems[0]
        place = document.place(first.offset)
        checked.error = f"line {place.line}: {first.message}"
    return checked
