"""Derivative rules: one row for each primitive function, and the rules of sums, products, powers and composition.

Every other function is differentiated through its definition. At a kink the stated value is used: the derivative of
max(0, s) at 0 is 0, of |s| at 0 is 0; of a maximum over an axis, the mean over the places that tie.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from deltarule.language.arithmetic import add, multiply, negate, power, subtract
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import (
    ONE,
    ZERO,
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
    rename,
)
from deltarule.language.functions import FUNCTIONS, expand
from deltarule.language.traversal import substitute, walk

__all__ = ["PRIMITIVES", "contract", "delta", "derivative_of_function", "differentiate", "expand_functions"]


def _call(name: str, *arguments: Expression) -> Expression:
    return Apply(name, arguments)


PRIMITIVES: dict[str, tuple[Callable[..., Expression], ...]] = {
    # d f(u, ...) / d u, one entry an argument
    "exp": (lambda u: _call("exp", u),),
    "log": (lambda u: power(u, -1),),
    "erf": (lambda u: multiply(Number(2), Power(Symbol("pi"), Fraction(-1, 2)), _call("exp", negate(power(u, 2)))),),
    "sin": (lambda u: _call("cos", u),),
    "cos": (lambda u: negate(_call("sin", u)),),
    "asin": (lambda u: Power(subtract(ONE, power(u, 2)), Fraction(-1, 2)),),
    "atan": (lambda u: power(add(ONE, power(u, 2)), -1),),
    "step": (lambda u: ZERO,),
    "sign": (lambda u: ZERO,),
    "abs": (lambda u: _call("sign", u),),
    "maximum": (
        lambda a, b: subtract(ONE, _call("step", subtract(b, a))),
        lambda a, b: _call("step", subtract(b, a)),
    ),
    "minimum": (
        lambda a, b: _call("step", subtract(b, a)),
        lambda a, b: subtract(ONE, _call("step", subtract(b, a))),
    ),
}


def delta(i: Index, j: Index) -> Expression:
    """Kronecker's delta, evaluated where both indices are numbers or the same axis."""
    if i == j:
        return ONE
    if isinstance(i, int) and isinstance(j, int):
        return ZERO
    return Delta(i, j)


def differentiate(e: Expression, by: Symbol) -> Expression:
    """The partial derivative of `e` by one symbol, all others held fixed; its axes are those of `e`, then of `by`.

    The axes of `by` must not occur in `e` unless they mean the same index.
    Raises `DeltaruleError` for what has no rule (an unevaluated derivative).
    """
    memo: dict[Expression, Expression] = {}
    name, indices = by.name, by.indices

    def visit(u: Expression) -> Expression:
        if u not in memo:
            memo[u] = step(u)
        return memo[u]

    def step(u: Expression) -> Expression:
        match u:
            case Number() | Delta() | Selection():
                return ZERO
            case Symbol():
                if u.name != name:
                    return ZERO
                if len(u.indices) != len(indices):
                    raise DeltaruleError(f"{name} is used with {len(u.indices)} and with {len(indices)} indices")
                return multiply(*(delta(i, j) for i, j in zip(u.indices, indices, strict=True)))
            case Sum(terms=terms):
                return add(*(visit(t) for t in terms))
            case Product():
                if not any(_mentions(f, name) for f in u.factors):
                    return ZERO
                factors, bound = opened(u)
                inner = visit if not bound else lambda f: differentiate(f, by)
                parts = []
                for k, f in enumerate(factors):
                    df = inner(f)
                    if df is not ZERO:
                        parts.append(contract(multiply(*factors[:k], df, *factors[k + 1 :], bound=bound)))
                return add(*parts)
            case Power(base=base, exponent=n):
                return multiply(Number(n), power(base, n - 1), visit(base))
            case Apply(function=function, arguments=arguments, order=order):
                row = FUNCTIONS.get(function)
                parts = []
                for k, argument in enumerate(arguments):
                    du = visit(argument)
                    if du is ZERO:
                        continue
                    if function == "sqrt" and not any(order):  # the rule of powers: a root takes no prime
                        outer = multiply(Number(Fraction(1, 2)), power(u, -1))
                    elif row is not None and row.primitive:
                        if any(order):
                            raise DeltaruleError(
                                f"the derivative of {function} is written by its rule, not as {function}'"
                            )
                        outer = PRIMITIVES[function][k](*arguments)
                    else:
                        outer = Apply(function, arguments, (*order[:k], order[k] + 1, *order[k + 1 :]))
                    parts.append(multiply(outer, du))
                return add(*parts)
            case Piecewise(cases=cases, otherwise=otherwise):
                if not _mentions(u, name):
                    return ZERO
                return _piecewise([(c, strict, visit(v)) for c, strict, v in cases], visit(otherwise))
            case Maximum():
                if not _mentions(u, name):
                    return ZERO
                (body,), bound = opened(u)
                # 1 where the body is the maximum, else 0: places that tie have equal shares of the derivative
                largest = subtract(ONE, _call("step", subtract(u, body)))
                share = power(multiply(largest, bound=bound), -1)
                return multiply(contract(multiply(largest, differentiate(body, by), bound=bound)), share)
            case Inverse() | Determinant():
                if not _mentions(u, name):
                    return ZERO
                (body,), (r, c) = opened(u)
                change = differentiate(body, by)
                if isinstance(u, Determinant):  # d det A = det A tr(A⁻¹ dA), Jacobi's formula
                    return multiply(u, contract(multiply(Inverse(body, (r, c), (c, r)), change, bound=(r, c))))
                i, j = u.indices  # d A⁻¹ = -A⁻¹ dA A⁻¹
                first, second = Inverse(body, (r, c), (i, r)), Inverse(body, (r, c), (c, j))
                return negate(contract(multiply(first, change, second, bound=(r, c))))
            case Derivative():
                raise DeltaruleError(f"resolve {u!r} before differentiating it")
        raise TypeError(f"not an expression: {u!r}")

    return visit(e)


def _mentions(e: Expression, name: str) -> bool:
    stack, seen = [e], set()
    while stack:
        u = stack.pop()
        if u in seen:
            continue
        seen.add(u)
        if isinstance(u, Symbol) and u.name == name:
            return True
        stack.extend(u.children)
    return False


def contract(e: Expression) -> Expression:
    """Σ_j δ_ij A_j = A_i: Kronecker deltas over a bound index are carried out, also through sums that hold one."""
    match e:
        case Product(bound=bound) if bound:
            factors, axes = opened(e)
            return _contracted(list(map(contract, factors)), list(axes))
        case Sum(terms=terms):
            return add(*map(contract, terms))
        case Product(factors=factors):
            return multiply(*map(contract, factors))
    return e


def _flat(factors: list[Expression]) -> list[Expression]:
    out: list[Expression] = []
    for f in factors:
        out.extend(_flat(list(f.factors)) if isinstance(f, Product) and not f.bound else [f])
    return out


def _contracted(factors: list[Expression], bound: list[Axis]) -> Expression:
    factors = _flat(factors)
    inner: list[Axis] = []
    for k, f in enumerate(factors):  # a sum among the factors: one sum over both
        if isinstance(f, Product) and f.bound and any(_has_delta(g, bound) for g in f.factors):
            opened_factors, axes = opened(f)
            factors = [*factors[:k], *opened_factors, *factors[k + 1 :]]
            inner.extend(axes)
    if inner:
        return _contracted(factors, [*bound, *inner])
    for k, f in enumerate(factors):
        if isinstance(f, Delta):
            for axis, other in ((f.first, f.second), (f.second, f.first)):
                if isinstance(axis, Axis) and axis in bound:
                    rest = [_fixed(g, axis, other) for g in factors[:k] + factors[k + 1 :]]
                    return _contracted(rest, [a for a in bound if a != axis])
        if isinstance(f, Sum) and _has_delta(f, bound):
            return add(*(_contracted([*factors[:k], t, *factors[k + 1 :]], bound) for t in f.terms))
    if any(f is ZERO for f in factors):
        return ZERO
    return _pulled(factors, bound)


def _fixed(e: Expression, axis: Axis, index: Index) -> Expression:
    out = rename(e, {axis: index})
    if isinstance(out, Delta):
        return delta(out.first, out.second)
    return out


def _has_delta(e: Expression, bound: list[Axis]) -> bool:
    match e:
        case Delta(first=i, second=j):
            return i in bound or j in bound
        case Sum(terms=parts) | Product(factors=parts):
            return any(_has_delta(p, bound) for p in parts)
    return False


def _pulled(factors: list[Expression], bound: list[Axis]) -> Expression:
    """Factors free of the summed indices leave the sum; an index that nothing carries counts its size."""
    used = [a for a in bound if any(a in f.axes for f in factors)]
    sizes = [Number(a.size) if isinstance(a.size, int) else Symbol(a.size) for a in bound if a not in used]
    outside = [f for f in factors if not any(a in f.axes for a in used)]
    inside = [f for f in factors if any(a in f.axes for a in used)]
    if not inside:
        return multiply(*sizes, *outside)
    return multiply(*sizes, *outside, multiply(*inside, bound=used))


_derived: dict[tuple[str, int, Expression], Expression] = {}


def _piecewise(cases: list[tuple[Expression, bool, Expression]], otherwise: Expression) -> Expression:
    """The cases, with the deltas that every branch has (or is 0) in front of them."""
    values = [v for *_, v in cases] + [otherwise]
    deltas = [{f for f in factors_of(v) if isinstance(f, Delta)} for v in values if v is not ZERO]
    common = set.intersection(*deltas) if deltas else set()
    if not common:
        return Piecewise(cases, otherwise)

    def rest(v: Expression) -> Expression:
        return v if v is ZERO else multiply(*(f for f in factors_of(v) if f not in common))

    inner = Piecewise([(c, strict, rest(v)) for c, strict, v in cases], rest(otherwise))
    return multiply(*sorted(common, key=repr), inner)


def factors_of(e: Expression) -> tuple[Expression, ...]:
    """The factors of a plain product, else the expression alone."""
    return e.factors if isinstance(e, Product) and not e.bound else (e,)


def derivative_of_function(name: str, argument: int = 0) -> Expression:
    """f'(s) from the definition of f, as an expression in its parameters, every function expanded to primitives."""
    row = FUNCTIONS[name]
    if row.definition is None:
        return PRIMITIVES[name][argument](*map(Symbol, row.parameters))
    key = (name, argument, row.definition)
    if key not in _derived:
        _derived[key] = differentiate(expand_functions(row.definition), Symbol(row.parameters[argument]))
    return _derived[key]


def expand_functions(e: Expression) -> Expression:
    """Every function that has a definition replaced by it, and every f' by what its definition gives."""

    def replace(u: Expression) -> Expression | None:
        if not isinstance(u, Apply):
            return None
        row = FUNCTIONS.get(u.function)
        if row is None or row.primitive:
            return None
        if not any(u.order):
            body = expand(u)
            return None if body is None else expand_functions(body)
        out = expand_functions(row.definition or ZERO)
        for k, times in enumerate(u.order):
            for _ in range(times):
                out = differentiate(out, Symbol(row.parameters[k]))
        values = {Symbol(p): expand_functions(a) for p, a in zip(row.parameters, u.arguments, strict=True)}
        return substitute(out, lambda n: values.get(n) if isinstance(n, Symbol) else None)

    if not any(isinstance(u, Apply) and (row := FUNCTIONS.get(u.function)) and not row.primitive for u in walk(e)):
        return e
    return substitute(e, replace)
