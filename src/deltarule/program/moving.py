"""Moves of entries as NumPy: a gather is a view of windows, a scatter adds slices, digits are a reshape."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.language.expression import Axis
from deltarule.program.selecting import Move, Place
from deltarule.writing.numpy import Spelling

__all__ = ["move_lines"]


def move_lines(name: str, move: Move, axes: Sequence[Axis], spelling: Spelling) -> list[str]:
    """The lines that make the array `name` with these axes."""
    return _gather(name, move, axes, spelling) if move.gather else _scatter(name, move, axes, spelling)


def _gather(name: str, move: Move, axes: Sequence[Axis], spelling: Spelling) -> list[str]:
    source = spelling.name(move.symbol.name)
    there = [a for a in move.symbol.indices if isinstance(a, Axis)]
    by_target = {p.target: p for p in move.places}
    pads, cuts, sizes = [], [], []
    windows: list[tuple[int, int]] = []
    inside: list[str] = []
    reshapes = False
    for k, a in enumerate(there):
        place = by_target.get(a)
        pad, cut = (0, 0), ":"
        sizes.append(spelling.size(a.size))
        if place is not None and place.digits:
            reshapes = True
            sizes[-1:] = [spelling.size(axis.size) for axis, _ in place.steps]
        elif place is not None:
            pad, cut, window, step = _window(place)
            if window > 1:
                windows.append((k, window))
                inside.append(f"::{step}" if step > 1 else ":")
        pads.append(pad)
        cuts.append(cut)
    if any(pad != (0, 0) for pad in pads):
        source = f"np.pad({source}, ({', '.join(map(str, pads))},))"
    if windows:
        shape = ", ".join(str(w) for _, w in windows)
        over = ", ".join(str(k) for k, _ in windows)
        source = f"np.lib.stride_tricks.sliding_window_view({source}, ({shape},), axis=({over},))"
    if any(cut != ":" for cut in (*cuts, *inside)):
        source += f"[{', '.join([*cuts, *inside])}]"
    if reshapes:
        assert not windows
        source = f"np.reshape({source}, ({', '.join(sizes)},))"
    if (windows or reshapes) and tuple(axes) != move.axes:  # one copy here, where each product would make one
        return [f"{name} = np.ascontiguousarray({_turned(source, move.axes, axes)})"]
    return [f"{name} = {_turned(source, move.axes, axes)}"]


def _window(place: Place) -> tuple[tuple[int, int], str, int, int]:
    """The zeros before and after, the slice of the places, the entries that a window reaches over, their step."""
    low, high = place.ends
    before = max(0, -low)
    after = max(0, high - (int(place.target.size) - 1))
    (axis, stride), *rest = place.steps
    reach = 1 + sum(c * (int(a.size) - 1) for a, c in rest)
    step = rest[0][1] if rest else 1
    first = low + before
    count = int(axis.size)
    cut = _slice(first, stride, count, int(place.target.size) + before + after - reach + 1)
    return (before, after), cut, reach, step


def _slice(first: int, step: int, count: int, whole: int) -> str:
    end = first + step * (count - 1) + 1
    if (first, step, end) == (0, 1, whole):
        return ":"
    return f"{first or ''}:{end}" + (f":{step}" if step > 1 else "")


def _scatter(name: str, move: Move, axes: Sequence[Axis], spelling: Spelling) -> list[str]:
    source = spelling.name(move.symbol.name)
    there = [a for a in move.symbol.indices if isinstance(a, Axis)]
    inner = {a for p in move.places for a, _ in p.steps}
    front = [a for a in there if a not in inner]
    if all(p.digits for p in move.places):
        order = [*front, *(a for p in move.places for a, _ in p.steps)]
        missing = [a for a in order if a not in there]
        if not missing:
            sizes = ", ".join(spelling.size(a.size) for a in (*front, *(p.target for p in move.places)))
            return [f"{name} = {_turned(f'np.reshape({_turned(source, there, order)}, ({sizes},))', move.axes, axes)}"]
    loops: list[tuple[Axis, int]] = []
    spread = [a for p in move.places for a, _ in p.steps[:1]]
    sizes, cuts, crops = [spelling.size(a.size) for a in front], [":" for _ in front], [":" for _ in front]
    for p in move.places:
        low, high = p.ends
        size = int(p.target.size)
        before, after = max(0, -low), max(0, high - (size - 1))
        (axis, stride), *rest = p.steps
        sizes.append(str(size + before + after))
        crops.append(f"{before}:{before + size}" if before or after else ":")
        terms = [(f"k{len(loops) + n}", c) for n, (_, c) in enumerate(rest)]
        cuts.append(_moving(low + before, stride, int(axis.size), terms))
        loops += rest
    order = [*front, *(a for a in spread if a in there), *(a for a, _ in loops if a in there)]
    given = _turned(source, there, order)
    part = spelling.name(move.symbol.name) if given == source else f"{name}_parts"
    lines = [] if given == source else [f"{part} = {given}"]
    absent = [a not in there for a in spread]
    if any(absent) or any(a in there for a, _ in loops):
        index = [":"] * len(front) + ["None" if gone else ":" for gone in absent]
        index += [f"k{n}" for n, (a, _) in enumerate(loops) if a in there]
        part += f"[{', '.join(index)}]"
    kept = f", dtype={spelling.dtype}" if spelling.dtype else ""
    lines.append(f"{name} = np.zeros(({', '.join(sizes)},){kept})")
    indent = ""
    for n, (a, _) in enumerate(loops):
        lines.append(f"{indent}for k{n} in range({a.size}):")
        indent += "    "
    lines.append(f"{indent}{name}[{', '.join(cuts)}] += {part}")
    whole = name if all(c == ":" for c in crops) else f"{name}[{', '.join(crops)}]"
    final = _turned(whole, move.axes, axes)
    return lines if final == name else [*lines, f"{name} = {final}"]


def _moving(first: int, step: int, count: int, terms: Sequence[tuple[str, int]]) -> str:
    """The slice of the places, moved by the entry of the window."""

    def plus(number: int) -> str:
        parts = [(f"{c} * {k}" if c > 1 else k) for k, c in terms]
        return " + ".join([*parts, *([str(number)] if number or not parts else [])])

    end = first + step * (count - 1) + 1
    return f"{plus(first)} : {plus(end)}" + (f" : {step}" if step > 1 else "")


def _turned(source: str, there: Sequence[Axis], axes: Sequence[Axis]) -> str:
    if tuple(there) == tuple(axes):
        return source
    return f"np.transpose({source}, ({', '.join(str(list(there).index(a)) for a in axes)},))"
