"""A matrix formula with rows and columns: where transposes stand.

Inside, one axis has no orientation. On the page vectors are columns, and the layout says how derivatives stand: in
denominator layout ∂L/∂x is shaped like x and ∂y/∂x is x by y; in numerator layout ∂L/∂x is a row, ∂L/∂W is W
transposed and ∂y/∂x is y by x. Each node can be printed as it is laid out or flipped (a column or a row, a matrix or
its transpose); whichever needs fewer transposes is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from deltarule.language.arrangement import (
    Add,
    Arrangement,
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
    arrange,
)
from deltarule.language.expression import Derivative, Number, Symbol
from deltarule.writing import composition as compose
from deltarule.writing import formula as f
from deltarule.writing.formula import Formula
from deltarule.writing.naming import Names

__all__ = ["MatrixLayout", "NoLayout"]


class NoLayout(Exception):
    """Textbooks have no matrix notation for this."""


Printed = tuple[int, Formula]
"""The number of transposes in a formula, and the formula."""


class MatrixLayout:
    """Formulas of arrangements under one layout, `denominator` or `numerator`."""

    def __init__(self, names: Names, layout: str = "denominator") -> None:
        self.names = names
        self.numerator = layout == "numerator"
        self._memo: dict[tuple[Arrangement, bool], Printed] = {}

    def native(self, node: Arrangement) -> bool:
        """Whether the node stands flipped when nothing asks for an orientation."""
        return self._best(node, True)[0] < self._best(node, False)[0]

    def formula(self, node: Arrangement, flip: bool = False) -> Formula:
        """The node as it is laid out, or flipped: a vector as a row, a matrix transposed."""
        return self._best(node, flip)[1]

    def _best(self, node: Arrangement, flip: bool) -> Printed:
        flip = flip and bool(node.axes)
        found = self._memo.get((node, flip))
        if found is None:
            found = self._memo[node, flip] = self._choose(node, flip)
        return found

    def _choose(self, node: Arrangement, flip: bool) -> Printed:
        """The cheaper of the formula itself and the transpose of its opposite."""
        if isinstance(node, Transpose):
            return self._best(node.of, not flip)
        cost, direct = self._direct(node, flip)
        if not node.axes or not cost:
            return cost, direct
        other_cost, other = self._direct(node, not flip)
        whole = isinstance(node, Call | InverseOf)  # f(a)^T rather than f(a^T)
        if other_cost + 1 < cost or (whole and other_cost + 1 == cost):
            return other_cost + 1, compose.transposed(other)
        return cost, direct

    def _row(self, node: Arrangement) -> Printed:
        return self._best(node, True)

    def _column(self, node: Arrangement) -> Printed:
        return self._best(node, False)

    def _direct(self, node: Arrangement, flip: bool) -> Printed:
        rank = len(node.axes)
        match node:
            case Leaf():
                return self._leaf(node, flip)
            case MatMul(left=left, right=right):
                return self._matmul(left, right, flip)
            case Outer(left=u, right=v):
                return self._times(self._column(v if flip else u), self._row(u if flip else v))
            case Hadamard(factors=factors):
                return self._elementwise(factors, flip)
            case Scale():
                return self._scaled(node, flip)
            case RowScale(vector=v, matrix=m) | ColumnScale(vector=v, matrix=m):
                scale, matrix = self._diag(v), self._best(m, flip)
                return self._times(scale, matrix) if isinstance(node, RowScale) != flip else self._times(matrix, scale)
            case Add(terms=terms):
                parts = [self._best(t, flip) for t in terms]
                return sum(cost for cost, _ in parts), compose.terms([p for _, p in parts])
            case Broadcast():
                return self._broadcast(node, flip)
            case PowerOf():
                return self._power(node, flip)
            case Call():
                return self._call(node, flip)
            case Cases(cases=cases, otherwise=otherwise) if not rank:
                rows = tuple((self.formula(v), self.formula(u), ">" if strict else ">=") for u, strict, v in cases)
                return 0, f.Cases(rows, self.formula(otherwise))
            case SumOver():
                return self._total(node, flip)
            case MaxOver(of=of, along=None):
                cost, body = self._native(of)
                return cost, f.Call("max", (body,))
            case Diag(vector=v):
                return self._diag(v)
            case DiagonalOf(matrix=m) if not flip:
                cost, body = self._native(m)
                return cost, f.Call("diag", (body,))
            case DiagonalOf():
                cost, body = self._direct(node, False)
                return cost + 1, compose.transposed(body)
            case InverseOf(matrix=m):
                cost, body = self._best(m, flip)
                return cost, compose.superscript(body, Fraction(-1))
            case DeterminantOf(matrix=m):
                cost, body = self._native(m)
                return cost, f.Call("det", (body,))
            case Identity():
                return 0, f.Special("identity")
            case Ones():
                return self._ones(rank, flip)
            case Unit(index=k):
                unit = f.Name("e", rank=1, indices=(str(k),))
                return (1, compose.transposed(unit)) if flip else (0, unit)
        raise NoLayout

    def _native(self, node: Arrangement) -> Printed:
        return self._best(node, self.native(node))

    def _times(self, *parts: Printed) -> Printed:
        """The product; signs of single terms come to the front."""
        bodies, minus = [], False
        for _, body in parts:
            sign, body = _signed(body)  # noqa: PLW2901
            bodies.append(body)
            minus ^= sign
        out = compose.product(bodies)
        return sum(cost for cost, _ in parts), compose.negative(out) if minus else out

    def _matmul(self, left: Arrangement, right: Arrangement, flip: bool) -> Printed:
        """`W x` as a column, `x^T W^T` as a row; the inner product with the fewer transposes."""
        ranks = len(left.axes), len(right.axes)
        if ranks == (1, 1):
            return min(
                self._times(self._row(left), self._column(right)),
                self._times(self._row(right), self._column(left)),
                key=lambda printed: printed[0],
            )
        if ranks == (2, 2):
            return self._times(*((self._row(right), self._row(left)) if flip else map(self._column, (left, right))))
        matrix, vector, turned = (left, right, flip) if ranks == (2, 1) else (right, left, not flip)
        if flip:
            return self._times(self._row(vector), self._best(matrix, turned))
        return self._times(self._best(matrix, turned), self._column(vector))

    def _leaf(self, node: Leaf, flip: bool) -> Printed:
        e = node.expression
        match e:
            case Number(value=value):
                return 0, compose.numeral(value)
            case Symbol():
                body, stands = self._name(e), self._stands_flipped(e)
            case Derivative():
                body, stands = self._derivative(e), self._derivative_flipped(e)
            case _:
                raise NoLayout
        if not node.axes or stands == flip:
            return 0, body
        return 1, compose.transposed(body)

    def _name(self, e: Symbol) -> f.Name:
        if e.axes and len(e.axes) < len(e.indices):
            raise NoLayout  # one row or column of a matrix
        return self.names(e.name, len(e.axes), (str(i) for i in e.indices) if not e.axes else ())

    def _stands_flipped(self, e: Symbol) -> bool:
        declaration = self.names.declarations.get(e.name)
        if declaration is None or declaration.role != "message":
            return False
        return self.numerator != self.names.jacobian(e.name)

    def _derivative(self, e: Derivative) -> Formula:
        if set(e.of.axes) & set(e.by.axes):
            raise NoLayout  # ∂y_i/∂s_i, the diagonal of a Jacobian
        held = tuple(self.names(n, len(d.sizes) if (d := self.names.declarations.get(n)) else 0) for n in e.held)
        if isinstance(e.of, Symbol):
            body: Formula = f.Partial(self._name(e.of), self._name(e.by))
        else:
            inside = arrange(e.of, e.of.axes)
            if inside is None:
                raise NoLayout
            body = f.Operator(self._name(e.by), self._native(inside)[1])
        return f.Bar(body, held) if held else body

    def _derivative_flipped(self, e: Derivative) -> bool:
        """By axes (of, by): denominator layout turns Jacobians, numerator layout turns what a scalar is derived by."""
        return self.numerator != bool(e.of.axes)

    def _factor(self, node: Arrangement) -> Printed:
        """A scalar factor; an inner product among other factors stands in parentheses."""
        cost, body = self._best(node, False)
        alone = isinstance(node, MatMul | SumOver) and isinstance(body, f.Product)
        return cost, f.Parentheses(body) if alone else body

    def _elementwise(self, factors: Iterable[Arrangement], flip: bool) -> Printed:
        """`u ⊙ v`, a run of factors and the reciprocals after it as one fraction; of scalars the plain product."""
        first, *rest = factors
        if isinstance(first, Leaf) and isinstance(first.expression, Number) and first.expression.value < 0 and rest:
            value = -first.expression.value
            kept = rest if value == 1 else [Leaf(Number(value), ()), *rest]
            cost, body = self._elementwise(kept, flip)
            return cost, compose.negative(body)
        cost = 0
        groups: list[tuple[list[Formula], list[Formula]]] = [([], [])]
        sign, rank = "", 0
        for factor in (first, *rest):
            rank = len(factor.axes)
            sign = "odot" if rank else ""
            below = _reciprocal(factor)
            part_cost, part = self._best(below or factor, flip) if sign else self._factor(below or factor)
            cost += part_cost
            if below is not None:
                groups[-1][1].append(part)
            else:
                if groups[-1][1]:
                    groups.append(([], []))
                groups[-1][0].append(part)
        quotients: list[Formula] = []
        for top, bottom in groups:
            if not bottom:
                quotients += top
                continue
            one_cost, one = self._ones(rank, flip) if rank else (0, f.Numeral("1"))
            above = [t for t in top if t != f.Numeral("1")]
            cost += 0 if above else one_cost
            below_bar = compose.product(bottom, sign) if len(bottom) > 1 else _alone(bottom)
            quotients.append(f.Fraction(_joined(above, sign) if above else one, below_bar))
        minus, first = _signed(quotients[0])
        out = _joined([first, *quotients[1:]], sign)
        return cost, compose.negative(out) if minus else out

    def _scaled(self, node: Scale, flip: bool) -> Printed:
        """Scalars before a vector or matrix; divided by a scalar, it stands above the bar."""
        if not node.axes and any(_reciprocal(s) for s in (*node.scalars, node.of)):
            return self._elementwise((*node.scalars, node.of), flip)
        if not node.axes and isinstance(node.of, Hadamard):
            return self._elementwise((*node.scalars, *node.of.factors), flip)
        first = node.scalars[0]
        coefficient = Fraction(1)
        scalars = node.scalars
        if isinstance(first, Leaf) and isinstance(first.expression, Number):
            coefficient, scalars = first.expression.value, node.scalars[1:]
        cost, body = self._best(node.of, flip)
        tops: list[Formula] = [] if abs(coefficient) == 1 else [compose.numeral(abs(coefficient))]
        bottoms: list[Formula] = []
        for scalar in scalars:
            below = _reciprocal(scalar)
            part_cost, part = self._factor(below or scalar)
            cost += part_cost
            (tops if below is None else bottoms).append(part)
        if not bottoms:
            out = compose.product([*tops, body])
        elif not tops and not compose.tall(body):
            out = f.Fraction(body, _alone(bottoms))
        elif not tops:
            out = compose.product([f.Fraction(f.Numeral("1"), _alone(bottoms)), body])
        else:
            out = compose.product([f.Fraction(_alone(tops), _alone(bottoms)), body])
        return cost, compose.negative(out) if coefficient < 0 else out

    def _ones(self, rank: int, flip: bool) -> Printed:
        one = f.Special("one")
        if rank == 2:
            return 1, compose.product([one, compose.transposed(one)])
        return (1, compose.transposed(one)) if flip else (0, one)

    def _broadcast(self, node: Broadcast, flip: bool) -> Printed:
        """c 1, u 1^T or 1 v^T."""
        of, axes = node.of, node.axes
        if not of.axes:
            ones = Ones(axes)
            cost, one = self._best(ones, flip)
            if isinstance(of, Leaf) and of.expression == Number(1):
                return cost, one
            scalar_cost, scalar = self._factor(of)
            return self._times((scalar_cost, scalar), (cost, one))
        if of.axes == axes[:1]:
            return self._best(Outer(of, Ones(axes[1:])), flip)
        return self._best(Outer(Ones(axes[:1]), of), flip)

    def _power(self, node: PowerOf, flip: bool) -> Printed:
        below = _reciprocal(node)
        rank = len(node.axes)
        if below is not None:
            cost, body = self._best(below, flip)
            one_cost, one = self._ones(rank, flip) if rank else (0, f.Numeral("1"))
            return cost + one_cost, f.Fraction(one, body)
        cost, body = self._best(node.base, flip)
        if node.exponent == Fraction(1, 2):
            return cost, f.Root(body)
        if rank and node.exponent == 2 and isinstance(node.base, Leaf):
            return 2 * cost, compose.product([body, body], "odot")
        return cost, compose.superscript(body, node.exponent, elementwise=bool(rank))

    def _call(self, node: Call, flip: bool) -> Printed:
        """f(u), elementwise. A constant argument needs no vector of ones."""
        cost, arguments = 0, []
        for a in node.arguments:
            part_cost, part = self._best(a.of if isinstance(a, Broadcast) and not a.of.axes else a, flip)
            cost += part_cost
            arguments.append(part)
        return cost, compose.called(node.function, tuple(arguments), node.order, vector=bool(node.axes))

    def _diag(self, vector: Arrangement) -> Printed:
        cost, body = self._native(vector)
        return cost, f.Call("diag", (body,))

    def _total(self, node: SumOver, flip: bool) -> Printed:
        """Sums as products with ones: 1^T v, A 1, 1^T A 1; the sum of a diagonal is a trace."""
        of, along = node.of, node.along
        if isinstance(of, DiagonalOf):
            cost, body = self._native(of.matrix)
            return cost, f.Call("tr", (body,))
        if isinstance(of, PowerOf) and of.exponent == 2 and len(of.axes) == 1:
            cost, body = self._native(of.base)
            return cost, compose.superscript(f.Norm(body), Fraction(2))
        one = Ones(of.axes[:1] if along is None else (of.axes[along],))
        if len(of.axes) == 1:
            return self._matmul(one, of, False)
        if along is None:
            columns = MatMul(of, Ones(of.axes[1:]))
            return self._matmul(one, columns, False)
        return self._matmul(one, of, flip) if along == 0 else self._matmul(of, one, flip)


def _signed(body: Formula) -> tuple[bool, Formula]:
    """Whether the formula is one negative term, and what is left without the sign."""
    if isinstance(body, f.Terms) and len(body.items) == 1 and body.items[0][0]:
        return True, body.items[0][1]
    return False, body


def _joined(factors: list[Formula], sign: str) -> Formula:
    """The product; an inner product that stands last among scalars needs no parentheses."""
    if sign or any(isinstance(factor, f.Parentheses) and isinstance(factor.body, f.Product) for factor in factors[:-1]):
        return compose.product(factors, sign)
    last = factors[-1]
    if isinstance(last, f.Parentheses) and isinstance(last.body, f.Product):
        last = last.body
    return compose.product([*factors[:-1], last])


def _alone(factors: list[Formula]) -> Formula:
    """Their product above or below a fraction bar, where a single one needs no parentheses."""
    only = factors[0]
    return compose.product(factors) if len(factors) > 1 else only.body if isinstance(only, f.Parentheses) else only


def _reciprocal(node: Arrangement) -> Arrangement | None:
    """What stands below the fraction bar."""
    if isinstance(node, PowerOf) and node.exponent < 0:
        return node.base if node.exponent == -1 else PowerOf(node.base, -node.exponent)
    return None
