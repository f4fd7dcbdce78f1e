"""`g(z) = z` "for $z > 0$" beside another equation for g(z): it holds for some values only, and gives no meaning."""

from __future__ import annotations

import re

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.notation.zero_outside import zero_outside
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement

__all__ = ["for_some_values", "part_of_a_definition"]


def for_some_values(state: State, statement: Statement) -> bool:
    """Whether an equation stands under a condition, and another one has the same left side."""
    if len(statement.sides) > 1 and isinstance(statement.sides[1].tree, t.Cases):
        return False
    return statement.start in state.conditional and bool(_others(state, statement))


def part_of_a_definition(state: State, statement: Statement, row: DocumentRow) -> bool:
    """Whether all equations for a left side stand under conditions: then each gives a part of its meaning."""
    if not for_some_values(state, statement) or any(
        s.start not in state.conditional for s in _others(state, statement)
    ):
        return False
    left = statement.sides[0].tree
    head = left.items[0][1] if isinstance(left, t.Factors) and len(left.items) == 2 else left
    found = reference(head, state.symbols.usage) if isinstance(head, t.Name | t.Scripted) else None
    if found is None or found.primes or found.transposed or found.key in state.symbols.macros:
        return False  # a derivative, or something that is computed: no name for a value
    function = state.symbols.functions.get(found.base)
    if found.key in state.definitions.equations or (function is not None and function.defined):
        return False
    row.verdict, row.reason = "definition", "gives a part of the meaning, for some values only"
    return True


def _others(state: State, statement: Statement) -> list[Statement]:
    own = _left(statement)
    others = (s for s in state.whole if s.relations and s.start != statement.start and _left(s) == own)
    return [s for s in others if s.relations[0].symbol in EQUAL and not _zero(state, s)]


def _zero(state: State, statement: Statement) -> bool:
    """Whether it says that what is outside of a range is 0, which is no case of what stands inside."""
    left, right = (side.tree for side in statement.sides[:2])
    return left is not None and right is not None and zero_outside(state, statement, left, right)


def _left(statement: Statement) -> str:
    if not statement.relations or statement.continues:
        return ""
    return re.sub(r"\s|&|\\[,;:! ]|\\q?quad", "", statement.sides[0].text)
