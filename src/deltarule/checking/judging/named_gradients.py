"""Names that the text calls "the gradient": which derivative they are; and the words before a formula."""

from __future__ import annotations

import re

from deltarule.calculus.judge import Judge
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.language.expression import Derivative, Symbol
from deltarule.reading.documents import Prose
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import OBJECTIVES
from deltarule.reading.values import Value

__all__ = ["named_gradient", "words_near"]


def named_gradient(state: State, statement: Statement, value: Value, row: DocumentRow) -> None:
    """A name introduced as "the gradient": which derivative of which objective it is, if it is one."""
    if "gradient" not in f"{statement.words_before} {words_near(state, statement)}".lower()[-60:]:
        return
    judge = Judge(state.definitions, state.facts)
    for target, equation in state.definitions.equations.items():
        if target not in OBJECTIVES or equation.axes:
            continue
        for entity in list(state.symbols.entities.values()):
            free = entity.key not in state.definitions.equations and state.definitions.depends(target, entity.key)
            if not free or entity.samples or (entity.rank or 0) != value.rank or value.rank > 1:
                continue
            axis = value.row or value.col
            by = Symbol(entity.key, () if axis is None else (axis,))
            if judge.equality(Derivative(Symbol(target), by), value.expression).verdict == "proved":
                text = f"{row.left} is the gradient of {target} by {entity.key}"
                row.verdict, row.condition, row.reason = "conditional", Condition("sign", text), f"true where {text}"
                return


def words_near(state: State, statement: Statement) -> str:
    """The last sentence before the block."""
    for segment in reversed(state.document.segments[: statement.block]):
        if isinstance(segment, Prose):
            text = " ".join(state.document.text[segment.start : segment.end][-300:].split())
            return re.split(r"[.!?。] ", text)[-1]
        break
    return ""
