"""`∇_s y log sᵀ`, where y has no equation and is no loss: the derivative of the whole product, and not of the y."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["nabla_reaches_its_variable"]


def nabla_reaches_its_variable(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with every such ∇ over all the factors behind it."""
    given = {name for s in statements if s.relations for name in _names(_said(s.sides[0].tree))[:1]}
    given |= set(OBJECTIVES)

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        for k, (op, item) in enumerate(node.items):
            match item:
                case t.Partial(symbol="∇", of=t.Name() | t.Scripted(base=t.Name()) as of, by=(by,)):
                    behind = node.items[k + 1 :]
                    if not behind or set(_names(of)[:1]) & given or _has(of, by):
                        continue
                    if any(sign not in {"", "cdot"} for sign, _ in behind) or not any(_has(x, by) for _, x in behind):
                        continue
                    whole = t.Factors((("", of), *behind), start=of.start, end=node.end)
                    wide = replace(item, of=whole, end=node.end)
                    return wide if k == 0 else replace(node, items=(*node.items[:k], (op, wide)))
        return None

    return [s.replaced(change) for s in statements]


def _said(left: t.Tree | None) -> t.Tree | None:
    """The y of y = … and of y(x) = …."""
    match left:
        case t.Name() | t.Scripted():
            return left
        case t.Factors(items=((_, head), ("", t.Group(kind="(")))):
            return head
    return None


def _has(tree: t.Tree, by: t.Tree) -> bool:
    own = _names(by)[:1]
    return bool(own) and own[0] in _names(tree)


def _names(tree: t.Tree | None) -> list[str]:
    return [base_name(n) for n in trees(tree) if isinstance(n, t.Name)]
