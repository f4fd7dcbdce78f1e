r"""`W_{oi}` as `W_{o,i}`, component i of W_o, where `\sum_i W_{oi} x_i` or `h_i = f(W_{oi})` shows that the i counts,
and o is no index; and `u_{o,t}` as `u_{ot}`, where that is written as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, is_index, running, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.survey import step_letters

__all__ = ["marks_and_indices"]


def marks_and_indices(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such names in one spelling."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    steps = step_letters(side.tree for s in statements for side in s.sides)
    marked = {(base, one) for base, one, letter in _counted(statements, nodes) if letter not in steps}
    close = {(base, one) for n in nodes if (found := _close(n)) is not None for base, one, _ in [found]} - marked

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as name, sub=t.Group(kind="", items=(first, second)) as sub) if (
                base_name(name),
                first,
            ) in close and isinstance(first, t.Name):
                joined = t.Factors((("", first), ("", second)), start=sub.start, end=sub.end)
                return replace(node, sub=joined)
        found = _close(node)
        if found is None or found[:2] not in marked or found[2].letter not in INDEX_LETTERS:
            return None
        assert isinstance(node, t.Scripted) and node.sub is not None
        apart = t.Group("", (found[1], found[2]), start=node.sub.start, end=node.sub.end)
        return replace(node, sub=apart)

    return [s.replaced(change) for s in statements] if marked or close else statements


def _close(node: t.Tree) -> tuple[str, t.Name, t.Name] | None:
    """The W, o and i of W_{oi}, where o is no index."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Factors() as sub):
            items = script_items(sub)
            if len(items) == 2 and not is_index(items[0]):
                first, second = items
                if isinstance(first, t.Name) and isinstance(second, t.Name) and not first.accents:
                    return base_name(name), first, second
    return None


def _counted(statements: Sequence[Statement], nodes: Sequence[t.Tree]) -> Iterator[tuple[str, t.Name, str]]:
    """The W, o and i of W_{oi} in a sum over i, and of h_i = W_{oi}."""
    within = [(running(n), n.body) for n in nodes if isinstance(n, t.Big)]
    for statement in statements:
        left, *others = (side.tree for side in statement.sides)
        if isinstance(left, t.Scripted) and isinstance(left.sub, t.Name) and is_index(left.sub):
            within += [(left.sub.letter, side) for side in others if side is not None]
    for letter, tree in within:
        for found in map(_close, trees(tree)):
            if found is not None and found[2].letter == letter:
                yield *found[:2], letter
