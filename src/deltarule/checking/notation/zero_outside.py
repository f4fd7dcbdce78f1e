"""`w_j = 0` for $j \\notin \\{0, …, K-1\\}$: what is outside of the range of an array is 0, which defines nothing."""

from __future__ import annotations

import re

from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement

__all__ = ["OUTSIDE_IS_ZERO", "zero_outside"]

OUTSIDE_IS_ZERO = "what is outside of the range is 0"

OUTSIDE = re.compile(
    r"\\notin|\\not\s*\\in|∉|\b(?:outside|out\s+of\s+(?:range|bounds)|beyond|otherwise|elsewhere|off\s+the|"
    r"in\s+any\s+other|any\s+other|all\s+other|whenever\s+the\s+index|hors|en\s+dehors|dehors|sinon|partout\s+ailleurs|"
    r"außerhalb|ausserhalb|sonst|fuera|fuori|altrimenti|en\s+otro\s+caso|poza|mimo|вне)\b|之外|以外|"
    r"\w\s*(?:<|\\lt)\s*0\b|0\s*(?:>|\\gt)\s*\w|\w\s*(?:>|\\gt|\\ge|\\geq|\\geqslant|≥)\s*[A-Za-z]\b|"
    r"\w\s*(?:>|\\gt)\s*\d",
    re.IGNORECASE,
)
BEFORE = re.compile(
    r"\b(?:outside|beyond|elsewhere|otherwise|hors|dehors|ailleurs|sinon|außerhalb|ausserhalb|sonst|fuera|fuori)\b[^$]*\$?\s*$",
    re.IGNORECASE,
)
"""Right in front: außerhalb ist $δ_t = 0$."""
END = re.compile(r"[.!?;](?=\s)|\n[ \t]*\n|\)(?=[\s.,;])|。")


def zero_outside(state: State, statement: Statement, left: t.Tree, right: t.Tree) -> bool:
    """Whether a row says of an array that it is 0 outside of its range: the words or the condition behind it."""
    if not (isinstance(right, t.Num) and not right.value):
        return False
    found = reference(left, state.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
    if found is None or found.primes or found.power is not None:
        return False
    if not any(isinstance(i, t.Name) for i in found.indices):
        return False
    text = state.document.text
    last = END.search(text, statement.end)
    end = min(last.start() if last is not None else len(text), statement.end + 160)
    if OUTSIDE.search(text, statement.end, end) is not None:
        return True
    start = max((m.end() for m in END.finditer(text, max(0, statement.start - 80), statement.start)), default=0)
    return BEFORE.search(text, max(start, statement.start - 80), statement.start) is not None
