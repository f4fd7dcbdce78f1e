"""`ŷ^{(i) y^{(i)}}`: the value at sample i to the power of its label, in one script; `w^{(2 - 1)}`, a power as the rule
for derivatives leaves it, where no other number stands in parentheses above the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["powers_of_samples"]


def powers_of_samples(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with (ŷ^{(i)})^{y^{(i)}} for each of them, and w^{2 - 1} for w^{(2 - 1)}."""
    statements = [s.replaced(_change) for s in statements]
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree) if isinstance(n, t.Scripted)]
    inside = {id(n): group for n in nodes if (group := _in_parentheses(n)) is not None}
    labelled = {_letter(n) for n in nodes if id(n) in inside and not _is_difference(inside[id(n)])}
    powers = {_letter(n) for n in nodes if id(n) in inside and _is_difference(inside[id(n)])} - labelled

    def change(node: t.Tree) -> t.Tree | None:
        group = _in_parentheses(node)
        if group is None or not isinstance(node, t.Scripted) or _letter(node) not in powers:
            return None
        return replace(node, sup=group.items[0])

    return [s.replaced(change) for s in statements] if powers else statements


def _in_parentheses(node: t.Tree) -> t.Group | None:
    """What stands in parentheses above a letter."""
    match node:
        case t.Scripted(base=t.Name(), sup=t.Group(kind="(", items=(_,)) as group):
            return group
    return None


def _letter(node: t.Scripted) -> str:
    return base_name(node.base) if isinstance(node.base, t.Name) else ""


def _is_difference(group: t.Group) -> bool:
    """Whether two numbers, one of them taken from the other, stand in the parentheses."""
    match group.items[0]:
        case t.Terms(items=(("+", t.Num()), ("-", t.Num()))):
            return True
    return False


def _change(node: t.Tree) -> t.Tree | None:
    match node:
        case t.Scripted(
            base=t.Name(),
            sup=t.Factors(items=((_, t.Group(kind="(", items=(t.Name(),)) as sample), ("", first), *rest)) as above,
        ) if any(isinstance(n, t.Scripted) and n.sup == sample for n in t.walk(first)):
            value = replace(node, sup=sample, end=sample.end)
            exponent = replace(above, items=(("", first), *rest)) if rest else first
            return t.Scripted(t.Group("(", (value,)), None, exponent, start=node.start, end=node.end)
    return None
