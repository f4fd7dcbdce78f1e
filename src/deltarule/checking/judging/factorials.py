"""y! is a name of its own, of which nothing is known: nothing is shown by way of a derivative by y."""

from __future__ import annotations

from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import trees

__all__ = ["by_a_factorial"]


def by_a_factorial(state: State, *sides: t.Tree) -> bool:
    """Whether something is differentiated by a letter of which the document has the factorial."""
    if "!" not in state.document.text:
        return False
    everything = (side.tree for s in state.statements for side in s.sides if side.tree is not None)
    of = {n.letter.removesuffix("!") for side in everything for n in _names(side) if n.letter.endswith("!")}
    if not of:
        return False
    by = {n.letter for side in sides for p in trees(side) if isinstance(p, t.Partial) for x in p.by for n in _names(x)}
    primes = any(isinstance(n, t.Scripted) and n.primes for side in sides for n in trees(side))
    return bool(of & (by | {n.letter for side in sides for n in _names(side)} if primes else of & by))


def _names(tree: t.Tree) -> list[t.Name]:
    return [n for n in trees(tree) if isinstance(n, t.Name)]
