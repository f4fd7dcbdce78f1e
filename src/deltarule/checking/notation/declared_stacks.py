"""`y ∈ ℝ^m` beside y^{(i)} and a sum over i = 1, …, m: the column of all labels, and no label is such a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.letters.declared import space_of
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, running, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["stacks_undeclared"]


def stacks_undeclared(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements without the memberships of such letters: what they are in a formula with all samples is found from
    the formula."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    counts: dict[str, set[str]] = {}
    for n in nodes:
        if isinstance(n, t.Big) and n.kind == "sum" and isinstance(n.upper, t.Name) and (letter := running(n)):
            counts.setdefault(letter, set()).add(n.upper.letter)
    ends: dict[str, set[str]] = {}
    for n in nodes:
        match n:
            case t.Scripted(base=t.Name() as name, sub=None, sup=t.Group(kind="(", items=(t.Name(letter=letter),))):
                ends.setdefault(base_name(name), set()).update(counts.get(letter, ()))
    with_components = {
        base_name(n.base)
        for n in nodes
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and script_items(n.sub) and n.sup is not None
    }

    def stacks(element: t.Tree, space: t.Tree) -> bool:
        sizes = space_of(space) or ()
        if not isinstance(element, t.Name) or len(sizes) != 1 or base_name(element) in with_components:
            return False
        return sizes[0] in ends.get(base_name(element), ())

    return [
        s
        if not any(stacks(*pair) for pair in s.memberships)
        else replace(s, memberships=tuple(pair for pair in s.memberships if not stacks(*pair)))
        for s in statements
    ]
