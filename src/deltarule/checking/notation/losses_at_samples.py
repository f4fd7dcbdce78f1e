"""A loss at other arguments than those of its equation: ℓ(ŷ^{(i)}, y^{(i)}) is the right side of ℓ(ŷ, y) = … with
ŷ^{(i)} for ŷ and y^{(i)} for y.

So it is read only where the right side speaks of nothing but the arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS, OBJECTIVES

__all__ = ["losses_at_samples"]

LOSSES = {*OBJECTIVES, "l", "ell", "loss", "cost", "CE", "cal_L"}
CONSTANT = {"e", "pi", *KNOWN_FUNCTIONS}


def losses_at_samples(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with each such loss written out."""
    equations: dict[str, list[tuple[t.Group, t.Tree]]] = {}
    for s in statements:
        match [side.tree for side in s.sides[:2]]:
            case [t.Factors(items=((_, t.Name() as head), ("", t.Group(kind="(", items=(_, _, *_)) as group))), body]:
                if base_name(head) in LOSSES and s.relations[0].symbol in EQUAL and body is not None:
                    equations.setdefault(base_name(head), []).append((group, body))
    given = {key: own[0] for key, own in equations.items() if len(own) == 1 and _speaks_of(*own[0])}
    if not given:
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        for k, ((_, head), (op, group)) in enumerate(pairwise(node.items)):
            found = given.get(base_name(head)) if isinstance(head, t.Name) and op == "" else None
            if found is None or not isinstance(group, t.Group) or group == found[0]:
                continue
            if (body := _at(found[0], group, found[1])) is not None:
                written = t.Group("(", (body,), start=head.start, end=group.end)
                items = (*node.items[:k], (node.items[k][0], written), *node.items[k + 2 :])
                return t.replaced(replace(node, items=items), change) if len(items) > 1 else written
        return None

    return [s.replaced(change) for s in statements]


def _speaks_of(group: t.Group, body: t.Tree) -> bool:
    """Whether all names of the body are among the arguments, or count."""
    inside = {base_name(n) for item in group.items for n in trees(item) if isinstance(n, t.Name)}
    counts = {id(x) for n in trees(body) if isinstance(n, t.Scripted) for i in script_items(n.sub) for x in trees(i)}
    counts |= {id(x) for n in trees(body) if isinstance(n, t.Big) for i in (n.index, n.upper) for x in trees(i)}
    heads = {id(x) for n in trees(body) if isinstance(n, t.Call) for x in trees(n.function)}
    names = [n for n in trees(body) if isinstance(n, t.Name) and id(n) not in counts | heads]
    return all(base_name(n) in inside or n.letter in CONSTANT for n in names)


def _at(own: t.Group, other: t.Group, body: t.Tree) -> t.Tree | None:
    """The body with the names of the arguments that are different; None where they differ in more than names."""
    if own.kind != other.kind or len(own.items) != len(other.items):
        return None
    pairs = [pair for a, b in zip(own.items, other.items, strict=True) for pair in _differences(a, b)]
    changed: dict[t.Tree, t.Tree] = {}
    for a, b in pairs:
        if not isinstance(a, t.Name) or b is None or changed.setdefault(a, b) != b:
            return None
        if not isinstance(b, t.Scripted) or b.base != a:
            return None  # y^{(i)} and y_i are y of a sample; anything else may be another quantity

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Scripted) and node.base in changed:
            with_index = changed[node.base]
            assert isinstance(with_index, t.Scripted)
            return replace(with_index, sub=node.sub) if with_index.sub is None and node.sup is None else node
        return changed.get(node)

    touched = [n for n in trees(body) if isinstance(n, t.Scripted) and n.base in changed]
    if any(n.sup is not None or (n.sub is not None and changed[n.base].sub is not None) for n in touched):  # type: ignore[attr-defined]
        return None
    return t.replaced(body, change)


def _differences(a: t.Tree, b: t.Tree) -> Iterator[tuple[t.Tree, t.Tree | None]]:
    """The smallest parts in which two formulas differ."""
    if a == b:
        return
    below, other = t.children(a), t.children(b)
    if isinstance(a, t.Name) or type(a) is not type(b) or len(below) != len(other):
        yield a, b
        return
    for x, y in zip(below, other, strict=True):
        yield from _differences(x, y)
