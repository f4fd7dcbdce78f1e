"""The error of one pattern, E_n: a name where nothing else has an n, and never a component of E = Σ_n E_n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, trees
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["of_one_pattern"]


def of_one_pattern(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with E_n as one name where its letter counts nothing, and apart from E where that is the sum."""
    statements = _apart_from_the_sum(statements)
    sides = [side.tree for s in statements for side in s.sides]
    nodes = [node for side in sides if not isinstance(side, t.Name) for node in trees(side)]
    nodes += [node for s in statements for pair in s.memberships for tree in pair for node in t.walk(tree)]
    found = {id(node): parts for node in nodes if (parts := _parts(node)) is not None}
    below = {id(sub) for _, sub in found.values()}
    elsewhere = {n.letter for n in nodes if isinstance(n, t.Name) and id(n) not in below}
    if not any(sub.letter not in elsewhere for _, sub in found.values()):
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        base, sub = _parts(node) or (None, None)
        if base is None or sub is None or sub.letter in elsewhere:
            return None
        return replace(base, letter=f"{base.letter}_{sub.letter}", start=node.start, end=node.end)

    return [s.replaced(change) for s in statements]


def _apart_from_the_sum(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with E_n under a letter of its own, if E = Σ_n E_n is a number."""
    summed: dict[t.Name, str] = {}
    steps = step_letters(side.tree for s in statements for side in s.sides if side.tree is not None) | {"t"}
    for statement in statements:
        for one, relation, other in zip(statement.sides, statement.relations, statement.sides[1:], strict=False):
            if relation.symbol not in EQUAL or not isinstance(one.tree, t.Name) or other.tree is None:
                continue
            for term in (t.Scripted(one.tree, x) for x in _summed_over(other.tree) if x.letter not in steps):
                if any(node == term for node in t.walk(other.tree)):
                    assert isinstance(term.sub, t.Name)
                    summed.setdefault(one.tree, term.sub.letter)
    if not summed:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as base, sub=t.Name(letter=letter)) if base in summed and (
                letter in INDEX_LETTERS
            ):
                return replace(node, base=replace(base, letter=f"{base.letter}_{summed[base]}"))
        return None

    return [s.replaced(change) for s in statements]


def _summed_over(tree: t.Tree) -> list[t.Name]:
    """The letters over which some Σ runs."""
    out = []
    for node in t.walk(tree):
        match node:
            case t.Big(index=t.Name() as index) | t.Big(index=t.Compare(sides=(t.Name() as index, *_))):
                out.append(index)
    return out


def _parts(node: t.Tree) -> tuple[t.Name, t.Name] | None:
    match node:
        case t.Scripted(base=t.Name(letter=letter, accents=()) as base, sub=t.Name(accents=()) as sub, sup=None) if (
            letter in OBJECTIVES and sub.letter in INDEX_LETTERS and not node.primes
        ):
            return base, sub
    return None
