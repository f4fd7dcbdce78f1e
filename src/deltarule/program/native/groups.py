"""Operations that one loop nest carries out together, and the order of the nests.

An elementwise operation joins the group that makes what it reads, if both run over the same axes and it reads there
only: bias and activation are applied to a product while it is in registers, and an update is one pass over parameter,
gradient and memory. A group that nothing waits for but the end, such as the update of a parameter, comes as soon as all
that reads the parameter is behind: what it reads is still in cache, and its memory is free for others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from deltarule.language.expression import Apply, Axis, Power, Symbol, rename
from deltarule.language.traversal import names, walk
from deltarule.program.native.operations import SHORT, Operation, whole

__all__ = ["Group", "grouped", "heavy", "ordered"]


@dataclass
class Group:
    """Operations over the same axes, under the same names; the first may be a sum or a maximum."""

    members: list[Operation] = field(default_factory=list)

    @property
    def head(self) -> Operation:
        return self.members[0]

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.head.axes

    @property
    def made(self) -> list[str]:
        return [m.name for m in self.members]

    @property
    def targets(self) -> list[str]:
        """Arrays that are there already and are renewed."""
        return [m.target for m in self.members if m.target]

    @property
    def reads(self) -> set[str]:
        """What has to be there before."""
        return {n for m in self.members for n in m.reads} - set(self.made)

    def reads_elsewhere(self, name: str) -> bool:
        """Whether an array is read at another place than the one that is computed."""
        return any(
            isinstance(node, Symbol) and node.name == name and (node.indices != m.axes or m.kind != "each")
            for m in self.members
            for node in walk(m.body)
        )


def grouped(operations: Iterable[Operation], alone: Collection[str] = ()) -> list[Group]:
    """The operations in groups, in an order in which each reads what is there. None joins what is to be `alone`."""
    groups: list[Group] = []
    home: dict[str, int] = {}
    for op in operations:
        place = -1 if op.kind != "each" or op.apart else _place(op, groups, home)
        if place >= 0 and groups[place].head.name in alone:
            place = -1
        if place < 0:
            place = len(groups)
            groups.append(Group([op]))
        else:
            groups[place].members.append(_aligned(op, groups[place].axes))
        home[op.name] = place
    return groups


def _place(op: Operation, groups: Sequence[Group], home: dict[str, int]) -> int:
    """The group that it joins: the last one that makes something it reads."""
    place = max((home[n] for n in op.reads if n in home), default=-1)
    if place < 0:
        return -1
    group = groups[place]
    if group.head.kind == "norm" or whole(group.head) or (group.head.kind != "each" and group.axes and heavy(op)):
        return -1
    if tuple(a.size for a in group.axes) != tuple(a.size for a in op.axes):
        return -1
    body = _aligned(op, group.axes).body
    made = set(group.made)
    for node in walk(body):
        if isinstance(node, Symbol) and node.name in made and node.indices != group.axes:
            return -1
    return place


def heavy(op: Operation) -> bool:
    """Whether its code is long. What stands beside a sum is written once for each form of the loops: an exponential is
    better computed in a pass of its own."""
    return any(
        (isinstance(node, Apply) and node.function not in SHORT)
        or (isinstance(node, Power) and (2 * node.exponent).denominator != 1)
        for node in walk(op.body)
        if node.axes  # what is a number is computed before
    )


def _aligned(op: Operation, axes: tuple[Axis, ...]) -> Operation:
    renaming = {a: b for a, b in zip(op.axes, axes, strict=True) if a != b}
    return replace(op, axes=axes, body=rename(op.body, renaming)) if renaming else op


def ordered(groups: Sequence[Group], checked: str | None = None) -> list[Group]:
    """The groups with those that renew arrays or that nothing waits for brought forward as far as they may.

    What renews an array comes after everything that reads it, and after `checked` (the loss, which may stop the run).
    """
    left = dict(enumerate(groups))
    reads = [g.reads for g in groups]
    made = [set(g.made) for g in groups]
    made_by = {n: k for k, g in enumerate(groups) for n in g.made}
    readers: dict[str, set[int]] = {}
    for k, names_read in enumerate(reads):
        for n in names_read:
            readers.setdefault(n, set()).add(k)
    targets = [g.targets for g in groups]
    final = {k for k, own in enumerate(made) if checked not in own and not any(n in readers for n in own)}
    out: list[Group] = []

    def ready(k: int) -> bool:
        if any(made_by.get(n) in left for n in reads[k]):
            return False
        if targets[k] and checked in made_by and made_by[checked] in left:
            return False
        return not any(other in left and other != k for t in targets[k] for other in readers.get(t, ()))

    while left:
        chosen = next((k for k in left if k in final and ready(k)), None)
        if chosen is None:
            chosen = next(k for k in left if ready(k))
        out.append(left.pop(chosen))
    return out


def every_name(groups: Iterable[Group]) -> set[str]:
    """All names that occur."""
    return {n for g in groups for m in g.members for n in (m.name, *names(m.body))}
