"""The W' and b' of a decoder, the x' of what is reconstructed, X'_i of a normalised X_i: quantities of their own, where
what stands without the prime is no function and has no equation that could be differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.derivative_notation import DERIVATIVE
from deltarule.checking.letters.same_arguments import FUNCTIONS
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["PRIME", "primed_apart"]

PRIME = "′"
"""What such names end with."""


def primed_apart(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with such quantities under names of their own, W′."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    primed = {base_name(n.base) for side in sides for n in trees(side) if _primed(n)}  # type: ignore[attr-defined]
    if not primed:
        return statements
    own = primed - FUNCTIONS - _called(sides) - _turned(sides) - _given(statements)
    heads = {base_name(x.base) for s in statements if _primed(x := s.sides[0].tree)}  # type: ignore[union-attr]
    plain = {base_name(n) for side in sides for n in _unprimed(side)}
    capitals = {x for x in own if x[:1].isupper()}  # of u'v + uv' nothing says that it is no derivative
    beside = plain if capitals and not DERIVATIVE.search(text) else set()
    own = {x for x in own if x in heads or x in capitals or x in beside}
    if not own:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if not _primed(node) or not isinstance(node, t.Scripted) or not isinstance(node.base, t.Name):
            return None
        if base_name(node.base) not in own:
            return None
        name = replace(node.base, letter=node.base.letter + PRIME)
        if node.sub is None and node.sup is None:
            return replace(name, end=node.end)
        return replace(node, base=name, primes=0)

    return [s.replaced(change) for s in statements]


def _primed(node: t.Tree | None) -> bool:
    return isinstance(node, t.Scripted) and isinstance(node.base, t.Name) and node.primes == 1


def _called(sides: Sequence[t.Tree]) -> set[str]:
    """The f of f(x) and of f'(x), and GELU of GELU'(x)."""
    heads = [n.function for side in sides for n in trees(side) if isinstance(n, t.Call)]
    names = [head.base if isinstance(head, t.Scripted) else head for head in heads]
    out = {base_name(name) for name in names if isinstance(name, t.Name)}
    for head, group in (pair for side in sides for n in trees(side) for pair in calls_in(n)):
        name = head.base if isinstance(head, t.Scripted) else head
        if isinstance(name, t.Name) and len(group.items) == 1 and isinstance(group.items[0], t.Name | t.Scripted):
            out.add(base_name(name))
    return out


def _turned(sides: Sequence[t.Tree]) -> set[str]:
    """The X of X'X, where the prime is a transpose."""
    return {
        base_name(before.base)  # type: ignore[attr-defined]
        for side in sides
        for n in trees(side)
        if isinstance(n, t.Factors)
        for (_, before), (_, behind) in pairwise(n.items)
        if _primed(before) and behind == before.base  # type: ignore[attr-defined]
    }


def _given(statements: Sequence[Statement]) -> set[str]:
    """The letters with an equation of their own."""
    return {
        base_name(x if isinstance(x, t.Name) else x.base)  # type: ignore[union-attr, arg-type]
        for s in statements
        if s.relations and s.relations[0].symbol in EQUAL and not s.continues
        if isinstance(x := s.sides[0].tree, t.Name)
        or (isinstance(x, t.Scripted) and isinstance(x.base, t.Name) and not x.primes)
    }


def _unprimed(side: t.Tree) -> list[t.Name]:
    """The names that stand without a prime."""
    primed = {id(n.base) for n in trees(side) if isinstance(n, t.Scripted) and n.primes}
    return [n for n in trees(side) if isinstance(n, t.Name) and id(n) not in primed]
