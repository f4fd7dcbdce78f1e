"""Whether a document sums over repeated indices without a sign: it says so, it never writes Σ, or its lines need it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["repeated_indices_are_summed", "sums_are_left_out"]

SAID = re.compile(
    r"summation convention|einstein|(?:sum(?:med|s|ming)?|summation) (?:over|on) (?:the |an? |all |any )?"
    r"(?:repeated|intermediate|dummy|doubled|paired) (?:ind(?:ex|ices)|subscripts?)"
    r"|(?:repeated|dummy|doubled) ind(?:ex|ices) (?:is|are) summed|convention de sommation|summenkonvention"
    r"|summed[- ]over (?:\w+ ){0,2}(?:ind(?:ex|ices)|subscripts?)"
    r"|indices répétés|doppelte Indizes|índices repetidos|indici ripetuti|повторяющ\w+ индекс|爱因斯坦|重复(?:的)?指标",
    re.I,
)
NEEDED = 3
"""Lines with a repeated index that the other side lacks, from which on it is no slip."""


def repeated_indices_are_summed(text: str, statements: Sequence[Statement]) -> bool:
    """Whether an index that stands twice in a product is summed over in this document."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    if SAID.search(text):
        return True
    sums = sum(1 for side in sides for n in trees(side) if isinstance(n, t.Big) and n.kind == "sum")
    if not sums and "Σ" not in text:
        return True
    return sum(map(_needs_it, statements)) >= max(NEEDED, 3 * sums)


def sums_are_left_out(text: str, statements: Sequence[Statement]) -> bool:
    """Whether the text says so, or several of its lines need it: that it never writes a sum is not enough."""
    return SAID.search(text) is not None or sum(map(_needs_it, statements)) >= NEEDED


def _needs_it(statement: Statement) -> bool:
    """Whether a side with indices is said to be one product in which another index stands twice."""
    for one, other, relation in zip(statement.sides, statement.sides[1:], statement.relations, strict=False):
        if relation.symbol not in EQUAL or not isinstance(other.tree, t.Factors) or one.tree is None:
            continue
        if any(isinstance(n, t.Big) for n in trees(other.tree)):
            continue
        own, counts = set(_indices(one.tree)), Counter(_indices(other.tree))
        if own and own <= counts.keys() and any(n == 2 and x not in own for x, n in counts.items()):
            return True
    return False


def _indices(side: t.Tree) -> Iterator[str]:
    for node in trees(side):
        if isinstance(node, t.Scripted) and isinstance(node.base, t.Name):
            for item in script_items(node.sub):
                if isinstance(item, t.Name) and item.letter in INDEX_LETTERS:
                    yield item.letter
