"""Derivatives by an expression that has a name: ∂ℓ/∂softmax(z)_i is by a_i, where a = softmax(z)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["by_their_names"]


def by_their_names(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with derivatives by what the expressions are called."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    wanted = [by for side in sides for n in trees(side) if isinstance(n, t.Partial) for by in n.by if not _is_name(by)]
    if not wanted:
        return statements
    called = _called(statements)
    for by in wanted:
        if by not in called and (term := _term_of_its_own(by, sides)) is not None:
            called[by] = term
    if not called:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Partial) or all(map(_is_name, node.by)):
            return None
        by = tuple(_name_of(x, called) or x for x in node.by)
        return replace(node, of=t.replaced(node.of, change) if node.of is not None else None, by=by)

    return [s.replaced(change) for s in statements]


def _term_of_its_own(by: t.Tree, sides: Sequence[t.Tree]) -> t.Tree | None:
    """The b of W x + b, if b stands nowhere but in W x + b: a derivative by the one is a derivative by the other."""
    whole = by.items[0] if isinstance(by, t.Group) and len(by.items) == 1 else by
    if not isinstance(whole, t.Terms):
        return None
    sums = sum(n == whole for side in sides for n in trees(side))
    for sign, item in whole.items:
        if sign == "+" and _is_name(item):
            own = sum(n == item for side in sides for n in trees(side))
            variables = sum(n == item for s in sides for p in trees(s) if isinstance(p, t.Partial) for n in p.by)
            if own == sums + variables:
                return item
    return None


def _is_name(tree: t.Tree) -> bool:
    return isinstance(tree, t.Name) or (isinstance(tree, t.Scripted) and isinstance(tree.base, t.Name))


def _called(statements: Sequence[Statement]) -> dict[t.Tree, t.Tree]:
    """Each expression that stands beside a name in a chain of equalities, with the first such name."""
    out: dict[t.Tree, t.Tree] = {}
    for s in statements:
        chain: list[t.Tree] = []
        for k, side in enumerate(s.sides):
            if k and s.relations[k - 1].symbol not in EQUAL:
                chain = []
            if side.tree is None:
                continue
            if chain and _is_name(chain[0]) and not _is_name(side.tree):
                out.setdefault(side.tree, chain[0])
            if not chain or (_is_name(side.tree) and not _is_name(chain[0])):
                for one in chain:
                    out.setdefault(one, side.tree)
                chain = [side.tree, *chain]
            else:
                chain.append(side.tree)
    return out


def _name_of(by: t.Tree, called: dict[t.Tree, t.Tree]) -> t.Tree | None:
    if (name := called.get(by)) is not None:
        return name
    whole, sub = _without_component(by)
    name = called.get(whole) if whole is not None else None
    match name:
        case t.Name():
            return t.Scripted(name, sub, start=by.start, end=by.end)
        case t.Scripted(sub=None):
            return replace(name, sub=sub, start=by.start, end=by.end)
    return None


def _without_component(by: t.Tree) -> tuple[t.Tree | None, t.Tree | None]:
    """softmax(z) and i for softmax(z)_i."""
    match by:
        case t.Call(argument=t.Scripted(base=t.Group() as group, sub=t.Tree() as sub, sup=None, primes=0)):
            return replace(by, argument=group), sub
        case t.Factors(items=(*before, (op, t.Scripted(base=t.Group() as group, sub=t.Tree() as sub, sup=None)))):
            return replace(by, items=(*before, (op, group))), sub
        case t.Scripted(base=t.Group(items=(inside,)), sub=t.Tree() as sub, sup=None, primes=0):
            return inside, sub
    return None, None
