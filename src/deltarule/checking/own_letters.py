"""q(β) = β²/(1 + β²) in a text where β is a matrix: in the function, and in q'(β) = 2β/(1 + β²)², β is one number."""

from __future__ import annotations

from dataclasses import replace

from deltarule.checking.claims import claim
from deltarule.checking.rows import DocumentRow
from deltarule.checking.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["at_own_letter"]

DECIDED = frozenset({"proved", "conditional", "refuted"})


def at_own_letter(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge a row about a function at the letter of its definition with that letter, where it is another elsewhere."""
    match left:
        case t.Factors(items=((_, t.Scripted() | t.Name() as head), ("", t.Group(kind="(", items=(t.Name() as x,))))):
            found, argument = reference(head, state.symbols.usage), reference(x, state.symbols.usage)
        case _:
            return
    f = state.symbols.functions.get(found.base) if found is not None else None
    if f is None or argument is None or not f.defined or row.verdict in {"proved", "conditional"}:
        return
    own = next((letter for letter in (argument.base, argument.key) if f.parameter == f"{letter}_argument"), "")
    if not own:
        return
    letter = t.Name(f.parameter)
    sides = [t.replaced(side, lambda n: letter if n == x else None) for side in (left, right)]
    trial = replace(row, counterexample=None, condition=None, hint="", suggestion="")
    claim(state, sides[0], sides[1], trial)
    if trial.verdict in DECIDED:
        row.verdict, row.reason, row.condition, row.domain = trial.verdict, trial.reason, trial.condition, trial.domain
        row.counterexample, row.hint, row.suggestion = trial.counterexample, trial.hint, trial.suggestion
