"""`For K = 2 we get …`: a size that the text sets to a number for a while. A row that does not hold for every size is
judged once more at that number, until the next heading."""

from __future__ import annotations

from dataclasses import replace

from deltarule.calculus.definitions import Definitions
from deltarule.checking.claims import claim
from deltarule.checking.lowered import settled_equation
from deltarule.checking.rows import DocumentRow
from deltarule.checking.sections import heading, take
from deltarule.checking.state import State
from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["at_given_sizes", "note_size"]

MOST = 8
"""The largest number of components that is written out."""


def note_size(state: State, statement: Statement, left: t.Tree, right: t.Tree) -> None:
    """Keep the number to which a row sets a size: K = 2, where something has K components."""
    match left, right:
        case t.Name(letter=letter, accents=()), t.Num(value=value) if value.denominator == 1 and 1 <= value <= MOST:
            sizes = {state.symbols.find(s) for e in state.symbols.entities.values() for s in e.sizes[: e.rank or 0]}
            sizes |= {a.size for e in state.definitions.equations.values() for a in e.axes}
            if letter in sizes:
                state.size_values[letter] = (int(value), heading(state.document, statement.block))


def at_given_sizes(state: State, statement: Statement, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge an open row at the sizes that were given numbers under its heading."""
    here = heading(state.document, statement.block)
    given = {letter: n for letter, (n, place) in state.size_values.items() if place == here}
    if not given or row.verdict not in {"refuted", "ill-shaped", "undecided"}:
        return
    kept = state.definitions
    trial = replace(row, counterexample=None)
    try:
        with state.symbols.undone():
            state.symbols.number_of_size = {**state.symbols.number_of_size, **given}
            equations = [settled_equation(e, state.symbols.find) for e in kept.equations.values()]
            state.definitions = Definitions.of((e for e in equations if e.name not in given), kept.declarations)
            claim(state, left, right, trial)
    finally:
        state.definitions = kept
    said = ", ".join(f"{letter} = {n}" for letter, n in given.items())
    if trial.verdict in {"proved", "conditional", "refuted"}:
        take(row, trial, f"{trial.reason}, with {said}")
    elif row.verdict != "undecided":
        row.verdict, row.reason, row.counterexample = "undecided", f"{trial.reason}, with {said}", None
