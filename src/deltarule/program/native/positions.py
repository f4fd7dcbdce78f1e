"""`Position`: a linear form of integers of the program, Σ cᵢ·nᵢ + c, kept apart from the code until it is needed.

Elements of a tile stand at constant distances: with the constant kept apart, they share one address and differ in an
offset that is part of the instruction.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

__all__ = ["INDEX", "Index", "Position", "linear"]

INDEX = ir.IntType(64)


@dataclass(frozen=True)
class Position:
    """Σ coefficient · value + constant; every coefficient differs from 0."""

    terms: tuple[tuple[ir.Value, int], ...]
    constant: int = 0

    @property
    def key(self) -> tuple[tuple[int, int], ...]:
        """What two forms that differ in the constant only have in common."""
        return tuple((id(value), coefficient) for value, coefficient in self.terms)

    def simplest(self) -> Index:
        """A number or a value where it is no more than that."""
        if not self.terms:
            return self.constant
        return self.terms[0][0] if self.constant == 0 and len(self.terms) == 1 and self.terms[0][1] == 1 else self

    def plus(self, other: Position) -> Position:
        total = {id(value): (value, n) for value, n in self.terms}
        for value, n in other.terms:
            total[id(value)] = (value, n + total[id(value)][1] if id(value) in total else n)
        return Position(tuple(t for t in total.values() if t[1]), self.constant + other.constant)

    def times(self, factor: int) -> Position:
        return Position(tuple((v, n * factor) for v, n in self.terms) if factor else (), self.constant * factor)


Index = int | ir.Value | Position
"""A position or a size: a number known while compiling, a 64-bit integer of the program, or a form of these."""


def linear(index: Index) -> Position:
    """Any index as a form."""
    if isinstance(index, Position):
        return index
    if isinstance(index, ir.Constant):
        index = int(index.constant)
    return Position((), index) if isinstance(index, int) else Position(((index, 1),))
