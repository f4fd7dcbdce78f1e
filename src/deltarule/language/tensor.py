"""`Tensor`: an expression and the order of its axes, with the operators of NumPy by position.

This is the one meaning of `+ - * / ** @ .T` and of `sum`, `softmax`, `outer`, ...: the text notation reads into it and
a traced Python function computes with it.

>>> x = Tensor.of("x", "n")
>>> (x * x + 1).sizes
('n',)
>>> (Tensor.of("W", "h", "n") @ x).sizes
('h',)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from deltarule.language.errors import NotationError, ShapeError, nearest
from deltarule.language.expression import (
    ONE,
    ZERO,
    Apply,
    Axis,
    Delta,
    Expression,
    Maximum,
    Number,
    Piecewise,
    Symbol,
    add,
    at,
    divide,
    fresh,
    multiply,
    negate,
    power,
    rename,
    subtract,
)
from deltarule.language.functions import FUNCTIONS

__all__ = [
    "TENSOR_FUNCTIONS",
    "Condition",
    "Operand",
    "Tensor",
    "TensorFunction",
    "apply",
    "call",
    "size_value",
    "tensor_function",
]

SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(1, 6)

MAX_LABEL = 100_000
MAX_EXPONENT = 64
MAX_BITS = 4096
"""Numbers beyond these are refused: `9**9**9` has 369 million digits."""

Operand: TypeAlias = "Tensor | int | float | Fraction"


@dataclass(frozen=True, eq=False)
class Tensor:
    """An expression whose free axes, in the order of `axes`, are its positions. A scalar has none."""

    expression: Expression
    axes: tuple[Axis, ...] = ()
    label: str = ""
    """Its text in the notation: what it was read from, or what operators and functions made of their operands' text."""
    binds: int = ATOM
    """How tightly the operator of the text binds: its place in + -, * / @, unary -, **, a name or call."""

    __array_ufunc__ = None

    def __post_init__(self) -> None:
        if len(self.label) > MAX_LABEL:  # x = x * x, traced thirty times, has a text of gigabytes
            raise NotationError(f"an expression has more than {MAX_LABEL:,} characters when written out")

    @classmethod
    def of(cls, name: str, *sizes: int | str) -> Tensor:
        """The symbol `name` with one axis for each size (a literal 1 makes none)."""
        axes = tuple(fresh(size) for size in sizes if size != 1)
        return cls(Symbol(name, axes), axes, name)

    @classmethod
    def value(cls, value: Operand) -> Tensor:
        """A tensor as it is; a number as an exact scalar (0.5 is 1/2, as it is written)."""
        if isinstance(value, Tensor):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            raise NotationError(f"{value!r} is neither a tensor nor a number")
        try:
            exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
        except ValueError:
            raise NotationError(f"{value!r} is not a finite number") from None
        binds = NEGATIVE if exact < 0 else ATOM if exact.denominator == 1 else PRODUCT
        return cls(Number(exact), (), str(exact), binds)

    @property
    def sizes(self) -> tuple[int | str, ...]:
        return tuple(axis.size for axis in self.axes)

    @property
    def number(self) -> Fraction | None:
        """The value of a literal scalar, else None."""
        return self.expression.value if isinstance(self.expression, Number) and not self.axes else None

    def on(self, axes: tuple[Axis, ...]) -> Expression:
        """The expression over other axes, position by position."""
        return at(self.expression, self.axes, axes)

    def again(self) -> Tensor:
        """The same tensor over axes of its own."""
        axes = tuple(fresh(size) for size in self.sizes)
        return replace(self, expression=self.on(axes), axes=axes)

    def named(self, label: str) -> Tensor:
        """The same tensor, known by another text."""
        return replace(self, label=label, binds=ATOM)

    def text(self, binds: int = SUM) -> str:
        """The label, in parentheses where its operator binds less tightly."""
        return self.label if self.binds >= binds or not self.label else f"({self.label})"

    def __repr__(self) -> str:
        return f"Tensor({self.expression!r}, [{', '.join(axis.name for axis in self.axes)}])"

    def __bool__(self) -> bool:
        raise NotationError("a tensor has no truth value: write where(condition, a, b) for cases")

    def __add__(self, other: Operand) -> Tensor:
        return _elementwise("+", add, self, other)

    def __radd__(self, other: Operand) -> Tensor:
        return _elementwise("+", add, other, self)

    def __sub__(self, other: Operand) -> Tensor:
        return _elementwise("-", subtract, self, other)

    def __rsub__(self, other: Operand) -> Tensor:
        return _elementwise("-", subtract, other, self)

    def __mul__(self, other: Operand) -> Tensor:
        return _elementwise("*", multiply, self, other)

    def __rmul__(self, other: Operand) -> Tensor:
        return _elementwise("*", multiply, other, self)

    def __truediv__(self, other: Operand) -> Tensor:
        return _divided(self, other)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return _divided(other, self)

    def __neg__(self) -> Tensor:
        return Tensor(negate(self.expression), self.axes, f"-{self.text(NEGATIVE)}", NEGATIVE)

    def __pos__(self) -> Tensor:
        return self

    def __pow__(self, exponent: Operand) -> Tensor:
        exponent = Tensor.value(exponent)
        n = exponent.number
        if n is None:
            raise NotationError("an exponent has to be a number", remedy="For u**v write exp(v*log(u)), where u > 0.")
        if abs(n) > MAX_EXPONENT or n.denominator > MAX_EXPONENT:
            raise NotationError(f"an exponent lies between -{MAX_EXPONENT} and {MAX_EXPONENT}")
        if n < 0 and self.number == 0:
            raise NotationError("division by zero")
        label = f"{self.text(ATOM)}**{exponent.text(ATOM)}"
        return bounded(Tensor(power(self.expression, n), self.axes, label, POWER))

    def __matmul__(self, other: Tensor) -> Tensor:
        return _contracted(self, Tensor.value(other))

    def __rmatmul__(self, other: Operand) -> Tensor:
        return _contracted(Tensor.value(other), self)

    def __gt__(self, other: Operand) -> Condition:
        return _compared(self, ">", other)

    def __ge__(self, other: Operand) -> Condition:
        return _compared(self, ">=", other)

    def __lt__(self, other: Operand) -> Condition:
        return _compared(self, "<", other)

    def __le__(self, other: Operand) -> Condition:
        return _compared(self, "<=", other)

    @property
    def T(self) -> Tensor:
        """The axes in reverse order: the transpose of a matrix; a vector has no orientation and stays itself."""
        return Tensor(self.expression, self.axes[::-1], f"{self.text(ATOM)}.T")


@dataclass(frozen=True)
class Condition:
    """`tensor > 0`, or `tensor >= 0` where not strict."""

    tensor: Tensor
    strict: bool
    label: str = ""

    def text(self, binds: int = SUM) -> str:
        return self.label

    def __bool__(self) -> bool:
        raise NotationError("a comparison of tensors has no truth value: write where(condition, a, b)")


def shown(tensor: Tensor) -> str:
    """The tensor with its axes, for messages: `W` [h, n]."""
    label = tensor.label or repr(tensor.expression)
    label = label if len(label) <= 60 else label[:57] + "..."
    return f"`{label}` " + (f"[{', '.join(map(str, tensor.sizes))}]" if tensor.axes else "(a scalar)")


def aligned(operation: str, tensors: Iterable[Tensor]) -> tuple[list[Expression], tuple[Axis, ...]]:
    """The expressions over common axes: all tensors have the same sizes, position by position, or are scalars."""
    tensors = list(tensors)
    first = max(tensors, key=lambda tensor: bool(tensor.axes))
    for tensor in tensors:
        if tensor.axes and tensor.sizes != first.sizes:
            raise ShapeError(
                f"the axes of {shown(first)} and {shown(tensor)} differ: {operation} works element by element",
                remedy="Both need the same sizes, axis by axis, or one has to be a scalar; "
                "`@` is the matrix or inner product, `.T` the transpose.",
            )
    return [tensor.on(first.axes) if tensor.axes else tensor.expression for tensor in tensors], first.axes


def _elementwise(operation: str, combine: Callable[..., Expression], a: Operand, b: Operand) -> Tensor:
    a, b = Tensor.value(a), Tensor.value(b)
    expressions, axes = aligned(f"`{operation}`", (a, b))
    binds = SUM if operation in "+-" else PRODUCT
    return bounded(Tensor(combine(*expressions), axes, f"{a.text(binds)} {operation} {b.text(binds + 1)}", binds))


def _divided(a: Operand, b: Operand) -> Tensor:
    if Tensor.value(b).number == 0:
        raise NotationError("division by zero")
    return _elementwise("/", divide, a, b)


def _compared(a: Operand, relation: str, b: Operand) -> Condition:
    a, b = Tensor.value(a), Tensor.value(b)
    difference = a - b if relation[0] == ">" else b - a
    return Condition(difference, strict=len(relation) == 1, label=f"{a.text()} {relation} {b.text()}")


def bounded(tensor: Tensor) -> Tensor:
    """The tensor, unless it is a number with too many digits."""
    n = tensor.number
    if n is not None and max(n.numerator.bit_length(), n.denominator.bit_length()) > MAX_BITS:
        raise NotationError(f"a number has more than {MAX_BITS} binary digits")
    return tensor


def _contracted(a: Tensor, b: Tensor) -> Tensor:
    """`a @ b`: Σ over the last axis of a and the first axis of b."""
    for tensor in (a, b):
        if len(tensor.axes) not in {1, 2}:
            raise ShapeError(
                f"`@` takes vectors and matrices, not {shown(tensor)}, in {shown(a)} @ {shown(b)}",
                remedy="Use `*` for the product with a scalar.",
            )
    shared = a.axes[-1]
    if shared.size != b.axes[0].size:
        raise ShapeError(
            f"the last axis of {shown(a)} and the first of {shown(b)} differ: {shared.size} and {b.axes[0].size}",
            remedy="`@` sums over the last axis of its left side and the first of its right side; "
            "`.T` transposes a matrix.",
        )
    rest = tuple(fresh(axis.size) for axis in b.axes[1:])
    product = multiply(a.expression, b.on((shared, *rest)), bound=(shared,))
    return Tensor(product, a.axes[:-1] + rest, f"{a.text(PRODUCT)} @ {b.text(PRODUCT + 1)}", PRODUCT)


# Functions -----------------------------------------------------------------------------------------------------


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


def _trace(a: Tensor) -> Tensor:
    _ranked("trace", 2, a)
    i, j = a.axes
    if i.size != j.size:
        raise ShapeError(f"`trace` takes a square matrix, not {shown(a)}")
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
        TensorFunction("norm2", lambda x: _sum(x**2), (1, 1), "norm2(x) = Σ_i x_i²"),
        TensorFunction("softmax", _softmax, (1, 1), "softmax(x)_i = exp(x_i) / Σ_j exp(x_j), over the last axis"),
        TensorFunction("log_softmax", _log_softmax, (1, 1), "log_softmax(x)_i = x_i - log Σ_j exp(x_j)"),
        TensorFunction("logsumexp", _logsumexp, (1, 1), "logsumexp(x) = log Σ_i exp(x_i)"),
        TensorFunction("where", _where, (3, 3), "where(u > v, a, b) = a if u > v else b"),
    )
}


def _plural(low: int, high: int) -> str:
    count = str(low) if low == high else f"{low} or {high}"
    return f"{count} argument" + ("" if high == 1 else "s")


def call(name: str, *arguments: Operand | Condition, axis: int | None = None, abstract: Iterable[str] = ()) -> Tensor:
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
    if axis is not None and (row is None or not row.axis or len(arguments) == 2):
        raise NotationError(f"`{name}` takes no `axis` here")
    values = [a if isinstance(a, Condition) else Tensor.value(a) for a in arguments]
    label = f"{name}({', '.join([*(v.text() for v in values), *([] if axis is None else [f'axis={axis}'])])})"
    if row is not None and row.name == "where":
        return row.compute(*values).named(label)
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) < len(values):
        raise NotationError("a comparison stands only in where(condition, a, b)")
    if row is None:
        return apply(name, *tensors).named(label)
    return (row.compute(*tensors, axis=axis) if row.axis else row.compute(*tensors)).named(label)


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
