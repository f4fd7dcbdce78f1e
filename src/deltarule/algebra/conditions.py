"""Where an expression is defined: no denominator is zero, no logarithm or root of what is not positive.

The conditions of a proof are read off the two sides as they are written, so that nothing that was cancelled is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from deltarule.algebra import cases, polynomial, positivity
from deltarule.algebra.budget import Meter, Undefined
from deltarule.algebra.context import OPAQUE, Context, context_for
from deltarule.algebra.facts import Facts
from deltarule.algebra.normal_form import normal_form
from deltarule.algebra.plain import plain
from deltarule.algebra.readback import expression_of
from deltarule.algebra.survey import Survey
from deltarule.algebra.terms import Atom, Component, Polynomial
from deltarule.language.arithmetic import power, subtract
from deltarule.language.expression import (
    ONE,
    Apply,
    Axis,
    Delta,
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
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import substitute, walk

__all__ = ["Condition", "generic", "learn", "open_conditions", "sentence", "written"]


@dataclass(frozen=True)
class Condition:
    """`expression` is != 0, > 0 or >= 0; or, without expression, the sentence."""

    relation: Literal["!=", ">", ">="]
    expression: Expression | None
    words: str = ""
    kink: bool = False
    """Whether both sides may have a value where it does not hold, and two different ones."""


def written(nodes: Iterable[Expression]) -> list[Condition]:
    """Every condition under which all the nodes have a value."""
    out: dict[Condition, None] = {}
    for e in nodes:
        match e:
            case Power(base=base, exponent=q):
                if q.denominator != 1:
                    out[Condition(">" if q < 0 else ">=", base)] = None
                elif q < 0:
                    out[Condition("!=", base)] = None
            case Apply(function="log", arguments=(u,)):
                out[Condition(">", u)] = None
            case Apply(function="asin", arguments=(u,)):
                out[Condition(">=", subtract(ONE, power(u, 2)))] = None
            case Apply(function=name, arguments=arguments):
                row = FUNCTIONS.get(name)
                if row is not None and row.definition is not None and len(row.parameters) == len(arguments):
                    values = {Symbol(p): u for p, u in zip(row.parameters, arguments, strict=True)}
                    for c in _of_definition(name, row.definition):
                        assert c.expression is not None
                        put = substitute(c.expression, lambda n, v=values: v.get(n) if isinstance(n, Symbol) else None)
                        out[Condition(c.relation, put)] = None
            case Delta(first=a, second=b):
                for c, axis in ((a, b), (b, a)):
                    if isinstance(c, int) and isinstance(axis, Axis) and isinstance(axis.size, str) and c > 1:
                        out[Condition(">=", None, f"{axis.size} >= {c}")] = None
    return list(out)


_definitions: dict[tuple[str, Expression], list[Condition]] = {}


def _of_definition(name: str, definition: Expression) -> list[Condition]:
    """The conditions of a function's definition that do not hold for all real arguments."""
    found = _definitions.get((name, definition))
    if found is None:
        neutral = context_for(Facts(), frozenset(), OPAQUE, Meter())
        found = _definitions[name, definition] = [
            c
            for c in written(walk(definition))
            if c.expression is not None and _sign(neutral, c.expression) < (1 if c.relation == ">=" else 2)
        ]
    return found


def learn(ctx: Context, conditions: Iterable[Condition]) -> None:
    """Tell the context what the way it is written shows to be positive: ε + Σ x², before it is multiplied out.

    Only what is defined everywhere: `(√c)² + 1/c²` is positive where it is defined, but the context serves other
    questions too, in which c may be negative.
    """
    for c in conditions:
        if c.expression is None or c.relation == "!=" or isinstance(c.expression, Symbol | Number):
            continue
        if _sign(ctx, c.expression) == 2 and not open_conditions(ctx, written(walk(c.expression))):
            p = normal_form(ctx, c.expression)
            if not positivity.positive(ctx, p):
                ctx.learn_positive(p)


def open_conditions(ctx: Context, conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions that are not known to hold everywhere; `Undefined` where one is known to hold nowhere."""
    out: list[Condition] = []
    for c in conditions:
        if c.expression is None:
            out.append(c)
            continue
        p = normal_form(ctx, c.expression)
        if not p and c.relation != ">=":
            raise Undefined(f"{sentence(c)} holds nowhere")
        if c.relation == "!=":
            if not positivity.nonzero(ctx, p) and _sign(ctx, c.expression) != 2:
                out += _by_cases(ctx, p) or [c]
        elif not positivity.positive(ctx, p) and _sign(ctx, c.expression) < (1 if c.relation == ">=" else 2):
            out.append(c)
    return out


def _by_cases(ctx: Context, p: Polynomial) -> list[Condition]:
    """A denominator with a case in it is split by the case: no branch of it may be zero. Nothing where it has no case,
    or where a branch is zero altogether."""
    branches = [p]
    for _ in range(3):
        found = cases.idempotents(branches[0])
        if not found:
            break
        branches = [cases.exact(ctx, q, found[0], value) for q in branches for value in (1, 0)]
    if len(branches) == 1 or not all(branches) or any(cases.idempotents(q) for q in branches):
        return []
    return [Condition("!=", expression_of(_unsigned(q))) for q in branches if not positivity.nonzero(ctx, q)]


def _unsigned(p: Polynomial) -> Polynomial:
    """p or -p, whichever has more positive coefficients."""
    return p if sum(1 if c > 0 else -1 for c in p.values()) >= 0 else polynomial.scale(p, -1)


def generic(ctx: Context, conditions: list[Condition]) -> bool:
    """Whether the conditions are only that polynomials in the symbols, none of them zero, are not zero: then almost
    every point satisfies them. Not so over axes of numeric size: Σ_q u[q] - u[1] - u[2] is zero for two values of q."""
    for c in conditions:
        if c.expression is None or c.relation != "!=":
            return False
        if Survey(c.expression).literal:
            return False
        for m in normal_form(ctx, c.expression):
            for item, _ in m:
                atoms = [a for a, _ in item.factors] if isinstance(item, Component) else [item]
                if any(not isinstance(a, Atom) or a.head.kind not in ("symbol", "size", "prime") for a in atoms):
                    return False
    return True


def _sign(ctx: Context, e: Expression) -> int:
    """2: positive, 1: not negative, 0: not known; by the way e is written."""
    match e:
        case Number(value=v):
            return 2 if v > 0 else 1 if v == 0 else 0
        case Sum(terms=terms):
            signs = [_sign(ctx, t) for t in terms]
            return 0 if 0 in signs else max(signs)
        case Product(factors=factors):
            odd = {f: factors.count(f) % 2 for f in factors}
            signs = [_sign(ctx, f) if k else max(1, _sign(ctx, f)) for f, k in odd.items()]
            if not signs or 0 in signs:
                return 0
            return min(signs)
        case Power(base=base, exponent=q):
            below = _sign(ctx, base)
            if q.denominator != 1 or q % 2 == 0:
                return 2 if below == 2 or q < 0 else 1
            return 2 if below and q < 0 else below
        case Maximum(body=body):
            return _sign(ctx, body)
        case Delta() | Selection():
            return 1
        case Apply(function="maximum", arguments=arguments) if not any(e.order):
            return max(_sign(ctx, u) for u in arguments)
        case Apply(function="exp"):
            return 2
        case Apply(function="abs" | "step") if not any(e.order):
            return 1
        case Piecewise():
            return 0
    return 2 if positivity.positive(ctx, normal_form(ctx, e)) else 0


def sentence(c: Condition) -> str:
    """ "y_hat != 0": the condition in plain text."""
    return c.words if c.expression is None else f"{plain(c.expression)} {c.relation} 0"
