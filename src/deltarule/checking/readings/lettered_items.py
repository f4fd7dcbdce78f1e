"""Exercises a), b), c): what stands under one letter, in the questions and in the answers, is judged by itself where
the whole leaves it open. y of a) is another y than that of b)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from deltarule.checking.core.state import State
from deltarule.checking.judging.sections import HOLDS, OPEN, better, first_rows, take
from deltarule.reading.documents import Document
from deltarule.reading.segments import Prose
from deltarule.reading.statement import Statement

__all__ = ["by_lettered_items", "lettered_items"]

LABEL = re.compile(r"^[\s>*_\-+]*(?:\(([a-h])\)|([a-h])\))[*_:.]*(?=\s)", re.MULTILINE)
"""a) or (a) at the beginning of a line, in bold or not."""


def lettered_items(document: Document, statements: Sequence[Statement]) -> list[list[int]]:
    """The places of the statements under each letter; none where there are not at least two letters."""
    out: dict[str, list[int]] = {}
    label, end, block = "", 0, 0
    for place, statement in enumerate(statements):
        if not statement.continues:
            headings = [s.end for s in document.segments[block : statement.block] if isinstance(s, Prose) and s.level]
            label, end = ("", max(end, headings[-1])) if headings else (label, end)
            for found in LABEL.finditer(document.text[: statement.start], end):
                label = found[1] or found[2]
        end, block = statement.end, statement.block
        if label:
            out.setdefault(label, []).append(place)
    return list(out.values()) if len(out) > 1 else []


def by_lettered_items(
    whole: State,
    document: Document,
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement], int], State],
    refuses: Callable[[int], str],
) -> None:
    """Take over what one item decides of its rows that the whole leaves open."""
    firsts = first_rows(whole.statements, rows_of)
    for places in lettered_items(document, whole.statements):
        rows = [row for k in places for row in whole.rows[firsts[k] : firsts[k + 1]]]
        if all(row.verdict not in OPEN for row in rows) or refuses(firsts[places[-1]]):
            continue
        alone = judged([whole.statements[k] for k in places], firsts[places[0]])
        better(whole, alone, rows, alone.rows)
        for row, own in zip(rows, alone.rows, strict=True):  # y = u² in the answer, after y = (3x + 1)² in the question
            if row.verdict == "definition" and own.verdict in HOLDS:
                take(row, own, own.reason)
