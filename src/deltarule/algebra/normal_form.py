"""From an expression to its normal form, node by node, memoised by node.

Bound axes are named `~k` from the inside out, so inside its binder a bound axis is simply a free one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.algebra import indicators, kernels, polynomial, powers, selections, summation
from deltarule.algebra.budget import Exhausted, Unsupported
from deltarule.algebra.terms import (
    Polynomial,
    atom,
    constant,
    head,
    identifier,
    index_id,
    item_polynomial,
)
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
    Sum,
    Symbol,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["applied", "normal_form"]


def normal_form(ctx: Context, e: Expression) -> Polynomial:
    """The normal form of e in the context (its facts, its mode)."""
    return _evaluated(ctx, e, ctx.memo)


def applied(
    ctx: Context, definition: Expression, parameters: tuple[str, ...], arguments: list[Polynomial]
) -> Polynomial:
    """The normal form of a definition with normal forms put in for its parameters."""
    memo: dict[Expression, Polynomial] = {Symbol(p): u for p, u in zip(parameters, arguments, strict=True)}
    return _evaluated(ctx, definition, memo)


def _evaluated(ctx: Context, e: Expression, memo: dict[Expression, Polynomial]) -> Polynomial:
    found = memo.get(e)
    if found is not None:
        return found
    stack = [e]
    while stack:
        node = stack[-1]
        if node in memo:
            stack.pop()
            continue
        below = () if isinstance(node, Derivative) else node.children
        missing = [c for c in below if c not in memo]
        if missing:
            stack += missing
            continue
        ctx.meter.spend(1)
        memo[node] = _node(ctx, node, memo)
        stack.pop()
    return memo[e]


def _node(ctx: Context, e: Expression, memo: dict[Expression, Polynomial]) -> Polynomial:
    match e:
        case Number(value=value):
            return constant(value)
        case Symbol():
            return _symbol(ctx, e)
        case Sum(terms=terms):
            return ctx.reduced(polynomial.add(*(memo[t] for t in terms)))
        case Product(factors=factors, bound=bound):
            whole = polynomial.product(ctx, [memo[f] for f in factors])
            if bound:
                return ctx.reduced(summation.summed(ctx, whole, [identifier(a) for a in bound]))
            return ctx.reduced(whole)
        case Power(base=base, exponent=exponent):
            if abs(exponent) > 10**6 or exponent.denominator > 1000:
                raise Exhausted(f"an exponent of {exponent}")
            return ctx.reduced(powers.power(ctx, memo[base], exponent))
        case Apply(function=name, arguments=arguments, order=order):
            return kernels.function(ctx, name, order, [memo[a] for a in arguments])
        case Delta(first=a, second=b):
            return _delta(a, b)
        case Selection(terms=terms, constant=value):
            return selections.indicator(ctx, ((identifier(a), c) for a, c in terms), value)
        case Maximum(body=body, bound=bound):
            return kernels.maximum(ctx, memo[body], ("max", tuple(identifier(a) for a in bound)))
        case Piecewise(cases=cases, otherwise=otherwise):
            out = memo[otherwise]
            for u, strict, value in reversed(cases):
                holds = indicators.indicator(ctx, memo[u])
                if not strict:
                    holds = polynomial.add(holds, indicators.vanishing(ctx, memo[u]))
                difference = polynomial.add(memo[value], polynomial.scale(out, -1))
                out = polynomial.add(out, polynomial.multiply(ctx, holds, difference))
            return out
        case Derivative(axes=axes):
            ids = tuple(identifier(a) for a in axes)
            return kernels.derivative(ctx, e, ids, ids)
    raise Unsupported(f"a node of kind {type(e).__name__}")


DELTA_SYMMETRIES = ((0, 1), (1, 0))


def _delta(a: Axis | int, b: Axis | int) -> Polynomial:
    if a == b:
        return constant(1)
    if isinstance(a, int) and isinstance(b, int):
        return {}
    if isinstance(a, Axis) and isinstance(b, Axis) and a.size != b.size:
        raise Unsupported(f"a delta between axes of sizes {a.size} and {b.size}")
    for c, axis in ((a, b), (b, a)):
        if isinstance(c, int) and isinstance(axis, Axis) and isinstance(axis.size, int) and not 1 <= c <= axis.size:
            return {}
    of = head("delta", "delta", (), 2, DELTA_SYMMETRIES)
    return item_polynomial(atom(of, (index_id(a), index_id(b))))


def _symbol(ctx: Context, e: Symbol) -> Polynomial:
    defined = ctx.definition(e)
    if defined is not None:
        return defined
    if not e.indices and e.name in ctx.sizes:
        return item_polynomial(atom(head("size", e.name), ()))
    swaps = symmetries(len(e.indices)) if e.name.startswith(SYMMETRIC) else ()
    of = head("symbol", e.name, (), 0, swaps)
    return item_polynomial(atom(of, tuple(index_id(i) for i in e.indices)))


SYMMETRIC = "~symmetric"
"""The names of symmetric matrices begin with it: their first two indices may be exchanged."""


def symmetries(rank: int) -> tuple[tuple[int, ...], ...]:
    rest = tuple(range(2, rank))
    return ((0, 1, *rest), (1, 0, *rest))
