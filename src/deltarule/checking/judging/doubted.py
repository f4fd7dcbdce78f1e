"""Rows that fail at a point and are left open all the same, since they may be misread. With one known mistake taken
back such a row may be proved as it is read: then it is read rightly, and is wrong as it stands.

The mistake has to be one that no misreading looks like. A transpose or a sum too many may be a matter of how
derivatives lie or of what a text leaves unsaid, a factor or a term too many one of what was not understood; a sign, a
square, a prime, a slope at another place are none of these.
"""

from __future__ import annotations

import re
from dataclasses import replace

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.hints.hints import MISCONCEPTIONS
from deltarule.checking.judging.claims import holds
from deltarule.checking.judging.mending import mend
from deltarule.checking.judging.outcomes import RESTS_ON
from deltarule.reading import tree as t

__all__ = ["DIFFER", "a_mistake_away", "clearly_wrong", "with_a_mistake_taken_back"]

DIFFER = "the two sides are not equal"
CLEAR = frozenset({"sign", "one sign", "prime", "square", "exponent", "reciprocal", "output", "function", "argument",
                   "log"})  # fmt: skip
"""Misconceptions that no misreading looks like."""
WITHOUT_INDICES = CLEAR | {"2 or ½"}
"""The same where no index stands: what a sum has twice, u_o beside Σ_k u_k, looks like a factor 2."""
INDEXED = re.compile(r"_\s*\{?\s*[a-zA-Z]|\\sum")
_SAYS = {row.says: row.name for row in MISCONCEPTIONS}


def with_a_mistake_taken_back(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Refute an open row that fails at a point, if it is proved with one clear mistake taken back."""
    found = state.failing.get(id(row))
    if row.verdict != "undecided" or found is None or found[0] is not row:
        return
    exchanged = (
        {"indices", "index"} if row.reason.startswith(RESTS_ON) else set()
    )  # what is not read there is something else
    mend(state, left, right, row, only=_clear(row) | exchanged)
    if row.hint and holds(state, left, right):  # as the mended row holds: for numbers, or by what a text leaves unsaid
        row.hint = row.suggestion = ""
    if row.hint:
        row.verdict, row.counterexample = "refuted", found[1] or None
        row.reason = DIFFER


def a_mistake_away(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """Whether a row that does not hold would be proved with one clear mistake taken back."""
    trial = replace(row, hint="", suggestion="")
    mend(state, left, right, trial, only=_clear(row))
    return trial.hint != ""


def clearly_wrong(row: DocumentRow) -> bool:
    """Whether a row is refuted and is proved with one clear mistake taken back."""
    return row.verdict in {"refuted", "ill-shaped"} and _SAYS.get(row.hint) in _clear(row)


def _clear(row: DocumentRow) -> frozenset[str]:
    return CLEAR if INDEXED.search(f"{row.left} = {row.right}") else WITHOUT_INDICES
