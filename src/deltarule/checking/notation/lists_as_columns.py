"""x = [-1, 0, 2], with commas, lists the entries of a vector: where W x stands in the text as well, x is a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.statement import Side, Statement

__all__ = ["lists_as_columns"]


def lists_as_columns(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such lists written as columns."""
    behind = {x for s in statements for side in s.sides if side.tree is not None for x in _behind_a_matrix(side.tree)}
    if not behind:
        return statements
    return [_changed(s) if s.sides[0].tree in behind else s for s in statements]


def _behind_a_matrix(tree: t.Tree) -> list[t.Tree]:
    """The x of W x and W · x."""
    out: list[t.Tree] = []
    for node in t.walk(tree):
        for (_, first), (op, second) in pairwise(node.items) if isinstance(node, t.Factors) else ():
            name = first.base if isinstance(first, t.Scripted) and first.sub is None else first
            capital = isinstance(name, t.Name) and len(name.letter) == 1 and name.letter.isupper()
            if capital and op in {"", "cdot"} and isinstance(second, t.Name | t.Scripted):
                out.append(second)
    return out


def _changed(statement: Statement) -> Statement:
    """x = [a, b, c] with the list as a column; of more than two sides only the second."""
    if not statement.relations or statement.relations[0].symbol not in EQUAL or statement.continues:
        return statement
    right = statement.sides[1]
    match right.tree:
        case t.Group(kind="[" | "(", items=(_, _, *_) as items) as group if all(map(_is_number, items)):
            column = t.Matrix("[", tuple((item,) for item in items), start=group.start, end=group.end)
            side: Side = replace(right, tree=column)
            return replace(statement, sides=(statement.sides[0], side, *statement.sides[2:]))
    return statement


def _is_number(item: t.Tree) -> bool:
    return isinstance(item, t.Num) or (isinstance(item, t.Terms) and all(isinstance(x, t.Num) for _, x in item.items))
