"""What the entries of a list have in common: the first and the last differ by an index, 1 in one and n in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from deltarule.reading import tree as t
from deltarule.reading.references import script_items

__all__ = ["Pattern", "pattern"]


@dataclass(frozen=True)
class Pattern:
    """The entry at the letter, and what the letter runs from and to."""

    body: t.Tree
    first: t.Num
    last: t.Tree


def pattern(firsts: Sequence[t.Tree | None], last: t.Tree | None, letter: t.Name) -> Pattern | None:
    """What all have in common; None where they differ by more than one index that goes up by one each time."""
    if not firsts or last is None or firsts[0] is None:
        return None
    marks: list[tuple[t.Tree, t.Tree]] = []
    body = _aligned(firsts[0], last, letter, marks)
    ends = set(marks)
    if body is None or len(ends) != 1:
        return None
    start, end = ends.pop()
    if not isinstance(start, t.Num) or start.value not in (0, 1) or isinstance(end, t.Num):
        return None
    for k, other in enumerate(firsts[1:], 1):
        wanted = t.replaced(body, lambda n, k=k: t.Num(start.value + k, str(start.value + k)) if n == letter else None)
        if other is None or _aligned(wanted, other, letter, differ := []) is None or differ:
            return None
    return Pattern(body, start, end)


def _aligned(a: t.Tree, b: t.Tree, letter: t.Name, marks: list[tuple[t.Tree, t.Tree]]) -> t.Tree | None:
    """The tree of both with the letter where they differ; None where they are made in different ways."""
    if a == b:
        return a
    if isinstance(a, t.Num) and isinstance(b, t.Num | t.Name | t.Terms | t.Scripted):
        marks.append((a, b))
        return replace(letter, start=a.start, end=a.end)
    if type(a) is not type(b):
        return None
    if isinstance(a, t.Scripted) and isinstance(b, t.Scripted):
        return _aligned_names(a, b, letter, marks)
    new: dict[str, object] = {}
    for one in fields(a):
        if one.name in {"start", "end"}:
            continue
        value = _aligned_values(getattr(a, one.name), getattr(b, one.name), letter, marks)
        if value is None:
            return None
        new[one.name] = value[0]
    return replace(a, **new)


def _aligned_values(a: object, b: object, letter: t.Name, marks: list[tuple[t.Tree, t.Tree]]) -> tuple[object] | None:
    if isinstance(a, t.Tree) and isinstance(b, t.Tree):
        found = _aligned(a, b, letter, marks)
        return None if found is None else (found,)
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        parts = [_aligned_values(x, y, letter, marks) for x, y in zip(a, b, strict=True)]
        return None if any(p is None for p in parts) else (tuple(p[0] for p in parts if p is not None),)
    return (a,) if a == b else None


def _aligned_names(
    a: t.Scripted, b: t.Scripted, letter: t.Name, marks: list[tuple[t.Tree, t.Tree]]
) -> t.Scripted | None:
    """w_{q1} for w_{11} and w_{n1}: the indices one by one, however they are written."""
    base = _aligned(a.base, b.base, letter, marks)
    one, other = script_items(a.sub), script_items(b.sub)
    if base is None or a.primes != b.primes or len(one) != len(other):
        return None
    below = [_aligned(x, y, letter, marks) for x, y in zip(one, other, strict=True)]
    above = _aligned_values(a.sup, b.sup, letter, marks)
    if any(x is None for x in below) or above is None or not (above[0] is None or isinstance(above[0], t.Tree)):
        return None
    items = tuple(x for x in below if x is not None)
    sub: t.Tree | None = None if not items else items[0]
    if len(items) > 1 and a.sub is not None:
        comma = isinstance(a.sub, t.Group)
        sub = t.Group("", items) if comma else t.Factors(tuple(("", x) for x in items))
        sub = replace(sub, start=a.sub.start, end=a.sub.end)
    return replace(a, base=base, sub=sub, sup=above[0])
