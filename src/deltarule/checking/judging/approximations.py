"""`0.4 · 0.35 ≈ 0.14`: a calculation with what comes out of it, rounded.

It is proved where the number on the right is the value of the left side to the digits that are written, and refuted
where neither the numbers that were rounded on the way nor a hundredth of the value explain the difference. What lies
between claims no more than that the two are near each other.
"""

from __future__ import annotations

import flint

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.core.worked_numbers import apart_by, is_number, rounds_to
from deltarule.checking.notation.settings import with_sigmoid
from deltarule.reading import tree as t

__all__ = ["ABOUT", "rounded_result"]

ABOUT = frozenset({"\\approx", "≈", "\\simeq", "\\cong"})
NEARLY = 0.01
"""By which part of itself a result may be off and still be near."""


def rounded_result(state: State, left: t.Tree, right: t.Tree, relation: str, row: DocumentRow) -> bool:
    """Whether a row rounds the value of a calculation; then it is judged."""
    if relation not in ABOUT or not is_number(right):
        return False
    with flint.ctx.workprec(80):
        left = with_sigmoid(state, left)
        equal, off = rounds_to(left, right), apart_by(left, right)
    if equal is None or off is None:
        return False
    if equal:
        row.verdict, row.reason = "proved", "the value of the left side, rounded to the digits that are written"
    elif off[0] > NEARLY:
        row.verdict, row.reason = "refuted", "the numbers of the row give another value"
        row.counterexample = {"left": off[1], "right": off[2]}
    else:
        row.verdict, row.reason = "none", "near each other, and not equal to the digits that are written"
    return True
