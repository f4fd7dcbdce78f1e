"""What a function is of its parameters alone: k(x) = g(h(x)) with the quantity h = x² is g(x²), of which x is no
constant."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.state import State
from deltarule.language.expression import Apply, Expression
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, walk
from deltarule.reading.values import Unread

__all__ = ["calls", "of_parameters"]


def of_parameters(state: State, body: Expression, parameters: Sequence[str]) -> Expression:
    """The body with every quantity that depends on a parameter as its equation says; raises Unread where none does."""
    known = state.definitions
    within = {n for n in names(body) - set(parameters) if any(known.depends(n, p) for p in parameters)}
    while within:
        body = known.unfold(body, within)
        within = {n for n in names(body) - set(parameters) if any(known.depends(n, p) for p in parameters)}
    for name in sorted(names(body) - set(parameters) - set(known.equations)):
        lists = [text.split(",") for text in state.symbols.quantities.get(name, ())]
        if used := sorted({p for p in parameters for labels in lists if p in labels}):
            raise Unread(f"{name} depends on {used[0]}, and no equation before says how")
    return body


def calls(e: Expression, function: str) -> bool:
    """Whether an expression applies a function, also by way of others."""
    seen: set[str] = set()
    waiting = [e]
    while waiting:
        for node in walk(waiting.pop()):
            if not isinstance(node, Apply) or node.function in seen:
                continue
            if node.function == function:
                return True
            seen.add(node.function)
            row = FUNCTIONS.get(node.function)
            if row is not None and row.definition is not None:
                waiting.append(row.definition)
    return False
