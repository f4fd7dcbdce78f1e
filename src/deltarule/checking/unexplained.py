"""Rows that fail at a point and that no known mistake explains.

With one mistake taken back a row that a person got wrong nearly always holds, and then it was read rightly. Where no
repair is found, either the mistake is a rare one, or the text is read in another way than it is meant. In documents
that nobody had seen before, more than half of such refutations were misreadings. So two of them in one document are
left open, and so is one that stands behind a condition, or that gives a name which has a meaning another one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from deltarule.checking.one_pass import claimed
from deltarule.checking.relations import EQUAL
from deltarule.checking.rows import DocumentRow
from deltarule.checking.state import State
from deltarule.checking.worked_examples import ANOTHER_VALUE
from deltarule.reading import tree as t
from deltarule.reading.guessing import with_arguments
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement

__all__ = ["leave_open"]

ENDS = re.compile(r"[.!?](?:\s|$)|\n\s*#|\\(?:sub)*section")
"""Where a sentence ends, and with it what a condition in it says."""


def leave_open(state: State, statements: Sequence[Statement]) -> None:
    """Take back the refutations that no known mistake explains, where there is a reason to doubt them."""
    rows = list(zip(claimed(statements), state.rows, strict=True))
    found = [(statement, k, row) for (statement, k), row in rows
             if row.verdict == "refuted" and not row.hint and row.reason != ANOTHER_VALUE]  # fmt: skip
    several = len({row.chain for _, _, row in found}) > 1
    for statement, k, row in found:
        why = ""
        if several:
            why = f"so do {len(found) - 1} other rows, and no known mistake explains them: this may be read wrongly"
        elif _under_a_condition(state, statements, statement):
            why = "it may be meant under the condition that stands before it"
        elif k == 0 and (name := _defined_again(state, statement)):
            why = f"it may give {name} another meaning"
        if why:
            _open(row, why)


def _open(row: DocumentRow, why: str) -> None:
    row.verdict, row.reason = "undecided", f"it fails at a point as it is read, but {why}"
    row.counterexample = None


def _under_a_condition(state: State, statements: Sequence[Statement], statement: Statement) -> bool:
    """Whether an inequality stands before a formula in its sentence, or in the one that the formula ends."""
    place = statements.index(statement)
    before = statements[place - 1] if place else None
    if before is None or statement.continues:
        return False
    if any(relation.symbol in EQUAL for relation in before.relations) or not before.relations:
        return False
    end = max(side.end for side in before.sides)
    return ENDS.search(state.document.text, end, statement.start) is None


def _defined_again(state: State, statement: Statement) -> str:
    """The name that stands alone on the left, where an equation before gave it its meaning."""
    left = statement.sides[0].tree
    if left is None or isinstance(left, t.Partial):
        return ""
    found = reference(left, state.symbols.usage) or with_arguments(state.symbols, left)
    if found is None or found.primes or isinstance(state.written.get(found.key), t.Partial | None):
        return ""  # the name of a derivative: what it is equal to is a claim
    return found.key
