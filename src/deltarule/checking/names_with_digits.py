"""`w1` for `w_1`: a letter with a digit right behind it, where the text writes that name with the digit below as well,
or `w2` beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from deltarule.reading import tree as t
from deltarule.reading.products import neighbours_joined
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

    def joined(letter: t.Tree, digit: t.Tree) -> t.Tree | None:
        if isinstance(letter, t.Name) and isinstance(digit, t.Num) and letter.end == digit.start:
            own = (letter.letter, digit.text) in known
            return t.Scripted(letter, digit, None, start=letter.start, end=digit.end) if own else None
        return None

    def change(node: t.Tree) -> t.Tree | None:
        return neighbours_joined(node, joined, change)

    return [s.replaced(change) for s in statements]
