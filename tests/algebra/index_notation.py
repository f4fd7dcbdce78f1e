"""A short way to write index notation in tests: `total(j, W[i, j] * x[j]) + b[i]`."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from deltarule.language.arithmetic import add, divide, multiply, negate, power, subtract
from deltarule.language.expression import Apply, Axis, Delta, Expression, Maximum, Number, Symbol


class E:
    """An expression with the operators of arithmetic."""

    def __init__(self, node: Expression) -> None:
        self.node = node

    def __add__(self, other: Any) -> E:
        return E(add(self.node, bare(other)))

    def __radd__(self, other: Any) -> E:
        return E(add(bare(other), self.node))

    def __sub__(self, other: Any) -> E:
        return E(subtract(self.node, bare(other)))

    def __rsub__(self, other: Any) -> E:
        return E(subtract(bare(other), self.node))

    def __mul__(self, other: Any) -> E:
        return E(multiply(self.node, bare(other)))

    def __rmul__(self, other: Any) -> E:
        return E(multiply(bare(other), self.node))

    def __truediv__(self, other: Any) -> E:
        return E(divide(self.node, bare(other)))

    def __rtruediv__(self, other: Any) -> E:
        return E(divide(bare(other), self.node))

    def __neg__(self) -> E:
        return E(negate(self.node))

    def __pow__(self, q: int | Fraction) -> E:
        return E(power(self.node, q))


def bare(value: Any) -> Expression:
    if isinstance(value, E):
        return value.node
    return value if isinstance(value, Expression) else Number(Fraction(value))


class Tensor:
    """A name to be indexed: `W[i, j]`, `x[1]`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, indices: Any) -> E:
        return E(
            Symbol(self.name, indices if isinstance(indices, tuple) and not isinstance(indices, Axis) else (indices,))
        )


class Function:
    """A function to be called: `sigmoid(z)`, and `f(z, order=1)` for its derivative."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *arguments: Any, order: int | tuple[int, ...] = 0) -> E:
        counts = order if isinstance(order, tuple) else (order,) if order else ()
        return E(Apply(self.name, tuple(bare(a) for a in arguments), counts))


def scalars(names: str) -> list[E]:
    return [E(Symbol(n)) for n in names.split()]


def tensors(names: str) -> list[Tensor]:
    return [Tensor(n) for n in names.split()]


def functions(names: str) -> list[Function]:
    return [Function(n) for n in names.split()]


def axes(names: str, size: int | str) -> list[Axis]:
    return [Axis(n, size) for n in names.split()]


def delta(i: Axis | int, j: Axis | int) -> E:
    return E(Delta(i, j))


def total(*arguments: Any) -> E:
    """total(i, j, body): the sum of the body over the axes."""
    *bound, body = arguments
    return E(multiply(bare(body), bound=bound))


def largest(*arguments: Any) -> E:
    """largest(i, body): the maximum of the body over the axes."""
    *bound, body = arguments
    return E(Maximum(bare(body), bound))
