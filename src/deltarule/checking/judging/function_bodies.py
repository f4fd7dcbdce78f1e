"""What a function is of its parameters alone: k(x) = g(h(x)) with the quantity h = x² is g(x²), of which x is no
constant."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.calculus.definitions import Definitions
from deltarule.calculus.rules import expand_functions
from deltarule.checking.core.state import State
from deltarule.language.expression import Apply, Expression
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, walk
from deltarule.reading.values import Unread

__all__ = ["bodies_with_values", "calls", "names_in_bodies", "of_parameters"]


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


def bodies_with_values(e: Expression, known: Definitions) -> Expression:
    """The expression with every function written out, if one rests on a name that has an equation: f(x) = x σ(βx)
    after β = 1."""
    return expand_functions(e) if names_in_bodies(e) & set(known.equations) else e


def names_in_bodies(e: Expression) -> set[str]:
    """The names that the functions in an expression rest on, besides their arguments."""
    rests: set[str] = set()
    waiting, seen = [e], set[str]()
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Apply) and node.function not in seen:
                seen.add(node.function)
                row = FUNCTIONS.get(node.function)
                if row is not None and row.definition is not None:
                    rests |= names(row.definition) - set(row.parameters)
                    waiting.append(row.definition)
    return rests
