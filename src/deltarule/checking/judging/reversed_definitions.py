"""`1/(1 + e^{-s}) = u`, where u stands above a ∂ and no equation has it on its left: the row says what u is. So does
`∂h/∂s = D`, if "where D is" follows."""

from __future__ import annotations

import re

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.words.label_values import TARGETS
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Statement

WHERE = r"where|here|with|in which|wobei|hier|où|donde|dove|onde|gdzie"
IS = r"is|are|denotes|stands|ist|est|es|è|é|to|jest|the|a"
BETWEEN = r"[\s$.,;:\\()\[\]]*"

__all__ = ["gives_the_right_a_meaning"]


def gives_the_right_a_meaning(state: State, statement: Statement, left: t.Tree, right: t.Tree) -> bool:
    """Whether an equation is the definition of the name on its right."""
    if len(statement.relations) != 1 or statement.relations[0].symbol not in EQUAL or statement.continues:
        return False
    if isinstance(left, t.Name | t.Scripted | t.Num) or not isinstance(right, t.Name | t.Scripted):
        return False
    found = reference(right, state.symbols.usage)
    if found is None or found.transposed or found.power is not None or found.primes or found.sample is not None:
        return False
    known = {*state.definitions.equations, *state.symbols.macros, *state.symbols.indexed, *state.explicit}
    if found.key in known | state.broken or found.base in {*state.symbols.functions, *TARGETS}:
        return False
    used = mentioned(state, left)
    if not used or found.key in used:
        return False
    if any(isinstance(n, t.Partial) for n in trees(left)):
        return isinstance(left, t.Partial) and _explained(state, statement, right)
    return any(_differentiates(state, n, found.key) for s in state.statements for x in s.sides for n in trees(x.tree))


def _differentiates(state: State, node: t.Tree, key: str) -> bool:
    """∂u/∂s of a u."""
    of = reference(node.of, state.symbols.usage) if isinstance(node, t.Partial) and node.of is not None else None
    return of is not None and of.key == key


def _explained(state: State, statement: Statement, right: t.Tree) -> bool:
    """Whether "where D is" follows a row that ends with D."""
    name = re.escape(state.document.text[right.start : right.end].strip())
    behind = state.document.text[statement.end : statement.end + 200]
    return bool(name) and re.match(rf"{BETWEEN}(?:{WHERE}){BETWEEN}{name}{BETWEEN}(?:{IS})\b", behind, re.I) is not None
