"""A matrix given by its diagonal: `S_{nn} = μ_n (1 - μ_n)` and `R = diag(μ_n (1 - μ_n))`, with 0 everywhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_index, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["given_by_the_diagonal"]

COUNTING = "jklmnipqrs"
DIAGONAL = re.compile(
    r"\bdiagonal[- ]?matri|\bdiagonal (?:weight|covariance|scaling|Hessian)|\b(?:is|are|be) (?:a )?diagonal\b|"
    r"\bdiagonal,? with\b|Diagonalmatri|matri\w+ diagonal|диагональн\w* матриц|对角(?:矩)?阵|對角(?:矩)?陣|対角行列",
    re.I,
)
"""A diagonal matrix. "The diagonal entries are C_{nn} = 1" says nothing of what stands off the diagonal."""
NEAR = 90
"""How many characters from its equation the words stand that call a matrix diagonal."""
STEPS = frozenset({"t", "l", "tau", "ell"})
"""diag(h_t) has the components of a vector h_t on its diagonal, not one number for each step."""


def given_by_the_diagonal(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with all entries of such matrices, where the text speaks of a diagonal: S_{nm} = 1[n = m] μ_n."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    used = {n.letter for n in nodes if isinstance(n, t.Name)}
    free = [x for x in COUNTING if x not in used]
    mixed = {
        base_name(n.base)
        for n in nodes
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and len(i := script_items(n.sub)) == 2
        if i[0] != i[1]
    }
    said = [m.start() for m in DIAGONAL.finditer(text)]
    if not free:
        return statements
    out = []
    for s in statements:
        if len(s.sides) != 2 or s.relations[0].symbol not in EQUAL or s.continues:
            out.append(s)
            continue
        near = any(s.start - NEAR <= place <= s.end + NEAR for place in said)
        entries = _by_entries(s, mixed, t.Name(free[0])) if near else None
        entries = entries or _by_the_function(s, mixed, t.Name(free[0]))
        left, right = s.sides
        out.append(s if entries is None else replace(
            s, sides=(replace(left, tree=entries[0]), replace(right, tree=entries[1]))
        ))  # fmt: skip
    return out


def _by_entries(s: Statement, mixed: set[str], other: t.Name) -> tuple[t.Tree, t.Tree] | None:
    """S_{nn} = …, where no S_{nm} stands anywhere."""
    match s.sides[0].tree:
        case t.Scripted(base=t.Name(letter=letter) as name, sub=t.Tree() as sub, sup=None, primes=0):
            pass
        case _:
            return None
    items, body = script_items(sub), s.sides[1].tree
    if len(items) != 2 or items[0] != items[1] or not isinstance(items[0], t.Name) or not is_index(items[0]):
        return None
    if not letter[:1].isupper() or base_name(name) in mixed or body is None or items[0] not in _indices(body):
        return None
    return _entry(name, items[0], other), _where_equal(items[0], other, body)


def _by_the_function(s: Statement, mixed: set[str], other: t.Name) -> tuple[t.Tree, t.Tree] | None:
    """R = diag(…) of something with one index."""
    match s.sides:
        case (left, right):
            pass
        case _:
            return None
    match left.tree, right.tree:
        case t.Name(letter=letter) as name, t.Call(function=t.Name(letter="diag"), argument=t.Group(items=(body,))):
            pass
        case _:
            return None
    indices = _indices(body)
    if not letter[:1].isupper() or base_name(name) in mixed or len(indices) != 1:
        return None
    own = next(iter(indices))
    if own.letter in STEPS or any(isinstance(n, t.Name) and n.style == "bold" for n in trees(body)):
        return None
    return _entry(name, own, other), _where_equal(own, other, body)


def _indices(body: t.Tree) -> set[t.Name]:
    """The letters that count below the names of an expression, those of its sums aside."""
    summed = {n for b in trees(body) if isinstance(b, t.Big) and b.index is not None for n in t.walk(b.index)}
    found = {
        i
        for n in trees(body)
        if isinstance(n, t.Scripted)
        for i in script_items(n.sub)
        if isinstance(i, t.Name) and is_index(i)
    }
    return {replace(i, start=0, end=0) for i in found} - {n for n in summed if isinstance(n, t.Name)}


def _entry(name: t.Name, own: t.Name, other: t.Name) -> t.Tree:
    return t.Scripted(name, t.Group("", (own, other)), None, start=name.start, end=name.end)


def _where_equal(own: t.Name, other: t.Name, body: t.Tree) -> t.Tree:
    equal = t.Group("[", (t.Compare((own, other), (t.Relation("="),)),))
    inside = t.Group("(", (body,), start=body.start, end=body.end)
    return t.Factors((("", equal), ("", inside)), start=body.start, end=body.end)
