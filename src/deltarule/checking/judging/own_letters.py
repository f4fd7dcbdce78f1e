"""q(β) = β²/(1 + β²) in a text where β is a matrix: in the function, and in q'(β) = 2β/(1 + β²)², β is one number."""

from __future__ import annotations

from dataclasses import replace

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, reference
from deltarule.reading.symbols import Function
from deltarule.reading.values import IllShaped, Unread

__all__ = ["at_own_letter"]

DECIDED = frozenset({"proved", "conditional", "refuted"})


def at_own_letter(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge a row about a function at the letter of its definition with that letter, where it is another elsewhere."""
    match left:
        case t.Factors(items=((_, t.Scripted() | t.Name() as head), ("", t.Group(kind="(", items=(t.Name() as x,))))):
            pass
        case t.Call(function=(t.Scripted() | t.Name()) as head, argument=t.Group(kind="(", items=(t.Name() as x,))):
            pass
        case _:
            return
    found, argument = reference(head, state.symbols.usage), reference(x, state.symbols.usage)
    f = state.symbols.function(found.base) if found is not None else None
    if f is None or argument is None or not f.defined or row.verdict in {"proved", "conditional"}:
        return
    letter = _own_letter(state, f, argument, right)
    if letter is None:
        return
    sides = [t.replaced(side, lambda n: letter if n == x else None) for side in (left, right)]
    trial = replace(row, counterexample=None, condition=None, hint="", suggestion="")
    try:
        claim(state, sides[0], sides[1], trial)
    except (Unread, IllShaped):
        return
    if trial.verdict in DECIDED:
        row.verdict, row.reason, row.condition, row.domain = trial.verdict, trial.reason, trial.condition, trial.domain
        row.counterexample, row.hint, row.suggestion = trial.counterexample, trial.hint, trial.suggestion


def _own_letter(state: State, f: Function, argument: Reference, right: t.Tree) -> t.Name | None:
    """The letter of a function's own: that of its definition, or for ReLU(x) = cases of x, where x is a vector."""
    if any(f.parameter == f"{letter}_argument" for letter in (argument.base, argument.key)):
        return t.Name(f.parameter)
    entity = state.symbols.entities.get(argument.key)
    vector = entity is not None and bool(entity.rank) and argument.base not in state.symbols.functions
    if vector and isinstance(right, t.Cases):
        return t.Name(f"{argument.base}_argument")
    return None
