"""`$X$ is $n \\times p$`, "an $n \\times p$ matrix $X$", a table with a column of shapes: declarations in words, of one
name or of several with as many shapes; and `X : n × p` in a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deltarule.checking.words.shapes_in_words import JOINED, MATRIX, VECTOR
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.segments import Math
from deltarule.reading.statement import Statement

__all__ = ["sizes_said"]

LINK = re.compile(
    r"[\s(:=*_-]*(?:(?:is|are|be|being|has|have|with|of|an?|the|its|in|shape|sizes?|dimensions?|dimensionality|"
    r"ist|sind|hat|haben|hätte|der|die|das|eine?|mit|von|form|größe|grösse|format|dimension(?:en)?|"
    r"est|sont|a|ont|une?|de|la|le|taille|forme|es|son|tiene|tienen|una?|tamaño|forma|dimensiones|"
    r"é|são|tem|um|uma|tamanho|è|sono|ha|di|dimensione|dimensioni|jest|są|ma|mają|wymiar\w*|rozmiar\w*|"
    r"имеет|имеют|размер\w*|是|为|的)[\s(:*_-]*)*",
    re.IGNORECASE,
)
"""What stands between a name and its shape."""
SEVERAL = re.compile(r"\b(?:are|have|both|sind|haben|sont|ont|son|tienen|são|têm|sono|hanno|są|mają|имеют)\b", re.I)
KIND = re.compile(rf"[-\s]*(?:[^\W\d_]+[-\s]+){{0,2}}(?:{MATRIX}|{VECTOR})[\s:*_]*", re.IGNORECASE)
"""What stands between a shape and its name, "an n × p design matrix X"."""
CELL = re.compile(r"[\s*_]*\|[\s*_]*(?:[^|$\n]*\|[\s*_]*)?")
"""What stands between a name and its shape in a table, with at most one cell of words."""


@dataclass(frozen=True)
class _Run:
    """Names, or shapes, that stand one behind the other: their statements, and where they begin and end."""

    places: tuple[int, ...]
    items: tuple[t.Tree, ...]
    start: int
    end: int


def sizes_said(document: Document, statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a membership X ∈ ℝ^{n×p} for each such name."""
    statements = [_behind_a_colon(s) for s in statements]
    runs = list(_runs(document, statements))
    said: dict[int, list[tuple[t.Tree, t.Tree]]] = {}
    taken: set[int] = set()
    for k, (run, sizes) in enumerate(runs):
        if not sizes:
            continue
        near = [(runs[k - 1][0], True)] if k and not runs[k - 1][1] else []
        near += [(runs[k + 1][0], False)] if k + 1 < len(runs) and not runs[k + 1][1] else []
        for other, before in near:
            between = document.text[other.end : run.start] if before else document.text[run.end : other.start]
            whose = _whose(between, document.text[: run.start]) if before else _kind(between)
            names = [x for x in other.items if id(x) not in taken] if whose is not None else []
            spaces = [_space(x) for x in run.items]
            if len(spaces) == 1:
                names = names[whose or slice(None)]
                spaces *= len(names)
            if names and len(spaces) == len(names):
                said.setdefault(other.places[0], []).extend(zip(names, spaces, strict=True))
                taken |= {id(x) for x in names}
                break
    return [replace(s, memberships=(*s.memberships, *said[k])) if k in said else s for k, s in enumerate(statements)]


def _behind_a_colon(s: Statement) -> Statement:
    """`X, Y : n × p` and `x : [n, 1]` with memberships for them."""
    if [r.symbol for r in s.relations] != [":"] or s.memberships:
        return s
    shape = s.sides[1].tree
    match shape:
        case t.Factors(items=((op, first), ("*" | "cdot", second))):
            shape = t.Factors(((op, first), ("times", second)), start=shape.start, end=shape.end)
        case t.Group(kind="[", items=(_, _) as items):
            shape = t.Group("(", items, start=shape.start, end=shape.end)
    match s.sides[0].tree:
        case t.Group(kind="", items=items):
            names = items
        case one:
            names = (one,)
    plain = all(isinstance(x, t.Name) or (isinstance(x, t.Scripted) and isinstance(x.base, t.Name)) for x in names)
    if shape is None or not _is_shape(shape) or not plain:
        return s
    return replace(s, memberships=tuple((x, _space(shape)) for x in names if x is not None))


def _kind(between: str) -> slice | None:
    """The first of some names, behind a shape and a word for it."""
    return slice(0, 1) if KIND.fullmatch(between) else None


def _whose(between: str, text: str) -> slice | None:
    """Which of some names have a shape behind them, by the words between: all of several in a table and behind "are",
    the last one in `$x$ and $A$ (size $m \\times n$)`."""
    line = text.rpartition("\n")[2]
    if line.lstrip().startswith("|"):
        return slice(None) if CELL.fullmatch(between) else None
    if not between.strip() or not LINK.fullmatch(between):
        return None
    return slice(None) if SEVERAL.search(between) else slice(-1, None)


def _runs(document: Document, statements: Sequence[Statement]) -> Iterator[tuple[_Run, bool]]:
    """The names, and the shapes, that stand alone in the text, in their order; and whether they are shapes."""
    open_run: tuple[_Run, bool] | None = None
    for place, s in enumerate(statements):
        segment = document.segments[s.block]
        own = _items(s)
        if not own or not isinstance(segment, Math) or segment.display:
            if open_run is not None:
                yield open_run
            open_run = None
            continue
        sizes = all(map(_is_shape, own))
        if open_run is not None and open_run[1] == sizes:
            run = open_run[0]
            between = document.text[run.end : segment.start]
            same = segment.start < run.end or (JOINED.fullmatch(between) is not None and "\n" not in between)
            if same:
                items = (*run.items, *own)
                open_run = _Run((*run.places, place), items, run.start, max(run.end, segment.end)), sizes
                continue
        if open_run is not None:
            yield open_run
        open_run = _Run((place,), own, segment.start, segment.end), sizes
    if open_run is not None:
        yield open_run


def _items(s: Statement) -> tuple[t.Tree, ...]:
    """The names of `$X, Y$`, X of `$X = …$`, or the shape n × p of a formula with nothing else in it."""
    tree = s.sides[0].tree
    if isinstance(tree, t.Name) and [r.symbol for r in s.relations] == ["="] and not s.continues:
        return (tree,)  # $U = [u_1, \dots, u_n]$ is $d \times n$
    if s.relations or s.memberships or len(s.sides) != 1:
        return ()
    match tree:
        case t.Name() | t.Scripted(base=t.Name(), primes=0):
            return (tree,)
        case t.Group(kind="", items=items) if all(isinstance(x, t.Name | t.Scripted) for x in items):
            return items
        case _ if tree is not None and _is_shape(tree):
            return (tree,)
    return ()


def _is_shape(tree: t.Tree) -> bool:
    """n × p, and (n, p)."""
    match tree:
        case t.Factors(items=((_, first), ("times", second))):
            return all(isinstance(x, t.Name | t.Scripted | t.Num) for x in (first, second))
        case t.Group(kind="(", items=(first, second)):
            return all(isinstance(x, t.Name | t.Scripted | t.Num) for x in (first, second))
    return False


def _space(shape: t.Tree) -> t.Tree:
    sizes = shape
    if isinstance(shape, t.Group):
        sizes = t.Factors((("", shape.items[0]), ("times", shape.items[1])), start=shape.start, end=shape.end)
    return t.Scripted(t.Name("R", (), "bb"), None, sizes, start=shape.start, end=shape.end)
