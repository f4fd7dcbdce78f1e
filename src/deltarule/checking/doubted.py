"""Rows that fail at a point and are left open all the same, since they may be misread. With one known mistake taken
back such a row may be proved as it is read: then it is read rightly, and is wrong as it stands.

The mistake has to be one that no misreading looks like. A transpose or a sum too many may be a matter of how
derivatives lie or of what a text leaves unsaid, a factor or a term too many one of what was not understood; a sign, a
square, a prime, a slope at another place are none of these.
"""

from __future__ import annotations

from deltarule.checking.hints import MISCONCEPTIONS
from deltarule.checking.mending import mend
from deltarule.checking.rows import DocumentRow
from deltarule.checking.state import State
from deltarule.reading import tree as t

__all__ = ["clearly_wrong", "with_a_mistake_taken_back"]

CLEAR = frozenset({
    "sign", "one sign", "prime", "square", "exponent", "2 or ½", "reciprocal", "output", "swapped", "argument", "log",
})  # fmt: skip
"""Misconceptions that no misreading looks like."""
_SAID = frozenset(row.says for row in MISCONCEPTIONS if row.name in CLEAR)


def with_a_mistake_taken_back(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Refute an open row that fails at a point, if it is proved with one clear mistake taken back."""
    found = state.failing.get(id(row))
    if row.verdict != "undecided" or found is None or found[0] is not row:
        return
    mend(state, left, right, row, only=CLEAR)
    if row.hint:
        row.verdict, row.counterexample = "refuted", found[1] or None
        row.reason = "the two sides are not equal"


def clearly_wrong(row: DocumentRow) -> bool:
    """Whether a row is refuted and is proved with one clear mistake taken back."""
    return row.verdict in {"refuted", "ill-shaped"} and row.hint in _SAID
