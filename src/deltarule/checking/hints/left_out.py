"""What a derivation leaves out although its own equations have it: a coefficient of a definition, and one of the paths
that the chain rule sums over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from deltarule.checking.hints.repairs import Side, everywhere, times
from deltarule.reading import tree as t
from deltarule.reading.references import is_index, script_items, trees

__all__ = ["coefficient", "denominators", "path", "paths"]

ONE = t.Num(Fraction(1), "1")
MOST = 6


def coefficient(side: Side) -> Iterator[t.Tree]:
    """1/c before the side or one of its terms for each c below a fraction around, and c where it stands above: the
    1/(1 - p) of a mask, the 1/√d of scores, the 1/m of a mean."""
    for below in side.denominators:
        yield times(t.Ratio(ONE, below), side.right)
    for below in side.denominators:

        def change(node: t.Tree, below: t.Tree = below) -> Iterator[t.Tree]:
            if isinstance(node, t.Terms) and len(node.items) > 1:
                for k, (sign, item) in enumerate(node.items):
                    yield t.Terms((*node.items[:k], (sign, times(t.Ratio(ONE, below), item)), *node.items[k + 1 :]))

        yield from everywhere(side.right, change)


def path(side: Side) -> Iterator[t.Tree]:
    """A further term ∂L/∂y before ∂L/∂x, for each y that is made of x: the way around a residual block."""
    items = side.right.items if isinstance(side.right, t.Terms) else (("+", side.right),)
    written = set(trees(side.right))
    for one in sorted(side.paths, key=lambda p: p in written):
        yield t.Terms((*items, ("+", one)))


def denominators(roots: Iterable[t.Tree]) -> tuple[t.Tree, ...]:
    """What stands below the fractions of some sides, without an index: 1 - p, √d, m; of 2m the m, too; τ of z/τ."""
    out: dict[t.Tree, None] = {}
    for node in (n for root in roots for n in trees(root)):
        below = [node.denominator] if isinstance(node, t.Ratio) else []
        if isinstance(node, t.Ratio) and isinstance(node.denominator, t.Factors):
            below += [x for _, x in node.denominator.items if isinstance(x, t.Name)]
        if isinstance(node, t.Factors):
            below += [x for op, x in node.items if op == "/"]
        below = [x for x in below if not isinstance(x, t.Num)]
        for one in below:
            if not any(is_index(i) for n in trees(one) if isinstance(n, t.Scripted) for i in script_items(n.sub)):
                out[one] = None
    return tuple(out)[:MOST]


def paths(left: t.Tree, written: Mapping[str, t.Tree], names: Mapping[str, t.Tree]) -> tuple[t.Tree, ...]:
    """∂L/∂y for the left side ∂L/∂x and each equation, by the key of its name, that mentions x; `names` has the name
    of each as it is written."""
    match left:
        case t.Partial(of=t.Tree(), by=(x,), order=1):
            pass
        case _:
            return ()
    whole = x.base if isinstance(x, t.Scripted) and isinstance(x.base, t.Name) else x
    out = [
        t.Partial(left.symbol, left.of, (names[key],), order=left.order)
        for key, body in written.items()
        if key in names and names[key] not in {x, left.of} and any(n in {x, whole} for n in trees(body))
    ]
    return tuple(out[:MOST])
