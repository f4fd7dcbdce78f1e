"""Neighbours in a product that belong together: `h(x)` is read as the factors h and (x), `w1` as w and 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from deltarule.reading import tree as t

__all__ = ["calls_in", "neighbours_joined", "subscript_kept"]


def calls_in(node: t.Tree | None) -> Iterator[tuple[t.Tree, t.Group]]:
    """The h and the (x) of each h(x) in a product, with nothing between them; of no other tree."""
    for (_, head), (op, group) in pairwise(node.items if isinstance(node, t.Factors) else ()):
        if not op and isinstance(group, t.Group) and group.kind == "(":
            yield head, group


def neighbours_joined(
    node: t.Tree,
    joined: Callable[[t.Tree, t.Tree], t.Tree | None],
    inside: Callable[[t.Tree], t.Tree | None],
) -> t.Tree | None:
    """A product with one factor for each two neighbours that `joined` has one for, and every other factor replaced by
    `inside`; what is left of it, if that is one factor. None for any other tree."""
    if not isinstance(node, t.Factors):
        return None
    items: list[tuple[str, t.Tree]] = []
    k = 0
    while k < len(node.items):
        op, item = node.items[k]
        behind = node.items[k + 1] if k + 1 < len(node.items) else None
        one = joined(item, behind[1]) if behind is not None and not behind[0] else None
        items.append((op, one if one is not None else t.replaced(item, inside)))
        k += 1 if one is None else 2
    if len(items) == 1:
        return items[0][1]
    same = len(items) == len(node.items) and all(a is b for (_, a), (_, b) in zip(items, node.items, strict=True))
    return node if same else replace(node, items=tuple(items))


def subscript_kept(node: t.Tree, change: Callable[[t.Tree], t.Tree | None]) -> t.Tree | None:
    """What has something below it, with everything else replaced, as the d and h of `(dW)_{dh}` are no dh; None for any
    other tree."""
    if not isinstance(node, t.Scripted) or node.sub is None:
        return None
    base, sup = t.replaced(node.base, change), node.sup and t.replaced(node.sup, change)
    return node if base is node.base and sup is node.sup else replace(node, base=base, sup=sup)
