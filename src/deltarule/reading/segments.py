"""The pieces of a document: prose, mathematics, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Math", "Problem", "Prose"]


@dataclass(frozen=True, slots=True)
class Prose:
    """Words [start, end) of the document. level: 0 for running text, 1 to 6 for a heading."""

    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Math:
    """A formula with its delimiters [start, end) and without [body_start, body_end).

    A bare environment (`\\begin{align}`) is its own body. `cell` is the index of a notebook's cell.
    """

    start: int
    end: int
    body_start: int
    body_end: int
    display: bool
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read, why, and where (a character of the document)."""

    message: str
    offset: int
