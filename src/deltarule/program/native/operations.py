"""Statements of a schedule as operations that a loop nest carries out: one elementwise body, summed or not.

    z[s,i] = Σ_j W[i,j] h[s,j] + b[i]          sum_1[s,i] = Σ_j W[i,j] h[s,j]       a sum
                                               z[s,i] = sum_1[s,i] + b[i]           elementwise

Factors that do not depend on what is summed over leave the sum; Kronecker's deltas are contracted away; what is left of
a sum is either a product of two arrays, which is matrix multiplication, or a body of any form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

from deltarule.language.arithmetic import multiply
from deltarule.language.contraction import settle
from deltarule.language.equation import Equation
from deltarule.language.expression import (
    Apply,
    Axis,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Number,
    Product,
    Symbol,
    opened,
)
from deltarule.language.traversal import names, substitute, walk
from deltarule.program.schedule import Statement
from deltarule.program.selecting import move_of
from deltarule.writing.matrix_products import MatrixProduct, matrix_product

__all__ = [
    "MATRICES",
    "MOVES",
    "SHORT",
    "Batched",
    "Contraction",
    "Operation",
    "as_batched",
    "contraction",
    "operations",
    "whole",
]

SHORT = {"maximum", "minimum", "step", "abs", "sign", "sqrt"}
"""Functions of one or a few instructions."""
MOVES = {"gather", "scatter"}
"""Kinds of operations whose body is an array and the equations between its indices and those of the result."""
MATRICES = {"inverse", "determinant"}
"""Kinds whose body is an array that is a matrix over the bound axes, its row and its column."""


@dataclass(frozen=True)
class Operation:
    """`name[axes] = body`, or the sum or the largest of `body` over `bound`."""

    name: str
    axes: tuple[Axis, ...]
    body: Expression
    bound: tuple[Axis, ...] = ()
    kind: str = "each"
    """`each` (elementwise), `sum`, `largest`, one of `MOVES` or `MATRICES`, or `norm`: what clipping by norm multiplies
    all factors by."""
    equation: Equation | None = None
    """The derived equation whose value this is; None for a part of one."""
    target: str = ""
    """The array that the value is put into, where that is one that is there already: a parameter, say."""
    text: str = ""
    """What it says, where there is no equation: an update, as its author wrote it."""
    apart: bool = False
    """Whether it joins no group: it waits for the loss, which needs what this reads."""

    @property
    def reads(self) -> set[str]:
        return names(self.body)


def operations(statements: Iterable[Statement], taken: Iterable[str], batch: int | str | None) -> list[Operation]:
    """The statements taken apart; `taken` are names that parts may not have."""
    maker = _Maker(set(taken), batch)
    for s in statements:
        maker.add(s)
    return maker.out


class _Maker:
    def __init__(self, taken: set[str], batch: int | str | None) -> None:
        self.taken = taken
        self.batch = batch
        self.out: list[Operation] = []
        self.matrices: dict[tuple[object, ...], str] = {}
        """The name of each inverse or determinant that is computed."""

    def add(self, s: Statement) -> None:
        self.taken.add(s.name)
        if (move := move_of(s.right)) is not None:
            assert isinstance(s.right, Product)
            factors, bound = opened(s.right)
            kind = "gather" if move.gather else "scatter"
            self.out.append(Operation(s.name, s.axes, multiply(*factors), bound, kind, s.equation))
            return
        right = settle(s.right)
        whole = self.reduction(right, s.name, s.axes)
        if whole is None:
            body = self.hoisted(self.without_reductions(right, s.name), s.axes, s.name)
            whole = Operation(s.name, s.axes, body)
        self.out.append(replace(whole, equation=s.equation))

    def without_reductions(self, e: Expression, owner: str) -> Expression:
        """The expression with each sum and maximum in it computed before, under a name."""

        def put(node: Expression) -> Expression | None:
            if isinstance(node, Inverse | Determinant):
                return self.of_matrix(node, owner)
            if not _reduces(node):
                return None
            axes = tuple(sorted(node.axes, key=lambda a: a.size != self.batch))
            name = self.free(owner)
            part = self.reduction(node, name, axes)
            if part is None:
                return self.without_reductions(_opened_scalars(node), owner)
            self.out.append(part)
            return Symbol(name, axes)

        return substitute(e, put)

    def of_matrix(self, e: Inverse | Determinant, owner: str) -> Symbol:
        """The inverse (at the indices of the node) or the determinant of a matrix, computed once."""
        free = tuple(sorted((a for a in e.body.axes if a not in e.bound), key=lambda a: a.size != self.batch))
        inverts = isinstance(e, Inverse)
        key = (type(e), e.body, e.bound)
        if key not in self.matrices:
            (body,), (row, column) = opened(e)
            body = self.hoisted(self.without_reductions(body, owner), (*free, row, column), owner)
            if not isinstance(body, Symbol) or body.indices != (*free, row, column) or not inverts:
                copy = self.free(owner)
                self.out.append(Operation(copy, (*free, row, column), body))
                body = Symbol(copy, (*free, row, column))
            name = self.matrices[key] = self.free(owner)
            axes = (*free, Axis("_row", row.size), Axis("_column", column.size)) if inverts else free
            kind = "inverse" if inverts else "determinant"
            self.out.append(Operation(name, axes, body, (row, column), kind))
        return Symbol(self.matrices[key], (*free, *(e.indices if isinstance(e, Inverse) else ())))

    def reduction(self, e: Expression, name: str, axes: tuple[Axis, ...]) -> Operation | None:
        """`e` as one operation, if it is a sum or a maximum of something and nothing stands around it."""
        match e:
            case Maximum():
                (body,), bound = opened(e)
                body = self.hoisted(self.without_reductions(body, name), (*axes, *bound), name)
                return Operation(name, axes, body, bound, "largest")
            case Product(bound=(_, *_)):
                factors, bound = opened(e)
                inside, outside, unused = [], [], []
                for f in factors:
                    (inside if set(f.axes) & set(bound) else outside).append(f)
                unused = [a for a in bound if not any(a in f.axes for f in inside)]
                if outside or unused:
                    return None
                body = self.without_reductions(multiply(*inside), name)
                body = self.hoisted(body, (*axes, *bound), name)
                return Operation(name, axes, self.as_matrices(body, bound, name), bound, "sum")
        return None

    def hoisted(self, body: Expression, axes: tuple[Axis, ...], owner: str) -> Expression:
        """The body with each function of fewer axes computed before: once for each value, not at all points."""

        def put(node: Expression) -> Expression | None:
            if not isinstance(node, Apply) or node.function in SHORT or set(node.axes) >= set(axes):
                return None
            if not any(isinstance(s, Symbol) and s.axes for s in walk(node)):
                return None
            order = tuple(sorted(node.axes, key=lambda a: a.size != self.batch))
            name = self.free(owner)
            self.out.append(Operation(name, order, node))
            return Symbol(name, order)

        return substitute(body, put)

    def as_matrices(self, body: Expression, bound: tuple[Axis, ...], owner: str) -> Expression:
        """A product of more than two factors as one of two arrays, where that makes it matrix multiplication."""
        factors = body.factors if isinstance(body, Product) and not body.bound else (body,)
        groups: dict[frozenset[Axis], list[Expression]] = {}
        for f in factors:
            if f.axes:
                groups.setdefault(frozenset(f.axes), []).append(f)
        if len(groups) != 2 or all(len(g) == 1 and isinstance(g[0], Symbol) for g in groups.values()):
            return body
        first, second = groups
        if not all(a in first and a in second for a in bound) or set(first) & set(second) != set(bound):
            return body
        if not (first - set(bound) and second - set(bound)):
            return body
        made: list[Expression] = [f for f in factors if not f.axes]
        for axes, group in groups.items():
            if len(group) == 1 and isinstance(group[0], Symbol):
                made.append(group[0])
                continue
            order = tuple(sorted(axes, key=lambda a: (a.size != self.batch, a in bound, a.name)))
            name = self.free(owner)
            self.out.append(Operation(name, order, multiply(*group)))
            made.append(Symbol(name, order))
        return multiply(*made)

    def free(self, owner: str) -> str:
        return next(n for k in count(1) if (n := f"{owner}_part_{k}") not in self.taken and not self.taken.add(n))


def _reduces(e: Expression) -> bool:
    return isinstance(e, Maximum) or (isinstance(e, Product) and bool(e.bound))


def _opened_scalars(e: Expression) -> Expression:
    """Σ_k f g[k] as f Σ_k g[k], and a sum of equal terms as their number times one of them."""
    assert isinstance(e, Product)
    factors, bound = opened(e)
    inside = [f for f in factors if set(f.axes) & set(bound)]
    outside = [f for f in factors if not set(f.axes) & set(bound)]
    used = [a for a in bound if any(a in f.axes for f in inside)]
    sizes = [Number(a.size) if isinstance(a.size, int) else Symbol(a.size) for a in bound if a not in used]
    rest = [multiply(*inside, bound=used)] if inside else []
    return multiply(*sizes, *outside, *rest)


@dataclass(frozen=True)
class Contraction:
    """`out = coefficient Σ left right`: a product of two arrays, one or both of them vectors."""

    coefficient: Expression
    left: Symbol
    right: Symbol
    out: tuple[Axis, ...]
    bound: tuple[Axis, ...]


def contraction(op: Operation) -> Contraction | None:
    """The operation as a product of two arrays that share exactly what is summed over; None where it is none."""
    factors = op.body.factors if isinstance(op.body, Product) and not op.body.bound else (op.body,)
    arrays = [f for f in factors if f.axes]
    if op.kind != "sum" or len(arrays) != 2 or not all(isinstance(f, Symbol) for f in arrays):
        return None
    left, right = arrays
    assert isinstance(left, Symbol) and isinstance(right, Symbol)
    for f in (left, right):
        if len(set(f.indices)) != len(f.indices) or any(isinstance(i, int) for i in f.indices):
            return None
    if set(left.axes) & set(right.axes) != set(op.bound) or set(left.axes) | set(right.axes) != {*op.axes, *op.bound}:
        return None
    coefficient = multiply(*(f for f in factors if not f.axes))
    return Contraction(coefficient, left, right, op.axes, op.bound)


@dataclass(frozen=True)
class Batched:
    """`out = coefficient Σ left right` as products of matrices, axes taken together."""

    coefficient: Expression
    left: Symbol
    right: Symbol
    product: MatrixProduct


def as_batched(op: Operation) -> Batched | None:
    """The operation as products of matrices with axes taken together; None where there is nothing to take together."""
    factors = op.body.factors if isinstance(op.body, Product) and not op.body.bound else (op.body,)
    arrays = [f for f in factors if f.axes]
    if op.kind != "sum" or len(arrays) != 2:
        return None
    left, right = arrays
    if not isinstance(left, Symbol) or not isinstance(right, Symbol):
        return None
    if left.axes != left.indices or right.axes != right.indices:
        return None
    found = matrix_product(left.axes, right.axes, op.axes)
    if found is None or max(map(len, (found.rows, found.columns, found.summed))) < 2:
        return None
    return Batched(multiply(*(f for f in factors if not f.axes)), left, right, found)


def whole(op: Operation) -> bool:
    """Whether an operation runs by itself over arrays without gaps: nothing else is done at its places."""
    return op.kind in MOVES | MATRICES or as_batched(op) is not None
