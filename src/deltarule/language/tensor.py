"""`Tensor`: an expression and the order of its axes, with the operators of NumPy by position.

This is the one meaning of `+ - * / ** @ .T`: the text notation reads into it and a traced Python function computes with
it. Its functions are in `tensor_functions`.

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

from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.errors import NotationError, ShapeError
from deltarule.language.expression import Axis, Expression, Number, Symbol, at, fresh

__all__ = ["Condition", "Operand", "Tensor", "aligned", "bounded", "shown"]

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
        if not tensor.axes:
            raise ShapeError(
                f"`@` takes vectors, matrices and arrays of more axes, not {shown(tensor)}, in {shown(a)} @ {shown(b)}",
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
