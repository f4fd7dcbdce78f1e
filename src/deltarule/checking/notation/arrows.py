"""An arrow over a letter says what bold type says: it is a vector, and x_i is a component of it.

Where the letter also stands without its arrow and without a component, x or x^{(2)} beside \\vec{x}, these are two, and
the arrow stays part of the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["arrows_as_bold"]

ARROW = "vec"


def arrows_as_bold(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a bold letter for each letter under an arrow."""
    trees = [tree for s in statements for tree in _trees(s)]
    if not any(isinstance(n, t.Name) and ARROW in n.accents for tree in trees for n in t.walk(tree)):
        return statements
    alone = {_letter(n) for tree in trees for n in _whole(tree) if ARROW not in n.accents}

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Name) or ARROW not in node.accents or _letter(node) in alone:
            return None
        return replace(node, style="bold", accents=_plain(node))

    return [
        replace(
            s,
            sides=tuple(one.replaced(change) for one in s.sides),
            memberships=tuple((t.replaced(x, change), t.replaced(space, change)) for x, space in s.memberships),
        )
        for s in statements
    ]


def _trees(statement: Statement) -> Iterator[t.Tree]:
    yield from (side.tree for side in statement.sides if side.tree is not None)
    yield from (x for pair in statement.memberships for x in pair)


def _whole(tree: t.Tree) -> Iterator[t.Name]:
    """The names that stand without an index."""
    below = {id(n.base) for n in t.walk(tree) if isinstance(n, t.Scripted) and n.sub is not None}
    yield from (n for n in t.walk(tree) if isinstance(n, t.Name) and id(n) not in below)


def _plain(name: t.Name) -> tuple[str, ...]:
    return tuple(accent for accent in name.accents if accent != ARROW)


def _letter(name: t.Name) -> tuple[str, ...]:
    return (name.letter, *_plain(name))
