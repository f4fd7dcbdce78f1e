r"""`x = [x_1\; x_2\; x_3]`: the components of x in a row, with nothing between them, and no product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name
from deltarule.reading.statement import Statement

__all__ = ["lists_without_commas"]


def lists_without_commas(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such rows as matrices of one row."""
    return [_changed(s) if len(s.sides) > 1 else s for s in statements]


def _changed(statement: Statement) -> Statement:
    """One statement of which a side is the letter alone."""
    letters = {base_name(side.tree) for side in statement.sides if isinstance(side.tree, t.Name)}

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Group(kind="[" | "(", items=(t.Factors(items=items),)) | t.Matrix(rows=((t.Factors(items=items),),)):
                entries = tuple(item for op, item in items if not op)
                if len(entries) == len(items) and _numbered(entries) in letters:
                    return t.Matrix("[", (entries,), start=node.start, end=node.end)
        return None

    sides = tuple(
        replace(side, tree=t.replaced(side.tree, change))
        if side.tree is not None and isinstance(_bare(side.tree), t.Group | t.Matrix)
        else side
        for side in statement.sides
    )
    return replace(statement, sides=sides) if letters else statement


def _bare(side: t.Tree) -> t.Tree:
    """A side without what stands above it, [x_1 x_2]^T."""
    return side.base if isinstance(side, t.Scripted) else side


def _numbered(entries: Sequence[t.Tree]) -> str:
    """The letter x of x_1, x_2, …, in this order; else ""."""
    names = [e.base for e in entries if isinstance(e, t.Scripted) and e.sup is None and not e.primes]
    numbers = [e.sub.value for e in entries if isinstance(e, t.Scripted) and isinstance(e.sub, t.Num)]
    letters = {base_name(n) for n in names if isinstance(n, t.Name)}
    in_order = len(names) == len(entries) > 1 and numbers == list(range(1, len(entries) + 1))
    return letters.pop() if in_order and len(letters) == 1 else ""
