"""`z_{2,i}` beside `z_2 = W_2 a_1`: the component i of z_2, as no z stands without a number.

A number before a comma counts rows or samples where the letter stands without it, or with letters for both. It is part
of the name where the letter with the number alone is a quantity of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import ALL, base_name, is_index, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["numbers_in_names"]


def numbers_in_names(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the number before the comma as a mark of the name."""
    alone: set[tuple[str, str]] = set()
    split: set[tuple[str, str]] = set()
    others: set[str] = set()
    inside: set[int] = set()
    for node in (n for s in statements for side in s.sides for n in trees(side.tree)):
        match node:
            case t.Scripted(base=t.Name() as name, sub=t.Num(text=number)):
                inside.add(id(name))
                alone.add((base_name(name), number))
            case t.Scripted(base=t.Name() as name, sub=sub):
                inside.add(id(name))
                number = _before_a_comma(sub)
                if number and any(isinstance(i, t.Name) for i in script_items(sub)):
                    split.add((base_name(name), number))
                elif not number and any(map(is_index, script_items(sub))):
                    others.add(base_name(name))
            case t.Name() if id(node) not in inside:
                others.add(base_name(node))
    letters = {letter for letter, number in alone & split if letter not in others}
    if not letters:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as name, sub=t.Group(items=(t.Num() as first, *rest)) as sub) if base_name(
                name
            ) in letters and _before_a_comma(sub):
                mark = t.Words(first.text, start=first.start, end=first.end)
                return replace(node, sub=replace(sub, items=(mark, *rest)))
        return None

    return [s.replaced(change) for s in statements]


def _before_a_comma(sub: t.Tree | None) -> str:
    """The 2 of `2,i` and `2,ij`."""
    match sub:
        case t.Group(kind="", items=(t.Num(text=number), *rest)) if rest and not ALL.issuperset(rest):
            return number if all(is_index(i) or i in ALL for x in rest for i in script_items(x)) else ""
    return ""
