"""How reductions, named functions and unevaluated derivatives enter a normal form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deltarule.algebra import (
    cases,
    denominators,
    indicators,
    logarithms,
    normal_form,
    polynomial,
    positivity,
    powers,
    substitution,
    trigonometry,
)
from deltarule.algebra.budget import Unsupported
from deltarule.algebra.terms import (
    Atom,
    Component,
    Item,
    Polynomial,
    atom,
    axis_of,
    constant,
    head,
    identifier,
    index_of,
    item_polynomial,
    monomial,
)
from deltarule.language.expression import Axis, Derivative, Expression, rename
from deltarule.language.functions import FUNCTIONS

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["ALGEBRAIC", "derivative", "expanded", "function", "maximum"]

ALGEBRAIC = frozenset({
    *("sqrt", "log1p", "expm1", "softplus", "sinh", "cosh", "tan", "cot", "sec", "csc", "acos", "sech", "csch", "coth"),
    *("asinh", "acosh", "atanh", "exp2", "log2", "log10", "cbrt", "rsqrt", "reciprocal", "logit", "erfc"),
})  # fmt: skip
"""Functions that are always replaced by their definitions."""


def maximum(ctx: Context, body: Polynomial, name: Any) -> Polynomial:
    """max over axes, `name` being (kind of reduction, the slots of the axes): summands and positive factors that do
    not depend on the axes leave it."""
    _, inner = name
    bound = set(inner)
    outside = {m: c for m, c in body.items() if all(item.free.isdisjoint(bound) for item, _ in m)}
    inside = {m: c for m, c in body.items() if m not in outside}
    if not inside:
        return outside
    if len(bound) == 1 and ctx.mode.literal:
        (axis,) = inner
        size = axis_of(axis).size
        if isinstance(size, int) and size <= 4:
            values = [substitution.substituted(ctx, inside, {axis: -c}) for c in range(1, size + 1)]
            out = values[0]
            for value in values[1:]:
                out = indicators.greater(ctx, out, value)
            return polynomial.add(outside, out)
    number, inside = denominators.numeric_content(inside)
    shift, _ = denominators.content(inside)
    common = {
        item: e for item, e in shift.items() if item.free.isdisjoint(bound) and positivity.item_positive(ctx, item)
    }
    if common:
        inside = polynomial.multiply(ctx, inside, {monomial({item: -e for item, e in common.items()}): 1})
    used = tuple(i for i in inner if any(i in item.free for m in inside for item, _ in m))
    made = cases.made_atom(ctx, "maximum", "max", [inside], used)
    return polynomial.add(outside, {monomial({made: 1, **common}): number})


def derivative(ctx: Context, of: Expression, slots: tuple[int, ...], indices: tuple[int, ...]) -> Polynomial:
    """An unevaluated derivative: opaque, its node with the indices put in being its name."""
    moved = rename(of, {axis_of(s): index_of(i) for s, i in zip(slots, indices, strict=True)})
    assert isinstance(moved, Derivative)
    axes = moved.axes
    places = {a: Axis(f"#{k}", a.size) for k, a in enumerate(axes)}
    named = rename(moved, places)
    own = tuple(identifier(p) for p in places.values())
    return item_polynomial(atom(head("derivative", named, (), len(axes), (), own), tuple(identifier(a) for a in axes)))


def function(ctx: Context, name: str, order: tuple[int, ...], arguments: list[Polynomial]) -> Polynomial:
    """A scalar function of normal forms."""
    if name == "exp":
        return logarithms.exponential(ctx, arguments[0])
    if not any(order):
        match name, arguments:
            case "log", [u]:
                return logarithms.logarithm(ctx, u)
            case "step", [u]:
                return indicators.indicator(ctx, u)
            case "sign", [u]:
                return indicators.sign(ctx, u)
            case "abs", [u]:
                return indicators.absolute(ctx, u)
            case "maximum", [a, b]:
                return indicators.greater(ctx, a, b)
            case "minimum", [a, b]:
                return polynomial.add(a, b, polynomial.scale(indicators.greater(ctx, a, b), -1))
            case (("sin" | "erf" | "asin" | "atan"), [u]) if not u:
                return {}
            case "cos", [u] if not u:
                return constant(1)
            case (("sin" | "cos"), [u]):
                turned = trigonometry.without_quarters(ctx, u)
                if turned is not None:
                    rest, turns = turned
                    other = function(ctx, name if turns % 2 == 0 else "cos" if name == "sin" else "sin", order, [rest])
                    return polynomial.scale(other, -1 if turns in ((2, 3) if name == "sin" else (1, 2)) else 1)
                undone = trigonometry.wave(ctx, name, u)
                if undone is not None:
                    return undone
        row = FUNCTIONS.get(name)
        if row is not None and row.definition is not None and (ctx.mode.expand or name in ALGEBRAIC):
            if len(row.parameters) != len(arguments):
                raise Unsupported(f"{name} takes {len(row.parameters)} arguments")
            return normal_form.applied(ctx, row.definition, row.parameters, arguments)
    if len(arguments) == 1:
        split = cases.split(ctx, arguments[0], lambda u: function(ctx, name, order, [u]))
        if split is not None:
            return split
    arguments = [denominators.rational_form(ctx, u) for u in arguments]
    factor = 1
    if name in ("sin", "cos", "erf", "asin", "atan") and not any(order):
        made = cases.made_atom(ctx, "function", (name, order), arguments)
        least = min(made.head.payload[0].items(), key=lambda t: [(i.id, e) for i, e in t[0]])
        if least[1] < 0:
            arguments = [polynomial.scale(arguments[0], -1)]
            factor = 1 if name == "cos" else -1
    made = cases.made_atom(ctx, "function", (name, order), arguments)
    return polynomial.scale(item_polynomial(made), factor)


def expanded(ctx: Context, p: Polynomial) -> Polynomial | None:
    """p with functions that have a definition replaced by it, where some stand in its terms; else None."""
    if not any(_has_definition(item) for m in p for item, _ in m):
        return None
    if ctx.mode.expand:
        return None
    deep = ctx.expanding()
    out: Polynomial = {}
    for m, c in p.items():
        part: list[Polynomial] = []
        others: dict[Item, Any] = {}
        for item, e in m:
            if _has_definition(item):
                assert isinstance(item, Atom)
                arguments = [substitution.instantiate(deep, u, item) for u in item.head.payload]
                name, order = item.head.name
                part.append(powers.power(deep, function(deep, name, order, arguments), e))
            else:
                others[item] = e
        polynomial.add_into(out, polynomial.product(deep, [polynomial.tidied(deep, others), *part]), c)
    return out


def _has_definition(item: Item) -> bool:
    if isinstance(item, Component) or not isinstance(item, Atom) or item.head.kind != "function":
        return False
    name, order = item.head.name
    row = FUNCTIONS.get(name)
    return row is not None and row.definition is not None and not any(order)
