"""`X_1, X_2 ∈ ℝ^{m×n}` beside X: two matrices, and no components of X."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.declared import space_of
from deltarule.reading import tree as t
from deltarule.reading.references import base_name
from deltarule.reading.statement import Statement

__all__ = ["declared_numbers"]


def declared_numbers(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the number below such a name as a mark, and below what is a product of such: Y_1 = W X_1."""
    spaces = [(x, space_of(space) or ()) for s in statements for x, space in s.memberships]
    arrays = {base_name(x) for x, sizes in spaces if isinstance(x, t.Name) and len(sizes) > 2}
    found = {own for x, sizes in spaces if len(sizes) == 2 and 1 not in sizes and (own := _numbered(x))}
    found = {own for own in found if own[0] not in arrays}
    if not found:
        return statements
    size = 0
    while size != len(found):
        size = len(found)
        found |= {own for s in statements if (own := _made_of(s, found))}

    def change(node: t.Tree) -> t.Tree | None:
        own = _numbered(node)
        if own is None or own not in found or not isinstance(node, t.Scripted) or node.sub is None:
            return None
        return replace(node, sub=t.Words(own[1], start=node.sub.start, end=node.sub.end))

    return [
        replace(s.replaced(change), memberships=tuple((t.replaced(x, change), space) for x, space in s.memberships))
        for s in statements
    ]


def _numbered(node: t.Tree | None) -> tuple[str, str] | None:
    """(X, 1) for X_1, also transposed."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Num(text=number)) if name.letter.isupper():
            return base_name(name), number
    return None


def _made_of(s: Statement, found: set[tuple[str, str]]) -> tuple[str, str] | None:
    """(Y, 1) for Y_1 = W X_1."""
    if len(s.sides) < 2 or s.continues or s.relations[0].symbol not in EQUAL:
        return None
    own = _numbered(s.sides[0].tree)
    match s.sides[0].tree, s.sides[1].tree:
        case t.Scripted(sup=None, primes=0), t.Factors(items=items) if any(_numbered(x) in found for _, x in items):
            capitals = [isinstance(x, t.Name) and x.letter.isupper() for _, x in items]
            return own if all(c or _numbered(x) in found for c, (_, x) in zip(capitals, items, strict=True)) else None
    return None
