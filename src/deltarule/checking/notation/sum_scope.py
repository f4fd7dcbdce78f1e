"""`J = -\\frac1m \\sum_i y_i \\log a_i + (1 - y_i) \\log(1 - a_i)` without parentheses: the sum runs over every term
behind it that has its index, which would be free there, and which the left side does not have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import running, script_items
from deltarule.reading.statement import Statement

__all__ = ["sums_reach_their_index"]


def sums_reach_their_index(statements: Sequence[Statement], *, below_a_sign: bool = False) -> Sequence[Statement]:
    """The statements with such sums over all the terms that are meant; `below_a_sign` those of -Σ a - b as well, as
    -Σ (a - b)."""
    return [_statement(s, below_a_sign) for s in statements]


def _statement(statement: Statement, below_a_sign: bool) -> Statement:
    if not any(isinstance(n, t.Big) for s in statement.sides if s.tree is not None for n in t.walk(s.tree)):
        return statement
    indices = [_indices(side.tree) if side.tree is not None else set() for side in statement.sides]
    kept = set.union(*indices) if len(indices) > 1 and not statement.relations else indices[0]

    def change(node: t.Tree) -> t.Tree | None:
        return _widened(node, kept, below_a_sign) if isinstance(node, t.Terms) else None

    sides = tuple(s if s.tree is None else replace(s, tree=t.replaced(s.tree, change)) for s in statement.sides)
    return statement if statement.continues else replace(statement, sides=sides)


def _widened(node: t.Terms, kept: set[str], below_a_sign: bool) -> t.Tree | None:
    for k, (sign, item) in enumerate(node.items[:-1]):
        total = item.items[-1][1] if isinstance(item, t.Factors) else item
        letter = running(total) if isinstance(total, t.Big) and total.kind == "sum" else ""
        if not isinstance(total, t.Big) or not letter or letter in kept:
            continue
        behind = [n for n, (_, other) in enumerate(node.items) if n > k and letter in _free(other)]
        if not behind or any(letter in _free(other) for _, other in node.items[:k]):
            continue
        last = behind[-1]
        inside = node.items[k + 1 : last + 1]
        if sign == "-" and inside[0][0] == "-" and not below_a_sign:
            return None  # -Σ a - b may be -Σ (a + b): not for us to say
        body = t.Terms((("+", total.body), *inside), start=total.body.start, end=inside[-1][1].end)
        wide: t.Tree = replace(total, body=body)
        if isinstance(item, t.Factors):
            wide = replace(item, items=(*item.items[:-1], (item.items[-1][0], wide)))
        items = (*node.items[:k], (sign, wide), *node.items[last + 1 :])
        return wide if len(items) == 1 and sign == "+" else replace(node, items=items)
    return None


def _indices(tree: t.Tree) -> set[str]:
    """The letters that stand below or above names."""
    out: set[str] = set()
    for node in t.walk(tree):
        if isinstance(node, t.Scripted):
            above = node.sup.items if isinstance(node.sup, t.Group) and node.sup.kind == "(" else ()
            scripts = (*script_items(node.sub), *above)
            out |= {n.letter for s in scripts for n in t.walk(s) if isinstance(n, t.Name)}
    return out


def _free(tree: t.Tree) -> set[str]:
    """The index letters of a term that no sum of its own binds."""
    bound = {running(n) for n in t.walk(tree) if isinstance(n, t.Big)}
    return _indices(tree) - bound
