"""Checking one text, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deltarule.checking.core.given import Given
from deltarule.checking.core.limits import Watch
from deltarule.checking.core.rows import CheckedDocument, Finding
from deltarule.checking.document import check_statements
from deltarule.reading.documents import read_document
from deltarule.reading.statements import read_statements

__all__ = ["check_text", "judge_text"]

NOT_FOLLOWED = "only the file itself is read"
"""How a problem ends that is none of this file: what it includes may well be in order."""
MOST = 3
"""Problems that are named."""


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
    wrong: list[str] = []
    for problem in document.problems:
        line = document.place(problem.offset).line
        if problem.message.endswith(NOT_FOLLOWED):
            checked.findings.append(Finding("not-followed", (line,), problem.message))
        else:
            wrong.append(f"line {line}: {problem.message}")
    more = f"; {len(wrong) - MOST} more" if len(wrong) > MOST else ""
    checked.error = "; ".join(wrong[:MOST]) + more
    return checked
