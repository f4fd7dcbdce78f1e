"""`w1` for `w_1`: a letter with a digit right behind it, where the text writes that name with the digit below as well,
`w2` beside it, or a derivative by it; `w1o` for one name, where there is `w2o` beside it, or a derivative by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    statements = _digits_within(statements)
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
    known |= {pair for n in nodes if isinstance(n, t.Partial) for x in n.by for pair in _close(x)}  # by a name
    if not known:
        return statements

    def joined(letter: t.Tree, digit: t.Tree) -> t.Tree | None:
        if isinstance(digit, t.Scripted) and digit.sub is None:  # w1^2
            name = joined(letter, digit.base)
            return None if name is None else replace(digit, base=letter, sub=digit.base, start=letter.start)
        if isinstance(letter, t.Name) and isinstance(digit, t.Num) and letter.end == digit.start:
            own = (letter.letter, digit.text) in known
            return t.Scripted(letter, digit, None, start=letter.start, end=digit.end) if own else None
        return None

    def change(node: t.Tree) -> t.Tree | None:
        return neighbours_joined(node, joined, change)

    return [s.replaced(change) for s in statements]


def _digits_within(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with w1o, a letter, a number and a letter without a space, as one name w with a mark below it."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    found = {written for n in nodes for written in _runs(n)}
    by = {written for n in nodes if isinstance(n, t.Partial) for x in n.by for written in _runs(x)}
    known = {one for one in found if one in by or any(_beside(one, other) for other in found)}
    if not known:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        items: list[tuple[str, t.Tree]] = []
        for op, item in node.items:
            last = _written(items[-2][1], items[-1][1], item, op, items[-1][0]) if len(items) > 1 else None
            if last is None or last not in known:
                items.append((op, t.replaced(item, change)))
                continue
            items.pop()
            before, letter = items.pop()
            assert isinstance(letter, t.Name)
            mark = t.Words("".join(last[1:]), start=letter.end, end=item.end)
            sup, primes = (item.sup, item.primes) if isinstance(item, t.Scripted) else (None, 0)
            items.append((before, t.Scripted(letter, mark, sup, primes, start=letter.start, end=item.end)))
        return items[0][1] if len(items) == 1 else replace(node, items=tuple(items))

    return [s.replaced(change) for s in statements]


def _runs(node: t.Tree) -> list[tuple[str, str, str]]:
    """Each w1o in a product."""
    items = node.items if isinstance(node, t.Factors) else ()
    threes = zip(items, items[1:], items[2:], strict=False)
    runs = (_written(a, b, c, op, before) for (_, a), (before, b), (op, c) in threes)
    return [one for one in runs if one is not None]


def _written(letter: t.Tree, number: t.Tree, last: t.Tree, *ops: str) -> tuple[str, str, str] | None:
    """(w, 1, o) for w1o; what stands above it stands above the last letter as it is read."""
    behind = last.base if isinstance(last, t.Scripted) and last.sub is None else last
    match letter, number, behind:
        case t.Name(accents=()), t.Num(), t.Name(accents=()) if not any(ops):
            close = letter.end == number.start and number.end == behind.start and len(letter.letter) == 1
            return (letter.letter, number.text, behind.letter) if close and len(behind.letter) == 1 else None
    return None


def _beside(one: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """w1o and w2o."""
    return one[0] == other[0] and one[2] == other[2] and one[1] != other[1]
