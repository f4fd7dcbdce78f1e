"""Dots between terms: w_1 x_1 + w_2 x_2 + … + w_n x_n is Σ_{k=1}^n w_k x_k, and without an end the sum over all k.

What is left out is known where the terms differ in one number below the letters, or in parentheses above them, that
grows by one and runs to a size. Anything else is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from fractions import Fraction

from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["free_letters", "in_general", "sums_written_out", "with_number"]

LETTERS = ("j", "k", "i", "l", "p", "q", "r", "s")


def sums_written_out(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with Σ for such sums."""
    letters = free_letters(statements)

    def changed(statement: Statement) -> Statement:
        own = {n.letter for side in statement.sides for n in trees(side.tree) if isinstance(n, t.Name)}
        letter = next((x for x in letters if x not in own), None)
        if letter is None or not any(isinstance(n, t.Dots) for side in statement.sides for n in trees(side.tree)):
            return statement

        def change(node: t.Tree) -> t.Tree | None:
            match node:
                case t.Terms(items=items) if (filled := _filled(items, letter)) is not None:
                    return filled[0][1] if len(filled) == 1 and filled[0][0] == "+" else replace(node, items=filled)
            return None

        return statement.replaced(change)

    return [changed(s) for s in statements]


def free_letters(statements: Sequence[Statement]) -> list[str]:
    """The letters that only count in the whole text: those that sums run over first, then those that do not stand."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    counts = {id(x) for n in nodes if isinstance(n, t.Big) for x in trees(n.index)}
    for node in nodes:
        if isinstance(node, t.Scripted):
            counts |= {id(x) for i in script_items(node.sub) for x in trees(i)}
            above = node.sup if isinstance(node.sup, t.Group) and node.sup.kind == "(" else None
            counts |= {id(x) for x in trees(above)}
    summed = {n.letter for b in nodes if isinstance(b, t.Big) for n in trees(b.index) if isinstance(n, t.Name)}
    loose = {n.letter for n in nodes if isinstance(n, t.Name) and id(n) not in counts}
    return sorted((x for x in LETTERS if x not in loose and x in INDEX_LETTERS), key=lambda x: x not in summed)


def _filled(items: tuple[tuple[str, t.Tree], ...], letter: str) -> tuple[tuple[str, t.Tree], ...] | None:
    """The terms with a sum in place of those that are written out around the dots; None where that is not known."""
    places = [k for k, (_, item) in enumerate(items) if isinstance(item, t.Dots)]
    if len(places) != 1:
        return None
    at = places[0]
    after = items[at + 1 :]
    if not at or items[at][0] != items[at - 1][0]:
        return None
    sign, one = items[at - 1]
    if after and after[0][0] == sign and (known := in_general(one, after[0][1], letter)) is not None:
        (general, last, upper), after = known, after[1:]
    elif not after and at > 1 and (open_end := _open(items[at - 2][1], one, letter)) is not None:
        general, last, upper = *open_end, None
    else:
        return None
    first, begin = last, at - 1
    while begin > 0 and items[begin - 1] == (sign, with_number(general, letter, first - 1)):
        begin, first = begin - 1, first - 1
    if first not in (0, 1) or (upper is None and last < 2):
        return None
    start, end = items[begin][1].start, items[at][1].end
    index: t.Tree = t.Name(letter, start=start, end=start)
    if upper is not None:
        index = t.Compare((index, _number(first)), (t.Relation("=", start=start, end=start),), start=start, end=start)
    total = t.Big("sum", index, upper, general, start=start, end=end)
    return (*items[:begin], (sign, total), *after)


def in_general(one: t.Tree, last: t.Tree, letter: str) -> tuple[t.Tree, int, t.Tree] | None:
    """The term of any number, of one with a number and the last one, with that number and the last one."""
    for number in (0, 1, 2, 3, 4):
        ends = (n for n in trees(last) if isinstance(n, t.Name) and len(n.letter) == 1)
        for upper in dict.fromkeys((*ends, *(n for n in trees(last) if isinstance(n, t.Num)))):
            if isinstance(upper, t.Num) and upper.value <= number + 1:
                continue
            general = _unified(one, last, _number(number), upper, letter)
            if general is not None and general != one and _only_counts(general, letter):
                return general, number, upper
    return None


def _open(one: t.Tree, following: t.Tree, letter: str) -> tuple[t.Tree, int] | None:
    for number in (0, 1, 2, 3):
        general = _unified(one, following, _number(number), _number(number + 1), letter)
        if general is not None and general != one and _only_counts(general, letter):
            return general, number + 1
    return None


def with_number(general: t.Tree, letter: str, number: int) -> t.Tree:
    """The term with a number for its letter."""
    return t.replaced(general, lambda n: _number(number) if n == t.Name(letter) else None)


def _number(value: int) -> t.Num:
    return t.Num(Fraction(value), str(value))


def _unified(one: t.Tree, other: t.Tree, low: t.Tree, high: t.Tree, letter: str) -> t.Tree | None:
    """The tree with the letter where one tree has the low end and the other one the high end, else the same."""
    if one == other:
        return one
    if (one, other) == (low, high):
        return t.Name(letter, start=one.start, end=one.end)
    if type(one) is not type(other):
        return None
    values: dict[str, object] = {}
    for field in fields(one):
        if not field.compare:
            continue
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "sub" and isinstance(one, t.Scripted) and (items := _scripts(a, b)) is not None:
            below = tuple(_unified(x, y, low, high, letter) for x, y in items)
            if any(x is None for x in below):
                return None
            values[field.name] = below[0] if len(below) == 1 else t.Group("", tuple(x for x in below if x is not None))
            continue
        found = _both(a, b, low, high, letter)
        if found is None and (a is not None or b is not None):
            return None
        values[field.name] = found
    return replace(one, **values)


def _scripts(one: t.Tree | None, other: t.Tree | None) -> list[tuple[t.Tree, t.Tree]] | None:
    """The indices of two names, each with its other; None where they are not as many, or are the same."""
    first, second = script_items(one), script_items(other)
    return list(zip(first, second, strict=True)) if one != other and len(first) == len(second) else None


def _both(one: object, other: object, low: t.Tree, high: t.Tree, letter: str) -> object:
    """What `_unified` makes of two values of a field; None where they differ otherwise."""
    if isinstance(one, t.Tree) and isinstance(other, t.Tree):
        return _unified(one, other, low, high, letter)
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        items = tuple(_both(a, b, low, high, letter) for a, b in zip(one, other, strict=True))
        return None if any(x is None for x in items) else items
    return one if one == other else None


def _only_counts(general: t.Tree, letter: str) -> bool:
    """Whether the letter stands below letters, or in parentheses above them, and nowhere else."""
    scripts: set[int] = set()
    for node in trees(general):
        if isinstance(node, t.Scripted):
            above = node.sup.items if isinstance(node.sup, t.Group) and node.sup.kind == "(" else ()
            scripts |= {id(x) for x in (*script_items(node.sub), *above)}
    return all(id(n) in scripts for n in trees(general) if n == t.Name(letter))
