"""Products of arrays with many axes as products of matrices: neighbouring axes taken together, one for each sample.

a[s,c,i,j] = Σ_dkl W[c,d,k,l] u[s,d,k,l,i,j]     for each s:  a[c, (i,j)] = W[c, (d,k,l)] u[(d,k,l), (i,j)]
∂W[c,d,k,l] = Σ_sij δ[s,c,i,j] u[s,d,k,l,i,j]    sum over s:  δ[c, (i,j)] u[(d,k,l), (i,j)]ᵀ
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deltarule.language.expression import Axis

__all__ = ["MatrixProduct", "matrix_product"]


@dataclass(frozen=True)
class MatrixProduct:
    """`out[rows, columns] = Σ left[rows, summed] right[summed, columns]` at each index of `over`.

    Each of the three is a run of axes that stand together in every array that has them, in the same order.
    """

    over: tuple[Axis, ...]
    added: bool
    """Whether the products are added up over `over` (which is then one axis)."""
    rows: tuple[Axis, ...]
    columns: tuple[Axis, ...]
    summed: tuple[Axis, ...]


def matrix_product(left: Sequence[Axis], right: Sequence[Axis], out: Sequence[Axis]) -> MatrixProduct | None:
    """The product of two arrays with these axes, their common axes that `out` has not being summed; None where it is
    no product of matrices, or where axes that would be taken together stand apart."""
    if any(len(set(axes)) < len(axes) for axes in (left, right, out)):
        return None
    if set(out) - {*left, *right} or any(a not in out for a in set(left) ^ set(right)):
        return None
    shared = tuple(a for a in out if a in left and a in right)
    tried = dict.fromkeys(((), *(axes[:1] for axes in map(tuple, (out, left, right)))))
    for more in tried:
        over = (*shared, *(a for a in more if a not in shared))
        added = any(a not in out for a in over)
        if added and len(over) > 1:
            continue
        rows = tuple(a for a in left if a not in over and a not in right)
        columns = tuple(a for a in right if a not in over and a not in left)
        summed = tuple(a for a in left if a not in over and a in right)
        places = ((rows, left), (rows, out), (columns, right), (columns, out), (summed, left), (summed, right))
        if rows and columns and summed and all(_runs(group, axes) for group, axes in places):
            return MatrixProduct(over, added, rows, columns, summed)
    return None


def _runs(group: tuple[Axis, ...], axes: Sequence[Axis]) -> bool:
    """Whether the axes of the group stand together, in their order."""
    first = list(axes).index(group[0])
    return tuple(axes[first : first + len(group)]) == group
