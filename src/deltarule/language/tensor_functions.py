"""Functions of tensors: `sum`, `softmax`, `where`, ... as a table, and the scalar functions element by element.

>>> x = Tensor.of("x", "n")
>>> call("softmax", x).sizes, call("sum", x**2).label
(('n',), 'sum(x**2)')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from deltarule.language.arithmetic import multiply, power
from deltarule.language.errors import NotationError, ShapeError, nearest
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Axis,
    Delta,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Number,
    Piecewise,
    Symbol,
    fresh,
    rename,
)
from deltarule.language.functions import FUNCTIONS
from deltarule.language.tensor import Condition, Operand, Tensor, aligned, shown
from deltarule.language.windows import WINDOW_FUNCTIONS, Pair, concatenated

__all__ = [
    "TENSOR_FUNCTIONS",
    "TensorFunction",
    "apply",
    "call",
    "constant",
    "identity",
    "size_value",
    "tensor_function",
]


def size_value(size: int | str) -> Expression:
    """The size of an axis as a value: a number, or the symbol of that name."""
    return Number(size) if isinstance(size, int) else Symbol(size)


def apply(name: str, *operands: Operand) -> Tensor:
    """A scalar function, element by element. A literal number comes first in maximum and minimum (they commute)."""
    tensors = [Tensor.value(operand) for operand in operands]
    if name in {"maximum", "minimum"} and tensors[0].number is None and tensors[1].number is not None:
        tensors.reverse()
    expressions, axes = aligned(f"`{name}`", tensors)
    return Tensor(Apply(name, expressions), axes)


def _split(x: Tensor, axis: int | None) -> tuple[tuple[Axis, ...], tuple[Axis, ...]]:
    """The axes to reduce over (all, or the one at a position) and those that remain."""
    if axis is None:
        return x.axes, ()
    if not -len(x.axes) <= axis < len(x.axes):
        raise ShapeError(f"{shown(x)} has no axis {axis}: it has {len(x.axes)}, counted from 0")
    over = x.axes[axis]
    return (over,), tuple(a for a in x.axes if a != over)


def _sum(x: Tensor, axis: int | None = None) -> Tensor:
    over, rest = _split(x, axis)
    return Tensor(multiply(x.expression, bound=over), rest)


def _mean(x: Tensor, axis: int | None = None) -> Tensor:
    over, rest = _split(x, axis)
    count = multiply(*(size_value(a.size) for a in over))
    return Tensor(multiply(power(count, -1), multiply(x.expression, bound=over)), rest)


def _max(x: Tensor, y: Tensor | None = None, axis: int | None = None) -> Tensor:
    if y is not None:
        return apply("maximum", x, y)
    over, rest = _split(x, axis)
    return Tensor(Maximum(x.expression, over) if over else x.expression, rest)


def _min(x: Tensor, y: Tensor | None = None, axis: int | None = None) -> Tensor:
    return -_max(-x, None, axis) if y is None else apply("minimum", x, y)


def _ranked(name: str, rank: int, *tensors: Tensor) -> None:
    for tensor in tensors:
        if len(tensor.axes) != rank:
            kind = {1: "vectors", 2: "matrices"}[rank]
            raise ShapeError(f"`{name}` takes {kind}, not {shown(tensor)}")


def _outer(u: Tensor, v: Tensor) -> Tensor:
    _ranked("outer", 1, u, v)
    v = v.again()
    return Tensor(multiply(u.expression, v.expression), u.axes + v.axes)


def _diag(v: Tensor) -> Tensor:
    _ranked("diag", 1, v)
    i, j = v.axes[0], fresh(v.axes[0].size)
    return Tensor(multiply(Delta(i, j), v.expression), (i, j))


def _dot(u: Tensor, v: Tensor) -> Tensor:
    _ranked("dot", 1, u, v)
    return u @ v


def _square(name: str, a: Tensor) -> tuple[Axis, Axis]:
    _ranked(name, 2, a)
    i, j = a.axes
    if i.size != j.size:
        raise ShapeError(f"`{name}` takes a square matrix, not {shown(a)}")
    return i, j


def _diagonal(a: Tensor) -> Tensor:
    i, j = _square("diagonal", a)
    return Tensor(rename(a.expression, {j: i}), (i,))


def _inv(a: Tensor) -> Tensor:
    bound = _square("inv", a)
    i, j = fresh(bound[0].size), fresh(bound[0].size)
    return Tensor(Inverse(a.expression, bound, (i, j)), (i, j))


def _det(a: Tensor) -> Tensor:
    return Tensor(Determinant(a.expression, _square("det", a)))


def _trace(a: Tensor) -> Tensor:
    i, j = _square("trace", a)
    return Tensor(multiply(rename(a.expression, {j: i}), bound=(i,)))


def _along_last(name: str, x: Tensor) -> Tensor:
    """Σ exp(x) over the last axis, on the axes of x."""
    if not x.axes:
        raise ShapeError(f"`{name}` takes a vector, not {shown(x)}", remedy="For a scalar use sigmoid.")
    return Tensor(multiply(Apply("exp", (x.expression,)), bound=(x.axes[-1],)), x.axes)


def _softmax(x: Tensor) -> Tensor:
    total = _along_last("softmax", x)
    return apply("exp", x) / total


def _log_softmax(x: Tensor) -> Tensor:
    return x - apply("log", _along_last("log_softmax", x))


def _logsumexp(x: Tensor) -> Tensor:
    return apply("log", _sum(apply("exp", x)))


def _where(condition: Condition, a: Tensor, b: Tensor) -> Tensor:
    if not isinstance(condition, Condition):
        raise NotationError("the first argument of `where` is a comparison, as in where(x > 0, x, 0)")
    (u, first, second), axes = aligned("`where`", (condition.tensor, a, b))
    return Tensor(Piecewise(((u, condition.strict, first),), second), axes)


@dataclass(frozen=True)
class TensorFunction:
    """A function that is not elementwise: its equation in words of the notation, its number of arguments."""

    name: str
    compute: Callable[..., Tensor]
    arguments: tuple[int, int]
    equation: str
    axis: bool = False
    """Whether it takes `axis=`."""
    pairs: bool = False
    """Whether a number may be one for each axis of a window: `(3, 5)`."""


TENSOR_FUNCTIONS: dict[str, TensorFunction] = {
    row.name: row
    for row in (
        TensorFunction("sum", _sum, (1, 1), "sum(x) = Σ_i x_i", axis=True),
        TensorFunction("mean", _mean, (1, 1), "mean(x) = 1/n Σ_i x_i", axis=True),
        TensorFunction("max", _max, (1, 2), "max(x) = the largest x_i; max(a, b) element by element", axis=True),
        TensorFunction("min", _min, (1, 2), "min(x) = the smallest x_i; min(a, b) element by element", axis=True),
        TensorFunction("dot", _dot, (2, 2), "dot(u, v) = Σ_i u_i v_i"),
        TensorFunction("outer", _outer, (2, 2), "outer(u, v)_ij = u_i v_j"),
        TensorFunction("diag", _diag, (1, 1), "diag(v)_ij = v_i where i = j, else 0"),
        TensorFunction("trace", _trace, (1, 1), "trace(A) = Σ_i A_ii"),
        TensorFunction("diagonal", _diagonal, (1, 1), "diagonal(A)_i = A_ii"),
        TensorFunction("inv", _inv, (1, 1), "inv(A) A = A inv(A) = I, where det(A) is not 0"),
        TensorFunction("det", _det, (1, 1), "det(A) = the determinant of a square matrix"),
        TensorFunction("norm2", lambda x: _sum(x**2), (1, 1), "norm2(x) = Σ_i x_i²"),
        TensorFunction("softmax", _softmax, (1, 1), "softmax(x)_i = exp(x_i) / Σ_j exp(x_j), over the last axis"),
        TensorFunction("log_softmax", _log_softmax, (1, 1), "log_softmax(x)_i = x_i - log Σ_j exp(x_j)"),
        TensorFunction("logsumexp", _logsumexp, (1, 1), "logsumexp(x) = log Σ_i exp(x_i)"),
        TensorFunction("where", _where, (3, 3), "where(u > v, a, b) = a if u > v else b"),
        TensorFunction("concat", concatenated, (2, 9), "concat(a, b) = a, then b, along the first axis", axis=True),
        *(TensorFunction(*row, pairs=row[0].endswith("2d")) for row in WINDOW_FUNCTIONS),
    )
}


def _plural(low: int, high: int) -> str:
    count = str(low) if low == high else f"{low} {'or' if high == low + 1 else 'to'} {high}"
    return f"{count} argument" + ("" if high == 1 else "s")


def call(
    name: str, *arguments: Operand | Condition | Pair, axis: int | None = None, abstract: Iterable[str] = ()
) -> Tensor:
    """The function of that name: a row of `TENSOR_FUNCTIONS`, of `FUNCTIONS`, or one that is only named.

    >>> call("sum", Tensor.of("x", "n") ** 2).label
    'sum(x**2)'
    """
    abstract = set(abstract)
    row = TENSOR_FUNCTIONS.get(name)
    if row is None and name not in FUNCTIONS and name not in abstract:
        known = nearest(name, [*TENSOR_FUNCTIONS, *FUNCTIONS, *abstract])
        raise NotationError(
            f"unknown function `{name}`{known}", remedy="`deltarule functions` lists them; `g: function` declares one."
        )
    if row is not None:
        low, high = row.arguments
    else:
        low = high = max(len(arguments) if name in abstract else len(FUNCTIONS[name].parameters), 1)
    if not low <= len(arguments) <= high:
        raise NotationError(f"`{name}` takes {_plural(low, high)}, not {len(arguments)}")
    if axis is not None and (row is None or not row.axis or (len(arguments) == 2 and name in {"max", "min"})):
        raise NotationError(f"`{name}` takes no `axis` here")
    values = [a if isinstance(a, Condition | tuple) else Tensor.value(a) for a in arguments]
    if any(isinstance(v, tuple) for v in values) and (row is None or not row.pairs):
        raise NotationError(f"`{name}` takes no pair of numbers")
    texts = [str(v) if isinstance(v, tuple) else v.text() for v in values]
    label = f"{name}({', '.join([*texts, *([] if axis is None else [f'axis={axis}'])])})"
    if row is not None and row.name == "where":
        return row.compute(*values).named(label)
    tensors = [value for value in values if isinstance(value, Tensor)]
    if any(isinstance(value, Condition) for value in values):
        raise NotationError("a comparison stands only in where(condition, a, b)")
    if row is None:
        return apply(name, *tensors).named(label)
    return (row.compute(*tensors, axis=axis) if row.axis else row.compute(*values)).named(label)


def tensor_function(name: str) -> Callable[..., Tensor]:
    """The function of that name, to be called in Python: `tensor_function("sigmoid")(x)`."""

    def function(*arguments: Operand | Condition, axis: int | None = None) -> Tensor:
        return call(name, *arguments, axis=axis)

    function.__name__ = function.__qualname__ = name
    row = TENSOR_FUNCTIONS.get(name)
    function.__doc__ = row.equation if row is not None else f"The scalar function {name}, element by element."
    return function


def identity(size: int | str) -> Tensor:
    """The unit matrix."""
    i, j = fresh(size), fresh(size)
    return Tensor(Delta(i, j), (i, j))


def constant(value: int, *sizes: int | str) -> Tensor:
    """A tensor of equal numbers."""
    return Tensor({0: ZERO, 1: ONE}.get(value, Number(value)), tuple(fresh(size) for size in sizes if size != 1))
