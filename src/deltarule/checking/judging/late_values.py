"""`L = y D² + (1 - y) m²`, and further down "a similar pair (y = 1)": a number for a name that stood for any before.

A row that still writes the name means it for any value; only a row that has the number in its place, or that works
with numbers, is judged at the number. So does a number that is only remarked, "(SiLU is $\\beta = 1$)". A row that
writes a name of which the text gives the number first, and that holds for no other number, holds on that condition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.core.worked_numbers import is_calculation
from deltarule.checking.judging.function_bodies import names_in_bodies
from deltarule.checking.judging.lowered import lowered
from deltarule.checking.judging.signals import with_signals
from deltarule.checking.words.special_cases import is_remark
from deltarule.language.expression import Expression, Number
from deltarule.language.traversal import names
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement
from deltarule.reading.values import IllShaped, Unread

__all__ = ["at_late_values", "note_late_values", "only_at_the_values", "without_late_values"]

STRUCTURAL = frozenset({Fraction(0), Fraction(1), Fraction(2), Fraction(1, 2)})
"""Numbers that formulas have whatever the values are."""

Judging = Callable[[State, t.Tree, t.Tree, DocumentRow], None]
"""Makes a row what it is by the definitions at hand."""


def note_late_values(state: State, statement: Statement, before: Collection[str]) -> None:
    """Note the names among those defined since `before` that were given a number after an equation had used them, or
    in a remark on a special case."""
    known = state.definitions
    for name in [n for n in known.equations if n not in before]:
        if isinstance(known.equations[name].right, Number) and (known.users(name) or is_remark(state, statement)):
            state.late_values.add(name)


@contextmanager
def _without_any_late_value(state: State, left: t.Tree, right: t.Tree) -> Iterator[set[str]]:
    """Inside, no name has its late value, unless the row works with numbers; which those are."""
    if _of_numbers(state, left) or _of_numbers(state, right):
        yield set()
        return
    kept, late = state.definitions, set(state.late_values) & set(state.definitions.equations)
    state.definitions = Definitions.of((e for n, e in kept.equations.items() if n not in late), kept.declarations)
    try:
        yield late
    finally:
        state.definitions = kept


@contextmanager
def _without_written_values(state: State, left: t.Tree, right: t.Tree, supposed: Collection[str]) -> Iterator[set[str]]:
    """Inside, the names that a row writes have no numbers but those that are supposed; which they are."""
    kept = state.definitions
    found = {n for n, e in kept.equations.items() if isinstance(e.right, Number)}
    found &= _names(state, left, right) & set(state.written) - set(supposed)
    if not found or _of_numbers(state, left) or _of_numbers(state, right):
        yield set()
        return
    state.definitions = Definitions.of((e for n, e in kept.equations.items() if n not in found), kept.declarations)
    try:
        yield found
    finally:
        state.definitions = kept


@contextmanager
def without_late_values(state: State, left: t.Tree, right: t.Tree) -> Iterator[set[str]]:
    """Inside, the names that a row writes have no late values; which they are."""
    late = _written(state, left, right) if state.late_values else set()
    if not late or _of_numbers(state, left) or _of_numbers(state, right):
        yield set()
        return
    kept = state.definitions
    state.definitions = Definitions.of((e for n, e in kept.equations.items() if n not in late), kept.declarations)
    try:
        yield late
    finally:
        state.definitions = kept


def only_at_the_values(
    state: State, left: t.Tree, right: t.Tree, row: DocumentRow, supposed: Collection[str], judge: Judging
) -> None:
    """∂L/∂w = y - t, with a factor x that is 1 further up: the row does not write x, and holds at that value only. So
    does σ'(βx) = σ(βx)(1 - σ(βx)) by x, which writes β, after β = 1."""
    primed = re.findall(r"([A-Za-z]\w*)'", f"{row.left} {row.right}")  # of p' q - p q' with p = 1, that is all of p
    with _without_written_values(state, left, right, {*supposed, *primed}) as written:
        if written:
            trial = replace(row)
            judge(state, left, right, trial)
            if trial.verdict not in {"proved", "conditional"}:
                _true_at(row, written)
                return
    with _without_any_late_value(state, left, right) as late:
        if not late:
            return
        known = with_signals(state)
        whole = [known.unfold(known.resolve(e)) for e in _expressions(state, left, right)]
        used = late.intersection(n for e in whole for n in (*names(e), *names_in_bodies(e)))
        if not used:
            return
        trial = replace(row)
        judge(state, left, right, trial)
    if trial.verdict not in {"proved", "conditional"}:
        _true_at(row, used)


def at_late_values(state: State, left: t.Tree, right: t.Tree, row: DocumentRow, late: set[str], judge: Judging) -> None:
    """∂L/∂h = 3 v with a number put in for one name and the letter kept for another: judged at the values of the
    text. A number that formulas have anyway, the 2 of a square, shows nothing."""
    if _written_numbers(left, right) <= STRUCTURAL:
        return
    trial = replace(row, counterexample=None)
    judge(state, left, right, trial)
    if trial.verdict in {"proved", "conditional"}:
        row.counterexample, row.domain = None, trial.domain
        _true_at(row, late)


def _true_at(row: DocumentRow, values: set[str]) -> None:
    text = f"at the values of the text for {', '.join(sorted(values))}"
    row.verdict, row.reason = "conditional", f"true {text}"
    row.condition = Condition("definition-elsewhere", text)


def _expressions(state: State, left: t.Tree, right: t.Tree) -> list[Expression]:
    try:
        with state.symbols.undone():
            return [value.expression for value in lowered(state, left, right)[1]]
    except (Unread, IllShaped):
        return []


def _written_numbers(*sides: t.Tree) -> set[Fraction]:
    """The numbers that stand in some sides, but for those below and above names."""
    below = {id(x) for side in sides for n in t.walk(side) if isinstance(n, t.Scripted)
             for script in (n.sub, n.sup) if script is not None for x in t.walk(script)}  # fmt: skip
    return {n.value for side in sides for n in t.walk(side) if isinstance(n, t.Num) and id(n) not in below}


def _written(state: State, *sides: t.Tree) -> set[str]:
    return _names(state, *sides) & state.late_values


def _of_numbers(state: State, side: t.Tree) -> bool:
    """Whether a side is a calculation, or a matrix of numbers, also with a function that is only named: σ(1)."""
    if is_calculation(side):
        return True
    used = {r.base for n in t.walk(side) if (r := reference(n, state.symbols.usage)) is not None}
    return used <= set(state.symbols.functions) and any(isinstance(n, t.Num) for n in t.walk(side))


def _names(state: State, *sides: t.Tree) -> set[str]:
    return {r.key for side in sides for n in t.walk(side) if (r := reference(n, state.symbols.usage)) is not None}
