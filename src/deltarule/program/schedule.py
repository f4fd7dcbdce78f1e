"""From equations to a schedule: assignments to named buffers, in the order in which they run.

What no output needs is left out; a name that only repeats another is that other; common subexpressions get a name; and
each statement says which buffer, dead after it, may hold its result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from deltarule.language.arrangement import Broadcast, DiagonalOf, Leaf, Transpose, arrange
from deltarule.language.equation import Equation
from deltarule.language.expression import Apply, Axis, Expression, Symbol
from deltarule.language.traversal import names, substitute
from deltarule.program.selecting import separated
from deltarule.program.sharing import share

__all__ = ["Schedule", "Statement", "lower"]


@dataclass(frozen=True)
class Statement:
    """`name = right`, the axes of `right` in the order of the buffer."""

    name: str
    right: Expression
    axes: tuple[Axis, ...]
    equation: Equation | None = None
    """The derived equation that it computes; None for a shared subexpression."""
    into: str | None = None
    """A buffer of the same shape that is not read after this statement: the result may overwrite it."""


@dataclass(frozen=True)
class Schedule:
    statements: tuple[Statement, ...]
    outputs: dict[str, str]
    """What is asked for, and the buffer that holds it."""

    @property
    def reads(self) -> set[str]:
        """Every name that a statement or an output uses and no statement makes."""
        used = {n for s in self.statements for n in names(s.right)} | set(self.outputs.values())
        return used - {s.name for s in self.statements}


def lower(
    equations: Sequence[Equation],
    outputs: Iterable[str],
    *,
    batch: int | str | None = None,
    rewrite: Callable[[Expression], Expression] = lambda e: e,
) -> Schedule:
    """The schedule of `equations` (in order of evaluation) for `outputs`; `rewrite` acts on each right side."""
    wanted = list(dict.fromkeys(outputs))
    comments = {e.name: e for e in equations}
    equations = [Equation(e.left, rewrite(e.right), e.module) for e in equations]
    equations = _needed(equations, wanted)
    equations, same = _without_copies(equations)
    buffers = {name: same.get(name, name) for name in wanted}
    equations = separated(equations, batch)
    equations = share(equations, lambda axis: batch is not None and axis.size == batch)
    statements = [Statement(e.name, e.right, e.axes, comments.get(e.name)) for e in equations]
    return Schedule(tuple(_in_place(statements, set(buffers.values()))), buffers)


def _needed(equations: Sequence[Equation], outputs: Iterable[str]) -> list[Equation]:
    live = set(outputs)
    out: list[Equation] = []
    for e in reversed(equations):
        if e.name in live:
            live |= names(e.right)
            out.append(e)
    return out[::-1]


def _without_copies(equations: Sequence[Equation]) -> tuple[list[Equation], dict[str, str]]:
    """`h = a`, index by index, makes no buffer: h is a."""
    same: dict[str, str] = {}
    out: list[Equation] = []
    for e in equations:
        right = substitute(
            e.right, lambda n: Symbol(same[n.name], n.indices) if isinstance(n, Symbol) and n.name in same else None
        )
        if isinstance(right, Symbol) and right.indices == e.left.indices:
            same[e.name] = right.name
        else:
            out.append(Equation(e.left, right, e.module))
    return out, same


def _in_place(statements: list[Statement], outputs: set[str]) -> list[Statement]:
    """Each statement with the buffer of its shape, if any, that is read for the last time in it, and there once."""
    last: dict[str, int] = {}
    for k, s in enumerate(statements):
        last |= dict.fromkeys(names(s.right), k)
    shapes: dict[str, tuple[int | str, ...]] = {}
    out: list[Statement] = []
    for k, s in enumerate(statements):
        shape = tuple(a.size for a in s.axes)
        reads = [n for n in _every(s.right) if isinstance(n, Symbol)]
        into = next(
            (
                n.name
                for n in reads
                if last[n.name] == k
                and n.name not in outputs
                and n.indices == s.axes
                and shapes.get(n.name) == shape
                and (isinstance(s.right, Apply) or [r.name for r in reads].count(n.name) == 1)
            ),
            None,
        )
        out.append(replace(s, into=into if len(shape) > 1 else None))
        if _is_view(s):  # two names of one array: neither is overwritten
            for name in (s.name, *names(s.right)):
                shapes.pop(name, None)
        else:
            shapes[s.name] = shape
    return out


def _every(e: Expression) -> Iterable[Expression]:
    """Every node, as often as it stands there."""
    yield e
    for child in e.children:
        yield from _every(child)


def _is_view(s: Statement) -> bool:
    return isinstance(arrange(s.right, s.axes), Leaf | Transpose | Broadcast | DiagonalOf | None)
