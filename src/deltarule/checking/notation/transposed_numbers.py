"""`cᵀ = c` as a rule: a number is its own transpose.

It says so of a letter that the words call a number, that stands in no other formula, or that stands elsewhere in bold
type only, as another quantity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.words.shapes_in_words import shapes_in_words
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import is_transpose, trees
from deltarule.reading.statement import Statement

__all__ = ["numbers_transposed"]


def numbers_transposed(statements: Sequence[Statement], document: Document) -> Sequence[Statement]:
    """The statements with 1 c = c in place of such rows, under a name of its own where the bold letter stands too."""
    rules = {id(s): name for s in statements if (name := _own_transpose(s)) is not None}
    if not rules:
        return statements
    said = dict(shapes_in_words(document, statements))
    apart = [n for s in statements if id(s) not in rules for n in _names(s)]
    members = [x for s in statements for x, _ in s.memberships]

    def of_a_number(name: t.Name) -> bool:
        if name in members or said.get(name, 0):
            return False
        return said.get(name) == 0 or name not in apart

    def changed(statement: Statement) -> Statement:
        name = rules.get(id(statement))
        if name is None or not of_a_number(name):
            return statement
        bold = any(n.letter == name.letter for n in apart if n != name)
        own = replace(name, letter=f"{name.letter}_number") if bold else name
        once = t.Factors((("", t.Num(Fraction(1), "1")), ("", own)), start=own.start, end=own.end)
        left, right = statement.sides
        return replace(statement, sides=(replace(left, tree=once), replace(right, tree=own)))

    return [changed(s) for s in statements]


def _own_transpose(statement: Statement) -> t.Name | None:
    """The c of cᵀ = c and c = cᵀ, a small letter that is not bold."""
    if len(statement.sides) != 2 or statement.relations[0].symbol not in EQUAL:
        return None
    match [side.tree for side in statement.sides]:
        case [t.Scripted(base=t.Name() as name, sub=None, sup=t.Tree() as sup), other] if is_transpose(sup):
            pass
        case [other, t.Scripted(base=t.Name() as name, sub=None, sup=t.Tree() as sup)] if is_transpose(sup):
            pass
        case _:
            return None
    return name if other == name and name.letter.islower() and not name.style and not name.accents else None


def _names(statement: Statement) -> list[t.Name]:
    """The names in a statement, but no lone one in the text, and none of the chain that it goes on with."""
    sides = statement.sides[statement.continues :] if statement.relations else ()
    return [n for side in sides for n in trees(side.tree) if isinstance(n, t.Name)]
