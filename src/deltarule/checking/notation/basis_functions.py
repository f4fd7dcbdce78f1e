"""`w^T φ(x)`: the features φ(x) of an input that stands nowhere else are a vector φ, those of x_n the vector φ_n, and
φ_j(x) is its component j; so φ(x) of each sample is read as x itself is read without features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.reading import tree as t
from deltarule.reading.products import neighbours_joined
from deltarule.reading.references import base_name, is_transpose, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["features_as_vectors"]

FEATURES = frozenset({"phi", "varphi", "psi", "Phi"})


def features_as_vectors(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such vectors, where a row of weights stands before the features somewhere."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    found = {pair for side in sides for pair in _behind_weights(side)}
    if len(found) != 1:
        return statements
    ((letter, argument),) = found
    calls = [pair for side in sides for pair in _calls(side, letter)]
    if any(_variable(group) != argument for _, group in calls):
        return statements
    heads = {id(n) for head, _ in calls for n in trees(head)}
    if any(isinstance(n, t.Scripted) and n.primes and n.base == t.Name(letter) for side in sides for n in trees(side)):
        return statements
    name = next(n for head, _ in calls for n in trees(head) if isinstance(n, t.Name) and n.letter == letter)

    def joined(head: t.Tree, group: t.Tree) -> t.Tree | None:
        above = group.sup if isinstance(group, t.Scripted) else None
        inside = group.base if isinstance(group, t.Scripted) else group
        own = id(_plain(head)) in heads and isinstance(inside, t.Group)
        return _vector(head, inside, above, name) if own and isinstance(inside, t.Group) else None

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Name) and base_name(node) == argument:
            return replace(name, start=node.start, end=node.end)
        return neighbours_joined(node, joined, change)

    outside = [n for side in sides for n in trees(side) if isinstance(n, t.Name) and base_name(n) == argument]
    inside = {id(n) for side in sides for group in _groups(side) for n in trees(group)}
    if any(id(n) not in inside for n in outside):
        return statements
    return [
        replace(s.replaced(change), memberships=tuple((t.replaced(x, change), y) for x, y in s.memberships))
        for s in statements
    ]


def _vector(head: t.Tree, group: t.Group, above: t.Tree | None, name: t.Name) -> t.Tree:
    """φ_n of φ(x_n), φ_{nj} of φ_j(x_n), φ^{(i)} of φ(x^{(i)}), transposed where the call is."""
    of = group.items[0]
    below = [*(script_items(of.sub) if isinstance(of, t.Scripted) else ())]
    below += [*(script_items(head.sub) if isinstance(head, t.Scripted) else ())]
    label = of.sup if isinstance(of, t.Scripted) else None
    turned = above if above is not None else head.sup if isinstance(head, t.Scripted) else None
    sup = label if turned is None else turned if label is None else t.Factors((("", label), ("", turned)))
    own = replace(name, start=head.start, end=group.end)
    if not below and sup is None:
        return own
    sub = None if not below else below[0] if len(below) == 1 else t.Group("", tuple(below))
    return t.Scripted(own, sub, sup, start=head.start, end=group.end)


def _plain(head: t.Tree) -> t.Tree:
    return head.base if isinstance(head, t.Scripted) else head


def _behind_weights(side: t.Tree) -> Iterator[tuple[str, str]]:
    """The φ and the x of w^T φ(x)."""
    for node in trees(side):
        items = node.items if isinstance(node, t.Factors) else ()
        for (_, row), (op, head), (last, group) in zip(items, items[1:], items[2:], strict=False):
            turned = isinstance(row, t.Scripted) and row.sup is not None and is_transpose(row.sup)
            argument = _variable(group) if turned and op in {"", "cdot"} and not last else None
            if argument is not None and isinstance(head, t.Name) and head.letter in FEATURES:
                yield head.letter, argument


def _calls(side: t.Tree, letter: str) -> Iterator[tuple[t.Tree, t.Tree]]:
    """Each φ with what stands in its parentheses."""
    for node in trees(side):
        for (_, head), (op, group) in pairwise(node.items) if isinstance(node, t.Factors) else ():
            name = _plain(head)
            if not op and isinstance(name, t.Name) and name.letter == letter and _variable(group) is not None:
                yield head, group


def _variable(group: t.Tree) -> str | None:
    """The x of (x), (x_n) and (x^{(i)})."""
    inside = group.base if isinstance(group, t.Scripted) else group
    match inside:
        case t.Group(kind="(", items=(of, *_)) if len(inside.items) == 1:
            name = _plain(of)
            return base_name(name) if isinstance(name, t.Name) else None
    return None


def _groups(side: t.Tree) -> Iterator[t.Tree]:
    """What stands in the parentheses of functions."""
    for node in trees(side):
        for (_, head), (op, group) in pairwise(node.items) if isinstance(node, t.Factors) else ():
            inside = group.base if isinstance(group, t.Scripted) else group
            if op or not isinstance(_plain(head), t.Name) or not isinstance(inside, t.Group) or inside.kind != "(":
                continue
            if all(isinstance(_plain(x), t.Name) for x in inside.items):
                yield inside
