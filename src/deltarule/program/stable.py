"""Forms of equal value that do not overflow and do not cancel, put in before equations are printed.

    log Σ_k exp(u_k)        =  c + log Σ_k exp(u_k - c)
    exp(u_i) / Σ_k exp(u_k) =  exp(u_i - c) / Σ_k exp(u_k - c)         with c = max_k u_k
    log(1 + exp(u))         =  softplus(u)
    log(1 + u)              =  log1p(u)
    exp(u) - 1              =  expm1(u)
    1 - exp(u)              =  -expm1(u)

The first two hold for every c; afterwards each sum of exponentials lies between 1 and its number of terms.
"""

from __future__ import annotations

from deltarule.language.arithmetic import add, multiply, power, subtract
from deltarule.language.expression import (
    ONE,
    Apply,
    Axis,
    Expression,
    Maximum,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    opened,
    rename,
)
from deltarule.language.traversal import substitute, walk

__all__ = ["stable"]


def stable(e: Expression) -> Expression:
    """The expression in the forms above."""

    def replace(node: Expression) -> Expression | None:
        match node:
            case Apply(function="log", arguments=(Product() as inside,)):
                found = _sum_of_exponentials(inside)
                if found:
                    u, axis = found
                    c = Maximum(u, (axis,))
                    return add(
                        stable(c), Apply("log", (multiply(_exp(subtract(stable(u), stable(c))), bound=(axis,)),))
                    )
            case Apply(function="log", arguments=(Sum(terms=terms),)) if ONE in terms:
                rest = [t for t in terms if t is not ONE]
                if len(rest) == 1 and isinstance(rest[0], Apply) and rest[0].function == "exp":
                    return Apply("softplus", (stable(_argument(rest[0])),))
                return Apply("log1p", (stable(add(*rest)),))
            case Sum(terms=terms) if Number(-1) in terms:
                for t in terms:
                    if isinstance(t, Apply) and t.function == "exp":
                        rest = [u for u in terms if u is not t and u is not Number(-1)]
                        return add(Apply("expm1", (stable(_argument(t)),)), *(stable(u) for u in rest))
            case Sum(terms=terms) if ONE in terms:
                for t in terms:
                    match t:
                        case Product(factors=(Number(value=-1), Apply(function="exp", arguments=(u,))), bound=()):
                            rest = [v for v in terms if v is not t and v is not ONE]
                            return subtract(add(*(stable(v) for v in rest)), Apply("expm1", (stable(u),)))
            case Product(factors=factors, bound=()):
                for below in factors:
                    if not isinstance(below, Power) or below.exponent >= 0 or not isinstance(below.base, Product):
                        continue
                    found = _sum_of_exponentials(below.base)
                    times = below.exponent
                    if not found or times.denominator != 1:
                        continue
                    above = [f for f in factors if _same_exponential(f, *found)]
                    if len(above) < -times:
                        continue
                    u, axis = found
                    c = Maximum(u, (axis,))
                    rest = [f for f in factors if f is not below]
                    for f in above[: -int(times)]:
                        rest[rest.index(f)] = _exp(subtract(_argument(f), c))
                    total = multiply(_exp(subtract(u, c)), bound=(axis,))
                    return multiply(*(stable(f) for f in rest), power(total, times))
        return None

    return substitute(e, replace)


def _exp(u: Expression) -> Expression:
    return Apply("exp", (u,))


def _argument(e: Expression) -> Expression:
    assert isinstance(e, Apply)
    return e.arguments[0]


def _sum_of_exponentials(e: Product) -> tuple[Expression, Axis] | None:
    """The exponent and the axis of Σ_k exp(u_k), unless it is shifted already."""
    if len(e.bound) != 1 or len(e.factors) != 1:
        return None
    (body,), (axis,) = opened(e)
    if not isinstance(body, Apply) or body.function != "exp" or any(body.order):
        return None
    u = body.arguments[0]
    return None if any(isinstance(node, Maximum) for node in walk(u)) else (u, axis)


def _same_exponential(f: Expression, u: Expression, axis: Axis) -> bool:
    """Whether `f` is exp(u) at some index of the axis summed over."""
    if not isinstance(f, Apply) or f.function != "exp" or any(f.order):
        return False
    candidates = [a for a in f.axes if a.size == axis.size and a not in u.axes]
    fixed = [i for s in walk(f) if isinstance(s, Symbol) for i in s.indices if isinstance(i, int)]
    return any(rename(u, {axis: i}) is f.arguments[0] for i in (*candidates, *fixed))
