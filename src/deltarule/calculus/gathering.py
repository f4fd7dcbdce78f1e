"""A sum of products with like terms put together: what has no form in rows and columns often has one then.

Σ_l (A[i,l] + B[i,l]) C[l,j] is A C + B C, and X + X is 2 X. Only what the kernel proves equal is put together.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from deltarule.algebra import prove
from deltarule.calculus.rules import contract
from deltarule.language.arithmetic import add, multiply
from deltarule.language.arrangement import arrange
from deltarule.language.expression import Apply, Axis, Delta, Expression, Number, Product, Sum, Symbol, opened
from deltarule.language.traversal import substitute, walk

__all__ = ["gathered"]

MAX_TERMS = 32

Term = tuple[Fraction, tuple[Expression, ...], tuple[Axis, ...]]


def gathered(e: Expression) -> Expression:
    """Like terms put together; multiplied out before, where that gives the expression a matrix form."""
    if len(e.axes) > 2 or not any(isinstance(u, Sum) for u in walk(e)):
        return e
    if arrange(e, e.axes) is not None:
        return substitute(e, _merged)
    terms = _terms(e)
    if terms is None:
        return e
    out = _together([(c, contract(multiply(*factors, bound=bound))) for c, factors, bound in terms])
    return out if arrange(out, e.axes) is not None else e


def _merged(u: Expression) -> Expression | None:
    """A sum with its like terms put together; None for what is no sum, or has none."""
    if not isinstance(u, Sum) or len({_signature(t) for t in u.terms}) == len(u.terms):
        return None
    terms = [substitute(t, _merged) for t in u.terms]
    out = _together([_with_number(t) for t in terms])
    return out if not isinstance(out, Sum) or len(out.terms) < len(terms) else None


def _with_number(e: Expression) -> tuple[Fraction, Expression]:
    if isinstance(e, Product) and not e.bound and isinstance(e.factors[0], Number):
        return e.factors[0].value, multiply(*e.factors[1:])
    return Fraction(1), e


def _together(terms: list[tuple[Fraction, Expression]]) -> Expression:
    kept: list[tuple[Fraction, Expression]] = []
    for coefficient, body in terms:
        for k, (c, other) in enumerate(kept):
            if other is body or (_signature(other) == _signature(body) and prove(other, body).proved):
                kept[k] = c + coefficient, other
                break
        else:
            kept.append((coefficient, body))
    return add(*(multiply(Number(c), body) for c, body in kept if c))


def _signature(e: Expression) -> tuple[str, ...]:
    """What stands in a product, without indices and numbers: like terms have the same."""
    return tuple(sorted(_word(u) for u in _leaves(e)))


def _leaves(e: Expression) -> list[Expression]:
    if isinstance(e, Product):
        return [g for f in e.factors for g in _leaves(f)]
    return [] if isinstance(e, Number) else [e]


def _word(e: Expression) -> str:
    match e:
        case Symbol(name=name):
            return name
        case Apply(function=function, arguments=arguments, order=order):
            return f"{function}{order}({','.join(_word(a) for a in arguments)})"
        case Delta():
            return "delta"
    return f"{type(e).__name__}({','.join(_word(c) for c in e.children)})"


def _terms(e: Expression) -> list[Term] | None:
    """The terms of the expression multiplied out; None where they are too many."""
    match e:
        case Number(value=value):
            return [(value, (), ())]
        case Sum(terms=parts):
            out: list[Term] = []
            for part in parts:
                inside = _terms(part)
                if inside is None:
                    return None
                out += inside
            return out if len(out) <= MAX_TERMS else None
        case Product():
            factors, bound = opened(e)
            lists = []
            count = 1
            for f in factors:
                inside = _terms(f) if isinstance(f, Product | Sum | Number) else [(Fraction(1), (f,), ())]
                if inside is None:
                    return None
                count *= len(inside)
                lists.append(inside)
            if count > MAX_TERMS:
                return None
            out = []
            for choice in product(*lists):
                coefficient = Fraction(1)
                for c, _, _ in choice:
                    coefficient *= c
                axes = (*bound, *(a for _, _, more in choice for a in more))
                out.append((coefficient, tuple(f for _, fs, _ in choice for f in fs), axes))
            return out
    return [(Fraction(1), (e,), ())]
