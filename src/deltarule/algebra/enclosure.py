"""Certified values: an expression in ball arithmetic (python-flint's `arb`), component by component.

A ball that is not finite means "not defined here, or not known at this precision": a division by a ball that touches
zero, a logarithm of one that is not positive, a case that cannot be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from time import process_time
from typing import Any, TypeAlias

import flint

from deltarule.algebra.budget import Exhausted, Unsupported
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Derivative,
    Determinant,
    Expression,
    Index,
    Inverse,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
)
from deltarule.language.functions import FUNCTIONS, expand
from deltarule.language.traversal import walk

__all__ = ["Evaluation", "Lookup", "ball", "enclose"]

Lookup: TypeAlias = Callable[[str, tuple[int, ...]], Any]
"""The value of a symbol at numbered indices."""
Abstract: TypeAlias = Callable[[str, tuple[int, ...], list[Any]], Any]
"""The value of an abstract function: its name, the order of the derivative, the arguments."""

MAX_EVALUATIONS = 150_000
MAX_SUMMANDS = 20_000
MAX_SQUARE = 40
NAN = flint.arb("nan")


def _equation(f: Expression) -> Selection | None:
    """An equation between indices, a delta of two axes included."""
    match f:
        case Selection():
            return f
        case Delta(first=Axis() as a, second=Axis() as b):
            return Selection(((a, 1), (b, -1)), 0)
        case Delta(first=int(n), second=Axis() as a) | Delta(first=Axis() as a, second=int(n)):
            return Selection(((a, 1),), n)
    return None


def ball(value: Any) -> Any:
    """A number as a ball: exact for integers and binary fractions, else enclosing."""
    if isinstance(value, flint.arb):
        return value
    if isinstance(value, Fraction):
        return flint.arb(flint.fmpq(value.numerator, value.denominator))
    return flint.arb(value)


class Evaluation:
    """One point: the values of the symbols, the sizes, the abstract functions."""

    def __init__(
        self,
        lookup: Lookup,
        sizes: Mapping[str, int],
        abstract: Abstract | None = None,
        deadline: float = float("inf"),
    ) -> None:
        self.lookup, self.sizes, self.abstract, self.deadline = lookup, sizes, abstract, deadline
        self.derivatives = False
        """Whether an unevaluated derivative is given a value of its own (to see that it stands at a defined point)."""
        self.count = 0
        self._selecting: dict[Expression, bool] = {}
        self._memo: dict[tuple[Expression, tuple[int, ...]], Any] = {}
        self._inverses: dict[tuple[Expression, tuple[int, ...]], Any] = {}

    def size(self, axis: Axis) -> int:
        return axis.size if isinstance(axis.size, int) else self.sizes[axis.size]

    def value(self, e: Expression, at: Mapping[Axis, int]) -> Any:
        """The ball of e at the component numbers `at` of its free axes."""
        key = (e, tuple(at[a] for a in e.axes))
        found = self._memo.get(key)
        if found is None:
            self.count += 1
            if self.count > MAX_EVALUATIONS or (self.count % 64 == 0 and process_time() > self.deadline):
                raise Exhausted(f"more than {MAX_EVALUATIONS} values at one point, or too long a time")
            found = self._memo[key] = self._value(e, at)
        return found

    def _value(self, e: Expression, at: Mapping[Axis, int]) -> Any:
        match e:
            case Number(value=value):
                return ball(value)
            case Symbol(name=name, indices=indices):
                if not indices and name in self.sizes:
                    return flint.arb(self.sizes[name])
                return ball(self.lookup(name, tuple(_number(i, at) for i in indices)))
            case Sum(terms=terms):
                total = flint.arb(0)
                for t in terms:
                    total += self.value(t, at)
                return total
            case Product(bound=(_, *_)) if self._selects(e):
                return self._selected(e, at)
            case Product(factors=factors, bound=bound):
                total = flint.arb(0)
                for inner in self._inside(bound, at):
                    part = flint.arb(1)
                    for f in factors:
                        part *= self.value(f, inner)
                    total += part
                return total
            case Maximum(body=body, bound=bound):
                values = [self.value(body, inner) for inner in self._inside(bound, at)]
                best = values[0]
                for v in values[1:]:
                    best = best.max(v) if best.is_finite() and v.is_finite() else NAN
                return best
            case Determinant():
                return self._matrix(e, at).det()
            case Inverse(indices=indices):
                inverse = self._inverse(e, at)
                i, j = (_number(k, at) for k in indices)
                return NAN if inverse is None else inverse[i - 1, j - 1]
            case Power(base=base, exponent=exponent):
                return power(self.value(base, at), exponent)
            case Delta(first=a, second=b):
                return flint.arb(1 if _number(a, at) == _number(b, at) else 0)
            case Selection(terms=terms, constant=value):
                return flint.arb(1 if sum(c * at[a] for a, c in terms) == value else 0)
            case Piecewise(cases=cases, otherwise=otherwise):
                for u, strict, v in cases:
                    test = self.value(u, at)
                    if (test > 0) if strict else (test >= 0):
                        return self.value(v, at)
                    if not ((test <= 0) if strict else (test < 0)):
                        return NAN
                return self.value(otherwise, at)
            case Apply():
                return self._apply(e, at)
            case Derivative(axes=axes) if self.derivatives:
                return ball(self.lookup(repr(e), tuple(at[a] for a in axes)))
            case Derivative():
                raise Unsupported("a derivative that was not evaluated has no value of its own")
        raise Unsupported(f"a node of kind {type(e).__name__}")

    def _matrix(self, e: Determinant | Inverse, at: Mapping[Axis, int]) -> Any:
        r, c = e.bound
        if self.size(r) != self.size(c) or self.size(r) > MAX_SQUARE:
            raise Unsupported(f"an inverse or determinant of {self.size(r)} by {self.size(c)}")
        numbers = range(1, self.size(r) + 1)
        return flint.arb_mat([[self.value(e.body, {**at, r: p, c: q}) for q in numbers] for p in numbers])

    def _inverse(self, e: Inverse, at: Mapping[Axis, int]) -> Any:
        """The inverse of the matrix of e; None where it is not certain that there is one."""
        key = (e.body, tuple(at[a] for a in e.body.axes if a not in e.bound))
        if key not in self._inverses:
            try:
                self._inverses[key] = self._matrix(e, at).inv()
            except ZeroDivisionError:
                self._inverses[key] = None
        return self._inverses[key]

    def _selects(self, e: Product) -> bool:
        """Whether equations between indices stand in the sum: then a delta beside them only selects terms too."""
        found = self._selecting.get(e)
        if found is None:
            here = any(isinstance(f, Delta | Selection) for f in e.factors)
            found = self._selecting[e] = here and any(isinstance(n, Selection) for n in walk(e))
        return found

    def _selected(self, e: Product, at: Mapping[Axis, int]) -> Any:
        """A sum with equations between its indices: only the terms where they hold, each index that an equation gives
        by the others put in."""
        equations = [found for f in e.factors if (found := _equation(f)) is not None]
        others = [f for f in e.factors if not isinstance(f, Selection) and _equation(f) is None]
        given: dict[Axis, Selection] = {}
        needed: set[Axis] = set()
        for f in equations:
            for axis, c in f.terms:
                rest = {a for a, _ in f.terms if a != axis}
                free = axis in e.bound and axis not in given and axis not in needed
                if free and abs(c) == 1 and not rest & set(given):
                    given[axis] = f
                    needed |= rest
                    break
        total = flint.arb(0)
        for where in self._inside(tuple(a for a in e.bound if a not in given), at):
            inner = dict(where)
            for axis, f in given.items():
                terms = dict(f.terms)
                inner[axis] = terms[axis] * (f.constant - sum(c * inner[a] for a, c in f.terms if a != axis))
            if any(not 1 <= inner[a] <= self.size(a) for a in given):
                continue
            if all(sum(c * inner[a] for a, c in f.terms) == f.constant for f in equations):
                part = flint.arb(1)
                for f in others:
                    part *= self.value(f, inner)
                total += part
        return total

    def _inside(self, bound: tuple[Axis, ...], at: Mapping[Axis, int]) -> Any:
        if not bound:
            yield at
            return
        ranges = [range(1, self.size(a) + 1) for a in bound]
        if prod(len(r) for r in ranges) > MAX_SUMMANDS:
            raise Exhausted(f"a sum of more than {MAX_SUMMANDS} terms")
        for numbers in product(*ranges):
            yield {**at, **dict(zip(bound, numbers, strict=True))}

    def _apply(self, e: Apply, at: Mapping[Axis, int]) -> Any:
        name, order = e.function, e.order
        arguments = [self.value(u, at) for u in e.arguments]
        if not all(u.is_finite() for u in arguments):
            return NAN
        row = FUNCTIONS.get(name)
        if row is None:
            if self.abstract is None:
                raise Unsupported(f"the function {name} is only named")
            return self.abstract(name, order, arguments)
        if name == "exp":
            return arguments[0].exp()
        if any(order):
            from deltarule.algebra.jets import derivative_value

            return derivative_value(row, order, arguments)
        if row.definition is not None:
            definition = expand(e)
            assert definition is not None
            return self.value(definition, at)
        return primitive(name, arguments)


def _number(i: Index, at: Mapping[Axis, int]) -> int:
    return at[i] if isinstance(i, Axis) else i


def power(u: Any, q: Fraction) -> Any:
    """u^q: not finite where u is not known to be ≠ 0 (q < 0) or > 0 (broken q; 0^q = 0 for q > 0)."""
    if q.denominator == 1:
        n = int(q)
        if n >= 0:
            return u**n
        return NAN if u.contains(0) else (1 / u) ** (-n)
    if u > 0:
        return u.sqrt() if q == Fraction(1, 2) else (u.log() * ball(q)).exp()
    return flint.arb(0) if u.is_zero() and q > 0 else NAN


def primitive(name: str, arguments: list[Any]) -> Any:
    """The primitives of `language.functions`, order 0."""
    u = arguments[0]
    match name:
        case "log":
            return u.log() if u > 0 else NAN
        case "erf":
            return u.erf()
        case "sin":
            return u.sin()
        case "cos":
            return u.cos()
        case "asin":  # not finite where |u| is not known to be at most 1
            return u.asin()
        case "atan":
            return u.atan()
        case "step":
            return flint.arb(1) if u > 0 else flint.arb(0) if u <= 0 else NAN
        case "sign":
            return flint.arb(1) if u > 0 else flint.arb(-1) if u < 0 else flint.arb(0) if u.is_zero() else NAN
        case "abs":
            return abs(u)
        case "maximum":
            return u.max(arguments[1])
        case "minimum":
            return u.min(arguments[1])
    raise Unsupported(f"no enclosure of {name}")


def enclose(
    expression: Expression,
    values: Mapping[str, Any],
    sizes: Mapping[str, int] | None = None,
    precision: int = 128,
    axes: Sequence[Axis] | None = None,
) -> Any:
    """The value of an expression as a ball, or as nested tuples of balls over `axes` (or `expression.axes`).

    `values` has for each symbol a number (int, Fraction, float, arb), nested sequences of numbers, or a function of
    the indices (from 1). Balls that are not finite: undefined, or not decided at this precision (bits).

    >>> from deltarule.language.expression import Apply, Symbol
    >>> print(enclose(Apply("sigmoid", (Symbol("s"),)), {"s": 0}).str(5, radius=False))
    0.50000
    """
    sizes = dict(sizes or {})

    def lookup(name: str, indices: tuple[int, ...]) -> Any:
        if name == "pi" and name not in values:
            return flint.arb.pi()
        value: Any = values[name]
        if callable(value):
            return value(*indices)
        for i in indices:
            if not isinstance(value, Sequence) and not hasattr(value, "__getitem__"):
                raise Unsupported(f"{name} was given fewer axes than it has")
            value = value[i - 1]
        return Fraction(value) if isinstance(value, int) else value

    evaluation = Evaluation(lookup, sizes)

    def nested(axes: tuple[Axis, ...], at: dict[Axis, int]) -> Any:
        if not axes:
            return evaluation.value(expression, at)
        return tuple(nested(axes[1:], {**at, axes[0]: c}) for c in range(1, evaluation.size(axes[0]) + 1))

    with flint.ctx.workprec(precision):
        return nested(tuple(expression.axes if axes is None else axes), {})
