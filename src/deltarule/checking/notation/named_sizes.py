"""`Q K^T / √d_k`: d_k is the size of the keys, and k no index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.reading import tree as t
from deltarule.reading.references import running, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["sizes_named"]


def sizes_named(statements: Sequence[Statement]) -> set[tuple[str, str]]:
    """(d, k) for a d_k that divides somewhere, with or without a root, where no sum runs over such a k, and nowhere
    anything beside it has the index k."""
    sides = [[n for side in s.sides for n in trees(side.tree)] for s in statements]
    counted = {
        letter
        for own in sides
        for n in own
        if isinstance(n, t.Big) and (letter := running(n)) and any(_size(x) == letter for x in trees(n.body))
    }
    dividing: set[str] = set()
    indexed: set[str] = set()
    for own in sides:
        places = {id(x) for n in own for x in _dividing(n)}
        for n in own:
            letter = _size(n)
            if letter and any(_has_index(x, letter) for x in own):
                indexed.add(letter)
            elif letter and id(n) in places:
                dividing.add(letter)
    return {("d", letter) for letter in dividing - indexed - counted}


def _size(node: t.Tree | None) -> str:
    """The k of d_k."""
    match node:
        case t.Scripted(base=t.Name(letter="d", accents=()), sub=t.Name(letter=letter, accents=()), sup=None, primes=0):
            return letter
    return ""


def _has_index(node: t.Tree, letter: str) -> bool:
    """Whether a name other than d has a letter among its indices."""
    return (
        isinstance(node, t.Scripted)
        and not _size(node)
        and any(isinstance(i, t.Name) and i.letter == letter for i in script_items(node.sub))
    )


def _dividing(node: t.Tree) -> Iterator[t.Tree]:
    """What stands alone under a root, alone as a denominator, or as a factor of one."""
    match node:
        case t.Root(body=body):
            yield _alone(body)
        case t.Ratio(denominator=denominator):
            inside = _alone(denominator)
            yield from (item for _, item in inside.items) if isinstance(inside, t.Factors) else (inside,)
        case t.Factors(items=items):
            yield from (item for op, item in items if op == "/")


def _alone(node: t.Tree) -> t.Tree:
    return _alone(node.items[0]) if isinstance(node, t.Group) and len(node.items) == 1 else node
