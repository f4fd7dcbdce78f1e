"""NumPy source for what has no form in rows and columns: three axes and more, by `np.einsum` and broadcasting."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from string import ascii_letters

from deltarule.language.arithmetic import multiply
from deltarule.language.arrangement import arrange, size_value
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Derivative,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
    opened,
)
from deltarule.writing.matrix_products import MatrixProduct, matrix_product
from deltarule.writing.numpy import Spelling, component, number, print_arrangement

__all__ = ["print_einsum"]


def print_einsum(expression: Expression, axes: Sequence[Axis], spelling: Spelling) -> str:
    return _Tensors(spelling).full(expression, tuple(axes))


class _Tensors:
    """Every piece is an atom of Python's grammar, or in parentheses: no levels of precedence are kept here."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling

    def full(self, e: Expression, axes: tuple[Axis, ...]) -> str:
        """`e` with exactly these axes, in this order."""
        own = tuple(a for a in axes if a in e.axes)
        source = self.own(e, own)
        if own == axes:
            return source
        shape = ", ".join(self.spelling.size(a.size) for a in axes)
        return f"np.broadcast_to({_closed(source)}{_spread(own, axes)}, ({shape},))"

    def loose(self, e: Expression, axes: tuple[Axis, ...]) -> str:
        """`e` as an operand that NumPy broadcasts against an array of these axes."""
        own = tuple(a for a in axes if a in e.axes)
        return _closed(self.own(e, own)) + (_spread(own, axes) if own else "")

    def argument(self, e: Expression, axes: tuple[Axis, ...]) -> str:
        """As `loose`, where a comma or a parenthesis stands on either side."""
        own = tuple(a for a in axes if a in e.axes)
        return self.own(e, own) if not own or not _spread(own, axes) else self.loose(e, axes)

    def own(self, e: Expression, axes: tuple[Axis, ...]) -> str:
        arrangement = arrange(e, axes)
        if arrangement is not None:
            return print_arrangement(arrangement, self.spelling)
        match e:
            case Symbol(indices=indices):
                source = self.spelling.name(e.name) + component(indices)
                there = tuple(i for i in indices if isinstance(i, Axis))
                if there == axes:
                    return source
                if sorted(there) == sorted(axes):
                    return f"np.transpose({source}, {tuple(there.index(a) for a in axes)})"
                return self.einsum([(source, there)], axes)
            case Sum(terms=terms):
                source = self.loose(terms[0], axes)
                for t in terms[1:]:
                    positive = _negated(t)
                    source += f" + {self.loose(t, axes)}" if positive is None else f" - {self.loose(positive, axes)}"
                return source
            case Power(base=base, exponent=exponent):
                if exponent == -1:
                    return f"1 / {self.loose(base, axes)}"
                if exponent == Fraction(1, 2):
                    return f"np.sqrt({self.full(base, axes)})"
                if exponent < 0:
                    return f"1 / {self.loose(Power(base, -exponent), axes)}"
                return f"{self.loose(base, axes)}**({number(exponent).source})"
            case Apply(function="step", arguments=(u,)):
                return f"np.heaviside({self.full(u, axes)}, 0)"
            case Apply(function="softplus", arguments=(u,)) if "softplus" not in self.spelling.functions:
                return f"np.logaddexp(0, {self.argument(u, axes)})"
            case Apply(function=function, arguments=arguments):
                return f"{self.spelling.function(function)}({', '.join(self.argument(a, axes) for a in arguments)})"
            case Piecewise(cases=cases, otherwise=otherwise):
                source = self.loose(otherwise, axes)
                for u, strict, value in reversed(cases):
                    sign = ">" if strict else ">="
                    source = f"np.where({self.loose(u, axes)} {sign} 0, {self.loose(value, axes)}, {source})"
                return source
            case Maximum():
                (body,), bound = opened(e)
                bound = tuple(a for a in bound if a in body.axes)
                if (
                    isinstance(body, Symbol)
                    and len(set(body.indices)) == len(body.indices)
                    and tuple(a for a in body.indices if a not in bound) == axes
                ):
                    along = ", ".join(str(body.indices.index(a)) for a in bound)
                    return f"np.max({self.spelling.name(body.name)}, axis=({along},))"
                along = ", ".join(str(k) for k in range(len(axes), len(axes) + len(bound)))
                return f"np.max({self.full(body, (*axes, *bound))}, axis=({along},))"
            case Determinant() | Inverse():
                return self.of_matrix(e, axes)
            case Product():
                return self.product(e, axes)
            case Selection():
                return f"np.transpose({self.selection(e)}, {tuple(e.axes.index(a) for a in axes)})"
            case Derivative():
                raise DeltaruleError(f"{e!r} is not evaluated: it has no value in NumPy")
        raise TypeError(f"no NumPy for {e!r}")

    def of_matrix(self, e: Determinant | Inverse, axes: tuple[Axis, ...]) -> str:
        """A determinant, or an inverse at indices that may be equal or numbers."""
        (body,), bound = opened(e)
        free = tuple(a for a in body.axes if a not in bound)
        kind = "inv" if isinstance(e, Inverse) else "det"
        indices = (*free, *e.indices) if isinstance(e, Inverse) else free
        source = f"np.linalg.{kind}({self.full(body, (*free, *bound))})" + component(indices)
        there = tuple(i for i in indices if isinstance(i, Axis))
        return source if there == axes else self.einsum([(source, there)], axes)

    def selection(self, e: Selection) -> str:
        """Zeros and ones with the axes of the equation: its two sides at all indices, compared."""
        sums: list[list[str]] = [[], []]
        for k, (axis, c) in enumerate(e.terms):
            size = self.spelling.size(axis.size)
            run = f"np.arange(1, {size} + 1){_spread((axis,), tuple(a for a, _ in e.terms[k:]))}"
            sums[c < 0].append(run if abs(c) == 1 else f"{abs(c)} * {run}")
        left, right = (" + ".join(parts) or "0" for parts in sums)
        constant = f" {'+' if e.constant > 0 else '-'} {abs(e.constant)}" if e.constant else ""
        return f"1.0 * ({left} == {right}{constant})"

    def product(self, e: Product, axes: tuple[Axis, ...]) -> str:
        factors, bound = opened(e)
        sizes = [size_value(a.size) for a in bound if not any(a in f.axes for f in factors)]
        scalars = [*sizes, *(f for f in factors if not f.axes)]
        operands: list[tuple[str, tuple[Axis, ...]]] = []
        for f in factors:
            match f:
                case Delta(first=Axis() as a, second=Axis() as b) if a != b:
                    operands.append((f"np.eye({self.spelling.size(a.size)}, {self.spelling.size(b.size)})", (a, b)))
                case Selection(terms=terms):
                    operands.append((self.selection(f), tuple(a for a, _ in terms)))
                case _ if f.axes:
                    operands.append((self.full(f, f.axes), f.axes))
        sources = [_closed(self.own(f, ())) for f in scalars]
        moved = any(isinstance(f, Delta | Selection) for f in factors)
        if not bound and not moved and len(axes) > 2 and any(len(own) == len(axes) for _, own in operands):
            arrays = [f for f in factors if f.axes]
            gates = [self.gate(f, axes) for f in arrays]
            gates = gates if None in gates else [None] * len(gates)  # one factor has to be of the type of the arrays
            return " * ".join([*sources, *(g or self.loose(f, axes) for f, g in zip(arrays, gates, strict=True))])
        if len(operands) == 1 and bound and not moved and (counted := self.count(factors, bound, axes)) is not None:
            sources.append(counted)
        elif operands:
            sources.append(self.einsum(operands, axes))
        return " * ".join(sources)

    def gate(self, f: Expression, axes: tuple[Axis, ...]) -> str | None:
        """A factor that is 0 or 1, as a comparison: step(u), or 1 - step(u)."""
        match f:
            case Apply(function="step", arguments=(u,)):
                return f"({self.loose(u, axes)} > 0)"
            case Sum(
                terms=(Number(value=1), Product(factors=(Number(value=-1), Apply(function="step", arguments=(u,)))))
            ):
                return f"({self.loose(u, axes)} <= 0)"
        return None

    def count(self, factors: Sequence[Expression], bound: tuple[Axis, ...], axes: tuple[Axis, ...]) -> str | None:
        """A sum of what is 0 or 1, as a sum of comparisons."""
        (f,) = (f for f in factors if f.axes)
        over = tuple(a for a in f.axes if a in bound)
        gate = self.gate(f, f.axes) if over and len(f.axes) > 2 and self.spelling.dtype else None
        if gate is None or tuple(a for a in f.axes if a not in over) != axes:
            return None
        along = ", ".join(str(f.axes.index(a)) for a in over)
        return f"np.sum({gate}, axis=({along},), dtype={self.spelling.dtype})"

    def matmul(self, operands: Sequence[tuple[str, tuple[Axis, ...]]], axes: tuple[Axis, ...]) -> str | None:
        """A product of matrices for each index of the first axis; None where it is none, or einsum is as good."""
        if len(operands) != 2:
            return None
        (left, of_left), (right, of_right) = operands
        found = matrix_product(of_left, of_right, axes)
        if found is None or len(found.over) != 1 or (found.added and not _pays(found)):
            return None
        if not found.added and (axes[0] not in found.over or axes[1] not in (found.rows[0], found.columns[0])):
            return None
        rows, columns = found.rows, found.columns
        if axes[0 if found.added else 1] == columns[0]:
            (left, of_left), (right, of_right), rows, columns = (right, of_right), (left, of_left), columns, rows
        first = self.matrix(left, of_left, found.over, rows, found.summed)
        second = self.matrix(right, of_right, found.over, found.summed, columns)
        if first is None or second is None:
            return None
        source = f"np.matmul({first}, {second})"
        if found.added:
            source = f"np.sum({source}, axis=0)"
        if len(rows) == len(columns) == 1:
            return source
        return f"np.reshape({source}, ({', '.join(self.spelling.size(a.size) for a in axes)},))"

    def matrix(
        self,
        source: str,
        own: tuple[Axis, ...],
        over: tuple[Axis, ...],
        first: tuple[Axis, ...],
        second: tuple[Axis, ...],
    ) -> str | None:
        """An array as matrices with these axes, one for each index of `over` (which stands in front) if it has that."""
        front = tuple(a for a in own if a in over)
        if own == (*front, *first, *second):
            groups, turn = (first, second), False
        elif own == (*front, *second, *first):
            groups, turn = (second, first), True
        else:
            return None
        if any(len(g) > 1 for g in groups):
            sizes = ", ".join([*(self.spelling.size(a.size) for a in front), *map(self.extent, groups)])
            source = f"np.reshape({source}, ({sizes},))"
        return f"np.swapaxes({source}, -2, -1)" if turn else source

    def extent(self, group: tuple[Axis, ...]) -> str:
        """The size of axes taken together."""
        known = prod(a.size for a in group if isinstance(a.size, int))
        named = [self.spelling.size(a.size) for a in group if not isinstance(a.size, int)]
        return " * ".join([*named, *([str(known)] if known > 1 or not named else [])])

    def einsum(self, operands: Sequence[tuple[str, tuple[Axis, ...]]], axes: tuple[Axis, ...]) -> str:
        if (source := self.matmul(operands, axes)) is not None:
            return source
        everything = dict.fromkeys([*axes, *(a for _, own in operands for a in own)])
        letters: dict[Axis, str] = {}
        for axis in everything:  # its own name where that is a letter
            if len(axis.name) == 1 and axis.name in ascii_letters and axis.name not in letters.values():
                letters[axis] = axis.name
        free = (c for c in dict.fromkeys("ijkl" + ascii_letters) if c not in letters.values())
        letters |= {axis: next(free) for axis in everything if axis not in letters}
        inputs = ",".join("".join(letters[a] for a in own) for _, own in operands)
        output = "".join(letters[a] for a in axes)
        arrays = ", ".join(source for source, _ in operands)
        large = len(operands) > 2 or (len(operands) == 2 and max(len(own) for _, own in operands) > 3)
        return f'np.einsum("{inputs}->{output}", {arrays}{", optimize=True" if large else ""})'


def _negated(e: Expression) -> Expression | None:
    """u, where the expression is -u."""
    match e:
        case Product(factors=(Number(value=-1), *rest)):
            return multiply(*rest, bound=e.bound)
    return None


def _pays(found: MatrixProduct) -> bool:
    """Whether products that are added up are smaller than what einsum would copy of their factors."""
    sizes = [[a.size for a in group] for group in (found.rows, found.columns, found.summed)]
    if any(not isinstance(n, int) for group in sizes for n in group):
        return False
    rows, columns, summed = (prod(n for n in group if isinstance(n, int)) for group in sizes)
    return rows * columns <= summed * (rows + columns)


def _closed(source: str) -> str:
    """The source as an atom: in parentheses unless it is a name, a number, or one call."""
    if source.isidentifier() or source.replace(".", "", 1).isdigit():
        return source
    depth = 0
    head, _, _ = source.partition("(")
    if head.replace(".", "").replace("_", "").isalnum() and source.endswith(")"):
        for place, character in enumerate(source):
            depth += (character == "(") - (character == ")")
            if depth == 0 and place > len(head) and place < len(source) - 1:
                break
        else:
            return source
    return f"({source})"


def _spread(own: tuple[Axis, ...], axes: tuple[Axis, ...]) -> str:
    """`[:, None, :]`: a new axis wherever `axes` has one that `own` has not, from the first of `own` on."""
    if own == axes:
        return ""
    start = axes.index(own[0]) if own else len(axes)
    places = [":" if a in own else "None" for a in axes[start:]]
    return f"[{', '.join(places)}]" if "None" in places else ""
