"""Σ_i ∂L/∂y_i ∂y_i/∂γ = Σ_i δ_i x_i, where nothing says what δ is: it is short for ∂L/∂y_i.

So it is where each row that brings δ in has one derivative of the loss beside it, by one quantity with the same index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.same_arguments import LOSSES
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_kronecker, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["is_signal", "signals_said"]

SIGNAL = "delta"


def signals_said(statements: Sequence[Statement]) -> Iterator[tuple[Sequence[Statement], str]]:
    """The statements with ∂L/∂y_i for each δ_i, and what is said of that."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    if not any(is_signal(n) for side in sides for n in trees(side)) or any(map(_gives, statements)):
        return
    found = {pair for s in statements for pair in _beside(s)}
    if len(found) != 1:
        return
    loss, of = next(iter(found))
    if any(s.relations and s.sides[0].tree == t.Name(loss) for s in statements):
        return

    def change(node: t.Tree) -> t.Tree | None:
        if not is_signal(node) or not isinstance(node, t.Scripted):
            return None
        by = replace(of, start=node.start, end=node.end)
        below = t.Scripted(by, node.sub, start=node.start, end=node.end)
        one = t.Partial("∂", t.Name(loss, start=node.start, end=node.end), (below,), 1, start=node.start, end=node.end)
        return one if node.sup is None else t.Scripted(t.Group("(", (one,)), None, node.sup)

    yield [s.replaced(change) for s in statements], f"δ is the derivative of {loss} by {of.letter}"


def is_signal(node: t.Tree) -> bool:
    """δ_i, but not δ_ij."""
    match node:
        case t.Scripted(base=t.Name(letter=letter, accents=()), sub=t.Tree() as sub) if letter == SIGNAL:
            return len(script_items(sub)) == 1 and not is_kronecker(node)
    return False


def _gives(statement: Statement) -> bool:
    """Whether an equation says what δ is, or words do."""
    match statement.sides[0].tree:
        case t.Name(letter=letter) | t.Scripted(base=t.Name(letter=letter)) if letter == SIGNAL:
            return not statement.continues
    return False


def _beside(statement: Statement) -> Iterator[tuple[str, t.Name]]:
    """The loss and the y of ∂L/∂y_i on one side of an equation, if δ_i stands on the other side in its place."""
    for (one, other), relation in zip(pairwise(statement.sides), statement.relations, strict=True):
        if one.tree is None or other.tree is None or relation.symbol not in EQUAL:
            continue
        indices = {n.sub for n in trees(other.tree) if isinstance(n, t.Scripted) and is_signal(n)}
        if len(indices) != 1 or any(is_signal(n) for n in trees(one.tree)):
            continue
        losses = [pair for n in trees(one.tree) if (pair := _of_a_loss(n)) is not None]
        if len(losses) == 1 and {losses[0][1].sub} == indices and not any(map(_of_a_loss, trees(other.tree))):
            loss, by = losses[0]
            if isinstance(by.base, t.Name):
                yield loss, by.base


def _of_a_loss(node: t.Tree) -> tuple[str, t.Scripted] | None:
    match node:
        case t.Partial(of=t.Name() as of, by=(t.Scripted(base=t.Name(), sup=None, primes=0) as by,), order=1):
            return (of.letter, by) if base_name(of) in LOSSES and by.sub is not None else None
    return None
