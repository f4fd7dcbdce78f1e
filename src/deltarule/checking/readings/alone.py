"""A row read with nothing but itself and what the text declares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from deltarule.checking.core.state import State
from deltarule.checking.judging.chapters import Pairs
from deltarule.checking.judging.mending import of_declared_shapes, other_than_layout
from deltarule.checking.judging.sections import mixes_ranks
from deltarule.reading.statement import Statement

__all__ = ["by_itself"]


def by_itself(
    state: State,
    statements: Sequence[Statement],
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement], Pairs, int], State],
    refuses: Callable[[int], str],
) -> None:
    """A number beside a vector is no fault where only other equations, read as a guess, make a vector of it: the row is
    read once more with nothing but itself and what the text declares."""
    declared = [pair for s in statements for pair in s.memberships]
    at = 0
    for statement in statements:
        first, at = at, at + rows_of([statement])
        rows = state.rows[first:at]
        if not any(row.verdict == "ill-shaped" and mixes_ranks(row.reason) for row in rows) or refuses(at):
            continue
        alone = judged([replace(statement, continues=False)], declared, first)
        for row, own in zip(rows, alone.rows, strict=True):
            kept = other_than_layout(row) or own.verdict == "ill-shaped" or of_declared_shapes(state, row)
            if row.verdict == "ill-shaped" and mixes_ranks(row.reason) and not kept:
                row.verdict, row.hint, row.suggestion = "undecided", "", ""
                row.reason = f"by other equations, not by what is declared: {row.reason}"
