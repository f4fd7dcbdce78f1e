"""What a reader knows so far: what the whole document leaves open is judged once more by the text up to the end of its
paragraph. What is said with the same letters further down, of another module or in another notation, does no harm then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.judging.sections import HOLDS, OPEN, better, first_rows, used
from deltarule.checking.readings.slices import Slices
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement

__all__ = ["MOST_ROWS", "by_what_stands_before", "more_is_said"]

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
    firsts = first_rows(statements, rows_of)
    slices, tried, at = Slices(whole, (), ()), 0, 0
    while at < len(statements) and tried < MOST and firsts[-1] <= MOST_ROWS:
        if not any(row.verdict in OPEN for row in whole.rows[firsts[at] : firsts[at + 1]]):
            at += 1
            continue
        end = _end_of_paragraph(whole, at)
        if end == len(statements) or refuses(firsts[end] - 1):
            return
        alone = judged(statements[:end])
        tried, at = tried + 1, end
        if slices.misread(alone, end - 1):
            continue  # further down the text shows that a letter is no number
        pairs = zip(whole.rows[: firsts[end]], alone.rows, strict=True)
        kept = [
            (row, own)
            for row, own in pairs
            if own.verdict not in HOLDS or not more_is_said(whole, alone, own, statements[end:])
        ]
        better(whole, alone, [row for row, _ in kept], [own for _, own in kept])


def more_is_said(whole: State, alone: State, own: DocumentRow, omitted: Sequence[Statement]) -> bool:
    """Whether an equation that was left out is made of what a row differentiates by, or of what is computed from that:
    the derivative may not be all of it then."""
    sides = [side for left, right, row in alone.judged if row is own for side in (left, right)]
    if not any(isinstance(node, t.Partial) for side in sides for node in t.walk(side)):
        return False
    known = used(alone, own) | {u for name in used(alone, own) for u in alone.definitions.users(name)}
    symbols = alone.symbols
    said = {*alone.definitions.equations, *symbols.macros, *symbols.indexed}
    for statement in omitted:
        left = statement.sides[0].tree
        found = reference(left, whole.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
        if found is None or statement.continues or not statement.relations or found.key in said:
            continue
        if any(mentioned(whole, side.tree) & known for side in statement.sides[1:] if side.tree is not None):
            return True
    return False


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
