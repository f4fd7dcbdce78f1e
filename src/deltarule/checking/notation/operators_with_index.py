"""`D_j S_i` for ∂S_i/∂a_j: an operator with an index, where the equation of S has one other letter with an index."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.products import neighbours_joined
from deltarule.reading.references import base_name, is_index, trees
from deltarule.reading.statement import Statement

__all__ = ["operators_written_out"]


def operators_written_out(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the derivative for each D_j S_i, where nothing else has the letter D."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    used = {id(n.base) for n in nodes if isinstance(n, t.Scripted) and _is_operator(n)}
    if not used or any(isinstance(n, t.Name) and n.letter == "D" and id(n) not in used for n in nodes):
        return statements
    variables = _variables(statements)

    def joined(sign: t.Tree, of: t.Tree) -> t.Tree | None:
        own = _variable(of, variables)
        if own is None or not isinstance(sign, t.Scripted) or not _is_operator(sign):
            return None
        by = t.Scripted(own, sign.sub, None, start=sign.start, end=sign.end)
        return t.Partial("∂", of, (by,), start=sign.start, end=of.end)

    def change(node: t.Tree) -> t.Tree | None:
        return neighbours_joined(node, joined, change)

    return [s.replaced(change) for s in statements]


def _is_operator(node: t.Tree) -> bool:
    match node:
        case t.Scripted(base=t.Name(letter="D", accents=()), sub=t.Name() as below, sup=None, primes=0):
            return is_index(below)
    return False


def _variable(node: t.Tree, variables: dict[str, t.Name]) -> t.Name | None:
    """The a of S_i, by the equation of S."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Tree(), sup=None, primes=0):
            return variables.get(base_name(name))
    return None


def _variables(statements: Sequence[Statement]) -> dict[str, t.Name]:
    """The one other letter with an index in the equation of each S_i."""
    out: dict[str, t.Name] = {}
    for s in statements:
        for one, other in pairwise(s.sides):
            match one.tree if s.relations[0].symbol in EQUAL else None:
                case t.Scripted(base=t.Name() as name, sub=t.Name()):
                    below = [
                        n.base
                        for n in trees(other.tree)
                        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and isinstance(n.sub, t.Name)
                    ]
                    found = {base_name(x): x for x in below if base_name(x) != base_name(name)}
                    if len(found) == 1:
                        out.setdefault(base_name(name), next(iter(found.values())))
    return out
