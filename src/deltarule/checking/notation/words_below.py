"""δ_{in} beside δ_{out}: `in` is a word below the letter, and no pair of indices i and n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, label_text, trees
from deltarule.reading.statement import Statement

__all__ = ["words_below"]

PARTNERS = frozenset({"out", "output", "hid", "hidden", "next", "prev"})


def words_below(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such an `in` as a word."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    scripted = [n for side in sides for n in trees(side) if isinstance(n, t.Scripted) and n.sub is not None]
    below = [(base_name(n.base), _word(n.sub)) for n in scripted if isinstance(n.base, t.Name)]
    beside = {base for base, word in below if word in PARTNERS}
    if not any(base in beside and word == "in" for base, word in below):
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub) if base_name(name) in beside:
                if _word(sub) == "in":
                    return replace(node, sub=t.Words("in", start=sub.start, end=sub.end))
        return None

    return [s.replaced(change) for s in statements]


def _word(sub: t.Tree | None) -> str:
    """What stands below, its letters joined."""
    return label_text(sub).replace(",", "") if sub is not None else ""
