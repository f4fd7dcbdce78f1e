"""`\\frac{\\delta E}{\\delta w}` and `\\delta E/\\delta w`: δ for ∂, above and below one fraction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["deltas_as_derivatives"]


def deltas_as_derivatives(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a derivative for each such fraction, of first or second order; with nothing behind the upper
    δ it is that of what follows."""

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Ratio(numerator=above, denominator=below):
                upper, lower = _factors(above), _factors(below)
                found = _derivative(upper, lower, node) if len(upper) <= 2 and len(lower) == 2 else None
                return t.replaced(found, change) if found is not None else None
            case t.Factors(items=items):
                return _in_a_product(node, items, change)
        return None

    return [s.replaced(change) for s in statements]


def _in_a_product(node: t.Factors, items: tuple[tuple[str, t.Tree], ...], change: object) -> t.Tree | None:
    """δE/δy written on one line, as four factors of a product."""
    for k in range(len(items) - 3):
        (op, a), (op_x, x), (slash, b), (op_y, y) = items[k : k + 4]
        if slash != "/" or op_x or op_y or (k and op == "/"):
            continue
        place = replace(node, start=a.start, end=y.end)
        found = _derivative((a, x), (b, y), place)
        if found is not None:
            rest = (*items[:k], (op, found), *items[k + 4 :])
            whole = replace(node, items=rest) if len(rest) > 1 else found
            return t.replaced(whole, change)  # type: ignore[arg-type]
    return None


def _factors(tree: t.Tree) -> tuple[t.Tree, ...]:
    if isinstance(tree, t.Factors):
        return tuple(x for _, x in tree.items) if not any(op for op, _ in tree.items) else (tree, tree, tree)
    return (tree,)


def _derivative(upper: tuple[t.Tree, ...], lower: tuple[t.Tree, ...], place: t.Tree) -> t.Partial | None:
    """∂X/∂Y of δX above δY, ∂²X/∂Y² of δ²X above δY²."""
    sign, by = lower[0], lower[1]
    if not _is_delta(sign) or not isinstance(by, t.Name | t.Scripted):
        return None
    of = upper[1] if len(upper) == 2 else None
    if of is not None and not isinstance(of, t.Name | t.Scripted | t.Group | t.Call):
        return None
    if _is_delta(upper[0]):
        return t.Partial("∂", of, (by,), start=place.start, end=place.end)
    match upper[0], by:
        case t.Scripted(base=base, sub=None, sup=t.Num(value=two)), t.Scripted(sup=t.Num(value=other)) if (
            _is_delta(base) and two == other == 2
        ):
            plain = by.base if by.sub is None else replace(by, sup=None)
            return t.Partial("∂", of, (plain, plain), 2, start=place.start, end=place.end)
    return None


def _is_delta(tree: t.Tree) -> bool:
    return isinstance(tree, t.Name) and tree.letter == "delta" and not tree.accents
