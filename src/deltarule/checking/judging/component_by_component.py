"""δ · σ'(z) in a text that multiplies vectors component by component with that sign: a row that mixes a vector and a
number otherwise is wrong where its components differ."""

from __future__ import annotations

from contextlib import suppress

from deltarule.checking.core.limits import TimeUp, Watch
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import outcome_by
from deltarule.checking.judging.lowered import lowered
from deltarule.checking.judging.mending import mend
from deltarule.checking.judging.outcomes import unconnected
from deltarule.checking.judging.sections import mixes_ranks
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.values import IllShaped, Unread

__all__ = ["refute_component_by_component"]


def refute_component_by_component(state: State, watch: Watch) -> None:
    """Refute such rows, if another row with the same sign between vectors holds component by component."""
    signs = {
        op
        for left, right, row in state.judged
        if row.verdict == "conditional" and row.condition is not None and "taken elementwise" in row.condition.text
        for op in _signs(left) | _signs(right)
    }
    for left, right, row in state.judged if signs else ():
        if row.verdict != "ill-shaped" or not mixes_ranks(row.reason) or not signs & (_signs(left) | _signs(right)):
            continue
        if watch.refuses(state.rows.index(row)):
            return
        state.facts = state.facts_at.get(id(row), state.facts)
        with suppress(TimeUp, MemoryError, DeltaruleError, RecursionError, IllShaped, Unread), watch.limited():
            shown = _differs(state, left, right)
            if not shown:
                continue
            row.verdict, row.reason, row.counterexample = "refuted", "the components of the two sides differ", shown
            mend(state, left, right, row)


def _differs(state: State, left: t.Tree, right: t.Tree) -> dict[str, str] | None:
    """Values at which the sides differ, in one layout at least, where they agree in none."""
    opened: dict[object, tuple[str, ...]] = {}
    shown: dict[str, str] | None = None
    for lies in ("column", "row"):
        choices: dict[object, str] = {"elementwise": "yes", **{key: lies for key in opened if key != "kink"}}
        with state.symbols.undone():
            _, (a, b) = lowered(state, left, right, choices=choices)
            if unconnected(state, a.expression, b.expression, state.definitions):
                return None
            found = outcome_by(state, left, right, choices, opened)
        if found.status not in {"refuted", "ill-shaped"}:
            return None
        values = (found.judgement.counterexample if found.judgement is not None else None) or {}
        shown = shown or {k.replace(state.symbols.prefix, ""): v for k, v in values.items()}
    return shown


def _signs(side: t.Tree) -> set[str]:
    """The signs between factors."""
    return {op for n in t.walk(side) if isinstance(n, t.Factors) for op, _ in n.items[1:]} & {"cdot", "times", ""}
