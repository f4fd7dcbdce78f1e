"""From index notation to rows and columns: what a matrix formula says, as a tree that a writer can print.

`arrange(Σ_k W[i,k] x[k] + b[i], (i,))` is `Add((MatMul(W, x), b))`. Every node has at most two axes, in the order in
which they are laid out; one axis is a vector without orientation, as in NumPy. A product is an outer product of
vectors, a Hadamard product of equal shapes, and a contraction of its bound axes one after the other:

    A[i,k] B[k,j]        A @ B              u[i] v[j]      Outer(u, v)
    A[i,k] v[k]          A @ v              u[i] A[i,j]    RowScale(u, A), which is Diag(u) @ A
    u[k] v[k]            u @ v              A[i,j] v[j]    ColumnScale(A, v), which is A @ Diag(v)
    A[i,k] v[k] B[k,j]   (A Diag(v)) @ B    u[i] δ[i,j]    Diag(u)
    A[i,k] alone         SumOver(A, 1)      A[k,k] alone   SumOver(DiagonalOf(A)), the trace

The order in which the factors stand is kept where the algebra permits. A matrix stands left of the vector that it
multiplies, so `δ[i] W[i,j]` summed over i is `W.T @ δ`, as it is written when vectors are columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from deltarule.language.contraction import (
    NoForm,
    Operand,
    assemble,
    contract,
    contract_deltas,
    diagonal_matrix,
    fit,
    settle,
    tie,
    together,
)
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Derivative,
    Determinant,
    Expression,
    Index,
    Inverse,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Sum,
    Symbol,
    rename,
)
from deltarule.language.matrix_form import (
    Add,
    Arrangement,
    Axes,
    Broadcast,
    Call,
    Cases,
    ColumnScale,
    DeterminantOf,
    Diag,
    DiagonalOf,
    Hadamard,
    Identity,
    InverseOf,
    Leaf,
    MatMul,
    MaxOver,
    Ones,
    Outer,
    PowerOf,
    RowScale,
    Scale,
    SumOver,
    Transpose,
    Unit,
)
from deltarule.language.traversal import walk

__all__ = [
    "Add",
    "Arrangement",
    "Axes",
    "Broadcast",
    "Call",
    "Cases",
    "ColumnScale",
    "DeterminantOf",
    "Diag",
    "DiagonalOf",
    "Hadamard",
    "Identity",
    "InverseOf",
    "Leaf",
    "MatMul",
    "MaxOver",
    "Ones",
    "Outer",
    "PowerOf",
    "RowScale",
    "Scale",
    "SumOver",
    "Transpose",
    "Unit",
    "arrange",
    "size_value",
]


def arrange(expression: Expression, axes: Iterable[Axis]) -> Arrangement | None:
    """The expression in matrix form, its shape ordered as `axes`; None where there is none of at most two axes.

    >>> n, h = Axis("j", "n"), Axis("i", "h")
    >>> arrange(Product((Symbol("W", (h, n)), Symbol("x", (n,))), (n,)), (h,))
    MatMul(left=Leaf(expression=W[i,_s1], ...), right=Leaf(expression=x[_s1], ...))
    """
    axes = tuple(axes)
    missing = [a for a in expression.axes if a not in axes]
    if missing:
        raise ValueError(f"{expression!r} varies along {missing[0].name}, which is not among the axes asked for")
    if len(axes) > 2:
        return None
    try:
        expression = settle(expression)
        laid_out = _Arranger(expression).visit(expression, axes)
    except NoForm:
        return None
    return Ones(axes) if isinstance(laid_out, Broadcast) and laid_out.of == Leaf(Number(1), ()) else laid_out


def size_value(size: int | str) -> Expression:
    """A size as a value: a number, or the symbol of that name."""
    return Number(size) if isinstance(size, int) else Symbol(size)


class _Arranger:
    """One arrangement. Bound axes are opened under names that depend on the expression alone: equal in, equal out."""

    def __init__(self, expression: Expression) -> None:
        self.taken = {a.name for node in walk(expression) for a in node.axes}
        self.count = 0

    def open(self, bodies: tuple[Expression, ...], bound: Axes) -> tuple[tuple[Expression, ...], Axes]:
        renaming: dict[Axis, Index] = {}
        for axis in bound:
            self.count += 1
            while f"_s{self.count}" in self.taken:
                self.count += 1
            renaming[axis] = Axis(f"_s{self.count}", axis.size)
        opened = tuple(a for a in renaming.values() if isinstance(a, Axis))
        return tuple(rename(b, renaming) for b in bodies), opened

    def visit(self, e: Expression, axes: Axes) -> Arrangement:
        """`e` laid out as `axes`, which hold its own."""
        inner = tuple(a for a in axes if a in e.axes)
        if len(axes) > 2:
            raise NoForm
        match e:
            case Sum(terms=terms):
                return fit(together([self.visit(t, inner) for t in terms], lambda p: Add(p, p[0].axes)), axes)
            case Product():
                return fit(self.product(e, inner), axes)
            case Power(base=base, exponent=exponent):
                return fit(together([self.visit(base, inner)], lambda p: PowerOf(p[0], exponent)), axes)
            case Apply(function=function, arguments=arguments, order=order):
                parts = [self.visit(a, inner) for a in arguments]
                return fit(together(parts, lambda p: Call(function, p, order, p[0].axes)), axes)
            case Piecewise(cases=cases, otherwise=otherwise):
                laid = tuple((self.visit(u, inner), strict, self.visit(v, inner)) for u, strict, v in cases)
                return fit(Cases(laid, self.visit(otherwise, inner), inner), axes)
            case Maximum(body=body, bound=bound):
                (body,), bound = self.open((body,), bound)
                bound = tuple(a for a in bound if a in body.axes)
                if not bound:
                    return self.visit(body, axes)
                laid_out = self.visit(body, body.axes)
                along = None if len(bound) == len(body.axes) else body.axes.index(bound[0])
                return fit(MaxOver(laid_out, along), axes)
            case Determinant(body=body, bound=bound):
                (body,), bound = self.open((body,), bound)
                return fit(DeterminantOf(self.visit(body, bound)), axes)
            case Inverse(body=body, bound=bound, indices=(Axis() as i, Axis() as j)) if i != j:
                (body,), bound = self.open((body,), bound)
                return fit(InverseOf(self.visit(body, bound), (i, j)), axes)
            case Delta(first=Axis() as a, second=Axis() as b):
                if a == b:
                    return fit(Leaf(Number(1), ()), axes)
                if a.size != b.size:
                    raise NoForm
                return Identity(a.size, inner)
            case Delta(first=a, second=b):
                if isinstance(a, int) and isinstance(b, int):
                    return fit(Leaf(Number(int(a == b)), ()), axes)
                return fit(Unit(a if isinstance(a, int) else b, inner), axes)  # type: ignore[arg-type]
            case Symbol(indices=indices):
                own = tuple(i for i in indices if isinstance(i, Axis))
                if len(own) == len(e.axes):
                    return fit(Leaf(e, own), axes)
                if len(own) == 2:
                    return fit(DiagonalOf(Leaf(e, own)), axes)
                raise NoForm
            case Number() | Derivative():
                return fit(Leaf(e, e.axes), axes)
        raise NoForm

    def product(self, e: Product, axes: Axes) -> Arrangement:
        factors, bound = self.flatten(e)
        factors, bound = contract_deltas(factors, bound)
        factors, diagonal = tie(factors)
        coefficient = Fraction(1)
        for f in factors:
            coefficient *= f.value if isinstance(f, Number) else 1
        if not coefficient:
            return fit(Leaf(Number(0), ()), axes)
        rest = [f for f in factors if not isinstance(f, Number)]
        unused = [a for a in bound if not any(a in f.axes for f in rest)]
        for axis in unused:  # a sum of equal terms
            if isinstance(axis.size, int):
                coefficient *= axis.size
            else:
                rest.insert(0, Symbol(axis.size))
        operands = [self.operand(place, f) for place, f in enumerate(rest)]
        operands = contract(operands, [a for a in bound if a not in unused])
        if diagonal:
            operands = diagonal_matrix(operands, diagonal)
        return assemble(coefficient, operands, axes)

    def flatten(self, e: Product) -> tuple[list[Expression], Axes]:
        """The factors and bound axes; a product inside is taken apart if it binds nothing, has too many axes, or is all
        that is summed: Σ_i Σ_j A[i,j] is one sum."""
        factors, bound = self.open(e.factors, e.bound) if e.bound else (e.factors, ())
        alone = sum(bool(f.axes) for f in factors) == 1
        out: list[Expression] = []
        for f in factors:
            if isinstance(f, Product) and (not f.bound or len(f.axes) > 2 or (alone and set(f.axes) & set(bound))):
                inside, more = self.flatten(f)
                out += inside
                bound += more
            else:
                out.append(f)
        return out, bound

    def operand(self, place: int, f: Expression) -> Operand:
        if len(f.axes) > 2:
            raise NoForm
        return Operand(place, f.axes, lambda order: self.visit(f, order))
