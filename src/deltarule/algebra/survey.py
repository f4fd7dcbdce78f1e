"""One walk over the two sides of a question: its size, what it holds, and a key that is the same up to renaming.

Two questions with one key differ only in the names of symbols, sizes and axes, so a proof of one is a proof of the
other: a hundred layers alike cost like one.
"""

from __future__ import annotations

from typing import Any

from deltarule.algebra.facts import Facts
from deltarule.algebra.kernels import ALGEBRAIC
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Derivative,
    Expression,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Selection,
    Symbol,
)
from deltarule.language.functions import FUNCTIONS

__all__ = ["Survey"]


class Survey:
    """What stands in some expressions. `nodes` are their distinct nodes, children first."""

    __slots__ = ("_axes", "_names", "_places", "_rows", "components", "defined", "literal", "nodes", "scalars", "sizes")

    def __init__(self, *expressions: Expression, facts: Facts | None = None) -> None:
        self.nodes: list[Expression] = []
        self.defined = self.literal = self.components = False
        self.scalars: set[str] = set()
        self.sizes: set[str] = set()
        self._names: dict[str, int] = {}
        self._axes: dict[Axis, tuple[int, Any]] = {}
        self._places: dict[Expression, int] = {}
        self._rows: list[Any] = []
        for e in expressions:
            self._walk(e)
        if facts:
            for e in (*facts.positive, *(side for pair in facts.equal for side in pair)):
                self._walk(e)
                self._rows.append("fact")
            self._rows.append((len(facts.positive), len(facts.equal)))

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(self._rows)

    def place(self, e: Expression) -> int | None:
        return self._places.get(e)

    def _walk(self, top: Expression) -> None:
        places = self._places
        stack = [top]
        while stack:
            e = stack[-1]
            if e in places:
                stack.pop()
                continue
            missing = [c for c in e.children if c not in places]
            if missing:
                missing.reverse()
                stack += missing
                continue
            stack.pop()
            self._rows.append(self._row(e))
            places[e] = len(self.nodes)
            self.nodes.append(e)
        self._rows.append(places[top])

    def _name(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))

    def _index(self, i: Axis | int) -> Any:
        if isinstance(i, int):
            if i != 0:
                self.components = True
            return i
        found = self._axes.get(i)
        if found is None:
            size: Any = i.size
            if isinstance(size, str):
                self.sizes.add(size)
                size = (self._name(size),)
            found = self._axes[i] = (len(self._axes), size)
        return found

    def _row(self, e: Expression) -> Any:
        children = tuple([self._places[c] for c in e.children])
        match e:
            case Symbol(name=name, indices=indices):
                if not indices:
                    self.scalars.add(name)
                kind = "s" if not name.startswith("~symmetric") else "~"
                return kind, self._name(name), tuple([self._index(i) for i in indices])
            case Product(bound=bound):
                bound_row = tuple([self._index(a) for a in bound])
                if bound:
                    self.literal = self.literal or any(isinstance(a.size, int) for a in bound)
                return "p", bound_row, children
            case Number(value=value):
                return value
            case Apply(function=name, order=order):
                row = FUNCTIONS.get(name)
                self.defined = self.defined or (
                    row is not None and row.definition is not None and name not in ALGEBRAIC
                )
                return name, order, children
            case Power(exponent=q):
                return "^", q, children
            case Delta(first=a, second=b):
                return "d", self._index(a), self._index(b)
            case Selection(terms=terms, constant=value):
                return "i", tuple([(self._index(a), c) for a, c in terms]), value
            case Maximum(bound=bound):
                self.literal = self.literal or any(isinstance(a.size, int) for a in bound)
                return "m", tuple([self._index(a) for a in bound]), children
            case Piecewise(cases=cases):
                return "c", tuple([strict for _, strict, _ in cases]), children
            case Derivative(held=held):
                return "D", tuple([self._name(h) for h in held]), children
        return type(e).__name__, children
