"""Parts of a text that speak of different things: under its headings, as far as no name with an index stands in two."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_kronecker, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["parts_by_names"]


def parts_by_names(statements: Sequence[Statement], headings: Sequence[int]) -> list[list[int]]:
    """The places of the statements of each part; those under two headings are one part where they share a name with
    an index below."""
    under: dict[int, list[int]] = {}
    for k, statement in enumerate(statements):
        under.setdefault(bisect_right(headings, statement.start), []).append(k)
    parts: list[tuple[set[str], list[int]]] = []
    for places in under.values():
        names, own = {x for k in places for x in _indexed(statements[k])}, list(places)
        for other in [p for p in parts if p[0] & names]:
            parts.remove(other)
            names, own = names | other[0], [*other[1], *own]
        parts.append((names, own))
    return [sorted(own) for _, own in parts]


def _indexed(statement: Statement) -> set[str]:
    """The names with something below, in a statement; the δ of δ_ij is no quantity."""
    nodes = (n for side in statement.sides for n in trees(side.tree))
    return {
        base_name(n.base)
        for n in nodes
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and script_items(n.sub) and not is_kronecker(n)
    }
