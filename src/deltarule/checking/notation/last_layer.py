"""`a^{(n_l)}`, where n_l is how many layers there are: the last layer, which is written L elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["last_layer_named"]

COUNTS = frozenset({"n", "N", "L"})
"""Letters that count layers, n_l."""
ENDS = ("L", "T", "N")
"""What the last one is called, where the text has no such letter."""


def last_layer_named(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with L for each n_l that stands above a name as its layer."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    labels = [n.sup for n in nodes if isinstance(n, t.Scripted) and isinstance(n.sup, t.Group)]
    found = {x for label in labels for item in label.items for x in trees(item) if _counts_layers(x)}
    names = {n.letter for n in nodes if isinstance(n, t.Name)}
    end = next((x for x in ENDS if x not in names), "")
    if len(found) != 1 or not end:
        return statements
    written = next(iter(found))

    def change(node: t.Tree) -> t.Tree | None:
        return t.Name(end, start=node.start, end=node.end) if node == written else None

    return [replace(s, sides=tuple(side.replaced(change) for side in s.sides)) for s in statements]


def _counts_layers(node: t.Tree) -> bool:
    match node:
        case t.Scripted(base=t.Name(letter=letter), sub=t.Name(letter="l" | "ell" | "L"), sup=None, primes=0):
            return letter in COUNTS
    return False
