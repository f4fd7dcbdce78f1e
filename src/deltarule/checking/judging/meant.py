"""A row that fails beside words of which it is open how far they reach."""

from __future__ import annotations

from dataclasses import replace

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.reading import tree as t

__all__ = ["perhaps_meant"]


def perhaps_meant(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """A row that fails, and that a hypothesis of which it is open how far it reaches would make true, is left open."""
    if row.verdict != "refuted" or not state.unsure:
        return False
    known = state.facts
    for facts in state.unsure:
        state.facts = replace(known, positive=known.positive + facts.positive, equal=known.equal + facts.equal)
        trial = replace(row, counterexample=None)
        try:
            with state.symbols.undone():
                claim(state, left, right, trial)
        finally:
            state.facts = known
        if trial.verdict != "refuted" or not facts:
            row.verdict, row.counterexample = "undecided", None
            row.reason = "it may be meant under a condition that stands near it"
            return True
    return False
