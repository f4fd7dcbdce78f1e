"""Rows that fail at a point and that no known mistake explains.

With one mistake taken back a row that a person got wrong nearly always holds, and then it was read rightly. Where no
repair is found, either the mistake is a rare one, or the text is read in another way than it is meant. In documents
that nobody had seen before, more than half of such refutations were misreadings. So two of them in one document are
left open, and so is one that stands behind a condition which was not understood, or that may be meant at the place of
the 1 in a one-hot vector.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from deltarule.checking.one_pass import claimed
from deltarule.checking.relations import EQUAL
from deltarule.checking.rows import DocumentRow
from deltarule.checking.state import State
from deltarule.checking.worked_examples import ANOTHER_VALUE
from deltarule.checking.worked_numbers import is_calculation
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["leave_open"]

ONE_HOT = re.compile(r"one[- ]?hot", re.I)
INDEXED = re.compile(r"_\s*\{?\s*[a-zA-Z]")
ENDS = re.compile(r"[.!?](?:\s|$)|\n\s*#|\\(?:sub)*section")
"""Where a sentence ends, and with it what a condition in it says."""


def leave_open(state: State, statements: Sequence[Statement]) -> None:
    """Take back the refutations that no known mistake explains, where there is a reason to doubt them."""
    rows = list(zip(claimed(statements), state.rows, strict=True))
    for (statement, _), row in rows:
        if row.verdict == "refuted" and (one := _one_of_them(statements, statement)):
            _open(row, f"nothing says whether {one} is one of those that a sum runs over")
    found = [
        (statement, row)
        for (statement, k), row in rows
        if row.verdict == "refuted" and not row.hint and row.reason != ANOTHER_VALUE
        if not _is_a_number(statement.sides[k + 1].tree) and statement.start not in state.conditional
    ]
    # what stands under a condition that was understood was judged under it: there is no reason to doubt it
    several = len({row.chain for _, row in found}) > 1
    for statement, row in found:
        why = ""
        if several:
            others = "so does another row" if len(found) == 2 else f"so do {len(found) - 1} other rows"
            why = f"{others}, and no known mistake explains them: this may be read wrongly"
        elif ONE_HOT.search(state.document.text) and INDEXED.search(f"{row.left} {row.right}"):
            why = "the text speaks of a one-hot vector: it may be meant for the one index at which there is a 1"
        elif _under_a_condition(state, statements, statement):
            why = "it may be meant under the condition that stands before it"
        if why:
            _open(row, why)


def _is_a_number(right: t.Tree | None) -> bool:
    """Whether a side is worked out in numbers, other than the 0 or 1 that something adds up to."""
    if right is None or not is_calculation(right):
        return False
    return any(isinstance(n, t.Num) and n.value not in {0, 1} for n in t.walk(right))


def _open(row: DocumentRow, why: str) -> None:
    row.verdict, row.reason = "undecided", f"it fails at a point as it is read, but {why}"
    row.counterexample, row.hint, row.suggestion = None, "", ""


def _one_of_them(statements: Sequence[Statement], statement: Statement) -> str:
    """The u_o of ∂J/∂u_o, where J has a term with u_o and a sum over k with u_k: at k = o it may count twice."""
    match statement.sides[0].tree:
        case t.Partial(of=t.Tree() as of, by=(t.Scripted(base=t.Name() as base, sub=t.Name(letter=own)) as by,)):
            if isinstance(of, t.Scripted) and isinstance(of.sub, t.Name):
                return ""  # of one of several itself, as the p_k of a softmax
        case _:
            return ""
    bodies = [s.sides[1].tree for s in statements if len(s.sides) > 1 and _named(s.sides[0].tree) == of]
    body = next((body for body in bodies if body is not None and not isinstance(body, t.Partial)), None)
    if body is None:
        return ""
    sums = [n for n in trees(body) if isinstance(n, t.Big) and n.kind == "sum"]
    summed = {id(n) for one in sums for n in trees(one)}
    same = [n for n in trees(body) if isinstance(n, t.Scripted) and n.base == base and isinstance(n.sub, t.Name)]
    alone = any(id(n) not in summed and n.sub == by.sub for n in same)
    others = any(id(n) in summed and isinstance(n.sub, t.Name) and n.sub.letter != own for n in same)
    return f"{base.letter}_{own}" if alone and others else ""


def _named(head: t.Tree | None) -> t.Tree | None:
    """The J of J and of J(w)."""
    match head:
        case t.Factors(items=((_, name), ("", t.Group(kind="(")))):
            return name
    return head


def _under_a_condition(state: State, statements: Sequence[Statement], statement: Statement) -> bool:
    """Whether an inequality stands before a formula in its sentence, or in the one that the formula ends."""
    place = statements.index(statement)
    before = statements[place - 1] if place else None
    if before is None or statement.continues:
        return False
    if any(relation.symbol in EQUAL for relation in before.relations) or not before.relations:
        return False
    end = max(side.end for side in before.sides)
    return ENDS.search(state.document.text, end, statement.start) is None
