"""A bias beside a matrix of samples: `Z = X W + b` adds b to every row, `Z = W X + b` to every column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.language.expression import Axis, rename
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.symbols import WEIGHT_MATRICES
from deltarule.reading.values import Value

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = ["BIASES", "WEIGHTS", "is_bias", "spread"]

BIASES = frozenset({"b", "b_vec", "beta", "c"})
"""Letters of biases."""
WEIGHTS = WEIGHT_MATRICES | {"w", "theta", "W_hat"}
"""Letters of weights, which say which factor of a product holds the samples."""


def is_bias(low: Lowering, item: t.Tree) -> bool:
    """Whether a term is a bare name of a bias."""
    found = reference(item, low.symbols.usage) if isinstance(item, t.Name | t.Scripted) else None
    return found is not None and found.base in BIASES and not (found.indices or found.transposed or found.power)


def spread(low: Lowering, matrix: Value, of: t.Tree, item: t.Tree, bias: Value) -> Value:
    """The bias as a matrix, the same in every row or every column; as it is where nothing says which is meant, and what
    is no bias beside a matrix.

    The sizes say it, or that the bias is written as a row, or which factor of the product holds the weights.
    """
    axis = bias.row or bias.col
    if matrix.row is None or matrix.col is None or axis is None or bias.rank != 1 or not is_bias(low, item):
        return bias
    rows, columns, own = (low.symbols.find(a.size) for a in (matrix.row, matrix.col, axis))
    if bias.row is None:
        along = matrix.col
    elif rows != columns and own in (rows, columns):
        along = matrix.row if own == rows else matrix.col
    else:
        place = _place_of_the_weights(low, of)
        along = {0: matrix.row, 1: matrix.col}.get(place)
    if along is None or not low.symbols.unify(axis.size, along.size):
        return bias
    along = Axis(along.name, low.symbols.find(along.size))
    return low.resized(Value(rename(bias.expression, {axis: along}), matrix.row, matrix.col))


def _place_of_the_weights(low: Lowering, of: t.Tree) -> int:
    """0 for W X, 1 for X W; -1 where one cannot tell."""
    match of:
        case t.Factors(items=((_, first), ("" | "cdot" | "times", second))):
            pass
        case _:
            return -1
    one, other = reference(first, low.symbols.usage), reference(second, low.symbols.usage)
    known = [r is not None and r.base in WEIGHTS for r in (one, other)]
    return known.index(True) if known.count(True) == 1 else -1
