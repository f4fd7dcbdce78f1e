"""φ(x_n)ᵀ of a bold x_n, summed over n: x_n is the vector of sample n, and not a component of the x that stands alone
elsewhere in the text. These samples have a name of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, is_transpose, trees
from deltarule.reading.statement import Statement

__all__ = ["bold_samples_apart"]


def bold_samples_apart(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such samples under an accent."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    found = {pair for n in nodes for pair in _transposed(n)}
    if not found:
        return statements
    summed = {n.letter for node in nodes if isinstance(node, t.Big) for n in trees(node.index) if isinstance(n, t.Name)}
    below = {id(n.base) for n in nodes if isinstance(n, t.Scripted) and n.sub is not None}
    alone = {base_name(n) for n in nodes if isinstance(n, t.Name) and n.style == "bold" and id(n) not in below}
    letters = {base for base, index in found if base in alone and index in summed}
    letters -= {base for n in nodes for base in _plain(n)}

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name(style="bold", accents=()) as name, sub=t.Name() | t.Num()) if (
                base_name(name) in letters
            ):
                return replace(node, base=replace(name, accents=("check",)))
        return None

    return [s.replaced(change) for s in statements] if letters else statements


def _transposed(node: t.Tree) -> Iterator[tuple[str, str]]:
    """The x and n of φ(x_n)ᵀ."""
    for (_, head), (op, group) in pairwise(node.items if isinstance(node, t.Factors) else ()):
        match head, op, group:
            case t.Name(), "", t.Scripted(base=t.Group(kind="(", items=(t.Scripted() as of,)), sup=t.Tree() as sup):
                pass
            case _:
                continue
        match of:
            case t.Scripted(base=t.Name(style="bold", accents=()) as name, sub=t.Name(letter=index), sup=None):
                if is_transpose(sup) and index in INDEX_LETTERS:
                    yield base_name(name), index
            case _:
                pass


def _plain(node: t.Tree) -> Iterator[str]:
    """The x of x_n in plain type, as components are written."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Tree()) if name.style != "bold":
            yield base_name(name)
        case _:
            pass
