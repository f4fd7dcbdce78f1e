"""How many elementary operations expressions cost, by kind, as polynomials in the sizes.

Each distinct subexpression is counted once, at every index that it varies with; a sum of m n values is m n additions.
Signs, names and the choice of entries cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
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
    rename,
)
from deltarule.language.traversal import names, walk

__all__ = ["Counts", "operation_count", "said"]

Sizes = tuple[str, ...]
Counts = dict[str, Counter[Sizes]]
"""For each kind of operation the coefficient of each product of sizes."""

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
ORDER = ("×", "÷", "+", "√", "max", "comparison")


class Put(Protocol):
    """Counts an operation at every index of the axes."""

    def __call__(self, kind: str, axes: Iterable[Axis], times: int = 1) -> None: ...


def operation_count(expressions: Iterable[Expression]) -> Counts:
    """The operations that computing all the expressions takes."""
    out: Counts = {}
    seen: set[Expression] = set()
    expressions = list(expressions)
    sizes = {a.size for e in expressions for u in walk(e) for a in u.axes if isinstance(a.size, str)}

    def put(kind: str, axes: Iterable[Axis], times: int = 1) -> None:
        if times <= 0:
            return
        letters, number = [], times
        for a in dict.fromkeys(axes):
            if isinstance(a.size, int):
                number *= a.size
            else:
                letters.append(a.size)
        out.setdefault(kind, Counter())[tuple(sorted(letters))] += number

    def visit(e: Expression) -> None:
        key = rename(e, {a: Axis(f"_c{k}", a.size) for k, a in enumerate(e.axes)})  # exp(x[i]) is exp(x[j])
        if key in seen or not names(e) - {"pi"} - sizes:
            return
        seen.add(key)
        match e:
            case Sum(terms=terms):
                put("+", e.axes, len(terms) - 1)
            case Product(factors=factors, bound=bound):
                _product(factors, bound, put)
            case Power(base=base, exponent=n):
                if not (isinstance(base, Symbol) and base.name in sizes):  # 1/n is a number
                    _power(e, n.numerator, n.denominator, put)
            case Apply(function="sqrt"):
                put("√", e.axes)
            case Apply(function="maximum" | "minimum"):
                put("max", e.axes)
            case Apply(function="step" | "sign" | "abs"):
                put("comparison", e.axes)
            case Apply(function=function, order=order):
                put(function + "′" * sum(order), e.axes)
            case Maximum(body=body):
                put("max", body.axes)
            case Piecewise(cases=cases):
                put("comparison", e.axes, len(cases))
            case Inverse(body=body) | Determinant(body=body):
                put("inverse" if isinstance(e, Inverse) else "determinant", [a for a in body.axes if a not in e.bound])
        for c in e.children:
            visit(c)

    for e in expressions:
        visit(e)
    return out


def _power(e: Power, over: int, under: int, put: Put) -> None:
    if under == 2:
        put("√", e.axes)
    elif under != 1:
        put("power", e.axes)
        return
    put("×", e.axes, abs(over) - 1 if under == 1 else abs(over) // 2)
    if over < 0:
        put("÷", e.axes)


def _product(factors: tuple[Expression, ...], bound: tuple[Axis, ...], put: Put) -> None:
    """Multiplications from the fewest axes on, a reciprocal dividing; then the additions of the sum."""
    fixed: dict[Axis, None] = {}
    for f in factors:
        if isinstance(f, Selection):  # of the places along one of its axes it leaves one
            fixed |= dict.fromkeys([a for a, _ in f.terms if a in bound and a not in fixed][:1])
    marks = (Delta, Selection)
    real = [f for f in factors if not isinstance(f, marks) and not (isinstance(f, Number) and abs(f.value) == 1)]
    above = sorted((f for f in real if not _reciprocal(f)), key=lambda f: len(f.axes))
    axes: dict[Axis, None] = dict.fromkeys(a for f in factors if isinstance(f, Selection) for a in f.axes)
    for k, f in enumerate(above):
        axes |= dict.fromkeys(f.axes)
        if k:
            put("×", [a for a in axes if a not in fixed])
    for f in real:
        if _reciprocal(f):  # 1/v is counted as ÷ where it stands: along more axes it multiplies
            axes |= dict.fromkeys(f.axes)
            if above and set(axes) - set(f.axes):
                put("×", [a for a in axes if a not in fixed])
    if set(bound) - set(fixed):
        axes |= dict.fromkeys([*(a for f in factors for a in f.axes), *bound])
        put("+", [a for a in axes if a not in fixed])


def _reciprocal(e: Expression) -> bool:
    return isinstance(e, Power) and e.exponent < 0


def said(counts: Counts) -> str:
    """`2 n m ×, n exp`."""
    order = {kind: k for k, kind in enumerate(ORDER)}
    kinds = sorted(counts, key=lambda kind: (order.get(kind, len(order)), kind))
    return ", ".join(f"{_polynomial(counts[kind])} {kind}" for kind in kinds) or "none"


def _polynomial(p: Counter[Sizes]) -> str:
    terms = []
    for sizes, c in sorted(p.items(), key=lambda t: (-len(t[0]), t[0])):
        if c:
            powers = [s if k == 1 else s + str(k).translate(RAISED) for s, k in Counter(sizes).items()]
            terms.append(" ".join([*([str(c)] if c != 1 or not sizes else []), *powers]))
    text = " + ".join(terms)
    return f"({text})" if len(terms) > 1 else text
