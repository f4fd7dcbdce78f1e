"""`H(x) = 1` if `x > 0`, and `0` otherwise: one equation with two cases, as `\\begin{cases}` has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.words.condition_words import CASES, LOCAL, OTHERWISE, SENTENCE, last_words
from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["cases_together"]

BOUNDS = frozenset({"<", ">", "≤", "≥", "\\le", "\\ge", "\\leq", "\\geq"})
NEAR = 30
"""How far behind a value "otherwise" stands."""
CONDITIONS = LOCAL | CASES


def cases_together(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with the cases of such an equation in the first one; the others stay where they are."""
    out = list(statements)
    for k, first in enumerate(statements[:-2]):
        if (one := _equation(first)) is None or (condition := _condition(statements[k + 1])) is None:
            continue
        if not _said(text[first.end : statements[k + 1].start]):
            continue
        last = statements[k + 2]
        value = _value(last, one[0])
        if value is None or SENTENCE.search(text, statements[k + 1].end, last.start):
            continue
        further = statements[k + 3] if k + 3 < len(statements) else None
        cases = [t.Case(one[1], (condition,), "")]
        other = _condition(further) if further is not None and _said(text[last.end : further.start]) else None
        if other is not None:
            cases.append(t.Case(value, (other,), ""))
        elif (word := OTHERWISE.search(text, last.end, last.end + NEAR)) and not SENTENCE.search(
            text, last.end, word.start()
        ):
            cases.append(t.Case(value, (), "otherwise"))
        else:
            continue
        right = replace(first.sides[1], tree=t.Cases(tuple(cases), start=one[1].start, end=one[1].end))
        out[k] = replace(first, sides=(first.sides[0], right))
    return out


def _equation(s: Statement) -> tuple[t.Tree, t.Tree] | None:
    """The f(x) and the 1 of f(x) = 1."""
    if len(s.relations) != 1 or s.relations[0].symbol not in EQUAL or s.continues:
        return None
    left, right = s.sides[0].tree, s.sides[1].tree
    match left:
        case t.Factors(items=((_, t.Name() | t.Scripted()), ("", t.Group(kind="(", items=(t.Name() | t.Scripted(),))))):
            return None if right is None or isinstance(right, t.Cases) else (left, right)
    return None


def _condition(s: Statement) -> t.Compare | None:
    """x > 0 as a condition."""
    if not s.relations or s.continues or any(r.symbol not in BOUNDS for r in s.relations):
        return None
    sides = tuple(side.tree for side in s.sides if side.tree is not None)
    return t.Compare(sides, tuple(s.relations)) if len(sides) == len(s.sides) else None


def _value(s: Statement, head: t.Tree) -> t.Tree | None:
    """The 0 of "0 otherwise" and of "f(x) = 0 otherwise"."""
    if not s.relations and len(s.sides) == 1 and not s.memberships:
        return s.sides[0].tree
    other = _equation(s)
    return other[1] if other is not None and other[0] == head else None


def _said(between: str) -> bool:
    """Whether nothing but "if" stands between an equation and a condition."""
    words = last_words(between, 3)
    return 0 < len(words) <= 2 and words[-1] in CONDITIONS and SENTENCE.search(between) is None
