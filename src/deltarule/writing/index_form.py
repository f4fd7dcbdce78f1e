"""An expression as a formula in index notation: every tensor with its indices, every sum with its Σ.

Components are the same form, with numbers for indices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias

from deltarule.language.arrangement import arrange
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
    opened,
)
from deltarule.language.traversal import substitute, walk
from deltarule.writing import composition as compose
from deltarule.writing import formula as f
from deltarule.writing.formula import Formula
from deltarule.writing.naming import Names, letters_for

__all__ = ["IndexForm"]

Visit: TypeAlias = Callable[[Expression], Formula]


class IndexForm:
    """Turns expressions into formulas; `letters` are those of the free axes, the same in a whole chain."""

    def __init__(self, names: Names, letters: Mapping[Axis, str] | None = None) -> None:
        self.names = names
        self.letters = dict(letters or {})
        self._taken = names.taken()

    def __call__(self, e: Expression) -> Formula:
        missing = [a for a in e.axes if a not in self.letters]
        letters = self._more(missing, self.letters) if missing else self.letters
        return self._visit(e, letters)

    def _more(self, axes: Iterable[Axis], letters: dict[Axis, str]) -> dict[Axis, str]:
        return {**letters, **letters_for(axes, self._taken | set(letters.values()))}

    def _visit(self, e: Expression, letters: dict[Axis, str]) -> Formula:
        def visit(inner: Expression) -> Formula:
            return self._visit(inner, letters)

        match e:
            case Number(value=value):
                return compose.numeral(value)
            case Symbol():
                return self._symbol(e, letters)
            case Sum(terms=terms):
                return compose.terms([visit(t) for t in terms])
            case Product(factors=factors, bound=()):
                return multiplied(factors, visit)
            case Product():
                return self._summed(e, letters)
            case Maximum():
                (body,), bound = opened(e)
                inner = self._more(bound, letters)
                said = {i for n in walk(body) if isinstance(n, Symbol) for i in n.indices}  # by what it counts in
                runs = tuple((inner[a], "" if a in said else str(a.size)) for a in bound)
                return f.Big("max", runs, compose.wrap(self._visit(body, inner), compose.PRODUCT))
            case Determinant(body=body, bound=bound):
                return f.Call("det", (self._matrix(body, bound, letters),))
            case Inverse(body=body, bound=bound, indices=indices):
                places = tuple(letters[i] if isinstance(i, Axis) else str(i) for i in indices)
                return f.Indexed(compose.superscript(self._matrix(body, bound, letters), Fraction(-1)), places)
            case Power():
                return powered(e, visit)
            case Apply():
                return compose.called(e.function, tuple(visit(u) for u in e.arguments), e.order)
            case Delta(first=first, second=second):
                return f.Indicator(self._index(first, letters), "=", self._index(second, letters))
            case Selection():
                return self._selection(e, letters)
            case Derivative():
                return derivative(e, visit, lambda s: self._symbol(s, letters), self.names)
            case Piecewise(cases=cases, otherwise=otherwise):
                rows = tuple((visit(v), visit(u), ">" if strict else ">=") for u, strict, v in cases)
                return f.Cases(rows, visit(otherwise))
        raise TypeError(f"not an expression: {e!r}")

    def _matrix(self, body: Expression, bound: tuple[Axis, ...], letters: Mapping[Axis, str]) -> Formula:
        """A whole matrix, as a formula in rows and columns; one of many is a name with the index of which, X_s."""
        from deltarule.writing.matrix_layout import MatrixLayout, NoLayout

        which = [a for a in body.axes if a not in bound]
        places: dict[str, set[tuple[str, ...]]] = {}

        def one(e: Expression) -> Expression | None:
            if not isinstance(e, Symbol):
                return None
            chosen = tuple(a for a in e.axes if a in which)
            places.setdefault(e.name, set()).add(tuple(letters[a] for a in chosen))
            return Symbol(e.name, tuple(i for i in e.indices if i not in chosen)) if chosen else e

        if which:
            body = substitute(body, one)
        if any(a not in bound for a in body.axes) or any(len(some) > 1 for some in places.values()):
            raise NoLayout
        laid_out = arrange(body, bound)
        if laid_out is None:
            raise NoLayout
        return MatrixLayout(self.names.at({name: some for name, (some,) in places.items()})).formula(laid_out)

    def _symbol(self, e: Symbol, letters: Mapping[Axis, str]) -> f.Name:
        return self.names(e.name, 0, (letters[i] if isinstance(i, Axis) else str(i) for i in e.indices))

    def _selection(self, e: Selection, letters: Mapping[Axis, str]) -> Formula:
        """`1[j = 2 i + k - 2]`, by an index with the coefficient 1 where there is one."""
        axis = next((a for a, c in e.terms if abs(c) == 1), e.terms[0][0])
        sign = dict(e.terms)[axis]
        sign = sign if abs(sign) == 1 else 1
        left: list[Formula] = []
        right: list[Formula] = []
        for a, c in e.terms:
            side, times = (left, sign * c) if a is axis else (right, -sign * c)
            letter = f.Name(letters[a], source=letters[a])
            one = letter if abs(times) == 1 else compose.product([f.Numeral(str(abs(times))), letter])
            side.append(one if times > 0 else compose.negative(one))
        if e.constant or not right:
            value = sign * e.constant
            number = f.Numeral(str(abs(value)))
            right.append(number if value >= 0 else compose.negative(number))
        right.sort(key=lambda term: isinstance(term, f.Terms) or term == compose.negative(term))
        return f.Indicator(compose.terms(left), "=", compose.terms(right))

    def _index(self, i: Index, letters: Mapping[Axis, str]) -> Formula:
        return f.Name(letters[i], source=letters[i]) if isinstance(i, Axis) else f.Numeral(str(i))

    def _runs(self, bound: Iterable[Axis], letters: Mapping[Axis, str]) -> tuple[tuple[str, str], ...]:
        return tuple((letters[a], str(a.size)) for a in bound)

    def _summed(self, e: Product, letters: dict[Axis, str]) -> Formula:
        """`c Σ_k body`: a number stands before the Σ."""
        factors, bound = opened(e)
        places = solved(factors, bound)
        bound = tuple(a for a in bound if a not in places)
        inner = self._more(bound, letters)
        if places:
            inner |= {a: affine(equation, a, inner) for a, (equation, _) in places.items()}
            factors = tuple(x for x in factors if not any(x is equation for equation, _ in places.values()))

        def visit(x: Expression) -> Formula:
            return self._visit(x, inner)

        if not bound:
            return multiplied(factors, visit)
        first, rest = factors[0], factors[1:]
        if isinstance(first, Number) and rest:
            total = f.Big("sum", self._runs(bound, inner), compose.wrap(multiplied(rest, visit), compose.BIG))
            return scaled(first, total)
        return f.Big("sum", self._runs(bound, inner), compose.wrap(multiplied(factors, visit), compose.BIG))


def solved(factors: tuple[Expression, ...], bound: tuple[Axis, ...]) -> dict[Axis, tuple[Selection, int]]:
    """Summed indices that an equation among the factors gives by the others, as j = i + k - 1 in x_j: those that stand
    in plain arrays only, where an index outside the range means 0 anyway. With the equation and the coefficient."""
    out: dict[Axis, tuple[Selection, int]] = {}
    used: set[Axis] = set()
    for e in factors:
        if not isinstance(e, Selection):
            continue
        for axis, c in e.terms:
            others = {a for a, _ in e.terms if a != axis}
            if axis not in bound or abs(c) != 1 or axis in used or others & set(out) or len(others) < 2:
                continue
            holding = [x for x in factors if axis in x.axes and x is not e]
            digits = others & set(bound)  # h_jk with i = 3 j + k - 3 has its entries numbered: no index gives way
            if holding and all(isinstance(x, Symbol) and digits.isdisjoint(x.axes) for x in holding):
                out[axis] = e, c
                used |= others
                break
    return out


def affine(equation: Selection, axis: Axis, letters: Mapping[Axis, str]) -> str:
    """The index that an equation gives, by the others: `2i+k-2`."""
    sign = dict(equation.terms)[axis]
    terms = [(-sign * c, letters[a]) for a, c in equation.terms if a != axis]
    terms.sort(key=lambda term: term[0] < 0)
    out = ""
    for c, letter in terms:
        out += f"{'-' if c < 0 else '+' if out else ''}{'' if abs(c) == 1 else abs(c)}{letter}"
    value = sign * equation.constant
    return out + (f"{value:+d}" if value else "")


def scaled(coefficient: Number, body: Formula) -> Formula:
    """A number before a formula: a sign for -1."""
    if coefficient.value < 0:
        return compose.negative(scaled(Number(-coefficient.value), body))
    return body if coefficient.value == 1 else compose.product([compose.numeral(coefficient.value), body])


def multiplied(factors: Iterable[Expression], visit: Visit) -> Formula:
    """The product in the order given; a run of factors and of reciprocals after it is one fraction."""
    first, *rest = factors
    if isinstance(first, Number) and rest and first.value < 0:
        return compose.negative(multiplied(rest if first.value == -1 else [Number(-first.value), *rest], visit))
    groups: list[tuple[list[Formula], list[Formula]]] = [([], [])]
    if isinstance(first, Number) and first.value.denominator > 1 and rest:
        return compose.product([compose.numeral(first.value), multiplied(rest, visit)])
    for factor in (first, *rest):
        below = reciprocal(factor)
        if below is not None:
            groups[-1][1].append(visit(below))
            continue
        if groups[-1][1]:
            groups.append(([], []))
        groups[-1][0].append(visit(factor))
    return compose.product([_quotient(top, bottom) for top, bottom in groups])


def reciprocal(e: Expression) -> Expression | None:
    """What stands below the fraction bar: u for u^-1, u^2 for u^-2."""
    if isinstance(e, Power) and e.exponent < 0:
        return e.base if e.exponent == -1 else Power(e.base, -e.exponent)
    return None


def _quotient(top: list[Formula], bottom: list[Formula]) -> Formula:
    if not bottom:
        return compose.product(top)
    above = [t for t in top if t != f.Numeral("1")]
    return f.Fraction(compose.product(above) if above else f.Numeral("1"), compose.product(bottom))


def powered(e: Power, visit: Visit) -> Formula:
    below = reciprocal(e)
    if below is not None:
        return f.Fraction(f.Numeral("1"), visit(below))
    if e.exponent.denominator == 2 and e.exponent.numerator == 1:
        return f.Root(visit(e.base))
    return compose.superscript(visit(e.base), e.exponent)


def derivative(e: Derivative, visit: Visit, symbol: Callable[[Symbol], f.Name], names: Names) -> Formula:
    """∂of/∂by as one fraction, or as an operator before a parenthesis where `of` is more than a name."""
    if isinstance(e.of, Symbol):
        body: Formula = f.Partial(symbol(e.of), symbol(e.by))
    else:
        body = f.Operator(symbol(e.by), visit(e.of))
    return f.Bar(body, tuple(names(n, rank=len(_sizes(names, n))) for n in e.held)) if e.held else body


def _sizes(names: Names, name: str) -> tuple[int | str, ...]:
    declaration = names.declarations.get(name)
    return declaration.sizes if declaration else ()
