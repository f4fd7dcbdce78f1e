"""Products in matrix form: bound axes are contracted one after the other, the rest is laid out in rows and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from deltarule.language.arithmetic import multiply
from deltarule.language.expression import Axis, Delta, Expression, Number, Product, opened, rename
from deltarule.language.matrix_form import (
    Arrangement,
    Axes,
    Broadcast,
    ColumnScale,
    Diag,
    Hadamard,
    Identity,
    Leaf,
    MatMul,
    Outer,
    PowerOf,
    RowScale,
    Scale,
    SumOver,
    Transpose,
)
from deltarule.language.traversal import substitute, walk

__all__ = [
    "NoForm",
    "Operand",
    "assemble",
    "contract",
    "contract_deltas",
    "diagonal_matrix",
    "fit",
    "settle",
    "tie",
    "together",
]


class NoForm(Exception):
    """Nothing of at most two axes says this."""


@dataclass(frozen=True)
class Operand:
    """A factor of a product that can be laid out in either order of its axes."""

    place: int
    """Where it stands among the factors."""
    natural: Axes
    """The order of its axes that needs no transposition."""
    build: Callable[[Axes], Arrangement]


def settle(e: Expression) -> Expression:
    """Bound axes contracted with Kronecker's deltas everywhere: Σ_k δ[i,k] u[k] = u[i]; each axis left matters."""

    def replace(node: Expression) -> Expression | None:
        match node:
            case Delta(first=a, second=b) if a == b or (isinstance(a, int) and isinstance(b, int)):
                return Number(int(a == b))
            case Product():
                factors, bound = opened(node)
                settled = [substitute(f, replace) for f in factors]
                flat = [g for f in settled for g in (f.factors if isinstance(f, Product) and not f.bound else (f,))]
                flat, bound = contract_deltas(flat, bound)
                outside = [f for f in flat if isinstance(f, Delta) and not set(f.axes) & set(bound)]
                inside = [f for f in flat if f not in outside]
                return multiply(*outside, multiply(*inside, bound=bound))  # where an outer sum can meet the delta
        return None

    return substitute(e, replace) if any(isinstance(node, Delta) for node in walk(e)) else e


def contract_deltas(factors: list[Expression], bound: Axes) -> tuple[list[Expression], Axes]:
    """Σ_k δ[i,k] u[k] = u[i]"""
    k = 0
    while k < len(factors):
        f = factors[k]
        if isinstance(f, Delta):
            for a, b in ((f.first, f.second), (f.second, f.first)):
                if isinstance(a, Axis) and a in bound and (isinstance(b, int) or a.size == b.size):
                    rest = factors[:k] + factors[k + 1 :]
                    factors = rest if a == b else [settle(rename(g, {a: b})) for g in rest]
                    bound = bound if a == b else tuple(axis for axis in bound if axis != a)
                    k = -1
                    break
        k += 1
    return factors, bound


def tie(factors: list[Expression]) -> tuple[list[Expression], tuple[Axis, Axis] | None]:
    """Without a δ[i,j] of two free axes: u[i] δ[i,j] v[j] is u[i] v[i] on the diagonal; and these axes."""
    for k, f in enumerate(factors):
        match f:
            case Delta(first=Axis() as a, second=Axis() as b) if a != b and a.size == b.size:
                return [settle(rename(g, {b: a})) for g in factors[:k] + factors[k + 1 :]], (a, b)
    return factors, None


def contract(operands: list[Operand], bound: Sequence[Axis]) -> list[Operand]:
    """The operands after summation over the bound axes, cheapest first: vectors before matrices."""
    left = list(bound)
    while left:
        groups = _group(operands)
        axis = min(left, key=partial(_cost, groups))
        vector = groups.pop(frozenset((axis,)), None)
        matrices = [groups.pop(key) for key in list(groups) if axis in key]
        place = min(o.place for group in [*matrices, *([vector] if vector else [])] for o in group)
        made: Operand
        match matrices:
            case []:
                assert vector
                made = Operand(place, (), lambda _, v=vector, a=axis: _inner(_laid(v, (a,))))
            case [matrix]:
                natural = matrix[0].natural
                other = natural[1 - natural.index(axis)]
                if vector:
                    made = Operand(
                        place,
                        (other,),
                        lambda order, m=matrix, v=vector, a=axis: MatMul(
                            _hadamard(_laid(m, (*order, a))), _hadamard(_laid(v, (a,)))
                        ),
                    )
                elif other in left and not any(other in key for key in groups):
                    left.remove(other)
                    made = Operand(place, (), lambda _, m=matrix, n=natural: SumOver(_hadamard(_laid(m, n)), None))
                else:
                    made = Operand(
                        place,
                        (other,),
                        lambda _, m=matrix, n=natural, a=axis: SumOver(_hadamard(_laid(m, n)), n.index(a)),
                    )
            case [first, second]:
                made = _chain(place, first, second, vector, axis)
            case _:
                raise NoForm
        left.remove(axis)
        operands = [*(o for group in groups.values() for o in group), made]
    return operands


def _cost(groups: dict[frozenset[Axis], list[Operand]], axis: Axis) -> tuple[int, bool, int]:
    """The number of matrices that hold the axis; then those with a vector; then the rightmost."""
    holding = [key for key in groups if axis in key]
    place = min(o.place for key in holding for o in groups[key])
    return sum(len(key) == 2 for key in holding), frozenset((axis,)) not in groups, -place


def _chain(
    place: int, first: list[Operand], second: list[Operand], vector: list[Operand] | None, axis: Axis
) -> Operand:
    """Matrix by matrix over `axis`, a vector along it scaling the columns of the left one."""

    def outer(group: list[Operand]) -> Axis:
        natural = group[0].natural
        return natural[1 - natural.index(axis)]

    def build(order: Axes) -> Arrangement:
        one, two = (first, second) if outer(first) == order[0] else (second, first)
        left = _hadamard(_laid(one, (order[0], axis)))
        if vector:
            left = ColumnScale(left, _hadamard(_laid(vector, (axis,))))
        return MatMul(left, _hadamard(_laid(two, (axis, order[1]))))

    return Operand(place, (outer(first), outer(second)), build)


def _group(operands: Iterable[Operand]) -> dict[frozenset[Axis], list[Operand]]:
    """The operands by their sets of axes, each group in the order in which its factors stand."""
    groups: dict[frozenset[Axis], list[Operand]] = {}
    for o in sorted(operands, key=lambda o: o.place):
        groups.setdefault(frozenset(o.natural), []).append(o)
    return groups


def assemble(coefficient: Fraction, operands: Iterable[Operand], axes: Axes) -> Arrangement:
    """What is left after contraction: scalars with a vector, an outer product or a matrix, rows and columns scaled."""
    groups = _group(operands)
    scalars = _laid(groups.pop(frozenset(), []), ())
    numbers: list[Arrangement] = [Leaf(Number(coefficient), ())] if coefficient != 1 else []
    present = tuple(a for a in axes if any(a in key for key in groups))
    if not present:
        if not scalars:
            return fit(Leaf(Number(coefficient), ()), axes)
        return fit(_scale(numbers, _hadamard(scalars)), axes)
    vectors = {a: _hadamard(_laid(groups[frozenset((a,))], (a,))) for a in present if frozenset((a,)) in groups}
    if len(present) == 1:
        return fit(_scale(numbers + scalars, vectors[present[0]]), axes)
    row, column = vectors.get(present[0]), vectors.get(present[1])
    matrix = groups.get(frozenset(present))
    if matrix is None:
        assert row and column
        return fit(_scale(numbers + scalars, Outer(row, column)), axes)
    core = _hadamard(_laid(matrix, present))
    core = ColumnScale(core, column) if column else core
    core = RowScale(row, core) if row else core
    return fit(_scale(numbers + scalars, core), axes)


def diagonal_matrix(operands: list[Operand], axes: tuple[Axis, Axis]) -> list[Operand]:
    """The operands, all along the first of the axes or scalars, with those that are not scalars put on a diagonal."""
    vectors = [o for o in operands if o.natural]

    def build(order: Axes) -> Arrangement:
        return Diag(assemble(Fraction(1), vectors, axes[:1]), order) if vectors else Identity(axes[0].size, order)

    place = min((o.place for o in vectors), default=0)
    return [Operand(place, axes, build), *(o for o in operands if not o.natural)]


def _laid(group: Iterable[Operand], order: Axes) -> list[Arrangement]:
    return [o.build(order) for o in group]


def _inner(parts: list[Arrangement]) -> Arrangement:
    """The sum of the elementwise product of vectors: an inner product, or a sum where a factor divides."""
    divides = any(isinstance(p, PowerOf) and p.exponent < 0 for p in parts)
    if len(parts) == 1 or divides:
        return SumOver(_hadamard(parts), None)
    return MatMul(_hadamard(parts[:-1]), parts[-1])


def _hadamard(parts: list[Arrangement]) -> Arrangement:
    return parts[0] if len(parts) == 1 else together(parts, Hadamard)


def _scale(scalars: list[Arrangement], of: Arrangement) -> Arrangement:
    if not scalars:
        return of
    return Scale((*scalars, *of.scalars), of.of) if isinstance(of, Scale) else Scale(tuple(scalars), of)


def together(parts: list[Arrangement], join: Callable[[tuple[Arrangement, ...]], Arrangement]) -> Arrangement:
    """The parts joined elementwise, transposed once where each of them would be."""
    matrices = [p for p in parts if not isinstance(p, Broadcast) or len(p.of.axes) == 1]
    if matrices and all(isinstance(p, Transpose) for p in matrices):
        return Transpose(join(tuple(_untransposed(p) for p in parts)))
    return join(tuple(parts))


def _untransposed(p: Arrangement) -> Arrangement:
    return p.of if isinstance(p, Transpose) else Broadcast(p.of, p.axes[::-1]) if isinstance(p, Broadcast) else p


def fit(node: Arrangement, axes: Axes) -> Arrangement:
    """The node transposed or broadcast to `axes`."""
    if node.axes == axes:
        return node
    if len(node.axes) == len(axes):
        if isinstance(node, Identity | Diag | Broadcast):
            return replace(node, axes=axes)
        return node.of if isinstance(node, Transpose) else Transpose(node)
    return Broadcast(node, axes)
