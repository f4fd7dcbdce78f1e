"""`H(x) = 1` if `x > 0`, and `0` otherwise: one equation with two cases, as `\\begin{cases}` has it; and a mask,
`m_i = 1` where `z_i` is positive and 0 elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.words.condition_words import CASES, LOCAL, OTHERWISE, SENTENCE, last_words
from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["cases_together"]

BOUNDS = frozenset({"<", ">", "≤", "≥", "\\le", "\\ge", "\\leq", "\\geq"})
NEAR = 30
"""How far behind a value "otherwise" stands."""
CONDITIONS = LOCAL | CASES
PLACES = frozenset({"where", "wherever", "wo", "dort", "où", "donde", "dove", "gdzie", "kde", "где"})
SIGN = re.compile(
    r"[\s$)\\]*(?:is|are|ist|sind|est|sont|es|è)?\s*(?:strictly\s+|echt\s+)?"
    r"(?:(?P<above>positiv\w*|(?:greater|larger) than (?:0|zero))|(?P<below>negativ\w*|n[ée]gati\w*|"
    r"(?:less|smaller) than (?:0|zero)))(?:\s+ist|\s+sind)?\b",
    re.IGNORECASE,
)
"""What is said of a number behind it."""
ZERO = re.compile(r"[\s,;]*(?:(?:and|und|et|y|e|i|oraz|и)\s+)?(?:0|zero|null|zéro|cero)\s+$", re.IGNORECASE)
"""What stands between that and "otherwise"."""


def cases_together(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with the cases of such an equation in the first one; the others stay where they are."""
    out = list(statements)
    for k, (first, then) in enumerate(pairwise(statements)):
        if (mask := _mask(first, then, text)) is not None:
            out[k] = replace(first, sides=(first.sides[0], replace(first.sides[1], tree=mask)))
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


def _mask(first: Statement, then: Statement, text: str) -> t.Cases | None:
    """The cases of `m_i = 1` where `z_i` is positive and 0 elsewhere."""
    if first.continues or len(first.relations) != 1 or first.relations[0].symbol not in EQUAL:
        return None
    left, value, of = first.sides[0].tree, first.sides[1].tree, then.sides[0].tree
    if not isinstance(left, t.Scripted) or value is None or of is None:
        return None
    if value != t.Num(Fraction(1)) or then.relations:
        return None
    between = text[first.end : then.start]
    if not _said(between, CONDITIONS | PLACES) or (sign := SIGN.match(text, then.end)) is None:
        return None
    word = OTHERWISE.search(text, sign.end(), sign.end() + NEAR)
    if word is None or ZERO.fullmatch(text, sign.end(), word.start()) is None:
        return None
    relation = t.Relation(">" if sign["above"] else "<", start=of.start, end=of.end)
    holds = t.Compare((of, t.Num(Fraction(0))), (relation,))
    cases = (t.Case(value, (holds,), ""), t.Case(t.Num(Fraction(0)), (), "otherwise"))
    return t.Cases(cases, start=value.start, end=value.end)


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


def _said(between: str, conditions: Collection[str] = CONDITIONS) -> bool:
    """Whether nothing but "if" stands between an equation and a condition."""
    words = last_words(between, 3)
    return 0 < len(words) <= 2 and words[-1] in conditions and SENTENCE.search(between) is None
