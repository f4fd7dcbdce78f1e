"""What a reader knows so far: what the whole document leaves open is judged once more by the text up to the end of its
paragraph. What is said with the same letters further down, of another module or in another notation, does no harm then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from deltarule.checking.sections import OPEN, better
from deltarule.checking.state import State
from deltarule.reading.statement import Statement

__all__ = ["MOST_ROWS", "by_what_stands_before"]

MOST = 4
"""Beginnings of a document that are judged."""
MOST_ROWS = 300
"""Rows of a document that is judged so, and by the definitions of one letter: larger ones would take too long."""
PARAGRAPH = re.compile(r"\n[ \t]*\n")


def by_what_stands_before(
    whole: State,
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement]], State],
    refuses: Callable[[int], str],
) -> None:
    """Take over what is decided of open rows by the beginnings of the document that end with their paragraphs."""
    statements = whole.statements
    firsts = [0]
    for statement in statements:
        firsts.append(firsts[-1] + rows_of([statement]))
    tried, at = 0, 0
    while at < len(statements) and tried < MOST and firsts[-1] <= MOST_ROWS:
        if not any(row.verdict in OPEN for row in whole.rows[firsts[at] : firsts[at + 1]]):
            at += 1
            continue
        end = _end_of_paragraph(whole, at)
        if end == len(statements) or refuses(firsts[end] - 1):
            return
        alone = judged(statements[:end])
        better(whole, alone, whole.rows[: firsts[end]], alone.rows)
        tried, at = tried + 1, end


def _end_of_paragraph(whole: State, at: int) -> int:
    """The place behind the last statement of a paragraph, and of a chain."""
    text, statements = whole.document.text, whole.statements
    end = at + 1
    while end < len(statements) and (
        statements[end].continues
        or statements[end].chain == statements[at].chain
        or not PARAGRAPH.search(text, statements[end - 1].end, statements[end].start)
    ):
        end += 1
    return end
