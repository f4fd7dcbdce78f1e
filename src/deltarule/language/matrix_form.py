"""What a matrix formula is made of: nodes of at most two axes, in the order in which they are laid out.

One axis is a vector without orientation, as in NumPy. `arrangement.arrange` makes these trees; writers print them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from deltarule.language.expression import Axis, Expression

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
]

Axes: TypeAlias = tuple[Axis, ...]


def _without(axes: Axes, along: int | None) -> Axes:
    return () if along is None else axes[:along] + axes[along + 1 :]


@dataclass(frozen=True)
class Leaf:
    """A `Number`, a `Symbol` (perhaps a component: some indices fixed) or a `Derivative` that is not evaluated."""

    expression: Expression
    axes: Axes


@dataclass(frozen=True)
class Transpose:
    of: Arrangement

    @property
    def axes(self) -> Axes:
        return self.of.axes[::-1]


@dataclass(frozen=True)
class MatMul:
    """Matrix by matrix, matrix by vector, or vector by vector (the inner product): NumPy's `@`."""

    left: Arrangement
    right: Arrangement

    @property
    def axes(self) -> Axes:
        return self.left.axes[:-1] + self.right.axes[1:]


@dataclass(frozen=True)
class Outer:
    """`left[i] right[j]`"""

    left: Arrangement
    right: Arrangement

    @property
    def axes(self) -> Axes:
        return self.left.axes + self.right.axes


@dataclass(frozen=True)
class Hadamard:
    """The elementwise product of two or more factors of one shape (for scalars: the product)."""

    factors: tuple[Arrangement, ...]

    @property
    def axes(self) -> Axes:
        return self.factors[0].axes


@dataclass(frozen=True)
class Scale:
    """Scalars times something: a number comes first, the others stand in the order in which they were written."""

    scalars: tuple[Arrangement, ...]
    of: Arrangement

    @property
    def axes(self) -> Axes:
        return self.of.axes


@dataclass(frozen=True)
class RowScale:
    """`vector[i] matrix[i,j]`: Diag(vector) @ matrix."""

    vector: Arrangement
    matrix: Arrangement

    @property
    def axes(self) -> Axes:
        return self.matrix.axes


@dataclass(frozen=True)
class ColumnScale:
    """`matrix[i,j] vector[j]`: matrix @ Diag(vector)."""

    matrix: Arrangement
    vector: Arrangement

    @property
    def axes(self) -> Axes:
        return self.matrix.axes


@dataclass(frozen=True)
class Add:
    """The sum of terms of one shape; a term that had fewer axes stands in a `Broadcast`."""

    terms: tuple[Arrangement, ...]
    axes: Axes


@dataclass(frozen=True)
class Broadcast:
    """The same value along the axes that `of` does not have."""

    of: Arrangement
    axes: Axes


@dataclass(frozen=True)
class PowerOf:
    base: Arrangement
    exponent: Fraction

    @property
    def axes(self) -> Axes:
        return self.base.axes


@dataclass(frozen=True)
class Call:
    """A scalar function, elementwise; arguments that had fewer axes stand in a `Broadcast`."""

    function: str
    arguments: tuple[Arrangement, ...]
    order: tuple[int, ...]
    axes: Axes


@dataclass(frozen=True)
class Cases:
    """Elementwise: the value of the first case `(u, strict, value)` where u > 0 (not strict: ≥ 0), else `otherwise`."""

    cases: tuple[tuple[Arrangement, bool, Arrangement], ...]
    otherwise: Arrangement
    axes: Axes


@dataclass(frozen=True)
class SumOver:
    """The sum over the axis at position `along`, or over all axes (None)."""

    of: Arrangement
    along: int | None

    @property
    def axes(self) -> Axes:
        return _without(self.of.axes, self.along)


@dataclass(frozen=True)
class MaxOver:
    """The largest value over the axis at position `along`, or over all axes (None)."""

    of: Arrangement
    along: int | None

    @property
    def axes(self) -> Axes:
        return _without(self.of.axes, self.along)


@dataclass(frozen=True)
class Diag:
    """The matrix with `vector` on its diagonal."""

    vector: Arrangement
    axes: Axes


@dataclass(frozen=True)
class DiagonalOf:
    """The diagonal of a square matrix, as a vector."""

    matrix: Arrangement

    @property
    def axes(self) -> Axes:
        return self.matrix.axes[:1]


@dataclass(frozen=True)
class InverseOf:
    """The inverse of a square matrix; its own axes are others than those of the matrix."""

    matrix: Arrangement
    axes: Axes


@dataclass(frozen=True)
class DeterminantOf:
    matrix: Arrangement
    axes: Axes = ()


@dataclass(frozen=True)
class Identity:
    size: int | str
    axes: Axes


@dataclass(frozen=True)
class Unit:
    """The vector that is 1 at component `index` (from 1), else 0."""

    index: int
    axes: Axes


@dataclass(frozen=True)
class Ones:
    axes: Axes


Arrangement: TypeAlias = (
    Leaf
    | Transpose
    | MatMul
    | Outer
    | Hadamard
    | Scale
    | RowScale
    | ColumnScale
    | Add
    | Broadcast
    | PowerOf
    | Call
    | Cases
    | SumOver
    | MaxOver
    | Diag
    | DiagonalOf
    | InverseOf
    | DeterminantOf
    | Identity
    | Unit
    | Ones
)
