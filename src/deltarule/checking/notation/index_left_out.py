"""`u = -z_i`, and then ∂u/∂z_i and ∂e^u/∂u: u is differentiated by, and is short for u_i."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_transpose, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS

__all__ = ["with_the_index_left_out"]

LETTERS = frozenset("ijkmn")


def with_the_index_left_out(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such names under their index."""
    short: dict[str, t.Name] = {}
    again: set[str] = set()
    for s in statements:
        if s.relations and s.relations[0].symbol in EQUAL and not s.continues and isinstance(s.sides[0].tree, t.Name):
            name = base_name(s.sides[0].tree)
            again |= {name} & set(short)
            if (index := _index(s.sides[1].tree)) is not None and not _has(s.sides[1].tree, name):
                short[name] = index
            else:
                again.add(name)
    if not short:
        return statements
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    by = {base_name(x) for n in nodes if isinstance(n, t.Partial) for x in n.by if isinstance(x, t.Name)}
    scripted = [n for n in nodes if isinstance(n, t.Scripted) and n.sub is not None]
    below = {base_name(x) for n in scripted for x in (n.base, *trees(n.sub)) if isinstance(x, t.Name)}
    other = {x for n in nodes for x in _called_or_vectors(n)}
    chosen = {x: i for x, i in short.items() if x in by and x not in again | below | other}

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Name() if base_name(node) in chosen:
                return t.Scripted(node, chosen[base_name(node)], None, start=node.start, end=node.end)
            case t.Scripted(base=t.Name() as name, sup=sup) if base_name(name) in chosen:
                above = None if sup is None else t.replaced(sup, change)
                return replace(node, sub=chosen[base_name(name)], sup=above)
        return None

    return [s.replaced(change) for s in statements] if chosen else statements


def _called_or_vectors(node: t.Tree) -> Iterator[str]:
    """The u of u(x), uᵀ and W u, and the bold ones."""
    match node:
        case t.Name(style="bold"):
            yield base_name(node)
        case t.Scripted(base=t.Name() as name, sup=t.Tree() as sup) if is_transpose(sup):
            yield base_name(name)
        case t.Factors(items=items):
            for (_, first), (op, behind) in pairwise(items):
                if isinstance(first, t.Name) and not op and isinstance(behind, t.Group):
                    yield base_name(first)
                if isinstance(behind, t.Name) and any(
                    isinstance(n, t.Name) and n.letter.isupper() for n in trees(first)
                ):
                    yield base_name(behind)


def _has(tree: t.Tree | None, name: str) -> bool:
    return any(isinstance(n, t.Name) and base_name(n) == name for n in trees(tree))


def _index(right: t.Tree | None) -> t.Name | None:
    """The i below every name of a right side; None where a name stands without it."""
    names = [] if right is None else list(_names(right))
    below = [n.sub if isinstance(n, t.Scripted) else None for n in names]
    first = below[0] if below else None
    alike = isinstance(first, t.Name) and all(x == first for x in below)
    return first if alike and isinstance(first, t.Name) and first.letter in LETTERS and not first.accents else None


def _names(tree: t.Tree) -> Iterator[t.Tree]:
    """The names in a tree with what stands below them, functions left out; what is more than a product or a sum as it
    is."""
    match tree:
        case t.Name() | t.Partial() | t.Big():
            yield tree
        case t.Scripted(base=t.Name(letter="e", accents=()), sub=None, sup=t.Tree() as power, primes=0):
            yield from _names(power)
        case t.Scripted(base=t.Name(), sup=None | t.Num(), primes=0):
            yield tree
        case t.Call(argument=argument):
            yield from _names(argument)
        case t.Factors(items=items):
            for k, (_, item) in enumerate(items):
                behind = items[k + 1][1] if k + 1 < len(items) else None
                if not (isinstance(item, t.Name) and item.letter in KNOWN_FUNCTIONS and isinstance(behind, t.Group)):
                    yield from _names(item)
        case t.Terms(items=items):
            for _, item in items:
                yield from _names(item)
        case t.Group(items=items):
            for item in items:
                yield from _names(item)
        case t.Ratio(numerator=above, denominator=below):
            yield from _names(above)
            yield from _names(below)
        case t.Num():
            return
        case _:
            yield t.Words("")
