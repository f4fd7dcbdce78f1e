"""`1\\{y^{(i)} = k\\}` of each sample: the component k of its one-hot label, which is written Y. The class y_i of
f_{y_i}, where nothing is summed over samples, is an index y."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.words.label_values import TARGETS
from deltarule.reading import tree as t
from deltarule.reading.products import neighbours_joined
from deltarule.reading.references import base_name, is_index, running, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["labels_as_one_hot"]

HEADS = frozenset({"1", "I", "delta"})
ONE_HOT = ("Y", "T")
"""What the one-hot labels are called, where the text has no such letter."""


def labels_as_one_hot(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with components of one-hot labels for such indicators, and with classes that are indices."""
    statements = _classes_below(statements)
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    if not any(isinstance(n, t.Group) and _label(n) is not None for n in nodes):
        return statements
    used = {n.letter for n in nodes if isinstance(n, t.Name)}
    letter = next((x for x in ONE_HOT if x not in used), "")
    if not letter:
        return statements

    def joined(one: t.Tree, group: t.Tree) -> t.Tree | None:
        return _entry(group, letter) if _is_one(one) else None

    def change(node: t.Tree) -> t.Tree | None:
        return neighbours_joined(node, joined, change)

    return [s.replaced(change) for s in statements]


def _classes_below(statements: Sequence[Statement]) -> Sequence[Statement]:
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    classes = {
        i for n in nodes if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) for i in script_items(n.sub)
        if isinstance(i, t.Scripted) and isinstance(i.base, t.Name) and base_name(i.base) in TARGETS
        if isinstance(i.sub, t.Name) and i.sup is None
    }  # fmt: skip
    if len(classes) != 1:
        return statements
    (own,) = classes
    letter = own.sub.letter if isinstance(own.sub, t.Name) else ""
    indices = {id(i) for n in nodes if isinstance(n, t.Scripted) for i in script_items(n.sub)}
    indices |= {id(side) for n in nodes if isinstance(n, t.Compare) for side in n.sides}
    if any(n == own and id(n) not in indices for n in nodes):
        return statements  # δ_{y_i} of an output y_i
    if any(isinstance(n, t.Big) and running(n) == letter for n in nodes):
        return statements

    def change(node: t.Tree) -> t.Tree | None:
        return replace(own.base, start=node.start, end=node.end) if node == own else None

    return [s.replaced(change) for s in statements]


def _is_one(node: t.Tree) -> bool:
    match node:
        case t.Num(value=value):
            return value == 1
        case t.Name(letter=letter, accents=()):
            return letter in HEADS
    return False


def _label(group: t.Tree) -> tuple[t.Scripted, t.Name] | None:
    """The y^{(i)} and the k of {y^{(i)} = k}, and of {k = y_i}."""
    match group:
        case t.Group(items=(t.Compare(sides=(one, other), relations=(relation,)),)) if relation.symbol in EQUAL:
            for label, k in ((one, other), (other, one)):
                match label, k:
                    case t.Scripted(base=t.Name() as y, primes=0), t.Name() if base_name(y) in TARGETS and is_index(k):
                        return label, k
    return None


def _entry(group: t.Tree, letter: str) -> t.Tree | None:
    found = _label(group)
    if found is None:
        return None
    label, k = found
    name = t.Name(letter, start=label.start, end=label.end)
    match label:
        case t.Scripted(sub=None, sup=t.Group(kind="(" | "[") as sample):
            return t.Scripted(name, k, sample, start=group.start, end=group.end)
        case t.Scripted(sub=t.Name() as sample, sup=None):
            return t.Scripted(name, t.Group("", (sample, k)), None, start=group.start, end=group.end)
    return None
