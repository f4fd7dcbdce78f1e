"""Writing a derivative as a person would: deltas contracted, fractions cancelled, known sums replaced."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from deltarule.algebra.rational import simplify
from deltarule.calculus.rules import contract
from deltarule.language.arithmetic import multiply
from deltarule.language.expression import (
    Apply,
    Delta,
    Derivative,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Number,
    Piecewise,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
    at,
    opened,
)
from deltarule.language.traversal import substitute, walk

__all__ = ["cost", "rewrite", "tidy"]

Fact = tuple[Expression, Expression]


def tidy(e: Expression, facts: Sequence[Fact] = ()) -> Expression:
    """The expression contracted, cancelled, factored; then each equality of `facts` used from left to right."""
    plain = contract(e)
    out = simplify(_bodies(plain))
    if cost(plain) <= cost(out):
        out = plain
    if facts:
        known = rewrite(out, facts)
        if known is not out:
            out = simplify(_bodies(contract(known)))
    return out


def _bodies(e: Expression) -> Expression:
    """Each summed product simplified inside, then its free factors taken out."""

    def replace(u: Expression) -> Expression | None:
        match u:
            case Product(bound=(_, *_)):
                factors, bound = opened(u)
                body = simplify(multiply(*(substitute(f, replace) for f in factors)))
                return contract(multiply(body, bound=bound))
        return None

    return substitute(e, replace)


def rewrite(e: Expression, facts: Sequence[Fact], *, inside: bool = True) -> Expression:
    """Each node that is the left side of a fact, for some choice of its free indices, becomes the right side;
    below a sum over an index only if `inside`."""

    def replace(u: Expression) -> Expression | None:
        for left, right in facts:
            if type(u) is not type(left) or len(u.axes) != len(left.axes):
                continue
            for axes in permutations(u.axes):
                if (
                    all(a.size == b.size for a, b in zip(axes, left.axes, strict=True))
                    and at(left, left.axes, axes) is u
                ):
                    return at(right, left.axes, axes)
        return None

    def opening(u: Expression) -> Expression | None:
        found = replace(u)
        if found is not None:
            return found
        if not inside and isinstance(u, Product | Maximum | Inverse | Determinant) and u.bound:
            return u
        match u:  # under a binder the indices of a fact may be the bound ones: open it here, not in `substitute`
            case Product(bound=(_, *_)):
                factors, bound = opened(u)
                out = multiply(*(substitute(f, opening) for f in factors), bound=bound)
                return u if out is u else contract(out)
            case Maximum():
                (body,), bound = opened(u)
                return Maximum(substitute(body, opening), bound)
            case Determinant():
                (body,), bound = opened(u)
                return Determinant(substitute(body, opening), bound)
            case Inverse(indices=indices):
                (body,), bound = opened(u)
                return Inverse(substitute(body, opening), bound, indices)
        return None

    return substitute(e, opening)


WEIGHT = {"exp": 10, "log": 10, "step": 1, "sign": 1, "abs": 1, "maximum": 1, "minimum": 1}


def cost(e: Expression) -> int:
    """A count of elementwise operations; a sum over an index counts as 20, a transcendental function as 10, a name
    and the number 1/m of a mean as nothing. Used to choose between forms that are proved equal."""
    total = 0
    seen: set[Expression] = set()
    sizes = {a.size for n in walk(e) for a in n.axes if isinstance(a.size, str)}

    def visit(u: Expression) -> None:
        nonlocal total
        if u in seen:
            return
        seen.add(u)
        match u:
            case Number() | Symbol() | Derivative():
                return
            case Power(base=Symbol(name=name)) if name in sizes:
                return
            case Delta() | Selection():
                total += 1
            case Sum(terms=terms):
                total += len(terms) - 1
            case Product(factors=factors, bound=bound):
                signs = sum(isinstance(f, Number) and f.value == -1 for f in factors)
                total += len(factors) - 1 - signs + 20 * len(bound)
            case Power(exponent=n):
                total += 10 if n.denominator not in {1, 2} else max(1, abs(int(n)) - (n > 0))
            case Apply(function=function):
                total += WEIGHT.get(function, 10)
            case Maximum():
                total += 20
            case Inverse() | Determinant():
                total += 100
            case Piecewise(cases=cases):
                total += len(cases)
        for c in u.children:
            visit(c)

    visit(e)
    return total
