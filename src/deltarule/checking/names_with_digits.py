"""`w1` for `w_1`: a letter with a digit right behind it, where the text writes that name with the digit below as well,
or `w2` beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["digits_below"]


def _close(node: t.Tree) -> list[tuple[str, str]]:
    """The letters in a product with a number right behind them."""
    if not isinstance(node, t.Factors):
        return []
    return [
        (one.letter, other.text)
        for (_, one), (op, other) in pairwise(node.items)
        if isinstance(one, t.Name) and isinstance(other, t.Num) and not op and one.end == other.start
    ]


def digits_below(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such names as the others are written."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    known = {
        (n.base.letter, n.sub.text)
        for n in nodes
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and isinstance(n.sub, t.Num) and not n.base.accents
    }
    numbers: dict[str, set[str]] = {}
    for letter, number in (pair for n in nodes for pair in _close(n)):
        numbers.setdefault(letter, set()).add(number)
    known |= {(letter, number) for letter, found in numbers.items() if len(found) > 1 for number in found}
    if not known:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        items: list[tuple[str, t.Tree]] = []
        for op, item in node.items:
            before = items[-1][1] if items else None
            close = isinstance(before, t.Name) and isinstance(item, t.Num) and not op and before.end == item.start
            if close and isinstance(before, t.Name) and isinstance(item, t.Num) and (before.letter, item.text) in known:
                items[-1] = (items[-1][0], t.Scripted(before, item, None, start=before.start, end=item.end))
            else:
                items.append((op, t.replaced(item, change)))
        if len(items) == len(node.items):
            return replace(node, items=tuple(items))
        return items[0][1] if len(items) == 1 else replace(node, items=tuple(items))

    return [s.replaced(change) for s in statements]
