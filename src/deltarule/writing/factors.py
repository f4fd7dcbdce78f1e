"""Products as lists of factors, and sums that are choices: `a step(u) + b (1 - step(u))` is a where u > 0, else b."""

from __future__ import annotations

from deltarule.language.arrangement import (
    Add,
    Arrangement,
    Broadcast,
    Call,
    Cases,
    ColumnScale,
    Hadamard,
    Leaf,
    PowerOf,
    RowScale,
    Scale,
)
from deltarule.language.expression import Axis, Number

__all__ = ["choice_of", "complement", "factors_of"]


def complement(node: Arrangement) -> Arrangement | None:
    """u, for 1 - step(u)."""
    if isinstance(node, Add) and len(node.terms) == 2:
        for one, other in (node.terms, node.terms[::-1]):
            match other:
                case Scale(scalars=(Leaf(expression=Number(value=minus)),), of=Call(function="step", arguments=(u,))):
                    if minus == -1 and (one.of if isinstance(one, Broadcast) else one) == Leaf(Number(1), ()):
                        return u
    return None


def choice_of(node: Add) -> Cases | None:
    """`a step(u) + b (1 - step(u))` as a choice: a where u > 0, else b."""
    if len(node.terms) != 2:
        return None
    for one, other in (node.terms, node.terms[::-1]):
        for k, (u, _) in enumerate(factors_of(one)):
            if not isinstance(u, Call) or u.function != "step":
                continue
            for n, (v, _) in enumerate(factors_of(other)):
                if complement(v) == u.arguments[0]:
                    a, b = _rest(one, k, node.axes), _rest(other, n, node.axes)
                    return Cases(((u.arguments[0], True, a),), b, node.axes) if a and b else None
    return None


def _rest(node: Arrangement, place: int, axes: tuple[Axis, ...]) -> Arrangement | None:
    """A product without one of its factors; None where a factor stands as a column."""
    factors = factors_of(node)
    rest = [f for k, (f, _) in enumerate(factors) if k != place]
    if any(column for _, column in factors):
        return None
    scalars, arrays = [f for f in rest if not f.axes], [f for f in rest if f.axes]
    if any(f.axes != axes for f in arrays):
        return None
    if not arrays:
        value = _times(scalars) if scalars else Leaf(Number(1), ())
        return Broadcast(value, axes) if axes else value
    return Scale(tuple(scalars), _times(arrays)) if scalars else _times(arrays)


def _times(factors: list[Arrangement]) -> Arrangement:
    return Hadamard(tuple(factors)) if len(factors) > 1 else factors[0]


def factors_of(node: Arrangement, column: bool = False) -> list[tuple[Arrangement, bool]]:
    """The factors of a product, and which of them are vectors that stand as a column."""
    match node:
        case Scale(scalars=scalars, of=of) if not column:
            return [*(part for u in scalars for part in factors_of(u)), *factors_of(of)]
        case Hadamard(factors=factors) if not column:
            return [part for u in factors for part in factors_of(u)]
        case RowScale(vector=vector, matrix=matrix):
            inside = factors_of(matrix)
            if isinstance(vector, PowerOf) and vector.exponent < 0:
                return [*inside, (vector, True)]
            return [(vector, True), *inside]
        case ColumnScale(matrix=matrix, vector=vector):
            return [*factors_of(matrix), (vector, False)]
        case Broadcast(of=of) if not of.axes:
            return factors_of(of)
    return [(node, column)]
