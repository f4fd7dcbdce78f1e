"""`δ = (a - y) ⊙ ∂σ/∂z`: in an elementwise product the derivative of a function by a vector is σ'(z)."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.letters.same_arguments import FUNCTIONS
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["slopes_written_out"]

ENTRYWISE = frozenset({"odot", "circ"})


def slopes_written_out(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with σ'(z) for such derivatives of what is a function, and nothing else."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    called = {base_name(head) for n in nodes for head, _ in calls_in(n) if isinstance(head, t.Name)}
    lefts = {base_name(x) for s in statements if isinstance(x := s.sides[0].tree, t.Name) and s.relations}
    functions = (called | FUNCTIONS) - lefts

    def slope(node: t.Tree) -> t.Tree:
        match node:
            case t.Partial(of=t.Name() as f, by=(by,), order=1) if base_name(f) in functions:
                head = t.Scripted(f, None, None, 1, start=node.start, end=node.end)
                group = t.Group("(", (by,), start=by.start, end=by.end)
                return t.Factors((("", head), ("", group)), start=node.start, end=node.end)
        return node

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors) or not any(op in ENTRYWISE for op, _ in node.items):
            return None
        items: list[tuple[str, t.Tree]] = []
        for op, item in node.items:
            new = slope(item)
            items += [(op, item)] if new is item else [(op, new.items[0][1]), new.items[1]]  # type: ignore[attr-defined]
        if len(items) == len(node.items):
            return None
        return t.Factors(tuple(items), start=node.start, end=node.end)

    return [s.replaced(change) for s in statements]
