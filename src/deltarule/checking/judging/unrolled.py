"""What is said of a sum over steps, refuted at two steps.

A row about every number of steps is wrong if it is wrong for one: T = 2 is put in, the sums are written out, and what
is refuted then is refuted. Nothing is proved so (see `over_steps`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.mending import mend
from deltarule.checking.judging.over_steps import NOT_TOLD
from deltarule.checking.judging.sections import take
from deltarule.checking.letters.steps import ENDS, moved_to
from deltarule.reading import tree as t
from deltarule.reading.references import Survey
from deltarule.reading.statement import Side, Statement

__all__ = ["refute_at_two_steps"]

STEPS = 2
OPEN = frozenset({"undecided", "unread"})
NO_CLAIM = frozenset({"definition", "assumption", "none"})


def refute_at_two_steps(
    whole: State,
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement]], State],
    refuses: Callable[[int], str],
) -> None:
    """Judge the open rows of a document that sum over steps with three of them; only a refutation counts."""
    usage = whole.symbols.usage
    letters = usage.steps - ENDS if isinstance(usage, Survey) else set()
    if not letters:
        return
    kept: list[Statement] = []
    asked_for: list[DocumentRow | None] = []
    at = 0
    for statement in whole.statements:
        rows = whole.rows[at : at + rows_of([statement])]
        at += len(rows)
        asked = any(row.verdict in OPEN for row in rows) and _sums(statement, letters)
        asked = asked or any(row.reason == NOT_TOLD for row in rows)
        if asked or all(row.verdict in NO_CLAIM for row in rows):
            kept.append(replace(statement, continues=False, sides=tuple(_side(s, letters) for s in statement.sides)))
            asked_for += [row if asked and row.verdict in OPEN else None for row in rows]
    if not any(asked_for) or refuses(len(whole.rows) - 1):
        return
    part = judged(kept)
    for row, again in zip(asked_for, part.rows, strict=True):
        if row is not None and again.verdict == "refuted" and again.counterexample:
            take(row, again, f"the two sides are not equal where there are {STEPS} steps")
            row.counterexample = {"steps": str(STEPS), **again.counterexample}
    for left, right, row in whole.judged:
        if not any(row is one for one in asked_for):
            continue
        if row.verdict == "refuted" and not row.hint:
            mend(whole, left, right, row)  # with every number of steps


def _sums(statement: Statement, letters: set[str]) -> bool:
    return any(_letter(n) in letters for s in statement.sides if s.tree is not None for n in t.walk(s.tree))


def _letter(node: t.Tree) -> str:
    """The letter of a sum over all steps: without an end, or to the last."""
    match node:
        case t.Big(kind="sum", index=index, upper=None | t.Name() as upper):
            pass
        case _:
            return ""
    if upper is not None and upper.letter not in ENDS:
        return ""
    match index:
        case t.Name(letter=letter):
            return letter
        case t.Compare(sides=(t.Name(letter=letter), t.Num()), relations=(t.Relation(symbol="="),)) if (
            upper is not None
        ):
            return letter
    return ""


def _side(side: Side, letters: set[str]) -> Side:
    if side.tree is None:
        return side

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Big) or (letter := _letter(node)) not in letters:
            return None
        match node.index:
            case t.Compare(sides=(_, t.Num(value=value) as first)) if value:
                pass  # steps from 0 are counted from 1
            case _:
                first = _number(1, node)
        index = t.Compare((t.Name(letter), first), (t.Relation("="),), start=node.start, end=node.end)
        return replace(node, index=index, upper=_number(STEPS, node), body=t.replaced(node.body, change))

    tree = side.tree
    for last in ENDS - {"L", "N"}:
        tree = moved_to(tree, last, STEPS)
    return replace(side, tree=t.replaced(tree, change))


def _number(k: int, like: t.Tree) -> t.Num:
    return t.Num(Fraction(k), str(k), start=like.start, end=like.end)
