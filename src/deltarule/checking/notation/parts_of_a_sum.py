"""A loss and its parts under one letter: `J = Σ_i J_i`, `E = 1/N Σ_n E_n`, `L = L_1 + L_2` beside L_t.

J is a number and J_i one number for each i, no component of J: J_i gets a name of its own, J_each with the index i.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, script_items
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["parts_apart"]

EACH = t.Words("each")


def parts_apart(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with each part of a sum under a name of its own, where the sum has the bare letter."""
    trees = [side.tree for s in statements for side in s.sides if side.tree is not None]
    whole = {base_name(n) for tree in trees for n in _whole(tree)}
    parts = {_letter(n) for tree in trees for n in t.walk(tree) if _index(n) is not None} & whole
    if not parts:
        return statements
    steps = step_letters(trees)
    parts -= {_letter(n) for tree in trees for n in t.walk(tree) if _counts_otherwise(n, steps)}
    parts &= _summed(statements)
    if not parts:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        index = _index(node)
        if index is None or _letter(node) not in parts:
            return None
        assert isinstance(node, t.Scripted)
        return replace(node, sub=t.Group("", (EACH, index), start=index.start, end=index.end))

    return [s.replaced(change) for s in statements]


def _whole(tree: t.Tree) -> Iterator[t.Name]:
    """The names that stand without an index."""
    below = {id(n.base) for n in t.walk(tree) if isinstance(n, t.Scripted) and n.sub is not None}
    yield from (n for n in t.walk(tree) if isinstance(n, t.Name) and id(n) not in below)


def _index(node: t.Tree) -> t.Tree | None:
    """The one index below a name, a letter or a number."""
    match node:
        case t.Scripted(base=t.Name(), sub=(t.Name(accents=()) | t.Num()) as index):
            if isinstance(index, t.Num) or index.letter in INDEX_LETTERS:
                return index
    return None


def _letter(node: t.Tree) -> str:
    return base_name(node.base) if isinstance(node, t.Scripted) and isinstance(node.base, t.Name) else ""


def _counts_otherwise(node: t.Tree, steps: set[str]) -> bool:
    """Whether a name has two indices, or one that counts steps: then its index is read by other rules."""
    if not isinstance(node, t.Scripted):
        return False
    return len(script_items(node.sub)) > 1 or bool({n.letter for n in _names(node.sub)} & steps)


def _names(tree: t.Tree | None) -> Iterator[t.Name]:
    yield from (n for n in (t.walk(tree) if tree is not None else ()) if isinstance(n, t.Name))


def _summed(statements: Sequence[Statement]) -> set[str]:
    """The letters that some equation makes a sum of its parts; a loss also, where it sums over the index of a part
    that has an equation of its own."""
    out: set[str] = set()
    own: set[tuple[str, str]] = set()
    unshown: set[tuple[str, str]] = set()
    sums: set[tuple[str, str]] = set()
    for statement in statements:
        for left, right, relation in zip(statement.sides, statement.sides[1:], statement.relations, strict=False):
            first = _head(statement.sides[0].tree)
            if relation.symbol not in EQUAL or right.tree is None or left.tree is None:
                continue
            if (index := _index(left.tree)) is not None and isinstance(index, t.Name):
                shown = any(n.letter == index.letter for n in _names(right.tree))
                (own if shown else unshown).add((_letter(left.tree), index.letter))
            if first is None:
                continue
            body = _without_factors(right.tree)
            below = {_letter(n) for n in t.walk(body) if _index(n) is not None}
            if isinstance(body, t.Big) and body.kind == "sum" and body.index is not None:
                sums |= {(base_name(first), n.letter) for n in _names(body.index)}
                out |= {base_name(first)} & below
            elif isinstance(body, t.Terms) and all(_letter(item) == base_name(first) for _, item in body.items):
                out |= {base_name(first)} & below
    out |= {base for base, letter in own & sums if base in OBJECTIVES}
    return out - {base for base, letter in unshown}  # E_n = Σ_k (y_k - t_k)² of the pattern n, which only E shows


def _head(tree: t.Tree | None) -> t.Name | None:
    """The J of J and of J(w, b)."""
    match tree:
        case t.Name():
            return tree
        case t.Factors(items=((_, t.Name() as name), ("", t.Group(kind="(")))):
            return name
    return None


def _without_factors(tree: t.Tree) -> t.Tree:
    """The sum of -1/N Σ_i …."""
    match tree:
        case t.Terms(items=((_, only),)):
            return _without_factors(only)
        case t.Factors(items=items) if not any(isinstance(n, t.Big) for _, x in items[:-1] for n in t.walk(x)):
            return _without_factors(items[-1][1])
    return tree
