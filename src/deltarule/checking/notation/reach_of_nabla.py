"""`∇_s y log sᵀ`, where y has no equation and is no loss: the derivative of the whole product, and not of the y.

`∇_w (Xw - y)ᵀ(Xw - y)` as a whole side, maybe behind a fraction like ½, is the derivative of the number as well. So is
`∂/∂w (1 - y) log p` that of the product, where nothing in the parentheses is ever differentiated and p is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_transpose, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["nabla_reaches_its_variable"]


def nabla_reaches_its_variable(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with every such ∇ over all the factors behind it."""
    given = {name for s in statements if s.relations for name in _names(_said(s.sides[0].tree))[:1]}
    given |= set(OBJECTIVES)
    moving = given | {name for s in statements for side in s.sides for name in _differentiated(side.tree)}

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        if (wide := _over_a_constant(node, moving)) is not None:
            return t.replaced(wide, change)
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

    return [_with_sides(s).replaced(change) for s in statements]


def _over_a_constant(node: t.Factors, moving: set[str]) -> t.Tree | None:
    """The product with an operator over all that stands behind it, if what stands in parentheses first is constant."""
    for k, (op, item) in enumerate(node.items[:-2]):
        match item, node.items[k + 1]:
            case t.Partial(of=None, by=(by,)), ("", t.Group(kind="(" | "[") as first):
                behind = node.items[k + 2 :]
            case _:
                continue
        inside, others = set(_names(first)), {name for _, x in behind for name in _names(x)}
        if inside & {*moving, *_names(by)[:1]} or not inside or not others & moving:
            continue
        if all(sign in {"", "cdot"} for sign, _ in behind):
            of = t.Factors((("", first), *behind), start=first.start, end=node.end)
            wide = replace(item, of=of, end=node.end)
            return wide if k == 0 else replace(node, items=(*node.items[:k], (op, wide)))
    return None


def _differentiated(side: t.Tree | None) -> Iterator[str]:
    """The names of ∂h/∂w and ∂/∂w h."""
    for node in trees(side):
        match node:
            case t.Partial(of=t.Name() | t.Scripted() as of):
                yield from _names(of)[:1]
            case t.Factors(items=(*_, (_, t.Partial(of=None)), (_, t.Name() | t.Scripted() as of))):
                yield from _names(of)[:1]
            case t.Factors(items=(*_, (_, t.Partial(of=None)), (_, of), ("", t.Group(kind="(")))):
                yield from _names(of)[:1]


def _with_sides(statement: Statement) -> Statement:
    sides = (side if side.tree is None else replace(side, tree=_of_a_number(side.tree)) for side in statement.sides)
    return replace(statement, sides=tuple(sides))


def _of_a_number(side: t.Tree) -> t.Tree:
    """∇ of a row times a column, both with its variable, over both of them; any other side as it is."""
    if not isinstance(side, t.Factors):
        return side
    first, *behind = side.items
    match side.items:
        case ((_, t.Ratio(numerator=t.Num(value=one))), *_) if one == 1:
            whole = _of_a_number(t.Factors(tuple(behind), start=side.start, end=side.end))
            return replace(side, items=(first, ("", whole))) if isinstance(whole, t.Partial) else side
        case ((_, t.Partial(symbol="∇", of=t.Tree() as row, by=(by,)) as nabla), ("" | "cdot", column)):
            if _is_row(row) and not _is_row(column) and _has(row, by) and _has(column, by):
                return replace(nabla, of=t.Factors((("", row), ("", column)), start=row.start, end=side.end))
    return side


def _is_row(tree: t.Tree) -> bool:
    """(Xw - y)ᵀ, wᵀXᵀ - yᵀ."""
    match tree:
        case t.Scripted(sup=t.Tree() as sup) if is_transpose(sup):
            return True
        case t.Group(kind="(" | "[", items=(one,)):
            return _is_row(one)
        case t.Terms(items=items):
            return all(_is_row(item) for _, item in items)
        case t.Factors(items=((_, first), *_, (_, last))):
            return _is_row(first) and _is_row(last)
    return False


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
