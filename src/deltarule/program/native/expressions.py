"""Elementwise expressions as vector code at one point of a loop nest; one that occurs twice is computed once.

Values that are the same everywhere (the learning rate, 1/m) are numbers in double precision until they meet an array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from llvmlite import ir

from deltarule.language.arithmetic import add, multiply
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import (
    Apply,
    Delta,
    Expression,
    Number,
    Piecewise,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
)
from deltarule.program.native import functions
from deltarule.program.native.vectors import Vectors

__all__ = ["Elementwise", "Numbers"]

_DOUBLE = ir.DoubleType()
_FUSABLE = ("contract",)
"""A product and the sum that takes it may become one fused multiply-add; nothing else about them may change."""


class Numbers:
    """Expressions of numbers alone, in double precision; each is computed once, where it is first asked for."""

    def __init__(self, builder: ir.IRBuilder, given: Mapping[str, ir.Value]) -> None:
        self.given = given
        self.vectors = Vectors(builder, _DOUBLE, 1)
        self._one = Elementwise(self.vectors, self._read, self)
        self._known: dict[Expression, ir.Value] = {}

    def holds(self, e: Expression) -> bool:
        """Whether nothing but numbers occurs."""
        return not e.axes and all(s.name in self.given for s in _symbols(e))

    def prepare(self, e: Expression) -> None:
        """Compute here, before any loop, what is a number in the expression."""
        if isinstance(e, Number):
            return
        if self.holds(e):
            self.value(e)
            return
        for child in e.children:
            self.prepare(child)

    def value(self, e: Expression) -> ir.Value:
        """As a double."""
        if e not in self._known:
            self._known[e] = self._one.arithmetic(e)
        return self._known[e]

    def _read(self, symbol: Symbol) -> ir.Value:
        return self.given[symbol.name]


class Elementwise:
    """Expressions at one point: `read` gives the value of an array there, `delta` that of an equation of indices."""

    def __init__(
        self,
        vectors: Vectors,
        read: Callable[[Symbol], ir.Value],
        numbers: Numbers,
        *,
        delta: Callable[[Delta | Selection], ir.Value] | None = None,
        accuracy: str = "accuracy",
        meanings: Mapping[str, Expression] | None = None,
    ) -> None:
        self.vectors = vectors
        self.builder = vectors.builder
        self.read = read
        self.numbers = numbers
        self.delta = delta
        self.accuracy = accuracy
        self.meanings = meanings or {}
        """What stands behind a name at this point, where that is known."""
        self._known: dict[Expression, ir.Value] = {}

    def value(self, e: Expression) -> ir.Value:
        """The value in every lane."""
        if e not in self._known:
            if not isinstance(e, Number) and self.numbers.holds(e):
                self._known[e] = self.vectors.splat(self.rounded(self.numbers.value(e)))
            else:
                self._known[e] = self.arithmetic(e)
        return self._known[e]

    def rounded(self, double: ir.Value) -> ir.Value:
        """A double as an element."""
        if isinstance(self.vectors.element, ir.DoubleType):
            return double
        return self.builder.fptrunc(double, self.vectors.element)

    def arithmetic(self, e: Expression) -> ir.Value:
        b = self.builder
        match e:
            case Number(value=value):
                return self.vectors.constant(float(value))
            case Symbol():
                return self.read(e)
            case Sum(terms=terms):
                return self._sum(terms)
            case Product(factors=factors, bound=()):
                return self._product(factors)
            case Power(base=base, exponent=exponent):
                return self._power(self.value(base), exponent)
            case Apply(function=function, arguments=arguments):
                values = [self.value(a) for a in arguments]
                return functions.emit(b, function, values, self.accuracy)
            case Piecewise(cases=cases, otherwise=otherwise):
                out = self.value(otherwise)
                zero = self.vectors.constant(0.0)
                for condition, strict, value in reversed(cases):
                    holds = b.fcmp_ordered(">" if strict else ">=", self.value(condition), zero)
                    out = b.select(holds, self.value(value), out)
                return out
            case Delta() | Selection() if self.delta is not None:
                return self.delta(e)
        raise DeltaruleError(f"the native engine has no code for {e!r}")

    def _sum(self, terms: tuple[Expression, ...]) -> ir.Value:
        """Terms with a minus are subtracted; the first that has none begins."""
        if (logistic := self._sigmoids(terms)) is not None:
            return logistic
        parts = [_negated(t) for t in terms]
        first = next((k for k, (_, minus) in enumerate(parts) if not minus), 0)
        e, minus = parts.pop(first)
        total = self.value(e)
        if minus:
            total = self.builder.fneg(total)
        for e, minus in parts:
            combine = self.builder.fsub if minus else self.builder.fadd
            total = combine(total, self.value(e), flags=_FUSABLE)
        return total

    def _sigmoids(self, terms: tuple[Expression, ...]) -> ir.Value | None:
        """a σ(u) + b σ(-u) over the denominator that they share; None where the sum is no such thing."""
        sides: dict[Expression, list[Expression]] = {}
        for term in terms:
            factors = term.factors if isinstance(term, Product) and not term.bound else (term,)
            meant = [self.meanings.get(f.name, f) if isinstance(f, Symbol) else f for f in factors]
            places = [k for k, f in enumerate(meant) if isinstance(f, Apply) and f.function == "sigmoid"]
            if len(places) != 1:
                return None
            (u,) = meant[places[0]].children
            sides.setdefault(u, []).append(multiply(*factors[: places[0]], *factors[places[0] + 1 :]))
        for u, above in sides.items():
            below, turned = _negated(u)
            if turned and len(sides) == 2 and below in sides:
                x, a, b = (self.value(e) for e in (below, add(*sides[below]), add(*above)))
                return functions.emit_sigmoids(self.builder, x, a, b, self.accuracy)
        return None

    def _product(self, factors: tuple[Expression, ...]) -> ir.Value:
        """Numbers together first; indicators choose instead of multiplying; divisors are divided by."""
        b = self.builder
        scalars = [f for f in factors if not isinstance(f, Number) and self.numbers.holds(f)]
        coefficient = Fraction(1)
        gates, above, below = [], [], []
        for f in factors:
            match f:
                case Number(value=value):
                    coefficient *= value
                case Apply(function="step", arguments=(u,)) if not self.numbers.holds(f):
                    gates.append(u)
                case Power(base=base, exponent=exponent) if exponent < 0 and f not in scalars:
                    below.append(self._power(self.value(base), -exponent))
                case _ if f not in scalars:
                    above.append(self.value(f))
        if scalars:
            values = [self.numbers.value(f) for f in scalars]
            number = values[0]
            for v in values[1:]:
                number = b.fmul(number, v)
            if coefficient != 1:
                number = b.fmul(number, ir.Constant(_DOUBLE, float(coefficient)))
            above.insert(0, self.vectors.splat(self.rounded(number)))
            coefficient = Fraction(1)
        if coefficient not in (1, -1) or not above:
            above.insert(0, self.vectors.constant(float(coefficient)))
            coefficient = Fraction(1)
        out = above[0]
        for v in above[1:]:
            out = b.fmul(out, v, flags=_FUSABLE)
        if below:
            divisor = below[0]
            for v in below[1:]:
                divisor = b.fmul(divisor, v)
            out = b.fdiv(out, divisor)
        if coefficient == -1:
            out = b.fneg(out)
        zero = self.vectors.constant(0.0)
        for u in gates:
            out = b.select(b.fcmp_ordered(">", self.value(u), zero), out, zero)
        return out

    def _power(self, base: ir.Value, exponent: Fraction) -> ir.Value:
        b = self.builder
        if exponent < 0:
            return b.fdiv(self.vectors.constant(1.0), self._power(base, -exponent))
        whole, rest = divmod(exponent, 1)
        if rest not in (0, Fraction(1, 2)) or whole > 64:
            return functions.emit(b, "power", [base, self.vectors.constant(float(exponent))], self.accuracy)
        out: ir.Value | None = functions.emit(b, "sqrt", [base], self.accuracy) if rest else None
        square, times = base, int(whole)
        while times:
            if times & 1:
                out = square if out is None else b.fmul(out, square)
            times >>= 1
            if times:
                square = b.fmul(square, square)
        return self.vectors.constant(1.0) if out is None else out


def _negated(e: Expression) -> tuple[Expression, bool]:
    """The expression without its minus, and whether it had one."""
    match e:
        case Number(value=value) if value < 0:
            return Number(-value), True
        case Product(factors=(Number(value=value), *rest), bound=()) if value < 0:
            if value == -1:
                return (rest[0] if len(rest) == 1 else Product(rest)), True
            return Product((Number(-value), *rest)), True
    return e, False


def _symbols(e: Expression) -> list[Symbol]:
    found: list[Symbol] = []
    stack = [e]
    while stack:
        node = stack.pop()
        if isinstance(node, Symbol):
            found.append(node)
        stack += node.children
    return found
