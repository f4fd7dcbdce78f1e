"""The forms of f'(s) that are proved equal, and the policy that chooses one.

`plain`: the fewest operations, as a textbook writes it. `memory`: only the activity is needed. `accuracy`: the smallest
measured error in float64. Every form is a candidate until exact algebra says that it equals f'(s).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from deltarule.algebra import prove
from deltarule.algebra.rational import simplify
from deltarule.calculus.error import floating, relative_error
from deltarule.calculus.reuse import Reuse, Y, reuse
from deltarule.calculus.rewriting import EXACT, rewritten
from deltarule.calculus.rules import differentiate, expand_functions
from deltarule.calculus.tidy import cost, tidy
from deltarule.language.arithmetic import divide, multiply, negate, subtract
from deltarule.language.expression import ONE, ZERO, Apply, Expression, Number, Piecewise, Power, Product, Symbol
from deltarule.language.functions import FUNCTIONS, expand
from deltarule.language.traversal import names, substitute, walk

__all__ = ["CHAINED", "Form", "Policy", "S", "Y", "choose", "forms", "put", "recognise"]

Policy = Literal["plain", "memory", "accuracy"]

S = Symbol("~s")
IDENTITY = "by an identity"
"""How the rule of a form begins that identities made of another form, for stability."""
CHAINED = "chain rule in the definition"
"""The rule of the form that keeps the functions which stand in the definition."""


@dataclass(frozen=True)
class Form:
    """A form of f'(s) in the symbols `S` (the argument) and `Y` (the activity f(s))."""

    expression: Expression
    rule: str
    reuse: Reuse | None = None

    @property
    def keeps(self) -> frozenset[str]:
        """Which of `s` and `y` have to be kept for the backward pass."""
        return frozenset(names(self.expression) & {S.name, Y.name})


def forms(f: Expression) -> tuple[Form, ...]:
    """Every form found for the derivative of `f`, a scalar expression in the symbol `S`, by `S`."""
    return _forms(f, frozenset(FUNCTIONS))


@lru_cache(maxsize=512)
def _forms(f: Expression, _known: frozenset[str]) -> tuple[Form, ...]:
    plain = expand_functions(f)
    written = differentiate(plain, S)
    explicit = written if _by_cases(written) else simplify(written)
    found = [Form(explicit, "definition")]
    sized = _with_sizes(explicit)
    if cost(sized) < cost(explicit):
        found.append(Form(sized, "u sign(u) = |u|"))
    known = recognise(explicit)
    if known is not None:
        found.append(Form(known, "recognised"))
    inner = _inside(differentiate(f, S))
    if inner is not None and f is not plain:
        found.append(Form(inner, "reuse of the functions inside"))
    inner = _inside_definition(f)
    if inner is not None:
        found.append(Form(inner, CHAINED))
    stable = _stable(explicit)
    found += [Form(e, "stable form") for e in stable]
    of_reciprocal = None if stable else _of_reciprocal(f, explicit)
    if of_reciprocal is not None:
        found.append(Form(of_reciprocal, "reuse of the activity"))
    activity = reuse(f, S)
    if activity is not None and Y.name in names(activity.derivative):
        found.append(Form(activity.derivative, "reuse of the activity", activity))
    found += _by_identities(f, found)
    return tuple(form for form in found if not _by_cases(form.expression) or _proved(form, f, found[0]))


def _by_identities(f: Expression, found: list[Form]) -> list[Form]:
    """Forms that stable identities make of those found, where each of these loses digits."""
    exact = found[0].expression
    if (names(exact) | names(f)) - {S.name, "pi"} or min(_error(f, form, exact) for form in found) <= EXACT:
        return []
    out: dict[Expression, Form] = {}
    for form in found[-3:]:
        for e, steps in rewritten(form.expression).items():
            out.setdefault(e, Form(e, f"{IDENTITY}: {', then '.join(steps)}"))
    return list(out.values())


def _error(f: Expression, form: Form, exact: Expression) -> float:
    return relative_error(form.expression, exact, S.name, (Y.name, expand_functions(f)))


def _by_cases(e: Expression) -> bool:
    return any(isinstance(n, Piecewise) or (isinstance(n, Apply) and n.function == "step") for n in walk(e))


def _proved(form: Form, f: Expression, first: Form) -> bool:
    """Whether the kernel sees by itself that a form by cases is f'(s): what was put together from pieces has to be
    a step that a derivation can show."""
    return form is first or prove(put(form.expression, S, f), first.expression).proved


def _with_sizes(e: Expression) -> Expression:
    """|u| in the place of u sign(u): a difference of the two then vanishes instead of cancelling."""

    def replace(node: Expression) -> Expression | None:
        if not isinstance(node, Product) or node.bound:
            return None
        for f in node.factors:
            if isinstance(f, Apply) and f.function == "sign" and not any(f.order) and f.arguments[0] in node.factors:
                rest = [g for g in node.factors if g is not f and g is not f.arguments[0]]
                return multiply(Apply("abs", f.arguments), *rest)
        return None

    sized = substitute(e, replace)
    return e if sized is e else simplify(sized)


def _inside(written: Expression) -> Expression | None:
    """g'(u) replaced by what elimination makes of it with g(u): σ'(u) = σ(u)(1 - σ(u)). None where there is no g'."""
    changed = False

    def replace(e: Expression) -> Expression | None:
        nonlocal changed
        if not isinstance(e, Apply) or sum(e.order) != 1 or len(e.arguments) != 1:
            return None
        known = reuse(Apply(e.function, (S,)), S) if e.function in FUNCTIONS else None
        if known is None:
            return None
        changed = True
        return put(known.derivative, e.arguments[0], Apply(e.function, e.arguments))

    out = substitute(written, replace)
    left_over = any(isinstance(e, Apply) and any(e.order) for e in walk(out))
    return out if changed and not left_over else None


def _inside_definition(f: Expression) -> Expression | None:
    """The derivative as the chain rule writes it in the definition of `f`, the functions that stand there kept:
    silu'(s) = σ(s) + s σ(s)(1 - σ(s)). None where the definition has no function inside."""
    definition = expand(f) if isinstance(f, Apply) else None
    if definition is None or not any(isinstance(e, Apply) and e.function in _KEPT for e in walk(definition)):
        return None
    written = differentiate(definition, S)
    return tidy(_inside(written) or written)


_KEPT = {n for n, row in FUNCTIONS.items() if not row.primitive and not row.kinks} | {"erf"}


def recognise(e: Expression) -> Expression | None:
    """A function of the table that equals `e`, an expression in `S`: the derivative of softplus is the sigmoid."""
    if cost(e) < 10 or names(e) != {S.name}:
        return None
    for row in FUNCTIONS.values():
        if row.definition is None or len(row.parameters) != 1:
            continue
        for argument in (S, negate(S)):
            candidate = Apply(row.name, (argument,))
            if cost(candidate) < cost(e) and _near(candidate, e) and _equal(candidate, e):
                return candidate
    return None


def _stable(e: Expression) -> list[Expression]:
    """c · σ(k s) · σ(-k s): the derivatives of saturating functions, without cancellation."""
    out = []
    for k in (1, 2):
        u = multiply(Number(k), S)
        base = multiply(Apply("sigmoid", (u,)), Apply("sigmoid", (negate(u),)))
        ratio = simplify(divide(e, expand_functions(base)))
        if isinstance(ratio, Number) and ratio is not ZERO:
            out.append(multiply(ratio, base))
    return out


def _of_reciprocal(f: Expression, explicit: Expression) -> Expression | None:
    """(1/u)' = -y u'/u, where u'/u or -u'/u is a function of the table: the derivative of sec is sec tan."""
    definition = expand(f) if isinstance(f, Apply) else None
    if not isinstance(definition, Power) or definition.exponent != -1 or cost(explicit) < 4:
        return None
    ratio = simplify(divide(explicit, expand_functions(definition)))
    for sign in (ONE, Number(-1)):
        for row in FUNCTIONS.values():
            candidate = Apply(row.name, (S,))
            if row.definition is None or len(row.parameters) != 1 or candidate == f:
                continue
            if _near(candidate, multiply(sign, ratio)) and _equal(candidate, multiply(sign, ratio)):
                return multiply(sign, Y, candidate)
    return None


def _near(a: Expression, b: Expression) -> bool:
    """Whether the two are one number at a point, as far as floats can tell: what is not needs no exact comparison."""
    x, y = (floating(e, {S.name: 0.7}) for e in (a, b))
    return not abs(x - y) > 1e-6 * abs(y)


def _equal(a: Expression, b: Expression) -> bool:
    return simplify(subtract(expand_functions(a), expand_functions(b))) is ZERO


def choose(f: Expression, policy: Policy) -> Form:
    """The form of f'(s) under a policy; of equally good ones the first of definition, recognised, stable, reuse."""
    return _choose(f, policy, frozenset(FUNCTIONS))


@lru_cache(maxsize=1024)
def _choose(f: Expression, policy: Policy, _known: frozenset[str]) -> Form:
    candidates = forms(f)
    if policy == "plain":
        written = (c for c in candidates if c.rule != "stable form" and not c.rule.startswith(IDENTITY))
        return min(written, key=lambda c: cost(c.expression))
    if policy == "memory":
        candidates = tuple(c for c in candidates if not c.rule.startswith(IDENTITY))
        return min(candidates, key=lambda c: (S.name in c.keeps, len(c.keeps), cost(c.expression)))
    exact = candidates[0].expression
    if (names(exact) | names(f)) - {S.name, "pi"}:  # free parameters: nothing to measure
        return min(candidates, key=lambda c: (c.reuse is not None, cost(c.expression)))
    errors = [_error(f, c, exact) for c in candidates]
    best = min(errors)
    good = [c for c, error in zip(candidates, errors, strict=True) if error <= 4 * best + 1e-15]
    return min(good, key=lambda c: cost(c.expression))


def put(form: Expression, argument: Expression, activity: Expression) -> Expression:
    """The form with an actual argument and activity in the places of `S` and `Y`."""
    return substitute(form, lambda e: argument if e is S else activity if e is Y else None)
