"""Values as people write them: 0.5, -1/2, (4, 1, 2), [1, 1]^T and matrices of numbers, and the shapes they may have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from deltarule.language.expression import Apply, Expression, Number, Power, Product, Sum
from deltarule.reading import tree as t
from deltarule.reading.references import is_transpose

__all__ = ["Written", "entries", "exactly", "value_written"]

MOST_POWER = 8
EXACT: dict[str, Callable[..., Fraction | None]] = {
    "maximum": max,
    "minimum": min,
    "abs": lambda x: max(x, -x),
    "step": lambda x: Fraction(int(x > 0)) if x else None,
}
"""Functions that have an exact value of exact numbers; none at a kink of which that is a convention."""


@dataclass(frozen=True)
class Written:
    """A number, or the rows of a matrix; a list in parentheses or brackets is one row."""

    number: Fraction | None = None
    rows: tuple[tuple[Fraction, ...], ...] = ()

    def turned(self) -> Written:
        """With rows and columns exchanged."""
        return Written(self.number, tuple(zip(*self.rows, strict=True))) if self.rows else self

    def shaped(
        self, rank: int, sizes: Sequence[int | None]
    ) -> tuple[tuple[int, ...], dict[tuple[int, ...], Fraction]] | None:
        """The shape, and the numbers by their places from 1, for a name of so many axes; None where it has no such
        shape. A vector may lie in a row or in a column."""
        rows = self.rows if self.number is None else ((self.number,),)
        if not rows or not rank:
            return None
        if rank == 1:
            line = rows[0] if len(rows) == 1 else tuple(row[0] for row in rows) if len(rows[0]) == 1 else None
            if line is None or sizes[0] not in (None, len(line)):
                return None
            return (len(line),), {(k,): x for k, x in enumerate(line, 1)}
        if rank != 2 or any(n not in (None, m) for n, m in zip(sizes, (len(rows), len(rows[0])), strict=True)):
            return None
        places = {(i, j): x for i, row in enumerate(rows, 1) for j, x in enumerate(row, 1)}
        return (len(rows), len(rows[0])), places


def value_written(tree: t.Tree) -> Written | None:
    """The value of a side that is numbers only; None for any other side."""
    number = _number(tree)
    if number is not None:
        return Written(number)
    found = _rows(tree)
    if found is None:
        return None
    rows = [[_number(x) for x in row] for row in found]
    if not rows or not rows[0] or any(x is None for row in rows for x in row) or len({len(r) for r in rows}) > 1:
        return None
    return Written(None, tuple(tuple(x for x in row if x is not None) for row in rows))


def entries(tree: t.Tree, turned: bool = False) -> dict[tuple[int, ...], t.Tree]:
    """The entries of a written vector or matrix by their places from 1."""
    rows = _rows(tree)
    if rows is None:
        return {}
    out: dict[tuple[int, ...], t.Tree] = {}
    for i, row in enumerate(rows, 1):
        for j, x in enumerate(row, 1):
            out[(j, i) if turned else (i, j)] = x
            if len(rows) == 1 or len(row) == 1:
                out[(max(i, j),)] = x
    return out


def _rows(tree: t.Tree) -> list[list[t.Tree]] | None:
    match tree:
        case t.Matrix(kind=kind, rows=rows) if kind in {"(", "[", ""} and all(x is not None for r in rows for x in r):
            return [[x for x in row if x is not None] for row in rows]
        case t.Group(kind="(" | "[", items=items) if len(items) > 1:
            lines = [x for x in items if isinstance(x, t.Group) and x.kind in {"(", "["} and len(x.items) > 1]
            return [list(line.items) for line in lines] if len(lines) == len(items) else [list(items)]
        case t.Group(kind="[", items=(one,)) if _number(one) is not None:
            return [[one]]
        case t.Scripted(base=base, sub=None, sup=t.Tree() as sup, primes=0) if is_transpose(sup):
            inner = _rows(base)
            return None if inner is None else [list(column) for column in zip(*inner, strict=False)]
    return None


def _number(tree: t.Tree | None) -> Fraction | None:
    """The exact value of a calculation with +, -, ·, / and whole powers."""
    match tree:
        case t.Num(value=value):
            return value
        case t.Group(kind="(", items=(inside,)):
            return _number(inside)
        case t.Terms(items=items):
            parts = [(sign, _number(x)) for sign, x in items]
            if any(x is None or sign not in {"+", "-"} for sign, x in parts):
                return None
            return sum(((-x if sign == "-" else x) for sign, x in parts if x is not None), Fraction(0))
        case t.Factors(items=items):
            total = Fraction(1)
            for op, item in items:
                value = _number(item)
                over = op in {"/", "div"}
                if value is None or op not in {"", "cdot", "times", "*", "/", "div"} or (over and not value):
                    return None
                total = total / value if over else total * value
            return total
        case t.Ratio(numerator=above, denominator=below):
            one, other = _number(above), _number(below)
            return None if one is None or not other else one / other
        case t.Scripted(base=base, sub=None, sup=t.Num(value=power), primes=0) if power.denominator == 1:
            value = _number(base)
            small = value is not None and abs(power) <= MOST_POWER and (value or power > 0)
            return value ** int(power) if value is not None and small else None
    return None


def exactly(e: Expression) -> Fraction | None:
    """The value of sums, products and whole powers of numbers; None for anything else."""
    match e:
        case Number(value=value):
            return value
        case Sum() | Product(bound=()):
            parts = [exactly(x) for x in e.children]
            known = [x for x in parts if x is not None]
            if len(known) < len(parts):
                return None
            return sum(known, Fraction(0)) if isinstance(e, Sum) else prod(known, start=Fraction(1))
        case Power(base=base, exponent=power):
            value = exactly(base)
            whole = power.denominator == 1 and abs(power) <= MOST_POWER
            return value ** int(power) if value is not None and whole and (value or power > 0) else None
        case Apply(function=name, arguments=arguments) if name in EXACT and not any(e.order):
            values = [exactly(x) for x in arguments]
            given = [x for x in values if x is not None]
            return EXACT[name](*given) if len(given) == len(values) else None
    return None
