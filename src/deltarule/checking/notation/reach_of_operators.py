r"""`\frac{\partial}{\partial h_j} \sum_k W_{ik} h_k + b_i` without parentheses, where there is z = W h + b: the
operator reaches over all of z_i."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, label_text, trees
from deltarule.reading.statement import Statement

__all__ = ["operators_reach_the_sum"]

Key = tuple[str, str]
"""A letter, and what stands above it."""


def operators_reach_the_sum(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such operators over the whole sum."""
    written = [(n.items[0][0], _keys(n)) for s in statements for n in (_of_its_own(x.tree) for x in s.sides) if n]
    sums = {frozenset(keys) for sign, keys in written if sign == "+"}

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Terms):
            return None
        for k, (sign, item) in enumerate(node.items[:-1]):
            behind = node.items[k + 1 :]
            if not all(isinstance(x, t.Name | t.Scripted) for _, x in behind):
                continue
            if (wide := _over(item, behind, sums)) is not None:
                return wide if k == 0 and sign == "+" else replace(node, items=(*node.items[:k], (sign, wide)))
        return None

    return [s.replaced(change) for s in statements] if sums else statements


def _of_its_own(side: t.Tree | None) -> t.Terms | None:
    """The W h + b of z = W h + b, where nothing is differentiated."""
    terms = side if isinstance(side, t.Terms) else None
    return None if terms is None or any(isinstance(n, t.Partial) for n in trees(terms)) else terms


def _over(item: t.Tree, behind: Sequence[tuple[str, t.Tree]], sums: set[frozenset[Key]]) -> t.Tree | None:
    """A term that ends with an operator and a product, with the operator over the terms behind it as well."""
    if isinstance(item, t.Big):
        body = _over(item.body, behind, sums)
        return None if body is None else replace(item, body=body)
    if not isinstance(item, t.Factors):
        return None
    places = [k for k, (_, x) in enumerate(item.items) if isinstance(x, t.Partial) and x.of is None]
    if not places:
        wide = _over(item.items[-1][1], behind, sums)
        return None if wide is None else replace(item, items=(*item.items[:-1], (item.items[-1][0], wide)))
    operator, after = item.items[places[-1]][1], item.items[places[-1] + 1 :]
    if not isinstance(operator, t.Partial) or not after or any(isinstance(x, t.Group) for _, x in after):
        return None
    product = after[0][1] if len(after) == 1 else t.Factors(after, start=after[0][1].start, end=after[-1][1].end)
    inside = t.Terms((("+", product), *behind), start=product.start, end=behind[-1][1].end)
    if frozenset(_keys(inside)) not in sums or not all(_keys(by) <= _keys(inside) for by in operator.by):
        return None
    whole = t.Group("(", (inside,), start=inside.start, end=inside.end)
    return replace(item, items=(*item.items[: places[-1] + 1], ("", whole)))


def _keys(tree: t.Tree) -> set[Key]:
    """The names with what stands above them, without what counts below them."""
    scripted = [n for n in trees(tree) if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]
    inside = {id(x) for n in trees(tree) if isinstance(n, t.Scripted) for x in (n.base, *trees(n.sub), *trees(n.sup))}
    inside |= {id(x) for n in trees(tree) if isinstance(n, t.Big) for x in (*trees(n.index), *trees(n.upper))}
    out = {(base_name(n), "") for n in trees(tree) if isinstance(n, t.Name) and id(n) not in inside}
    return out | {
        (base_name(n.base), label_text(n.sup) if n.sup is not None else "")
        for n in scripted
        if isinstance(n.base, t.Name)
    }
