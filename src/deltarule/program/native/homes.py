"""Where parameters live while batches are carried out, from the first to the last of a call.

A matrix of weights is laid out by input where its products are cheaper so: `z = W x` then reads vectors along the
outputs. With one sample a batch, an array that is only used in straight code lives on the stack, which is to say in
registers. Arrays come to their home before the first batch and go back after the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from llvmlite import ir

from deltarule.language.expression import Axis, Symbol
from deltarule.language.traversal import walk
from deltarule.program.native.groups import Group
from deltarule.program.native.nests import plain_sum
from deltarule.program.native.operands import Operand, View
from deltarule.program.native.operations import whole
from deltarule.program.native.tiles import Task, plan
from deltarule.program.native.vectors import Vectors

__all__ = ["Home", "Homes", "straight"]

_STRAIGHT = 64
"""Vectors of work that a group may have to be written without loops."""
_REGISTERS = 96
"""Vectors of parameters that may live on the stack: beyond, code grows and nothing stays in a register anyway."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Home:
    """Where an array is while batches are carried out."""

    shape: tuple[int, ...]
    transposed: bool
    """Axes exchanged: a matrix of weights by input."""
    resident: bool
    """On the stack."""
    offset: int = 0
    """Where in the workspace an array with its axes exchanged stands."""


@dataclass
class Homes:
    """The homes of the arrays that are not used where they stand."""

    groups: Sequence[Group]
    size: Callable[[Axis], int]
    lanes: int
    registers: int
    one_sample: bool
    homes: dict[str, Home] = field(default_factory=dict)
    operands: dict[str, Operand] = field(default_factory=dict)

    def choose(self, parameters: Mapping[str, tuple[int, ...]], state: Mapping[str, tuple[int, ...]], free: int) -> int:
        """Decide for each parameter and what the optimiser remembers of it; returns the end of what is taken."""
        left = _REGISTERS if self.one_sample else 0
        for name, shape in parameters.items():
            family = {name: shape} | {n: s for n, s in state.items() if n.rpartition(".")[0] == name and s == shape}
            users = [g for g in self.groups if _uses(g, family)]
            transposed = len(shape) == 2 and self._better_by_input(name, shape, family, users)
            vectors = self._rows(shape, transposed)[0] * self._vectors(self._rows(shape, transposed)[1]) * len(family)
            resident = self.one_sample and vectors <= left and all(self.straight(g) for g in users)
            left -= vectors if resident else 0
            for member in family if transposed or resident else ():
                self.homes[member] = Home(shape, transposed, resident, free)
                rows, row = self._rows(shape, transposed)
                free += rows * _rounded(row, 16) if transposed else 0
        return free

    def straight(self, group: Group) -> bool:
        """Whether a group is to be written without loops."""
        return self.one_sample and straight(group, self.size, self.lanes)

    def enter(self, v: Vectors, given: Mapping[str, ir.Value], workspace: ir.Value) -> None:
        """Bring arrays home: written where no batch has begun."""
        for name, home in self.homes.items():
            rows, row = self._rows(home.shape, home.transposed)
            source = _dense(given[name], (rows, row))
            if home.transposed:
                source = self._in_workspace(v, home, workspace)
                with v.loop(0, rows * _rounded(row, 16), 16) as turn:
                    for k in range(0, 16, v.lanes):
                        v.store(v.constant(0.0), source.pointer, v.plus(turn.index, k))
                _exchange(v, given[name], source, home.shape, out=False)
            place = source
            if home.resident:
                place = self._on_stack(v, (rows, row))
                _carry(v, source, place, rows, row)
            strides = place.strides[::-1] if home.transposed else place.strides[2 - len(home.shape) :]
            self.operands[name] = Operand(place.pointer, home.shape, strides, padded=home.resident)

    def leave(self, v: Vectors, given: Mapping[str, ir.Value], workspace: ir.Value) -> None:
        """Put arrays back: written where the last batch has ended."""
        for name, home in self.homes.items():
            rows, row = self._rows(home.shape, home.transposed)
            target = self._in_workspace(v, home, workspace) if home.transposed else _dense(given[name], (rows, row))
            if home.resident:
                _carry(v, self._resident(v, name), target, rows, row)
            if home.transposed:
                _exchange(v, given[name], target, home.shape, out=True)

    def copies(self, v: Vectors) -> dict[str, Operand]:
        """Places, in memory, for copies of all arrays that are on the stack."""
        return {n: self._on_stack(v, self._rows(home.shape, home.transposed)) for n, home in self.homes.items()}

    def save(self, v: Vectors, copies: Mapping[str, Operand]) -> None:
        """Copy the arrays that are on the stack."""
        for name, home in self.homes.items():
            _carry(v, self._resident(v, name), copies[name], *self._rows(home.shape, home.transposed))

    def restore(self, v: Vectors, copies: Mapping[str, Operand]) -> None:
        """The arrays on the stack as they were."""
        for name, home in self.homes.items():
            _carry(v, copies[name], self._resident(v, name), *self._rows(home.shape, home.transposed))

    def _resident(self, v: Vectors, name: str) -> Operand:
        """An array on the stack as rows of elements that stand side by side."""
        home = self.homes[name]
        rows, row = self._rows(home.shape, home.transposed)
        width = _rounded(row, v.narrowed(row).lanes)
        return Operand(self.operands[name].pointer, (rows, row), (width, 1), padded=True)

    def all_resident(self, names: Iterable[str]) -> bool:
        """Whether every one of the arrays is on the stack."""
        return all(n in self.homes and self.homes[n].resident for n in names)

    def stacked(self, v: Vectors, shape: Sequence[int]) -> Operand:
        """A place on the stack for an array; it is padded along its last axis."""
        rows, row = self._rows(tuple(shape), False)
        width = _rounded(row, v.narrowed(row).lanes)
        # What is written along another axis than the last leaves the padding as it is: it is zero from the start.
        place = v.scratch(rows * width, zeros=width > row)
        strides: list[int] = []
        step = _rounded(shape[-1], v.narrowed(shape[-1]).lanes) if shape else 1
        for extent in reversed(shape[:-1]):
            strides.insert(0, step)
            step *= extent
        return Operand(place, tuple(shape), (*strides, *([1] if shape else [])), padded=bool(shape))

    def _on_stack(self, v: Vectors, shape: tuple[int, int]) -> Operand:
        rows, row = shape
        width = _rounded(row, v.narrowed(row).lanes)
        return Operand(v.scratch(rows * width), shape, (width, 1), padded=True)

    def _in_workspace(self, v: Vectors, home: Home, workspace: ir.Value) -> Operand:
        rows, row = self._rows(home.shape, home.transposed)
        return Operand(v.address(workspace, home.offset), (rows, row), (_rounded(row, 16), 1))

    def _rows(self, shape: tuple[int, ...], transposed: bool) -> tuple[int, int]:
        """An array as rows of elements that stand side by side: how many, how long."""
        if transposed:
            return shape[1], shape[0]
        return prod(shape[:-1]), shape[-1] if shape else 1

    def _vectors(self, row: int) -> int:
        return -(-row // self.lanes)

    def _better_by_input(
        self, name: str, shape: tuple[int, ...], family: Mapping[str, object], users: Sequence[Group]
    ) -> bool:
        """Whether the products that a matrix is in are cheaper with its axes exchanged."""
        cycles = [0.0, 0.0]
        for group in users:
            found = plain_sum(group.head)
            if found is None or not _alone(group, family):
                return False
            for way in (0, 1):
                shells = {name: Operand(None, shape, ((shape[1], 1), (1, shape[0]))[way])}
                cycles[way] += self._cycles(group, found[1], shells)
        return cycles[1] < 0.95 * cycles[0]

    def _cycles(self, group: Group, factors: Sequence[Symbol], shells: Mapping[str, Operand]) -> float:
        head = group.head
        letters = dict(zip((*head.axes, *head.bound), _LETTERS, strict=False))

        def view(name: str, axes: Sequence[Axis]) -> View:
            kept = [a for a in axes if self.size(a) > 1]
            operand = shells.get(name)
            if operand is None:
                operand = _dense(None, tuple(self.size(a) for a in kept))
            elif len(kept) < len(axes):
                pairs = [(s, t) for s, t in zip(operand.shape, operand.strides, strict=True) if s != 1]
                operand = Operand(None, tuple(s for s, _ in pairs), tuple(t for _, t in pairs))
            return View(operand, "".join(letters[a] for a in kept))

        target = next((m.target for m in group.members if m.target), head.name)
        views = [view(f.name, f.axes) for f in factors]
        task = Task(view(target, head.axes), views[0], views[1] if len(views) == 2 else None)
        return plan(self.lanes, task, self.registers, straight=self.straight(group)).cycles


def straight(group: Group, size: Callable[[Axis], int], lanes: int) -> bool:
    """Whether a group is so little work that it is written without loops."""
    if whole(group.head):
        return False
    sizes = [size(a) for a in {*group.head.axes, *group.head.bound}]
    longest = max(sizes, default=1)
    return prod(sizes) // longest * -(-longest // lanes) <= _STRAIGHT


def _uses(group: Group, names: Mapping[str, object]) -> bool:
    return bool(group.reads & set(names)) or any(t in names for t in group.targets)


def _alone(group: Group, family: Mapping[str, object]) -> bool:
    """Whether a group, if it renews one of the arrays, reads no other array at the place of the result."""
    if not any(t in family for t in group.targets):
        return not any(m.reads & set(family) for m in group.members[1:])
    made = set(group.made)
    read = {n for m in group.members[1:] for n in walk(m.body) if isinstance(n, Symbol) and n.axes}
    return all(n.name in family or n.name in made for n in read)


def _dense(pointer: Any, shape: tuple[int, ...]) -> Operand:
    return Operand.dense(pointer, *shape)


def _rounded(size: int, step: int) -> int:
    return -(-size // step) * step


def _carry(v: Vectors, source: Operand, target: Operand, rows: int, row: int) -> None:
    """Rows copied between the stack and memory, as straight code of whole vectors where one of them is padded."""
    v = v.narrowed(row)
    for r in range(rows):
        for k in range(0, row, v.lanes):
            count = min(v.lanes, row - k)
            at = (v.plus(v.times(r, o.strides[0]), k) for o in (source, target))
            value = v.load(source.pointer, next(at), None if source.padded else count)
            v.store_row(value, target.pointer, next(at), count, padded=target.padded)


def _exchange(v: Vectors, array: ir.Value, copy: Operand, shape: tuple[int, ...], *, out: bool) -> None:
    """Between a matrix and its copy with axes exchanged, element by element: this is done once a call."""
    one = v.of(1)
    rows, columns = shape
    with v.loop(0, rows) as down, v.loop(0, columns) as along:
        here = v.plus(v.times(down.index, columns), along.index)
        there = v.plus(v.times(along.index, copy.strides[0]), down.index)
        if out:
            one.store(one.load_element(copy.pointer, there), array, here)
        else:
            one.store(one.load_element(array, here), copy.pointer, there)
