"""`\\mu = \\frac1m \\sum_i x_i`: a sum without bounds beside one over a letter that counts nothing else is a mean, and
runs to that letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["means_run_to_their_count"]

COUNTS = frozenset({"m", "n", "N", "M", "B"})
FEATURES = frozenset({"d", "D", "H", "K"})
"""Letters that count features, units or classes, where they do nothing else."""


def means_run_to_their_count(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the bounds of such sums; as they are where the text has other bounds, or where the letter is
    an index or has an equation of its own."""
    statements = _as_many_terms_as_counted(statements)
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    nodes = [n for side in sides for n in trees(side)]
    uppers = {n.upper for n in nodes if isinstance(n, t.Big) and n.upper is not None}
    taken = {
        i.letter
        for n in nodes
        for x in (script_items(n.sub) if isinstance(n, t.Scripted) else (n.index,) if isinstance(n, t.Big) else ())
        if x is not None
        for i in t.walk(x)
        if isinstance(i, t.Name)
    }
    given = {
        s.sides[0].tree.letter
        for s in statements
        if s.relations and s.relations[0].symbol in EQUAL and isinstance(s.sides[0].tree, t.Name)
    }
    used = {
        n.letter
        for node in nodes
        for inner in (
            (*node.by, node.of) if isinstance(node, t.Partial)
            else (node.argument,) if isinstance(node, t.Call)
            else (node.sup,) if isinstance(node, t.Scripted)
            else ()
        )
        for n in (t.walk(inner) if inner is not None else ()) if isinstance(n, t.Name)
    }  # fmt: skip
    free = (COUNTS | FEATURES - used) - taken - given
    if not free or any(not isinstance(upper, t.Name) or upper.letter not in free for upper in uppers):
        return statements
    if len({upper.letter for upper in uppers if isinstance(upper, t.Name)}) > 1:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Factors(items=items):
                count = next((c for _, x in items[:-1] if (c := _count(x)) is not None and c.letter in free), None)
                total = _bounded(items[-1][1], count)
                return None if total is None else replace(node, items=(*items[:-1], (items[-1][0], total)))
            case t.Ratio(numerator=above, denominator=t.Name(letter=letter) as count) if letter in free:
                total = _bounded(above, count)
                return None if total is None else replace(node, numerator=total)
        return None

    return [s.replaced(change) for s in statements]


def _as_many_terms_as_counted(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with Σ_{i=1}^N for Σ_{i=0}^N, where something is defined as 1/N Σ_{i=0}^N, hence as a mean of N
    terms, all sums with that end begin with 0, and nothing has a component 0."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    first = {n.upper.letter: set[bool]() for n in nodes if isinstance(n, t.Big) and isinstance(n.upper, t.Name)}
    for n in nodes:
        if isinstance(n, t.Big) and isinstance(n.upper, t.Name):
            first[n.upper.letter].add(_from_zero(n))
    below = [i for n in nodes if isinstance(n, t.Scripted) for i in script_items(n.sub)]
    if any(isinstance(i, t.Num) and not i.value for i in below):
        return statements
    defined = [s.sides[1].tree for s in statements if len(s.sides) > 1 and isinstance(s.sides[0].tree, t.Name)]
    means = {c for tree in defined for n in trees(tree) if (c := _mean_from_zero(n))}
    counts = {letter for letter, zero in first.items() if zero == {True}} & means

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Big(index=t.Compare(sides=(letter, first)) as index, upper=t.Name(letter=count)) if count in counts:
                one = t.Num(Fraction(1), "1", start=first.start, end=first.end)
                return replace(node, index=replace(index, sides=(letter, one)), body=t.replaced(node.body, change))
        return None

    return [s.replaced(change) for s in statements] if counts else statements


def _from_zero(node: t.Big) -> bool:
    match node.index:
        case t.Compare(sides=(t.Name(), t.Num(value=value)), relations=(t.Relation(symbol="="),)):
            return not value
    return False


def _mean_from_zero(node: t.Tree) -> str:
    """The N of 1/N Σ_{i=0}^N."""
    match node:
        case t.Factors(items=((_, factor), (_, t.Big(kind="sum", upper=t.Name(letter=letter)) as total))):
            count = _count(factor)
            return letter if count is not None and count.letter == letter and _from_zero(total) else ""
    return ""


def _count(factor: t.Tree) -> t.Name | None:
    """The m of 1/m, 2/m, 1/(2m), γ/m."""
    if not isinstance(factor, t.Ratio):
        return None
    below = factor.denominator
    items = [x for _, x in below.items] if isinstance(below, t.Factors) else [below]
    names = [x for x in items if not isinstance(x, t.Num)]
    return names[0] if len(names) == 1 and isinstance(names[0], t.Name) and not names[0].accents else None


def _bounded(total: t.Tree, count: t.Name | None) -> t.Tree | None:
    if count is None or not isinstance(total, t.Big) or total.kind != "sum" or total.upper is not None:
        return None
    if not isinstance(total.index, t.Name) or total.index.letter == count.letter:
        return None
    one = t.Num(Fraction(1), "1", start=total.index.start, end=total.index.end)
    index = t.Compare((total.index, one), (t.Relation("="),), start=total.index.start, end=total.index.end)
    return replace(total, index=index, upper=count)
