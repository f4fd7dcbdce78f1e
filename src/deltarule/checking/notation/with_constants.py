"""Vectors with a constant among their components, that the text writes whole only at its end.

A text counts from 0, `a_j = Σ_{i=0}^D w_{ji} x_i` with `x_0 = 1`, goes on with the components of x from 1, and ends
with "in vector form, a = Wx, with the constant in x". That x has one component more than the x_1, …, x_D before it: it
is another vector here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, running, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["ACCENT", "with_constants"]

ACCENT = "whole"


def with_constants(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with other letters for the vectors that hold a constant."""
    constant = {base for s in statements if (base := _is_one_at_zero(s))}
    summed = {base for s in statements for node in _nodes(s) for base in _summed_from_zero(node)}
    from_one = any(_counts_from_one(node, summed - constant) for s in statements for node in _nodes(s))
    if not constant & summed or not from_one:
        return statements  # without a sum from 1 those from 0 are over everything
    places = [(k, base, below) for k, s in enumerate(statements) if s.relations for base, below in _uses(s)]
    declared = {base_name(n) for s in statements for x, _ in s.memberships for n in trees(x) if isinstance(n, t.Name)}
    meant: dict[str, int] = {}
    for base in summed:
        first = min((k for k, own, below in places if own == base and not below), default=len(statements))
        last = max((k for k, own, below in places if own == base and below), default=-1)
        if first <= last or (base in declared and first < len(statements)):
            return statements
        meant[base] = last + 1

    def change(k: int, statement: Statement) -> Statement:
        names = {base for base, first in meant.items() if first <= k or not statement.relations}

        def one(node: t.Tree) -> t.Tree | None:
            own = isinstance(node, t.Name) and base_name(node) in names
            return replace(node, accents=(*node.accents, ACCENT)) if own and isinstance(node, t.Name) else None

        return statement.replaced(one) if names else statement

    return [change(k, s) for k, s in enumerate(statements)]


def _nodes(statement: Statement) -> Iterator[t.Tree]:
    return (node for side in statement.sides if side.tree is not None for node in trees(side.tree))


def _is_one_at_zero(statement: Statement) -> str:
    """The x of x_0 = 1."""
    match [side.tree for side in statement.sides[:2]]:
        case [t.Scripted(base=t.Name() as name, sub=t.Num(value=below)), t.Num(value=value)] if (
            value == 1 and not below
        ):
            return base_name(name)
    return ""


def _summed_from_zero(node: t.Tree) -> Iterator[str]:
    """The w and the x of Σ_{i=0}^D w_{ji} x_i."""
    match node:
        case t.Big(kind="sum", index=t.Compare(sides=(t.Name(), t.Num(value=first))), upper=t.Name()) if not first:
            for inner in trees(node.body):
                below = script_items(inner.sub) if isinstance(inner, t.Scripted) else ()
                if isinstance(inner, t.Scripted) and isinstance(inner.base, t.Name) and t.Name(running(node)) in below:
                    yield base_name(inner.base)


def _counts_from_one(node: t.Tree, bases: set[str]) -> bool:
    """Whether something is a sum from 1, or w_{j0} of one of the names."""
    match node:
        case t.Big(kind="sum", index=t.Compare(sides=(t.Name(), t.Num(value=first)))):
            return first == 1
        case t.Scripted(base=t.Name() as name, sub=sub):
            return base_name(name) in bases and any(isinstance(i, t.Num) and not i.value for i in script_items(sub))
    return False


def _uses(statement: Statement) -> Iterator[tuple[str, bool]]:
    """The names of a statement, each with whether something stands below it."""
    inside = set[int]()
    for node in _nodes(statement):
        if isinstance(node, t.Scripted) and isinstance(node.base, t.Name):
            inside.add(id(node.base))
            yield base_name(node.base), bool(script_items(node.sub))
    yield from ((base_name(n), False) for n in _nodes(statement) if isinstance(n, t.Name) and id(n) not in inside)
