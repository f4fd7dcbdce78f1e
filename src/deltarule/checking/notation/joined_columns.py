"""`z_t = [h_{t-1}; x_t]`, `W_f [h_{t-1}, x_t]`: columns one below the other, under one name. What it is made of is not
looked into: a derivative by one of its parts says nothing here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from deltarule.checking.core.state import State
from deltarule.language.expression import Derivative, Expression, Symbol
from deltarule.language.traversal import walk
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_transpose, letter_of, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["by_a_part", "joined_columns"]

STEP = "t"


def joined_columns(statements: Sequence[Statement]) -> tuple[Sequence[Statement], frozenset[str]]:
    """The statements with a name for each such column, and the letters that are parts of one."""
    found = {
        group
        for s in statements for side in s.sides for node in (side.tree, *trees(side.tree))
        for group in _joined(node, whole=node is side.tree)
    }  # fmt: skip
    if not found:
        return statements, frozenset()

    def change(node: t.Tree) -> t.Tree | None:
        if node not in found or not isinstance(node, t.Group):
            return None
        letters = "".join(letter_of(item) for item in node.items)
        step = t.Name(STEP, start=node.start, end=node.end)
        return t.Scripted(t.Name(letters, start=node.start, end=node.end), step, start=node.start, end=node.end)

    inside = [n.base for group in found for n in trees(group) if isinstance(n, t.Scripted)]
    parts = frozenset(base_name(name) for name in inside if isinstance(name, t.Name))
    return [s.replaced(change) for s in statements], parts


def _joined(node: t.Tree | None, whole: bool) -> list[t.Tree]:
    """The brackets that are all of a side, or stand behind a matrix or transposed in a product."""
    out: list[t.Tree] = [node] if node is not None and whole and _of_columns(node) else []
    if isinstance(node, t.Factors):
        for (_, before), (op, item) in pairwise(node.items):
            turned = isinstance(item, t.Scripted) and item.sup is not None and is_transpose(item.sup)
            group = item.base if isinstance(item, t.Scripted) else item
            matrix = letter_of(before)[:1].isupper()
            if op in {"", "cdot", "times"} and (matrix or turned) and _of_columns(group):
                out.append(group)
    return out


def _of_columns(node: t.Tree) -> bool:
    """[h_{t-1}, x_t]: different letters, each at a step."""
    match node:
        case t.Group(kind="[" | "(", items=(_, _, *_) as items):
            letters = [letter_of(item) for item in items]
            return len(set(letters)) == len(letters) and all(map(_at_a_step, items))
    return False


def _at_a_step(item: t.Tree) -> bool:
    if not isinstance(item, t.Scripted) or not isinstance(item.base, t.Name) or item.primes:
        return False
    above = item.sup.items if isinstance(item.sup, t.Group) else ()
    scripts = [*script_items(item.sub), *above]
    return len(scripts) == 1 and letter_of(scripts[0]) == STEP


def by_a_part(state: State, a: Expression, b: Expression) -> tuple[str, bool]:
    """The part of such a column by which a row differentiates, and whether what is differentiated has an equation: else
    it is a loss that is only named, of which the derivative by the part is a quantity of its own."""
    found = [n for e in (a, b) for n in walk(e) if isinstance(n, Derivative)] if state.joined else []
    by = [(n, re.split(r"[_^]", n.by.name)[0]) for n in found]
    parts = [(letter, n) for n, letter in by if letter in state.joined]
    known = any(not isinstance(n.of, Symbol) or n.of.name in state.definitions.equations for _, n in parts)
    return (parts[0][0] if parts else "", known)
