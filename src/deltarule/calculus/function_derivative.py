"""The derivative of a scalar function from its definition, step by step: by the quotient rule, by the reciprocal.

`quotient`: (u/v)' = (u'v - u v')/v². `reciprocal`: f = 1/g has f' = -g'/g², so g' = -g² f'. Either ends in the reuse of
the activity, found by elimination.
"""

from __future__ import annotations

from deltarule.algebra.rational import simplify
from deltarule.calculus.derivation import Chain, Row
from deltarule.calculus.forms import CHAINED, forms, put
from deltarule.calculus.forms import S as ARGUMENT
from deltarule.calculus.reuse import Y, reuse
from deltarule.calculus.rules import differentiate, expand_functions
from deltarule.calculus.tidy import cost
from deltarule.language.arithmetic import divide, multiply, power, subtract
from deltarule.language.expression import ONE, Apply, Derivative, Expression, Number, Power, Product, Symbol
from deltarule.language.functions import FUNCTIONS, ScalarFunction
from deltarule.language.traversal import substitute, walk

__all__ = ["function_chains", "routes"]


def function_chains(name: str) -> list[Chain]:
    """The definition of a function and its derivative, by the first route that its definition admits."""
    row = FUNCTIONS[name]
    if row.definition is None:
        return []
    s = Symbol(row.parameters[0])
    applied = Apply(name, tuple(map(Symbol, row.parameters)))
    chains = [Chain(applied, (Row(row.definition, "definition"),), place=name)]
    chains += next(iter(routes(name).values()), [_plain(row, s)])
    return chains


def routes(name: str) -> dict[str, list[Chain]]:
    """Every way to the derivative that the definition admits: `quotient`, `reciprocal`, or `definition`."""
    row = FUNCTIONS[name]
    if row.definition is None:
        return {}
    s = Symbol(row.parameters[0])
    out: dict[str, list[Chain]] = {}
    parts = _quotient(row.definition)
    if parts is not None:
        out["quotient"] = [_by_quotient(row, s, *parts)]
        if not _depends(parts[0], s):
            out["reciprocal"] = _by_reciprocal(row, s, *parts)
    return out or {"definition": [_plain(row, s)]}


def _depends(e: Expression, s: Symbol) -> bool:
    return any(n is s for n in walk(e))


def _quotient(e: Expression) -> tuple[Expression, Expression] | None:
    """(u, v) where the expression is u/v."""
    factors = e.factors if isinstance(e, Product) and not e.bound else (e,)
    below = [f for f in factors if isinstance(f, Power) and f.exponent < 0 and f.exponent.denominator == 1]
    if not below:
        return None
    above = [f for f in factors if f not in below]
    return multiply(ONE, *above), multiply(*(power(f.base, -f.exponent) for f in below))


def _applied(row: ScalarFunction, order: int = 0) -> Apply:
    return Apply(row.name, tuple(map(Symbol, row.parameters)), (order, *(0 for _ in row.parameters[1:])))


def _endings(row: ScalarFunction, s: Symbol) -> list[Row]:
    """The rows after the derivative is written out: a function that it is, the reuse of the activity."""
    f = _applied(row)
    general = substitute(f, lambda e: ARGUMENT if e is s else None)
    rows = []
    for form in forms(general):
        if form.rule == "recognised":
            name = form.expression.function if isinstance(form.expression, Apply) else ""
            rows.append(Row(put(form.expression, s, f), f"this is {name}"))
        elif form.reuse is not None and not any(
            isinstance(e, Apply) and e.function == "step" for e in walk(form.expression)
        ):
            relation = form.reuse.relation
            rows.append(Row(put(form.expression, s, f), f"reuse of the activity, by elimination: {relation}"))
    return rows


def _by_quotient(row: ScalarFunction, s: Symbol, u: Expression, v: Expression) -> Chain:
    du, dv = differentiate(u, s), differentiate(v, s)
    rows = [Row(Derivative(multiply(u, power(v, -1)), s), "definition")]
    upper = subtract(multiply(Derivative(u, s), v), multiply(u, Derivative(v, s)))
    rows.append(Row(divide(upper, power(v, 2)), "quotient rule"))
    rows.append(Row(divide(subtract(multiply(du, v), multiply(u, dv)), power(v, 2)), "derivatives of exp and of sums"))
    tidied = simplify(rows[-1].right)
    if cost(tidied) < cost(rows[-1].right):
        rows.append(Row(tidied, "simplify"))
    return Chain(_applied(row, 1), (*rows, *_endings(row, s)), place=row.name)


def _by_reciprocal(row: ScalarFunction, s: Symbol, u: Expression, v: Expression) -> list[Chain]:
    """f = 1/g is the simpler function; g' follows from f'."""
    g = _applied(row)
    dg = _applied(row, 1)
    f = simplify(divide(v, u))
    inverse = power(g, -1)
    derivative = differentiate(f, s)
    first = Chain(inverse, (Row(f, "definition, inverted"),), words="The reciprocal is simpler:", place=row.name)
    by_rule = Chain(
        Derivative(inverse, s),
        (Row(multiply(Number(-1), dg, power(g, -2)), "reciprocal rule (1/g)' = -g'/g²"),),
        place=row.name,
    )
    rows = [Row(derivative, "differentiate")]
    found = reuse(f, s)
    if found is not None:
        again = substitute(found.derivative, lambda e: inverse if e is Y else None)
        rows.append(Row(again, "reuse of f"))
        tidied = simplify(again)
        if cost(tidied) <= cost(again) and tidied is not again:
            rows.append(Row(tidied, "common denominator"))
    by_definition = Chain(Derivative(inverse, s), tuple(rows), place=row.name)
    last = rows[-1].right
    solved = multiply(Number(-1), last, power(g, 2))
    ending = [Row(solved, "solve for g'")]
    tidied = simplify(solved)
    if tidied is not solved:
        ending.append(Row(tidied, "simplify"))
    return [first, by_rule, by_definition, Chain(dg, tuple(ending), words="Both are the same, so", place=row.name)]


def _plain(row: ScalarFunction, s: Symbol) -> Chain:
    assert row.definition is not None
    written = differentiate(row.definition, s)
    rows = [Row(Derivative(row.definition, s), "definition"), Row(written, "differentiate")]
    explicit = differentiate(expand_functions(row.definition), s)
    if not any(isinstance(e, Apply) and e.function == "step" for e in walk(explicit)):
        tidied, kept = simplify(explicit), _chained(row, s)
        if kept is not None and cost(kept) < cost(tidied):
            tidied = kept
        if tidied is not written:
            rows.append(Row(tidied, "simplify"))
    return Chain(_applied(row, 1), (*rows, *_endings(row, s)), place=row.name)


def _chained(row: ScalarFunction, s: Symbol) -> Expression | None:
    """The derivative with the functions of the definition kept, if there is such a form."""
    general = substitute(_applied(row), lambda e: ARGUMENT if e is s else None)
    found = (form.expression for form in forms(general) if form.rule == CHAINED)
    return next((put(e, s, _applied(row)) for e in found), None)
