"""`y_i = Σ_k w_k x_{i+k} + b   (i = 0, …, n - K)`: where an equation holds, in parentheses behind it, is no factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import is_index
from deltarule.reading.statement import Side, Statement

__all__ = ["ranges_apart"]


def ranges_apart(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements without such ranges."""
    return [_without(s) if any(_bare(x) is not x.tree for x in s.sides) else s for s in statements]


def _without(statement: Statement) -> Statement:
    return replace(statement, sides=tuple(replace(x, tree=_bare(x)) for x in statement.sides))


def _bare(side: Side) -> t.Tree | None:
    """The tree of a side without the range behind its last term."""
    match side.tree:
        case t.Terms(items=(*before, (sign, last))) as whole:
            short = _shorter(last)
            return whole if short is last else replace(whole, items=(*before, (sign, short)))
        case t.Tree() as whole:
            return _shorter(whole)
    return None


def _shorter(term: t.Tree) -> t.Tree:
    match term:
        case t.Factors(items=items) if len(items) > 1 and items[-1][0] == "" and _is_range(items[-1][1]):
            return items[0][1] if len(items) == 2 and items[0][0] == "" else replace(term, items=items[:-1])
        case t.Factors(items=(*before, (op, t.Big() as last))):
            return term if (short := _shorter(last)) is last else replace(term, items=(*before, (op, short)))
        case t.Big(body=body):
            return term if (short := _shorter(body)) is body else replace(term, body=short)
    return term


def _is_range(tree: t.Tree) -> bool:
    """(i = 0, …, n) and (i = 0, 1, 2)."""
    match tree:
        case t.Group(
            kind="(", items=(t.Compare(sides=(t.Name() as letter, t.Num()), relations=(relation,)), _, *_) as items
        ):
            rest = items[1:]
            listed = any(isinstance(x, t.Dots) for x in rest) or all(isinstance(x, t.Num) for x in rest)
            return relation.symbol == "=" and is_index(letter) and listed
    return False
