"""σ(·) for σ(wᵀx + b): a dot in parentheses stands for the argument that the function had right before in the chain, or
has right after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["arguments_for_dots"]

DOT = t.Name("cdot")


def arguments_for_dots(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the arguments that are meant."""
    calls: list[tuple[int, int, str, t.Group]] = []
    place = 0
    for s in statements:
        for side in s.sides:
            place += 1
            calls += [(place, s.chain, base_name(f), group) for f, group in _calls(side.tree)]
    if not any(group.items == (DOT,) for *_, group in calls):
        return statements
    out, place = [], 0
    for s in statements:
        sides = []
        for side in s.sides:
            place += 1
            here = place

            def change(node: t.Tree, here: int = here, chain: int = s.chain) -> t.Tree | None:
                if not isinstance(node, t.Factors):
                    return None
                items = [(op, t.replaced(item, change)) for op, item in node.items]
                for k, ((_, f), (op, group)) in enumerate(pairwise(items), 1):
                    if op == "" and isinstance(f, t.Name) and isinstance(group, t.Group) and group.items == (DOT,):
                        known = [c for c in calls if c[1:3] == (chain, base_name(f)) and c[3].items != (DOT,)]
                        before = [c for c in known if c[0] <= here]
                        if meant := before[-1:] or known[:1]:
                            items[k] = ("", replace(group, items=meant[0][3].items))
                return replace(node, items=tuple(items))

            sides.append(side.replaced(change))
        out.append(replace(s, sides=tuple(sides)))
    return out


def _calls(tree: t.Tree | None) -> list[tuple[t.Name, t.Group]]:
    """The names before parentheses, with these."""
    return [
        (f, group)
        for node in trees(tree)
        if isinstance(node, t.Factors)
        for (_, f), (op, group) in pairwise(node.items)
        if op == "" and isinstance(f, t.Name) and isinstance(group, t.Group) and group.kind == "("
    ]
