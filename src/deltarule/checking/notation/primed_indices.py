"""Indices with a prime, the j' of Σ_{j'} w_{kj'}: letters of their own, as readers write a second index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.reading import tree as t
from deltarule.reading.references import script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["primed_letters_that_count", "without_primed_indices"]

COUNTING = "jklpqrsmin"


def without_primed_indices(statements: Sequence[Statement]) -> tuple[Sequence[Statement], dict[str, str]]:
    """The statements with a letter that stands for nothing else in place of every primed letter that only counts; and
    which letter stands for which."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    counting = {id(i) for side in sides for n in trees(side) for i in _counts(n)}
    primed = [n for side in sides for n in trees(side) if _primed(n)]
    found = {(_letter(n), n.primes) for n in primed if isinstance(n, t.Scripted) and id(n) in counting}
    found -= {(_letter(n), n.primes) for n in primed if isinstance(n, t.Scripted) and id(n) not in counting}
    if not found:
        return statements, {}
    used = {n.letter for side in sides for n in trees(side) if isinstance(n, t.Name)}
    free = iter([x for x in COUNTING if x not in used])
    names = {one: new for one, new in zip(sorted(found), free, strict=False)}

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Scripted) and _primed(node) and (new := names.get((_letter(node), node.primes))):
            return t.Name(new, start=node.start, end=node.end)
        return None

    said = {f"{letter}{primes * chr(39)}": new for (letter, primes), new in names.items()}
    return [s.replaced(change) for s in statements], said


def primed_letters_that_count(sides: Sequence[t.Tree]) -> set[str]:
    """The j of j' that is an index somewhere."""
    found = [i for side in sides for n in trees(side) for i in _counts(n)]
    return {_letter(i) for i in found if isinstance(i, t.Scripted) and _primed(i)}


def _primed(node: t.Tree) -> bool:
    """Whether the node is one small letter with a prime and nothing else."""
    match node:
        case t.Scripted(base=t.Name(letter=letter, accents=(), style=""), sub=None, sup=None, primes=primes) if primes:
            return len(letter) == 1 and letter.islower()
    return False


def _letter(node: t.Scripted) -> str:
    assert isinstance(node.base, t.Name)
    return node.base.letter


def _counts(node: t.Tree) -> Iterator[t.Tree]:
    """What stands below a name, counts a sum, or is compared with an index there: Σ_{j' ≠ j} w_{kj'}, 1[j = j']."""
    match node:
        case t.Scripted(base=t.Name() | t.Group()):
            for item in (*script_items(node.sub), node.sup):
                yield from _parts(item)
        case t.Big(index=t.Compare(sides=sides)):
            for one in sides:
                yield from _parts(one)
        case t.Big(index=t.Tree() as index):
            yield from _parts(index)
        case t.Group(kind="[" | "{", items=(t.Compare(sides=sides),)):
            yield from sides


def _parts(item: t.Tree | None) -> Iterator[t.Tree]:
    """An index, and the letters of a sum of letters or of a label, (j')."""
    match item:
        case None:
            return
        case t.Terms(items=items):
            yield from (x for _, x in items)
        case t.Group(items=items):
            yield from items
        case _:
            yield item
