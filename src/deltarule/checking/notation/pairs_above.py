"""`(x^{(p,2)})_i`: component i of x in layer 2 for the sample p, as x^{[2](p)}_i has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.statement import Statement

__all__ = ["pairs_parted"]

LAYERS = frozenset({"l", "L", "ell"})


def pairs_parted(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the layer and the sample of each such pair apart, and components without parentheses."""
    return [s.replaced(_changed) for s in statements]


def _changed(node: t.Tree) -> t.Tree | None:
    match node:
        case t.Scripted(
            base=t.Group(kind="(", items=(t.Scripted(base=t.Name(), sub=None, primes=0) as inner,)),
            sub=t.Tree() as sub,
            sup=None,
            primes=0,
        ) if isinstance(inner.sup, t.Group):
            whole = replace(inner, sub=sub, start=node.start, end=node.end)
            return _changed(whole) or whole
        case t.Scripted(base=t.Name(), sup=t.Group(kind="(" | "[", items=(one, other)) as above):
            if _is_sample(one, other):
                sample, layer = one, other
            elif _is_sample(other, one):
                sample, layer = other, one
            else:
                return None
            first = t.Group("[", (layer,), start=above.start, end=above.end)
            second = t.Group("(", (sample,), start=above.start, end=above.end)
            return replace(node, sup=t.Factors((("", first), ("", second)), start=above.start, end=above.end))
    return None


def _is_sample(one: t.Tree, other: t.Tree) -> bool:
    """Whether the first of a pair counts samples, the second being a layer: a number, l, or l - 1."""
    if not isinstance(one, t.Name) or one.letter in LAYERS:
        return False
    match other:
        case t.Num():
            return True
        case t.Name(letter=letter) | t.Terms(items=(("+", t.Name(letter=letter)), (_, t.Num()))):
            return letter in LAYERS
    return False
