"""`J = 1/m Σ_i Cost(h(x^{(i)}), y^{(i)})` where the loss always stands with the same sample: it is that of the sample,
Cost^{(i)}, also in its own equation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.checking.letters.same_arguments import LOSSES
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in, neighbours_joined
from deltarule.reading.references import base_name, running, trees
from deltarule.reading.statement import Statement

__all__ = ["losses_of_samples"]


def losses_of_samples(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with Cost^{(i)} for such a call, where it is summed over i and never stands without arguments."""
    calls: dict[str, set[t.Group]] = {}
    summed: set[tuple[str, str]] = set()
    called: set[int] = set()
    names: list[t.Name] = []
    for node in (n for s in statements for side in s.sides for n in trees(side.tree)):
        for name, group in _calls(node):
            calls.setdefault(base_name(name), set()).add(group)
            called.add(id(name))
        if isinstance(node, t.Name) and base_name(node) in LOSSES:
            names.append(node)
        if isinstance(node, t.Big) and node.kind == "sum" and (letter := running(node)):
            summed |= {(base_name(name), letter) for inner in trees(node.body) for name, _ in _calls(inner)}
    bare = {base_name(n) for n in names if id(n) not in called}
    found: dict[str, t.Name] = {}
    for key, groups in calls.items():
        index = _index(next(iter(groups))) if len(groups) == 1 and key not in bare else None
        if index is not None and (key, index.letter) in summed:
            found[key] = index
    if not found:
        return statements

    def joined(head: t.Tree, group: t.Tree) -> t.Tree | None:
        index = found.get(base_name(head)) if isinstance(head, t.Name) else None
        if index is None or not isinstance(group, t.Group):
            return None
        above = t.Group("(", (index,), start=head.start, end=group.end)
        return t.Scripted(head, None, above, start=head.start, end=group.end)

    def change(node: t.Tree) -> t.Tree | None:
        return neighbours_joined(node, joined, change)

    return [s.replaced(change) for s in statements]


def _calls(node: t.Tree) -> Iterator[tuple[t.Name, t.Group]]:
    """Each loss with its arguments, of several."""
    for head, group in calls_in(node):
        if isinstance(head, t.Name) and base_name(head) in LOSSES and len(group.items) > 1:
            yield head, group


def _index(group: t.Group) -> t.Name | None:
    """The one index of samples in the arguments."""
    indices = {
        n.sup.items[0]
        for n in trees(group)
        if isinstance(n, t.Scripted) and isinstance(n.sup, t.Group) and n.sup.kind == "(" and len(n.sup.items) == 1
    }
    only = next(iter(indices)) if len(indices) == 1 else None
    return only if isinstance(only, t.Name) else None
