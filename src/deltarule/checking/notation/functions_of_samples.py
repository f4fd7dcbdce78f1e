"""`h(x^{(i)}) = σ(w x^{(i)})` in a text that also writes h(x): what is said of each sample is said of any argument."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["functions_of_any_sample"]


def functions_of_any_sample(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such an equation as that of the function, where nothing else in it is of the sample."""
    calls = [call for s in statements for side in s.sides for call in _calls(side.tree)]
    return [_of_any(s, calls) for s in statements]


def _of_any(statement: Statement, calls: Sequence[tuple[t.Tree, t.Tree]]) -> Statement:
    if not statement.relations or statement.relations[0].symbol not in EQUAL or statement.continues:
        return statement
    match statement.sides[0].tree:
        case t.Factors(items=((_, function), ("", t.Group(kind="(", items=(argument,))))) if _index(argument):
            index = _index(argument)
        case _:
            return statement
    assert isinstance(argument, t.Scripted)
    if (function, argument.base) not in calls:
        return statement

    def change(node: t.Tree) -> t.Tree | None:
        return replace(argument.base, start=node.start, end=node.end) if node == argument else None

    changed = statement.replaced(change)
    left = any(isinstance(n, t.Name) and n.letter == index for side in changed.sides for n in trees(side.tree))
    return statement if left else changed


def _index(argument: t.Tree) -> str:
    """The i of x^{(i)}."""
    match argument:
        case t.Scripted(base=t.Name(), sub=None, sup=t.Group(kind="(", items=(t.Name() as index,)), primes=0):
            return base_name(index)
    return ""


def _calls(side: t.Tree | None) -> Iterator[tuple[t.Tree, t.Tree]]:
    """(h, x) for each h(x) of a name."""
    for node in trees(side):
        for function, group in calls_in(node):
            match group.items:
                case (t.Name() as argument,):
                    yield function, argument
