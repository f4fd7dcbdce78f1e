"""`\\frac{\\partial}{\\partial m} = …`, `\\nabla_m = …`: a derivative of nothing is that of what is minimised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.letters.same_arguments import LOSSES, losses_given
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["operators_applied"]


def operators_applied(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the loss below each operator that stands alone, where the text has one loss only."""
    if not any(_alone(side.tree) for s in statements for side in s.sides):
        return statements
    losses = losses_given(statements)
    above = {base_name(n.of) for s in statements for side in s.sides for n in trees(side.tree)
             if isinstance(n, t.Partial) and isinstance(n.of, t.Name) and base_name(n.of) in LOSSES}  # fmt: skip
    if len(losses) != 1 or above - losses.keys():
        return statements
    loss = next(iter(losses.values()))

    def applied(node: t.Tree | None) -> t.Tree | None:
        return replace(node, of=loss) if isinstance(node, t.Partial) and _alone(node) else node

    return [
        replace(s, sides=tuple(replace(side, tree=applied(side.tree)) for side in s.sides)) if s.relations else s
        for s in statements
    ]


def _alone(node: t.Tree | None) -> bool:
    if not isinstance(node, t.Partial) or node.of is not None:
        return False
    return node.symbol in {"∂", "d"} or (node.symbol == "∇" and bool(node.by))
