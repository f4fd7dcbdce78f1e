"""σ(1 - σ): a bracket in which the function before it stands once more, without an argument, is a factor and no
argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.letters.same_arguments import FUNCTIONS
from deltarule.reading import tree as t
from deltarule.reading.references import base_name
from deltarule.reading.statement import Statement

__all__ = ["factors_of_itself"]


def factors_of_itself(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a sign of multiplication between such a name and its bracket."""

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        items = [(op, t.replaced(item, change)) for op, item in node.items]
        found = [
            k
            for k, ((_, name), (op, group)) in enumerate(pairwise(items), 1)
            if op == "" and isinstance(name, t.Name) and base_name(name) in FUNCTIONS and _is_factor(name, group)
        ]
        for k in found:
            items[k] = ("cdot", items[k][1])
        return replace(node, items=tuple(items)) if found else None

    return [s.replaced(change) for s in statements]


def _is_factor(name: t.Name, group: t.Tree) -> bool:
    """Whether 1 - f stands in the brackets, with the f before them."""
    match group:
        case t.Group(kind="(" | "[", items=(t.Terms(items=items),)) if len(items) > 1:
            return any(item == name for _, item in items)
    return False
