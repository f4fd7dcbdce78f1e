"""What was left open is judged once more at the end, by all definitions: those that came later, too, and those that the
document leaves out where another row is proved by them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.limits import TimeUp, Watch
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.bodies_differentiated import by_another_name, equations_by_derivatives
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.doubted import with_a_mistake_taken_back
from deltarule.checking.judging.mending import mend
from deltarule.checking.judging.said_values import at_said_values
from deltarule.checking.judging.under_conditions import under_conditions
from deltarule.language.errors import DeltaruleError
from deltarule.language.traversal import names
from deltarule.reading import tree as t

__all__ = ["judge_again"]


def judge_again(state: State, watch: Watch) -> None:
    """Judge the open rows of a document, or of a part of it, once more, if no definition was changed."""
    if any(f.finding == "two-meanings" for f in state.findings):
        return
    for left, right, row in state.refuted_early:
        trial = replace(row)
        state.facts = state.facts_at.get(id(row), state.facts)
        with suppress(TimeUp, MemoryError, DeltaruleError, RecursionError), watch.limited():
            _claim(state, left, right, trial, row)
            if trial.verdict in {"proved", "conditional"}:
                row.verdict, row.reason, row.condition = trial.verdict, trial.reason, trial.condition
                row.domain, row.counterexample, row.hint, row.suggestion = trial.domain, None, "", ""
    _open_rows(state, watch)
    equations_by_derivatives(state)
    if said := _with_what_is_left_out(state):
        _open_rows(state, watch, said)


def _open_rows(state: State, watch: Watch, said: str = "") -> None:
    for left, right, row in state.open_rows:
        if watch.refuses(state.rows.index(row)):
            return
        if row.verdict != "undecided":
            continue
        before = row.reason
        state.facts = state.facts_at.get(id(row), state.facts)
        with suppress(TimeUp, MemoryError, DeltaruleError, RecursionError), watch.limited():
            _claim(state, left, right, row, row)
            at_said_values(state, left, right, row)
            if row.verdict == "refuted" and not state.unrolled:
                mend(state, left, right, row)
            elif not state.unrolled:
                with_a_mistake_taken_back(state, left, right, row)
            if said and row.verdict == "refuted" and (other := by_another_name(state, left, right, row)):
                row.verdict, before = "undecided", f"nothing says what {other} is"
        if row.verdict not in {"proved", "conditional", "refuted"}:
            row.hint = row.suggestion = ""
            row.verdict, row.reason, row.condition, row.counterexample = "undecided", before, None, None
        elif said:
            _under(row, said)


def _claim(state: State, left: t.Tree, right: t.Tree, trial: DocumentRow, row: DocumentRow) -> None:
    """Judge a row, where it does not hold for the indices of which the text beside it speaks."""
    claim(state, left, right, trial)
    state.under = state.under_at.get(id(row), [])
    try:
        if trial.verdict not in {"proved", "conditional"} and state.under:
            under_conditions(state, left, right, trial)
    finally:
        state.under = []


def _with_what_is_left_out(state: State) -> str:
    """Put the equations to the definitions that the document leaves out though rows are proved by them; which these
    are."""
    left_out = {n: e for n, e in state.unsaid_equations.items() if n not in state.definitions.equations}
    if not left_out:
        return ""
    known = state.definitions
    state.definitions = Definitions.of([*known.equations.values(), *left_out.values()], dict(known.declarations))
    state.definitions.signals.update(known.signals)
    return " and ".join(state.unsaid.get(n, f"{n} = softmax({', '.join(names(e.right))})") for n, e in left_out.items())


def _under(row: DocumentRow, said: str) -> None:
    if row.verdict == "refuted":
        row.reason = f"{row.reason or 'the two sides are not equal'}, with {said}"
    elif row.condition is None:
        row.verdict, row.reason = "conditional", f"true under: {said}, which no equation says"
        row.condition = Condition("definition-elsewhere", f"{said}, which no equation says")
    else:
        row.condition = replace(row.condition, text=f"{row.condition.text}; {said}, which no equation says")
