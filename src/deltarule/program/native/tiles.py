"""What a product is asked to be, and the tiles that it is cut into: the cheapest by a count of cycles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from llvmlite import ir

from deltarule.program.native.operands import Place, View
from deltarule.program.native.positions import Index

__all__ = ["Plan", "Start", "Task", "Tile", "packable", "plan"]

Start = Literal["zero", "add"] | Callable[[Place], ir.Value]


@dataclass(frozen=True)
class Task:
    """`out = start + scale · Σ left · right`, then `epilogue`; `right` None stands for ones."""

    out: View
    left: View
    right: View | None
    start: Start = "zero"
    scale: ir.Value | None = None
    epilogue: Callable[[Place, ir.Value], ir.Value | None] | None = None
    ones: str = ""
    """Axes of one element that were left out."""

    @property
    def factors(self) -> tuple[View, ...]:
        return (self.left,) if self.right is None else (self.left, self.right)

    @property
    def sizes(self) -> dict[str, Index]:
        """The size of each axis; a number where any of the arrays knows it."""
        sizes: dict[str, Index] = {}
        for view in (self.left, self.right, self.out):
            for letter, size in (view.sizes if view else {}).items():
                if isinstance(size, int) or letter not in sizes:
                    sizes[letter] = size
        return sizes

    @property
    def summed(self) -> str:
        """The letter of the axis that is summed over, or nothing."""
        return "".join(letter for letter in self.sizes if letter not in self.out.letters)


@dataclass(frozen=True)
class Tile:
    """How a product is cut: `across` rows of `vectors` vectors, `parts` partial sums of each, `steps` terms a turn.

    Straight code has no loops: what it reads and writes at known places of the stack stays in registers.
    """

    across: int = 1
    vectors: int = 1
    parts: int = 1
    steps: int = 1
    straight: bool = False


@dataclass(frozen=True)
class Plan:
    """Lanes along the axis `axis` of the result, or along the sum; then sums along `axis` share a vector."""

    along_sum: bool
    axis: str
    tile: Tile
    cycles: float
    """An estimate: two multiply-adds and somewhat fewer loads a cycle."""
    packs: bool = False
    """The factor that has the axis is copied first, its axes exchanged."""


_SOME = 32
"""What a size that is not known while compiling counts as."""
_LATENCY = 6
"""Cycles until a sum can take its next term, loads included."""
_SHUFFLES = 3.0
"""Cycles for each sum over the lanes of a vector, many of them at once."""
_APART = 1.5
"""Cycles for each element that is read or written by itself."""
_COPY = 1 << 14
"""Elements that a copy on the stack may have."""
_CLOSE = 1.03
"""Of plans that are so close, the one with the least code."""


def plan(lanes: int, task: Task, registers: int, *, straight: bool = False) -> Plan:
    """The cheapest way for vectors of so many lanes and so many registers; `straight`: without loops."""
    plans = [p for p in _plans(lanes, task, registers) if not (straight and p[0].packs)]
    best = min(p.cycles for p, _ in plans)
    found = min((p for p in plans if p[0].cycles <= best * _CLOSE), key=lambda p: (p[1], p[0].cycles))[0]
    return replace(found, tile=replace(found.tile, straight=straight))


def _plans(lanes: int, task: Task, registers: int) -> Iterator[tuple[Plan, int]]:
    """Each plan with the size of its code in multiply-adds."""
    along = [
        letter
        for letter in task.out.letters
        if all(view.runs_along(letter) for view in (task.out, *task.factors) if letter in view.letters)
    ]
    for letter in along or [""]:
        yield from _plans_along_result(lanes if letter else 1, task, letter, registers)
    for letter in task.out.letters:
        if packable(task, letter):
            for p, code in _plans_along_result(lanes, task, letter, registers):
                yield replace(p, packs=True, cycles=p.cycles + _copying(lanes, task, letter)), code + 64
    summed = task.summed
    if summed and all(view.runs_along(summed) for view in task.factors if summed in view.letters):
        for letter in task.out.letters or ("",):
            yield from _plans_along_sum(lanes, task, letter)


def _plans_along_result(lanes: int, task: Task, letter: str, registers: int) -> Iterator[tuple[Plan, int]]:
    size = _numbers(task)
    others = [n for n in task.out.letters if n != letter]
    row = others[-1] if others else ""
    outer = _product(size[n] for n in others[:-1])
    rows, terms, extent = size.get(row, 1), size.get(task.summed, 1), size.get(letter, 1)
    lanes = min(lanes, _power_of_two(extent))
    known = isinstance(task.sizes.get(letter, 1), int)
    strips = -(-extent // lanes)
    for vectors in range(1, min(strips, 6) + 1 if known else 2):
        for across in range(1, min(rows, 16) + 1):
            if vectors * across + vectors + 2 > registers:
                break
            for parts in _parts(terms, vectors * across):
                steps = _steps(terms, parts, vectors * across)
                cycles, code = 0.0, 0
                for r, r_times in _cuts(rows, across):
                    for n, n_times in _cuts(strips, vectors):
                        loads = r * _loads(task, row, letter) / 2 + n  # a vector often lies on two lines of the cache
                        each = max(r * n / 2, loads, _LATENCY / parts if terms > 1 else 0)
                        each += 0.0 if letter else _APART * r
                        join = 4.0 * (parts.bit_length() - 1)
                        cycles += r_times * n_times * (terms * each + r * n * (parts + 1) / 2 + join + 3)
                        code += r * n * (steps + (terms % steps if terms > steps else 0) + 4)
                yield Plan(False, letter, Tile(across, vectors, parts, steps), outer * cycles), code


def _plans_along_sum(lanes: int, task: Task, letter: str) -> Iterator[tuple[Plan, int]]:
    size = _numbers(task)
    terms, rows = size[task.summed], size.get(letter, 1)
    lanes = min(lanes, _power_of_two(terms))
    outer = _product(size[n] for n in task.out.letters if n != letter)
    strips = -(-terms // lanes)
    stored = 1.0 if not letter or task.out.runs_along(letter) else _APART * lanes
    for across in {min(rows, lanes), min(rows, max(lanes // 2, 1)), min(rows, 4)}:
        for parts in _parts(strips, across):
            steps = _steps(strips, parts, across)
            blocks = -(-rows // across)
            each = max(across / 2, 0.6 * (across + 1), _LATENCY / parts)
            fold = 2.0 * lanes.bit_length() + (_SHUFFLES if across > 1 else 2.0) * across
            fold += 4.0 * (parts.bit_length() - 1) + across * (parts - 1) / 2
            cycles = outer * blocks * (strips * each + fold + stored + 3)
            code = across * (steps + strips % steps + 4) * (1 + (rows % across > 0))
            yield Plan(True, letter, Tile(across, 1, parts, steps), cycles), code


def _parts(terms: int, size: int) -> list[int]:
    """Numbers of partial sums of a tile of so many vectors."""
    return [n for n in (1, 2, 4, 8) if n == 1 or (n <= terms // 2 and n * size <= 16)]


def packable(task: Task, letter: str) -> View | None:
    """The factor that stands in the way of lanes along this axis of the result, if a copy with axes exchanged helps."""
    views = [f for f in task.factors if letter in f.letters]
    sizes = [task.sizes.get(n) for n in (letter, task.summed)]
    if len(views) != 1 or not task.out.runs_along(letter) or not all(isinstance(n, int) for n in sizes):
        return None
    (view,) = views
    if view.runs_along(letter) or set(view.letters) != {letter, task.summed} or not view.runs_along(task.summed):
        return None
    return view if _product(n for n in sizes if isinstance(n, int)) <= _COPY else None


def _copying(lanes: int, task: Task, letter: str) -> float:
    size = _numbers(task)
    lanes = min(lanes, _power_of_two(size[letter]))
    blocks = -(-size[letter] // lanes) * -(-size[task.summed] // lanes)
    masks = 2.0 * lanes if size[letter] % lanes or size[task.summed] % lanes else 0.0
    return blocks * (lanes * (lanes.bit_length() - 1) + 1.5 * lanes + masks + 10)


def _loads(task: Task, row: str, letter: str) -> int:
    """How many of the factors are read anew for each row of a tile."""
    return sum(row in view.letters for view in task.factors) if row else 1


def _steps(terms: int, parts: int, size: int) -> int:
    """Terms a turn: enough that the loop itself costs little, and if possible a divisor of their number."""
    if terms <= 2 * parts or terms * size <= 16:
        return terms
    wanted = max(parts, min(terms, -(-32 // size)))
    for steps in range(wanted, 2 * wanted):
        if steps % parts == 0 and terms % steps == 0:
            return steps
    return -(-wanted // parts) * parts


def _cuts(size: int, step: int) -> list[tuple[int, int]]:
    """A size as blocks: (how large, how many)."""
    return [(n, times) for n, times in ((step, size // step), (size % step, 1)) if n and times]


def _numbers(task: Task) -> dict[str, int]:
    return {letter: size if isinstance(size, int) else _SOME for letter, size in task.sizes.items()}


def _power_of_two(size: int) -> int:
    return 1 << max(size - 1, 0).bit_length()


def _product(sizes: Iterator[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total
