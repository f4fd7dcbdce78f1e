"""The value of an expression at numbers: index by index in plain Python floats, for worked examples and their checks.

It shares nothing with the arrays that the engines run, which makes it an independent second opinion on small cases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
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
from deltarule.language.functions import expand

__all__ = ["Value", "evaluate", "value_at"]

Value = float | list[Any]
"""A float, or nested lists of floats with one level an axis."""

FLOATS = {
    "exp": math.exp,
    "log": math.log,
    "erf": math.erf,
    "sin": math.sin,
    "cos": math.cos,
    "asin": math.asin,
    "atan": math.atan,
    "step": lambda u: float(u > 0),
    "sign": lambda u: float((u > 0) - (u < 0)),
    "abs": abs,
    "maximum": max,
    "minimum": min,
}


def evaluate(e: Expression, axes: Sequence[Axis], values: Mapping[str, Value]) -> Value:
    """The value of `e` as nested lists in the order of `axes` (a float without axes), from the values of its symbols.

    Every axis has a number as size. Raises DeltaruleError where a symbol has no value or the result is not a number.
    """

    def build(rest: tuple[Axis, ...], fixed: dict[Axis, int]) -> Value:
        if not rest:
            return value_at(e, fixed, values)
        first, *others = rest
        return [build(tuple(others), {**fixed, first: k}) for k in range(1, int(first.size) + 1)]

    return build(tuple(axes), {})


def value_at(e: Expression, fixed: Mapping[Axis, int], values: Mapping[str, Value]) -> float:
    """The value of `e` with its free axes fixed (numbers from 1)."""

    def place(i: Index, env: Mapping[Axis, int]) -> int:
        return i if isinstance(i, int) else env[i]

    def visit(u: Expression, env: Mapping[Axis, int]) -> float:
        match u:
            case Number(value=v):
                return float(v)
            case Symbol(name=name, indices=indices):
                if name not in values:
                    raise DeltaruleError(f"no value is given for {name}")
                out = values[name]
                for i in indices:
                    out = out[place(i, env) - 1]  # type: ignore[index]
                return float(out)  # type: ignore[arg-type]
            case Sum(terms=terms):
                return math.fsum(visit(t, env) for t in terms)
            case Product(factors=factors, bound=bound):
                total = []
                for indices in product(*(range(1, int(a.size) + 1) for a in bound)):
                    inner = {**env, **dict(zip(bound, indices, strict=True))}
                    term = 1.0
                    for f in factors:
                        term *= visit(f, inner)
                    total.append(term)
                return math.fsum(total)
            case Maximum(body=body, bound=bound):
                choices = product(*(range(1, int(a.size) + 1) for a in bound))
                return max(visit(body, {**env, **dict(zip(bound, c, strict=True))}) for c in choices)
            case Determinant(body=body, bound=bound):
                return _elimination(_matrix(body, bound, env), [])[0]
            case Inverse(body=body, bound=bound, indices=(i, j)):
                size = range(1, int(bound[0].size) + 1)
                unit = [float(k == place(j, env)) for k in size]
                determinant, column = _elimination(_matrix(body, bound, env), unit)
                if not determinant:
                    raise ZeroDivisionError("the matrix has no inverse")
                return column[place(i, env) - 1]
            case Power(base=base, exponent=n):
                b = visit(base, env)
                return b ** int(n) if n.denominator == 1 else b ** float(n)
            case Delta(first=i, second=j):
                return float(place(i, env) == place(j, env))
            case Selection(terms=terms, constant=value):
                return float(sum(c * env[a] for a, c in terms) == value)
            case Piecewise(cases=cases, otherwise=otherwise):
                for condition, strict, case in cases:
                    c = visit(condition, env)
                    if c > 0 or (c == 0 and not strict):
                        return visit(case, env)
                return visit(otherwise, env)
            case Apply(function=function, arguments=arguments, order=order) if not any(order):
                if function in FLOATS:
                    return FLOATS[function](*(visit(a, env) for a in arguments))
                body = expand(u)
                if body is not None:
                    return visit(body, env)
        raise DeltaruleError(f"{u!r} has no numeric value")

    def _matrix(body: Expression, bound: tuple[Axis, ...], env: Mapping[Axis, int]) -> list[list[float]]:
        (r, c), size = bound, range(1, int(bound[0].size) + 1)
        return [[visit(body, {**env, r: p, c: q}) for q in size] for p in size]

    try:
        return visit(e, fixed)
    except (OverflowError, ZeroDivisionError, ValueError) as error:
        if isinstance(error, DeltaruleError):
            raise
        raise DeltaruleError(f"{e!r} has no finite value at these numbers: {error}") from None


def _elimination(rows: list[list[float]], right: list[float]) -> tuple[float, list[float]]:
    """The determinant, and the solution of `rows · x = right` (if it is not 0), by Gauss with the largest pivots."""
    size, determinant = len(rows), 1.0
    table = [[*row, *right[k : k + 1]] for k, row in enumerate(rows)]
    for k in range(size):
        pivot = max(range(k, size), key=lambda r: abs(table[r][k]))
        if not table[pivot][k]:
            return 0.0, right
        if pivot != k:
            table[k], table[pivot], determinant = table[pivot], table[k], -determinant
        determinant *= table[k][k]
        for r in range(k + 1, size):
            factor = table[r][k] / table[k][k]
            table[r] = [a - factor * b for a, b in zip(table[r], table[k], strict=True)]
    x = [0.0] * size
    for k in reversed(range(size)):
        if right:
            x[k] = (table[k][size] - math.fsum(table[k][c] * x[c] for c in range(k + 1, size))) / table[k][k]
    return determinant, x
