"""Checking files: each read, judged and reported on its own; one that cannot be read does not stop the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deltarule.checking.document import check_statements
from deltarule.checking.rows import CheckedDocument
from deltarule.language.errors import DeltaruleError
from deltarule.reading.documents import decode, read_document
from deltarule.reading.statements import read_statements

__all__ = ["check_files", "check_text"]


def check_text(text: str, name: str = "-") -> CheckedDocument:
    """Judge every equality of a text; the ending of the name says what it is (default: Markdown).

    Raises DeltaruleError for a text that cannot be read at all.
    """
    document = read_document(text, name)
    checked = check_statements(document, read_statements(document), name)
    if document.problems:
        first = document.problems[0]
        place = document.place(first.offset)
        checked.error = f"line {place.line}: {first.message}"
    return checked


def check_files(names: Iterable[str], standard_input: bytes = b"") -> Iterator[CheckedDocument]:
    """The files in order; `-` is the standard input. No file is opened but those named."""
    for name in names:
        try:
            data = standard_input if name == "-" else Path(name).read_bytes()
            yield check_text(decode(data, name), name)
        except OSError as error:
            yield CheckedDocument(name, "", error=f"{error.strerror or error}")
        except DeltaruleError as error:
            yield CheckedDocument(name, "", error=str(error).removeprefix(f"{name}: "))
