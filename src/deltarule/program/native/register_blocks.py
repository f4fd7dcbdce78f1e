"""Products whose accumulators stay in registers: the two shapes of code, a tile at a time.

`along_result`: lanes run along an axis of the result; one operand is read as vectors, the other element by element.
`along_sum`: lanes run along the axis that is summed over; the lanes of each accumulator are added up at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import prod

from llvmlite import ir

from deltarule.program.native.operands import Place, View
from deltarule.program.native.tiles import Task, Tile
from deltarule.program.native.vectors import Index, Vectors

__all__ = ["along_result", "along_sum"]

Positions = dict[str, Index]
_FEW = 4
"""Values that are as quickly scaled as one, where others are waited for."""
_MANY = 12
"""Elements in all lanes that are too many for the registers."""


class _Terms:
    """The products at the positions of a tile, each load made once a turn."""

    def __init__(self, v: Vectors, task: Task, scaled: View | None = None) -> None:
        self.v, self.task = v, task
        self.scaled = scaled
        """The factor that the scale is applied to."""
        self.seen: dict[tuple[object, ...], ir.Value] = {}

    def add(self, place: Place, total: ir.Value | None) -> ir.Value:
        """`total` and the product of the factors at this place."""
        v = self.v
        values = [self._value(view, place) for view in self.task.factors]
        if len(values) == 1 and total is not None and self.scaled is not None and self.task.scale is not None:
            return v.fma(v.splat(self.task.scale), place.load(self.scaled.operand, self.scaled.letters), total)
        if len(values) == 1:
            return values[0] if total is None else v.add(total, values[0])
        return v.multiply(*values) if total is None else v.fma(values[0], values[1], total)

    def _value(self, view: View, place: Place) -> ir.Value:
        key = (id(view), *((letter, place.at[letter]) for letter in view.letters))
        if key not in self.seen:
            value = place.load(view.operand, view.letters)
            if view is self.scaled and self.task.scale is not None:
                value = self.v.multiply(self.v.splat(self.task.scale), value)
            self.seen[key] = value
        return self.seen[key]


def _finish(task: Task, place: Place, value: ir.Value, clean: bool = False) -> None:
    """`clean`: a pad of the result is zero, and so is what was added to it."""
    v = place.vectors
    if task.start == "add":
        old = place.load(task.out.operand, task.out.letters)
        value = v.add(old, value) if task.scale is None else v.fma(v.splat(task.scale), value, old)
    elif task.scale is not None:
        value = v.multiply(v.splat(task.scale), value)
    if task.epilogue is not None:
        result = task.epilogue(place, value)
        if result is None:
            return
        value = result
    place.store(value, task.out.operand, task.out.letters, clean=clean)


def along_result(v: Vectors, task: Task, lanes: str, tile: Tile) -> None:
    """Lanes along the axis `lanes` of the result (none where it is empty); tiles over that axis and one other."""
    sizes = task.sizes
    others = [letter for letter in task.out.letters if letter != lanes]
    row = others[-1] if others else ""
    v = v.narrowed(sizes[lanes]) if lanes else v.of(1)
    if tile.straight and not task.summed and lanes:
        task = _reading_again(v, task, lanes)
    for fixed in _everywhere(v, others[:-1], task, tile.straight):
        for start, stop, vectors, count in _panels(v, sizes[lanes] if lanes else 1, tile.vectors):
            for position in _turns(v, start, stop, vectors * v.lanes, tile.straight):
                for first, last, across in _blocks(v, sizes[row] if row else 1, tile.across):
                    for top in _turns(v, first, last, across, tile.straight):
                        at = {**fixed, **({lanes: position} if lanes else {}), **({row: top} if row else {})}
                        _result_tile(v, task, at, lanes, row, across, vectors, count, tile)


def _reading_again(v: Vectors, task: Task, lanes: str) -> Task:
    """A factor that is read element by element, and many of them, is read anew: each is a vector in a register else."""

    def again(view: View) -> View:
        if lanes in view.letters or view.operand.padded or _values(view, task, "", 1) < _MANY:
            return view
        return replace(view, operand=replace(view.operand, pointer=v.forgotten(view.operand.pointer)))

    return replace(task, left=again(task.left), right=task.right and again(task.right))


def _result_tile(
    v: Vectors,
    task: Task,
    at: Positions,
    lanes: str,
    row: str,
    across: int,
    vectors: int,
    count: Index | None,
    tile: Tile,
) -> None:
    along = lanes if v.lanes > 1 else ""
    downwards = [{row: v.plus(at[row], r)} if row else {} for r in range(across)]
    sideways = [{lanes: v.plus(at[lanes], n * v.lanes)} if lanes else {} for n in range(vectors)]
    spots = [
        Place(v, {**at, **down, **side}, along, count if n == vectors - 1 else None)
        for down in downwards
        for n, side in enumerate(sideways)
    ]
    first: list[ir.Value | None] = [None] * len(spots)
    if callable(task.start):
        first = [task.start(spot) for spot in spots]
    elif task.start == "add" and not task.summed:
        first = [spot.load(task.out.operand, task.out.letters) for spot in spots]
    # Without a sum there are fewer factors to scale than products, and the old value is where the product is added.
    scaled = None if task.summed else _scaled(task, lanes, v.lanes)
    ends = task if task.summed else replace(task, start="zero", scale=None)

    def turn(positions: Sequence[Index], totals: list[ir.Value | None]) -> list[ir.Value | None]:
        """One step of the sum for each position: part p of the totals takes positions p, p + parts, ..."""
        for p, position in enumerate(positions):
            terms = _Terms(v, task, scaled)
            base = p % tile.parts * len(spots)
            for n, spot in enumerate(spots):
                here = {**spot.at, task.summed: position} if task.summed else spot.at
                totals[base + n] = terms.add(replace(spot, at=here), totals[base + n])
        return totals

    totals = first + [None] * (len(spots) * (tile.parts - 1))
    results = _summed(v, task.sizes[task.summed] if task.summed else 1, tile, totals, turn)
    for n, spot in enumerate(spots):
        _finish(ends, spot, _joined(v, results[n :: len(spots)]), clean=task.start == "add")


def _scaled(task: Task, letter: str, lanes: int) -> View:
    """The factor that takes the scale: few elements read from memory, which wait for nothing, or the fewest.

    What lies on the stack has only just been computed.
    """

    def cost(view: View) -> tuple[bool, int]:
        count = _values(view, task, letter, lanes)
        return isinstance(view.operand.pointer, ir.AllocaInstr) or count > _FEW, count

    return min(task.factors, key=cost)


def _values(view: View, task: Task, letter: str, lanes: int) -> int:
    """How many vectors or single elements a factor comes to."""
    sizes = [(n, task.sizes[n]) for n in view.letters]
    return prod(-(-(s if isinstance(s, int) else 32) // (lanes if n == letter else 1)) for n, s in sizes)


def along_sum(v: Vectors, task: Task, rows: str, tile: Tile) -> None:
    """Lanes along the axis that is summed over; `tile.across` positions of the axis `rows` are summed together."""
    sizes = task.sizes
    v = v.narrowed(sizes[task.summed])
    others = [letter for letter in task.out.letters if letter != rows]
    for fixed in _everywhere(v, others, task, tile.straight):
        for first, last, across in _blocks(v, sizes[rows] if rows else 1, min(tile.across, v.lanes)):
            for top in _turns(v, first, last, across, tile.straight):
                _sum_tile(v, task, {**fixed, **({rows: top} if rows else {})}, rows, across, tile)


def _sum_tile(v: Vectors, task: Task, at: Positions, rows: str, across: int, tile: Tile) -> None:
    summed = task.summed
    spots = [{**at, rows: v.plus(at[rows], r)} if rows else at for r in range(across)]

    def turn_of(
        count: Index | None, part: int = 0
    ) -> Callable[[Sequence[Index], list[ir.Value | None]], list[ir.Value | None]]:
        def turn(positions: Sequence[Index], totals: list[ir.Value | None]) -> list[ir.Value | None]:
            for p, position in enumerate(positions):
                terms = _Terms(v, task)
                base = (part + p) % tile.parts * across
                for r, spot in enumerate(spots):
                    where = {**spot, summed: v.times(position, v.lanes)}
                    place = Place(v, where, summed if v.lanes > 1 else "", count)
                    totals[base + r] = terms.add(place, totals[base + r])
            return totals

        return turn

    size = task.sizes[summed]
    totals: list[ir.Value | None] = [None] * (across * tile.parts)
    if across == 1 and callable(task.start):
        totals[0] = v.only(task.start(Place(v.of(1), at, "")))
    if isinstance(size, int):
        whole = size // v.lanes
        if whole:
            totals = list(_summed(v, whole, tile, totals, turn_of(None)))
        if size % v.lanes:
            totals = turn_of(size % v.lanes, whole)([whole], totals)  # where fewest terms are waited for
    else:
        whole = v.builder.sdiv(v.index(size), v.index(v.lanes))
        totals = list(_summed(v, whole, tile, totals, turn_of(None)))
        totals = turn_of(v.minus(size, v.times(whole, v.lanes)))([whole], totals)
    rests = [_joined(v, [t for t in totals[r::across] if t is not None]) for r in range(across)]
    width = 1 << (across - 1).bit_length()
    w = v.of(width)
    place = Place(w, at, rows if width > 1 else "", None if across == width else across)
    value = v.sum(rests[0]) if across == 1 else v.first(v.sums(rests), width)
    if across > 1 and callable(task.start):
        value = w.add(task.start(place), value)
    _finish(task, place, value)


def _joined(v: Vectors, parts: Sequence[ir.Value | None]) -> ir.Value:
    """The sum of the partial sums, pairwise."""
    values = [p for p in parts if p is not None]
    while len(values) > 1:
        values = [v.add(*values[k : k + 2]) if k + 1 < len(values) else values[k] for k in range(0, len(values), 2)]
    return values[0]


def _summed(
    v: Vectors,
    size: Index,
    tile: Tile,
    totals: list[ir.Value | None],
    turn: Callable[[Sequence[Index], list[ir.Value | None]], list[ir.Value | None]],
) -> list[ir.Value | None]:
    """`turn` over 0 ... size - 1, `tile.steps` positions at a time: straight code where one turn holds them all."""
    if isinstance(size, int) and (size <= tile.steps or tile.straight):
        return turn(range(size), totals)
    zero = v.constant(0.0)
    carried = [zero if t is None else t for t in totals]
    main: Index = size - size % tile.steps if isinstance(size, int) else size
    if not isinstance(size, int) and tile.steps > 1:
        main = v.minus(size, v.builder.srem(v.index(size), v.index(tile.steps)))
    with v.loop(0, main, tile.steps, carried) as loop:
        positions = [v.plus(loop.index, p) for p in range(tile.steps)]
        loop.carried = _certain(turn(positions, list(loop.carried)))
    totals = list(loop.results)
    if isinstance(size, int):
        return turn([main + p for p in range(size % tile.steps)], totals) if isinstance(main, int) else totals
    if tile.steps > 1:
        with v.loop(main, size, 1, _certain(totals)) as loop:
            loop.carried = _certain(turn([loop.index], list(loop.carried)))
        totals = list(loop.results)
    return totals


def _certain(totals: Sequence[ir.Value | None]) -> list[ir.Value]:
    return [t for t in totals if t is not None]


def _turns(v: Vectors, start: Index, stop: Index, step: int, straight: bool) -> Iterator[Index]:
    """The positions of a loop, whose body is written once; of straight code, or of one turn, each position itself."""
    if isinstance(start, int) and isinstance(stop, int) and (straight or stop - start <= step):
        yield from range(start, stop, step)
        return
    with v.loop(start, stop, step) as loop:
        yield loop.index


def _everywhere(v: Vectors, letters: Sequence[str], task: Task, straight: bool) -> Iterator[Positions]:
    """Every position along some axes."""
    if not letters:
        yield dict.fromkeys(task.ones, 0)
        return
    for position in _turns(v, 0, task.sizes[letters[0]], 1, straight):
        for rest in _everywhere(v, letters[1:], task, straight):
            yield {letters[0]: position, **rest}


def _blocks(v: Vectors, size: Index, across: int) -> Iterator[tuple[Index, Index, int]]:
    """Start, stop and step of blocks of `across` rows, then of the rest: one block if their number is known."""
    if isinstance(size, int):
        across = min(across, size)
        main = size - size % across
        yield 0, main, across
        if size % across:
            yield main, size, size % across
        return
    if across > 1:
        main = v.minus(size, v.builder.srem(v.index(size), v.index(across)))
        yield 0, main, across
        yield main, size, 1
    else:
        yield 0, size, 1


def _panels(v: Vectors, size: Index, vectors: int) -> Iterator[tuple[Index, Index, int, Index | None]]:
    """Start and stop of panels along the lanes, how many vectors each has, and the lanes that its last one means."""
    lanes = v.lanes
    if isinstance(size, int):
        whole, tail = divmod(size, lanes)
        vectors = min(vectors, whole + bool(tail))
        main = whole // vectors * vectors
        if main:
            yield 0, main * lanes, vectors, None
        rest = whole - main + bool(tail)
        if rest:
            yield main * lanes, (main + rest) * lanes, rest, tail or None
        return
    if lanes == 1:
        yield 0, size, 1, None
        return
    main = v.minus(size, v.builder.srem(v.index(size), v.index(lanes)))
    yield 0, main, 1, None
    yield main, v.plus(main, 1), 1, v.minus(size, main)  # where nothing is left the mask is empty
