"""What was perhaps left out of a side put back in: a factor, a term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from deltarule.checking.hints.repairs import TWO, Side, everywhere, quantities, times, transposed
from deltarule.reading import tree as t
from deltarule.reading.references import is_index, script_items

__all__ = ["diagonal", "factor_inserted", "term_inserted"]

WEIGHTS = frozenset({"lambda", "alpha", "beta", "gamma", "mu"})
"""What a penalty is weighed with."""
MAX_PAIRS = 6
"""Names of which the differences are tried."""


def factor_inserted(side: Side) -> Iterator[t.Tree]:
    """A name, 1 - name, name (1 - name), 1 - name² or a slope f'(name) as a further factor, within a sum if there is
    one."""
    found = quantities(side)
    one = t.Num(Fraction(1), "1")

    def candidates() -> Iterator[t.Tree]:
        for s in found:
            for f in side.functions:
                yield t.Factors((("", t.Scripted(f, None, None, 1)), ("", t.Group("(", (s,)))))
            rest = t.Group("(", (t.Terms((("+", one), ("-", s))),))
            yield times(s, rest)
            square = t.Scripted(s, None, TWO, 0) if isinstance(s, t.Name) else t.Scripted(t.Group("(", (s,)), None, TWO)
            yield t.Group("(", (t.Terms((("+", one), ("-", square))),))
            yield rest

    def inserted(factor: t.Tree) -> t.Tree:
        return _within_the_sum(side.right, lambda body: times(body, factor))

    for name in found:
        yield inserted(name)
    for a, b in combinations(found[:MAX_PAIRS], 2):
        yield inserted(t.Group("(", (t.Terms((("+", a), ("-", b))),)))
    if isinstance(side.right, t.Terms):
        for k, (sign, item) in enumerate(side.right.items):
            for name in found:
                yield t.Terms((*side.right.items[:k], (sign, times(name, item)), *side.right.items[k + 1 :]))
    for candidate in candidates():
        yield inserted(candidate)
    for s in found[:4]:
        new = transposed(s)
        if new is not None:
            yield inserted(new)
            yield _within_the_sum(side.right, lambda body, new=new: times(new, body))


def _within_the_sum(side: t.Tree, change: Callable[[t.Tree], t.Tree]) -> t.Tree:
    """A side with what its last sum runs over changed, Σ_n (ŷ_n - y_n) x_n for Σ_n (ŷ_n - y_n); else the whole side."""
    match side:
        case t.Big(kind="sum", body=body):
            return replace(side, body=_within_the_sum(body, change))
        case t.Factors(items=(*first, (op, t.Big(kind="sum") as total))):
            return replace(side, items=(*first, (op, _within_the_sum(total, change))))
        case t.Terms(items=items) if len(items) == 1 or any(map(_sums, items)):
            k = next((k for k, item in enumerate(items) if _sums(item)), 0)  # of Σ_n … + λ w the sum
            return replace(
                side, items=(*items[:k], (items[k][0], _within_the_sum(items[k][1], change)), *items[k + 1 :])
            )
    return change(side)


def _sums(item: tuple[str, t.Tree]) -> bool:
    last = item[1].items[-1][1] if isinstance(item[1], t.Factors) else item[1]
    return isinstance(last, t.Big) and last.kind == "sum"


def term_inserted(side: Side) -> Iterator[t.Tree]:
    """A name or its square added to a sum or taken from it: 1 for 1 - a^2."""
    found = quantities(side)
    squares = [t.Scripted(n, None, TWO, 0) if isinstance(n, t.Name) else t.Scripted(t.Group("(", (n,)), None, TWO)
               for n in found]  # fmt: skip

    def change(node: t.Tree) -> Iterator[t.Tree]:
        items = node.items if isinstance(node, t.Terms) else (("+", node),)
        for term in (*found, t.Num(Fraction(1), "1"), *squares):
            for sign in "-+":
                yield t.Terms((*items, (sign, term)))

    yield from change(side.right)
    match side.left:
        case t.Partial(by=(of,)):
            weights = [n for n in found if isinstance(n, t.Name) and n.letter in WEIGHTS]
            items = side.right.items if isinstance(side.right, t.Terms) else (("+", side.right),)
            for penalty in (p for n in weights for p in (times(n, of), times(TWO, n, of))):  # λ w, of ½ λ w²
                yield t.Terms((*items, ("+", penalty)))
    for inside in everywhere(side.right, lambda node: change(node) if isinstance(node, t.Terms) else iter(())):
        if inside != side.right:
            yield inside


def diagonal(side: Side) -> Iterator[t.Tree]:
    """y_i (1[i = j] - y_j) for y_i (1 - y_i) and y_i (1 - y_j), where the left side has both indices."""
    if not isinstance(side.left, t.Partial) or side.left.of is None or len(side.left.by) != 1:
        return
    scripted = [x for x in (side.left.of, side.left.by[0]) if isinstance(x, t.Scripted)]
    below = [i for x in scripted for i in script_items(x.sub) if is_index(i) and isinstance(i, t.Name)]
    if len(below) != 2 or below[0].letter == below[1].letter:
        return
    i, j = below
    equal = t.Group("[", (t.Compare((i, j), (t.Relation("="),)),))
    indicator = t.Factors((("", t.Name("1", (), "bold")), ("", equal)))

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Terms(items=(("+", t.Num(value=one)), ("-", t.Scripted(sub=t.Name(letter=letter)) as y))) if (
                one == 1 and letter in {i.letter, j.letter}
            ):
                yield t.Terms((("+", indicator), ("-", replace(y, sub=j))))

    yield from everywhere(side.right, change)
