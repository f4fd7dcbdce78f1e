"""`X = [x_1, …, x_n]` beside `Σ_i x_i w_{ij}`: the vector X has the numbers x_i for its components, so x_i is X_i.

In such a text a capital that an equation makes of X, Y = XW + B, has small letters for its components, too. All of
them are rows where X is written as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.letters.row_vectors import row_space
from deltarule.reading import tree as t
from deltarule.reading.references import is_index, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import OBJECTIVES

MARKS = frozenset({t.Name("*"), t.Name("star"), t.Name("dagger")})
"""What stands above a vector that is another one of its kind, the targets Y^*."""

__all__ = ["components_of_capitals"]


def components_of_capitals(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with X_i for x_i."""
    heads = {letter for s in statements for letter in _listed(s)}
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    numbers = {letter for n in nodes if isinstance(n, t.Factors) for letter in _beside_weights(n)}
    listed = {letter for letter in heads if letter.lower() in numbers}
    if not listed:
        return statements
    below = {n.base.letter for n in nodes if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)}
    inside = {id(n.base) for n in nodes if isinstance(n, t.Scripted)}
    bare = {n.letter for n in nodes if isinstance(n, t.Name) and id(n) not in inside}
    made = {letter for s in statements for letter in _made_of(s, listed)} - set(OBJECTIVES)
    capitals = {x for x in heads | made if x.lower() in below and (x in heads or x.lower() not in bare)}
    capitals -= {n.base.letter for n in nodes if _has_index(n) and isinstance(n.base, t.Name)}  # type: ignore[attr-defined]

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name(letter=letter) as name) if letter.upper() in capitals and _has_index(node):
                if letter.islower():
                    return replace(node, base=replace(name, letter=letter.upper()))
        return None

    out = [s.replaced(change) for s in statements]
    named = [t.Name(letter) for letter in sorted(capitals)]
    if not capitals & {letter for s in statements for letter in _listed(s) if _is_row(s.sides[1].tree)}:
        return out
    alike = {n for n in nodes if isinstance(n, t.Scripted) and n.sub is None and n.sup in MARKS and n.base in named}
    spaces = [(node, row_space(k)) for k, node in enumerate((*named, *alike))]
    return [replace(out[0], memberships=(*out[0].memberships, *spaces)), *out[1:]]


def _is_row(node: t.Tree | None) -> bool:
    """Whether the entries stand beside each other with nothing but gaps between them."""
    match node:
        case t.Matrix(rows=(row,)) if len(row) > 1:
            return True
        case t.Group(kind="[", items=(t.Factors(),)):
            return True
    return False


def _has_index(node: t.Tree) -> bool:
    """Whether a name stands with one index."""
    return isinstance(node, t.Scripted) and len(items := script_items(node.sub)) == 1 and is_index(items[0])


def _listed(statement: Statement) -> Iterator[str]:
    """The X of X = [x_1, …, x_n]."""
    match [side.tree for side in statement.sides]:
        case [t.Name(letter=head, accents=()), t.Tree() as right] if len(head) == 1 and head.isupper():
            pass
        case _:
            return
    cells = [n for n in t.walk(right) if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]
    others = [n for n in t.walk(right) if isinstance(n, t.Terms | t.Partial | t.Call | t.Ratio)]
    small = all(isinstance(n.base, t.Name) and n.base.letter == head.lower() and _has_index(n) for n in cells)
    if len(cells) > 1 and small and not others and isinstance(right, t.Matrix | t.Group):
        yield head


def _beside_weights(product: t.Factors) -> Iterator[str]:
    """The x of a product x_i w_{ij}."""
    named = [n for _, n in product.items if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]
    weights = {i for n in named if len(script_items(n.sub)) == 2 for i in script_items(n.sub)}
    for n in named:
        if _has_index(n) and script_items(n.sub)[0] in weights and isinstance(n.base, t.Name):
            yield n.base.letter


def _made_of(statement: Statement, listed: set[str]) -> Iterator[str]:
    """The Y of Y = XW + B."""
    match [side.tree for side in statement.sides]:
        case [t.Name(letter=head, accents=()), t.Tree() as right, *_] if len(head) == 1 and head.isupper():
            if any(isinstance(n, t.Name) and n.letter in listed for n in t.walk(right)):
                yield head
