"""Where results lie: one piece of memory, in which an array takes the place of others that are not read any more.

An elementwise result takes the place of what it is computed from, if that is read there for the last time. Arrays with
one row for each sample are counted by the row, so that one plan serves any number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

from deltarule.language.expression import Axis
from deltarule.program.native.groups import Group

__all__ = ["ROOM", "Slot", "Storage", "placed", "stored_names"]

ALIGNED = 16
"""Arrays begin at multiples of so many elements."""
ROOM = 16
"""Rows that there is room for come in multiples of this."""


@dataclass(frozen=True)
class Slot:
    """A place, in elements: with `by_row`, offset and size are to be multiplied by the rows that there is room for."""

    offset: int
    size: int
    by_row: bool
    axes: tuple[Axis, ...] = ()


@dataclass
class Storage:
    slots: dict[str, Slot] = field(default_factory=dict)
    fixed: int = 0
    """Elements in all that do not depend on the rows."""
    each_row: int = 0
    """Elements for each row."""


def stored_names(groups: Sequence[Group], kept: Iterable[str]) -> set[str]:
    """Results that another group reads, and those that are `kept`."""
    made = {n for g in groups for n in g.made}
    return set(kept) | {n for g in groups for n in g.reads if n in made}


def placed(
    groups: Sequence[Group],
    stored: set[str],
    size: Callable[[Axis], int | None],
    gathered: Iterable[tuple[str, int]],
    kept: Iterable[str] = (),
) -> Storage:
    """A place for each stored result and each array that is `gathered` (its name and its elements in a row)."""
    last: dict[str, int] = dict.fromkeys(kept, len(groups))
    for k, g in enumerate(groups):
        for n in g.reads:
            last[n] = max(last.get(n, k), k)
    pools = {True: _Pool(), False: _Pool()}
    storage = Storage()
    for name, elements in gathered:
        if name in last:
            storage.slots[name] = Slot(pools[True].take(elements), elements, True)
    for k, g in enumerate(groups):
        dying = [n for n in storage.slots if last.get(n, -1) == k]
        free = [n for n in dying if not g.reads_elsewhere(n)]
        for m in g.members:
            if m.name not in stored or m.target:
                continue
            sizes = [size(a) for a in m.axes]
            by_row = None in sizes
            elements = prod(s for s in sizes if s is not None)
            elements = elements if by_row else -(-elements // ALIGNED) * ALIGNED
            before = next((n for n in free if _alike(storage.slots[n], m.axes, elements, by_row)), None)
            if before is not None:
                free.remove(before)
                dying.remove(before)
                offset = storage.slots[before].offset
            else:
                offset = pools[by_row].take(elements)
            storage.slots[m.name] = Slot(offset, elements, by_row, m.axes)
            if m.name not in last:
                dying.append(m.name)
        for n in dying:
            pools[storage.slots[n].by_row].give(storage.slots[n].offset, storage.slots[n].size)
    storage.fixed, storage.each_row = pools[False].top, pools[True].top
    return storage


def _alike(slot: Slot, axes: tuple[Axis, ...], elements: int, by_row: bool) -> bool:
    same = tuple(a.size for a in slot.axes) == tuple(a.size for a in axes)
    return same and slot.by_row == by_row and slot.size == elements


class _Pool:
    """Numbers of elements that are taken and given back; the lowest gap that is wide enough is taken."""

    def __init__(self) -> None:
        self.used: list[tuple[int, int]] = []
        self.top = 0

    def take(self, size: int) -> int:
        place = 0
        for start, end in sorted(self.used):
            if start - place >= size:
                break
            place = max(place, end)
        self.used.append((place, place + size))
        self.top = max(self.top, place + size)
        return place

    def give(self, offset: int, size: int) -> None:
        self.used.remove((offset, offset + size))
