"""Primes without an argument: φ' as a factor, where φ is taken at one argument in all of a document, is φ' at that; the
h' of h = (1 - u) h' + u h̃ is a quantity of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.primed_names import PRIME
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["primes_alone"]


def primes_alone(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the argument behind such functions, and with such quantities under names of their own."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    called = {id(head) for side in sides for head, _ in _calls(side)}
    alone = {base_name(n.base) for side in sides for n in trees(side) if _primed(n) and id(n) not in called}  # type: ignore[attr-defined]
    if not alone:
        return statements
    arguments: dict[str, set[t.Tree]] = {}
    primed: set[str] = set()
    for side in sides:
        for head, group in _calls(side):
            name = head.base if isinstance(head, t.Scripted) else head
            if isinstance(name, t.Name):
                arguments.setdefault(base_name(name), set()).add(group)
                primed |= {base_name(name)} if isinstance(head, t.Scripted) else set()
    values = {base_name(head) for side in sides for head, _ in _calls(side, whole=True) if isinstance(head, t.Name)}
    at = {f: next(iter(groups)) for f, groups in arguments.items() if len(groups) == 1 and f in alone & values}
    own = alone & _by_themselves(statements) - primed - arguments.keys()

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Factors(items=items):
                heads = {id(head) for head, _ in _calls_of(node)}
                new = tuple((op, x if id(x) in heads else t.replaced(x, change)) for op, x in items)
                same = all(a is b for (_, a), (_, b) in zip(new, items, strict=True))
                return node if same else replace(node, items=new)
            case t.Scripted(base=t.Name() as name) if _primed(node) and base_name(name) in at:
                return t.Factors((("", node), ("", at[base_name(name)])), start=node.start, end=node.end)
            case t.Scripted(base=t.Name() as name) if _primed(node) and base_name(name) in own and node.primes == 1:
                return replace(name, letter=name.letter + PRIME, start=node.start, end=node.end)
        return None

    return [s if at.keys() & _bare(s) else s.replaced(change) for s in statements] if at or own else statements


def _primed(node: t.Tree) -> bool:
    """Whether a name stands with primes and nothing else."""
    return (
        isinstance(node, t.Scripted)
        and isinstance(node.base, t.Name)
        and node.primes > 0
        and node.sub is None
        and node.sup is None
    )


def _calls(side: t.Tree, whole: bool = False) -> Iterator[tuple[t.Tree, t.Tree]]:
    """Each name before parentheses with one name in them, and the parentheses; of the whole side, or anywhere in it."""
    for node in (side,) if whole else trees(side):
        if isinstance(node, t.Factors) and (not whole or len(node.items) == 2):
            yield from _calls_of(node)


def _calls_of(node: t.Tree) -> Iterator[tuple[t.Tree, t.Tree]]:
    for head, group in calls_in(node):
        name = head.base if _primed(head) and isinstance(head, t.Scripted) else head
        if isinstance(name, t.Name):
            yield head, group


def _bare(statement: Statement) -> set[str]:
    """The letters that stand in a statement without a prime and without an argument: σ' = σ · (1 - σ) is a rule."""
    out: set[str] = set()
    for side in (one.tree for one in statement.sides if one.tree is not None):
        inside = {id(head) for head, _ in _calls(side)} | {id(n.base) for n in trees(side) if isinstance(n, t.Scripted)}
        out |= {base_name(n) for n in trees(side) if isinstance(n, t.Name) and id(n) not in inside}
    return out


def _by_themselves(statements: Sequence[Statement]) -> set[str]:
    """The letters with an equation in which they stand with a prime, and that are never given with one."""
    out: set[str] = set()
    given: set[str] = set()
    for s in statements:
        for one, other, relation in zip(s.sides, s.sides[1:], s.relations, strict=False):
            if relation.symbol not in EQUAL or one.tree is None or other.tree is None:
                continue
            if _primed(one.tree) and isinstance(one.tree, t.Scripted) and isinstance(one.tree.base, t.Name):
                given.add(base_name(one.tree.base))
            if isinstance(one.tree, t.Name) and any(
                _primed(n) and isinstance(n, t.Scripted) and n.base == one.tree for n in trees(other.tree)
            ):
                out.add(base_name(one.tree))
    return out - given
