"""Sides of a row lowered together: one letter has one size in them, and sizes that were found equal are one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from deltarule.checking.core.state import State
from deltarule.language.arithmetic import add, multiply
from deltarule.language.equation import Equation
from deltarule.language.expression import (
    Axis,
    Delta,
    Derivative,
    Expression,
    Index,
    Maximum,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
    opened,
    rebuild,
    selection,
)
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.values import Value

__all__ = ["implied", "lowered", "repeated", "settled_equation", "with_sizes"]

ROUNDS = 3


def lowered(state: State, *sides: t.Tree, choices: Mapping[object, str] | None = None) -> tuple[Lowering, list[Value]]:
    """The values of the sides. Lowering a side can show that two sizes are one, so it is done until nothing new shows.

    Raises Unread or IllShaped.
    """
    lowering, values = Lowering(state.symbols), []
    for _ in range(ROUNDS):
        known = len(state.symbols.parents)
        lowering = Lowering(state.symbols, choices=dict(choices or {}))
        values = [lowering.lower(side) for side in sides]
        for one, other in pairwise(values):
            lowering.meet(one, other)
        if len(state.symbols.parents) == known:
            break
    else:  # an identity matrix has a new size each time
        values = [v.with_expression(with_sizes(lowering.resized(v).expression, state.symbols.find)) for v in values]
    values = [lowering.resized(v) for v in values]
    return lowering, [_where_it_stands(lowering, v, side, values) for v, side in zip(values, sides, strict=True)]


def _where_it_stands(lowering: Lowering, value: Value, side: t.Tree, values: list[Value]) -> Value:
    """The value where the entries are by which the row differentiates: ∂L/∂h_{2j} speaks of those j for which h has an
    entry 2j, and is 0 by itself where it has none. Not ∂L/∂s_{j-k} in a sum over k, where what lies outside is 0."""
    if not lowering.in_range:
        return value
    free = {a.name for v in values for a in v.expression.axes}
    own = {p for p in _factors(side) if isinstance(p, t.Partial)}
    places = {k: lowering.resized(Value(f)).expression for k, f in lowering.in_range.items() if not own & {k}}
    factors = [f for f in places.values() if free.issuperset(a.name for a in f.axes)]
    return value.with_expression(multiply(value.expression, *dict.fromkeys(factors))) if factors else value


def _factors(side: t.Tree) -> Iterator[t.Tree]:
    match side:
        case t.Factors(items=items):
            for op, item in items:
                if op not in {"/", "div"}:
                    yield from _factors(item)
        case t.Ratio(numerator=above):
            yield from _factors(above)
        case _:
            yield side


def implied(value: Value, kept: Collection[str]) -> Value | None:
    """The value with each term summed over the letters that occur twice in it and are not kept; None where none is."""
    changed = False

    def summed(e: Expression, kept: Collection[str]) -> Expression:
        nonlocal changed
        if isinstance(e, Sum):
            return add(*(summed(term, kept) for term in e.terms))
        if isinstance(e, Derivative) and not isinstance(e.of, Symbol):
            e = Derivative(summed(e.of, {*kept, *(a.name for a in e.by.axes)}), e.by, e.held)
        if isinstance(e, Product) and any(isinstance(f, Sum | Product) for f in e.factors):
            factors, bound = opened(e)
            outside = {*kept, *(a.name for a in bound)}
            inner = (summed(f, {*outside, *_other_letters(factors, f)}) for f in factors)
            e = multiply(*inner, bound=bound)
        layout = {value.row, value.col}
        over = [a for a in e.axes if a.name not in kept and a not in layout and _occurs(e, a) > 1]
        changed = changed or bool(over)
        return multiply(e, bound=over) if over else e

    out = summed(value.expression, kept)
    return value.with_expression(out) if changed else None


def _other_letters(factors: Sequence[Expression], factor: Expression) -> set[str]:
    """The letters of the indices of the other factors."""
    return {a.name for other in factors if other is not factor for a in other.axes}


def repeated(value: Value) -> set[str]:
    """The letters of the indices that stand twice in a product of the value, also in one that is differentiated."""

    def within(e: Expression) -> set[str]:
        if isinstance(e, Sum):
            return set().union(*map(within, e.terms))
        inner = within(e.of) - {a.name for a in e.by.axes} if isinstance(e, Derivative) else set()
        if isinstance(e, Product):
            factors, bound = opened(e)
            inner = {x for f in factors if isinstance(f, Sum | Product) for x in within(f) - _other_letters(factors, f)}
            inner -= {a.name for a in bound}
        return inner | {a.name for a in e.axes if _occurs(e, a) > 1}

    return within(value.expression) - {a.name for a in (value.row, value.col) if a is not None}


def _occurs(e: Expression, axis: Axis) -> int:
    """How often an index stands in a product as it is written."""
    match e:
        case Product(factors=factors):
            return sum(_occurs(f, axis) for f in factors)
        case Power(base=base, exponent=n) if n == 2:
            return 2 * _occurs(base, axis)
    return int(axis in e.axes)


def with_sizes(e: Expression, find: Callable[[int | str], int | str]) -> Expression:
    """The expression with every size, also of what is summed over, as it was found to be."""

    def axis(i: Index) -> Index:
        return Axis(i.name, find(i.size)) if isinstance(i, Axis) else i

    def visit(u: Expression) -> Expression:
        match u:
            case Symbol(name=name, indices=indices):
                return Symbol(name, map(axis, indices))
            case Delta(first=i, second=j):
                return Delta(axis(i), axis(j))
            case Selection(terms=terms, constant=constant):
                return selection(((axis(i), c) for i, c in terms), constant)
            case Product(bound=(_, *_)):
                factors, bound = opened(u)
                return Product(map(visit, factors), (Axis(a.name, find(a.size)) for a in bound))
            case Maximum():
                (body,), bound = opened(u)
                return Maximum(visit(body), (Axis(a.name, find(a.size)) for a in bound))
        return rebuild(u, tuple(map(visit, u.children)))

    return visit(e)


def settled_equation(equation: Equation, find: Callable[[int | str], int | str]) -> Equation:
    """The equation with its sizes as they were found to be."""
    left = with_sizes(equation.left, find)
    assert isinstance(left, Symbol)
    return Equation(left, with_sizes(equation.right, find))
