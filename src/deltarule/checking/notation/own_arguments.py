"""`f(x) = a x + b` beside `Σ_i (a x_i + b - y_i)²`: the x of the function is one number, and x_i is one of the samples.

Only where x stands alone in such equations only, and something of them is multiplied by x_i as by x.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS
from deltarule.reading.statement import Statement

__all__ = ["arguments_of_their_own"]


def arguments_of_their_own(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with another name for such an x in the equations of functions."""
    own = {k: x for k, s in enumerate(statements) if (x := _argument(s)) is not None}
    names = {x for k, x in own.items() if _factors_beside(statements[k], x)}
    if not names:
        return statements
    for k, s in enumerate(statements):
        alone = {n for side in s.sides if side.tree is not None for n in _alone(side.tree)}
        declared = {element for element, _ in s.memberships}
        names -= declared | (alone - ({own[k]} if k in own else set()))
    several = {x: set[t.Tree]() for x in names}
    for node in (n for s in statements for side in s.sides if side.tree is not None for n in t.walk(side.tree)):
        for beside, indexed in _with_an_index(node):
            if indexed in several:
                several[indexed].add(beside)
    chosen = {k for k, x in own.items() if x in names and several[x] & set(_factors_beside(statements[k], x))}

    def renamed(k: int, s: Statement) -> Statement:
        if k not in chosen:
            return s
        x = own[k]
        return s.replaced(lambda n: t.Name(x.letter, ("argument",), start=n.start, end=n.end) if n == x else None)

    return [renamed(k, s) for k, s in enumerate(statements)]


def _argument(s: Statement) -> t.Name | None:
    """The x of f(x) = …, of plain letters and numbers."""
    if len(s.relations) != 1 or s.relations[0].symbol not in EQUAL or s.continues or s.sides[1].tree is None:
        return None
    match s.sides[0].tree:
        case t.Factors(items=((_, t.Name()), ("", t.Group(kind="(", items=(t.Name(accents=(), style="") as x,))))):
            nodes = list(t.walk(s.sides[1].tree))
            plain = all(isinstance(n, t.Name | t.Num | t.Terms | t.Factors | t.Group) for n in nodes)
            small = all(n.letter.islower() and not n.style for n in nodes if isinstance(n, t.Name))
            return x if plain and small and x in nodes else None
    return None


def _factors_beside(s: Statement, x: t.Name) -> list[t.Tree]:
    """The a of f(x) = a x + b."""
    nodes = t.walk(s.sides[1].tree) if s.sides[1].tree is not None else ()
    pairs = [pair for n in nodes if isinstance(n, t.Factors) for pair in pairwise(n.items)]
    return [one for (_, one), (op, other) in pairs if other == x and not op and isinstance(one, t.Name)]


def _alone(tree: t.Tree) -> Iterator[t.Name]:
    """The names of a side that have nothing below them."""
    inside = {id(n.base) for n in t.walk(tree) if isinstance(n, t.Scripted) and n.sub is not None}
    yield from (n for n in t.walk(tree) if isinstance(n, t.Name) and id(n) not in inside)


def _with_an_index(node: t.Tree) -> Iterator[tuple[t.Tree, t.Name]]:
    """(a, x) for a x_i."""
    for (_, one), (op, other) in pairwise(node.items if isinstance(node, t.Factors) else ()):
        match other:
            case t.Scripted(base=t.Name() as x, sub=t.Name(letter=letter), sup=None) if not op:
                if letter in INDEX_LETTERS and isinstance(one, t.Name):
                    yield one, x
