"""`ŷ^{(i) y^{(i)}}`: the value at sample i to the power of its label, in one script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["powers_of_samples"]


def powers_of_samples(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with (ŷ^{(i)})^{y^{(i)}} for each of them."""
    return [s.replaced(_change) for s in statements]


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
