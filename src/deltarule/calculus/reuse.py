"""Reuse of the activity: f'(s) written with y = f(s), found by elimination.

`y = f(s)` and `d = f'(s)` are two polynomial relations in a kernel such as `e = exp(-s)`. Their resultant in `e`,
factored, has a factor linear in `d`, and that factor is the reuse: for the sigmoid, d - y + y². No function is known
here by name. A logarithm is met by `exp(y)` in the place of `y`. Functions by cases are eliminated piece by piece, and
the cases are told apart by the sign of `y` where that is proved to be the sign of the condition.

Source of the idea: elimination theory (Cox, Little & O'Shea, Ideals, Varieties, and Algorithms, chapter 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import flint

from deltarule.algebra import prove
from deltarule.algebra.rational import (
    Atoms,
    Fractional,
    Polynomial,
    TooLarge,
    from_fraction,
    from_polynomial,
    simplify,
    to_fraction,
)
from deltarule.calculus.rules import differentiate, expand_functions
from deltarule.calculus.tidy import cost
from deltarule.language.arithmetic import divide, multiply, negate, power, subtract
from deltarule.language.expression import ONE, ZERO, Apply, Expression, Number, Piecewise, Power, Product, Sum, Symbol
from deltarule.language.traversal import names, substitute, walk

__all__ = ["Reuse", "Y", "exponential_of", "reuse"]

D, Y = Symbol("~d"), Symbol("~y")  # no name that a person can write


@dataclass(frozen=True)
class Reuse:
    """`derivative` is f'(s) in terms of the symbol `Y` (and of `keeps`); `relation` is what it solves."""

    derivative: Expression
    relation: str
    keeps: tuple[str, ...] = ()
    """Names that are needed beside y (the argument itself, a parameter)."""


def reuse(f: Expression, s: Symbol) -> Reuse | None:
    """The derivative of `f` by `s` written with `y = f`, cheapest first; None where elimination finds no such form."""
    return _reuse(expand_functions(f), s)


@lru_cache(maxsize=1024)
def _reuse(f: Expression, s: Symbol) -> Reuse | None:
    conditions = _conditions(f)
    if not conditions:
        return _smooth(f, s, None)
    if len(conditions) > 1:
        return _clipped(f, s)
    (u,) = conditions
    if u is not s and u is not negate(s):
        return None
    up, down = _piece(f, u, True), _piece(f, u, False)
    right, left = (up, down) if u is s else (down, up)
    if not (_sign_on(right, s, True) == 1 and _sign_on(left, s, False) == -1):
        return None
    found = [_smooth(part, s, positive) for part, positive in ((right, True), (left, False))]
    a, b = found
    if a is None or b is None:
        return None
    test = Apply("step", (Y,))
    whole = Piecewise(((Y, True, a.derivative),), b.derivative)
    if b.derivative is ZERO:
        whole = multiply(test, a.derivative)
    return Reuse(whole, f"y > 0: {a.relation}; else: {b.relation}", tuple(dict.fromkeys(a.keeps + b.keeps)))


def _clipped(f: Expression, s: Symbol) -> Reuse | None:
    """A straight line between two constants that it meets: where the activity lies between them, the slope."""
    regions = _regions(f, s, None, None)
    if regions is None or len(regions) != 3:
        return None
    (_, a, low), (_, b, line), (_, _, high) = regions
    assert a is not None
    assert b is not None
    slope = simplify(differentiate(line, s))
    if not (isinstance(low, Number) and isinstance(high, Number) and isinstance(slope, Number) and slope.value > 0):
        return None
    ends = [simplify(substitute(line, lambda e, at=at: Number(at) if e is s else None)) for at in (a, b)]
    if ends != [low, high]:
        return None
    inside = Piecewise(((subtract(high, Y), True, slope),), ZERO)
    return Reuse(Piecewise(((subtract(Y, low), True, inside),), ZERO), f"{low.value} < y < {high.value}: constant")


Region = tuple[Fraction | None, Fraction | None, Expression]


def _regions(f: Expression, s: Symbol, low: Fraction | None, high: Fraction | None) -> list[Region] | None:
    """The pieces of f between low and high (None is infinity); None where a condition is no straight line in s."""
    conditions = _conditions(f)
    if not conditions:
        return [(low, high, simplify(f))]
    for u in conditions:
        slope = simplify(differentiate(u, s)) if not _conditions(u) else None
        start = simplify(substitute(u, lambda e: ZERO if e is s else None))
        if isinstance(slope, Number) and isinstance(start, Number):
            break
    else:
        return None
    if not slope.value:
        return _regions(_piece(f, u, start.value > 0), s, low, high)
    root = -start.value / slope.value
    if low is not None and root <= low:
        return _regions(_piece(f, u, slope.value > 0), s, low, high)
    if high is not None and root >= high:
        return _regions(_piece(f, u, slope.value < 0), s, low, high)
    below = _regions(_piece(f, u, slope.value < 0), s, low, root)
    above = _regions(_piece(f, u, slope.value > 0), s, root, high)
    if below is None or above is None:
        return None
    return [*below, *above]


# Pieces ----------------------------------------------------------------------------------------------------------


def _conditions(f: Expression) -> list[Expression]:
    """The u of which f asks whether u > 0; u and -u are one condition."""
    found: list[Expression] = []
    for e in walk(f):
        match e:
            case Apply(function="step" | "sign" | "abs", arguments=(u,)):
                pass
            case Apply(function="maximum" | "minimum", arguments=(a, b)):
                u = subtract(b, a)
            case Piecewise(cases=((u, _, _),)):
                pass
            case _:
                continue
        u = simplify(u)
        if u not in found and simplify(negate(u)) not in found:
            found.append(u)
    return found


def _piece(f: Expression, u: Expression, positive: bool) -> Expression:
    """f where u > 0, or where u ≤ 0 (at 0 itself the left piece holds, as step(0) = 0 says); other cases are left."""
    opposite = simplify(negate(u))

    def holds(v: Expression) -> bool | None:
        v = simplify(v)
        return positive if v is u else not positive if v is opposite else None

    def replace(e: Expression) -> Expression | None:
        match e:
            case Apply(function="step" | "sign" | "abs", arguments=(v,)) if (above := holds(v)) is not None:
                if e.function == "step":
                    return ONE if above else ZERO
                sign = ONE if above else Number(-1)
                return sign if e.function == "sign" else multiply(sign, substitute(v, replace))
            case Apply(function="maximum" | "minimum", arguments=(a, b)) if (
                second := holds(subtract(b, a))
            ) is not None:
                chosen = b if second == (e.function == "maximum") else a
                return substitute(chosen, replace)
            case Piecewise(cases=((v, _, value),), otherwise=rest) if (above := holds(v)) is not None:
                return substitute(value if above else rest, replace)
        return None

    return substitute(f, replace)


def _sign_on(f: Expression, s: Symbol, positive: bool) -> int | None:
    """+1: f > 0 for all s > 0; -1: f ≤ 0 for all s ≤ 0. Decided exactly (Sturm) where f is rational in one kernel."""
    try:
        atoms = Atoms.of(f)
        n, d = to_fraction(f, atoms)
    except (TooLarge, ZeroDivisionError):
        return None
    if n.is_zero():
        return -1 if not positive else None
    kernels = [(i, a) for i, a in enumerate(atoms.order) if n.degrees()[i] or d.degrees()[i]]
    if len(kernels) > 1:
        return None
    if not kernels:
        value = from_fraction((n, d), atoms)
        assert isinstance(value, Number)
        return (1 if value.value > 0 else None) if positive else (-1 if value.value <= 0 else None)
    index, kernel = kernels[0]
    region = _region(kernel, s, positive)
    if region is None:
        return None
    low, high = region
    signs = []
    for p in (n, d):
        q = _univariate(p, index)
        if _roots_between(q, low, high):
            return None
        point = (
            (low + high) / 2
            if low is not None and high is not None
            else high - 1
            if high is not None
            else (low or 0) + Fraction(1)
        )
        signs.append(1 if q(flint.fmpq(point.numerator, point.denominator)) > 0 else -1)
    sign = signs[0] * signs[1]
    return 1 if positive and sign > 0 else -1 if not positive and sign < 0 else None


def _region(kernel: Expression, s: Symbol, positive: bool) -> tuple[Fraction | None, Fraction | None] | None:
    """The open interval that the kernel runs over for s > 0 (or s < 0); None is infinity."""
    if kernel is s:
        return (Fraction(0), None) if positive else (None, Fraction(0))
    match kernel:
        case Apply(function="exp", arguments=(u,)):
            rate = simplify(divide(u, s))
            if isinstance(rate, Number):
                return (Fraction(1), None) if (rate.value > 0) == positive else (Fraction(0), Fraction(1))
    return None


def _univariate(p: Polynomial, index: int) -> flint.fmpq_poly:
    coefficients: dict[int, flint.fmpq] = {}
    for exponents, c in p.terms():
        coefficients[int(exponents[index])] = c
    return flint.fmpq_poly([coefficients.get(k, 0) for k in range(max(coefficients, default=0) + 1)])


def _roots_between(p: flint.fmpq_poly, low: Fraction | None, high: Fraction | None) -> int:
    """The number of distinct real roots in the open interval (low, high), None meaning infinity: Sturm's theorem."""
    if p.degree() < 1:
        return 0
    chain = [p, p.derivative()]
    while chain[-1].degree() > 0:
        rest = -(chain[-2] % chain[-1])
        if rest == 0:
            break
        chain.append(rest)

    def variations(x: Fraction | None, upper: bool) -> int:
        signs = []
        for q in chain:
            if x is None:
                value = q[q.degree()] * (1 if upper or q.degree() % 2 == 0 else -1)
            else:
                value = q(flint.fmpq(x.numerator, x.denominator))
            if value != 0:
                signs.append(value > 0)
        return sum(a != b for a, b in pairwise(signs))

    count = variations(low, False) - variations(high, True)
    if high is not None and p(flint.fmpq(high.numerator, high.denominator)) == 0:
        count -= 1  # Sturm counts (low, high]
    return count


# One smooth piece ------------------------------------------------------------------------------------------------


def exponential_of(f: Expression) -> Expression | None:
    """exp(f) as a rational function of the kernels, where f is a sum with logarithms in it; else None."""
    factors, logs = [], 0
    for t in f.terms if isinstance(f, Sum) else (f,):
        match t:
            case Apply(function="log", arguments=(u,)):
                factors.append(u)
                logs += 1
            case Product(factors=(Number(value=c), Apply(function="log", arguments=(u,))), bound=()):
                factors.append(power(u, c))
                logs += 1
            case _:
                factors.append(Apply("exp", (t,)))
    return multiply(*factors) if logs else None


def _smooth(f: Expression, s: Symbol, positive: bool | None) -> Reuse | None:
    derivative = simplify(differentiate(f, s))
    if not any(isinstance(e, Symbol) and e.name == s.name for e in walk(derivative)):
        return Reuse(derivative, "constant")
    exponential = exponential_of(f)
    match f:
        case _ if exponential is not None:
            found = _eliminated(Apply("exp", (Y,)), exponential, derivative, s, positive)
        case Power(base=u, exponent=n) if n.denominator > 1:  # y^q = u^p, and d = n y u'/u
            by_root = simplify(multiply(Number(n), Y, differentiate(u, s), power(u, -1)))
            found = _eliminated(Y, f, derivative, s, positive, by_root) or _eliminated(Y, f, derivative, s, positive)
        case _:
            found = _eliminated(Y, f, derivative, s, positive)
    return min(found, key=lambda r: (len(r.keeps), cost(r.derivative)), default=None)


def _eliminated(
    generator: Expression,
    value: Expression,
    derivative: Expression,
    s: Symbol,
    positive: bool | None,
    by_root: Expression | None = None,
) -> list[Reuse]:
    """The factors linear in d of the resultants. With `by_root`, the derivative of a root with the root as `Y`, the
    relation between the generator and the kernels is the power of both sides in which no root is left."""
    root = value.exponent if by_root is not None and isinstance(value, Power) else Fraction(1)
    plain = power(value, root.denominator)
    try:
        atoms = Atoms.of(plain, by_root or derivative, extra=(D, generator))
        n, d = to_fraction(plain, atoms)
        dn, dd = to_fraction(by_root or derivative, atoms)
    except (TooLarge, ZeroDivisionError):
        return []
    g, x = atoms.generators[generator], atoms.generators[D]
    first, second = g**root.denominator * d - n, x * dd - dn
    kernels = [i for i, a in enumerate(atoms.order) if i > 1 and s.name in names(a)]
    out = []
    for k in kernels:
        if not first.degrees()[k] or not second.degrees()[k] or first.degrees()[k] + second.degrees()[k] > 40:
            continue
        resultant = first.resultant(second, k)
        if resultant.is_zero():
            continue
        for factor in _factors(resultant):
            if factor.degrees()[0] != 1:
                continue
            solution = _solved(factor, atoms)
            if solution is None:
                continue
            rest = [a for i, a in enumerate(atoms.order) if i > 1 and factor.degrees()[i]]
            rest = [a for a in rest if names(a) - {"pi"}]  # log 2 is a number
            if any(not isinstance(a, Symbol) for a in rest):
                continue  # a kernel is left over: nothing is gained
            expression = from_fraction(solution, atoms)
            if not _holds(expression, generator, value, derivative):
                continue
            if not _without_pole(solution[1], atoms, generator, value, s, positive):
                continue
            keeps = tuple(a.name for a in rest if isinstance(a, Symbol))
            shortest = min((expression, _expanded(solution, atoms)), key=cost)
            out.append(Reuse(shortest, f"{_shown(factor, atoms)} = 0", keeps))
    return out


def _factors(p: Polynomial) -> list[Polynomial]:
    try:
        return [factor for factor, _ in p.factor()[1]]
    except RuntimeError:  # FLINT gives up on some with many large coefficients
        return []


def _solved(factor: Polynomial, atoms: Atoms) -> Fractional | None:
    """d from c1 d + c0 = 0, without common factors."""
    zero, one = atoms.constant(0), atoms.constant(1)
    c0 = factor.subs({0: 0}) if hasattr(factor, "subs") else zero
    c1 = factor.subs({0: 1}) - c0
    if c1.is_zero():
        return None
    n, d = -c0, c1
    common = n.gcd(d)
    if not common.is_constant():
        n, d = n / common, d / common
    return (n, d) if not n.is_zero() else (zero, one)


def _expanded(f: Fractional, atoms: Atoms) -> Expression:
    """The fraction as a sum, each term over the denominator where that is a single term."""
    numerator, denominator = f
    if len(denominator) > 1:
        return from_fraction(f, atoms)
    bottom = power(from_polynomial(denominator, atoms), -1)
    top = from_polynomial(numerator, atoms)
    terms = [_lowered(multiply(t, bottom)) for t in (top.terms if isinstance(top, Sum) else (top,))]
    return Sum(terms) if len(terms) > 1 else terms[0]


def _lowered(term: Expression) -> Expression:
    """One term in lowest terms, 1/exp(u) as exp(-u)."""

    def replace(e: Expression) -> Expression | None:
        match e:
            case Power(base=Apply(function="exp", arguments=(u,)), exponent=n) if n.denominator == 1:
                return Apply("exp", (multiply(Number(n), u),))
        return None

    return substitute(simplify(term), replace)


def _shown(factor: Polynomial, atoms: Atoms) -> str:
    text = factor.str() if hasattr(factor, "str") else str(factor)
    for i, atom in reversed(list(enumerate(atoms.order))):
        text = text.replace(f"x{i}", repr(atom))
    return text.replace("~", "")


def _holds(expression: Expression, generator: Expression, value: Expression, derivative: Expression) -> bool:
    """By substitution: with y = f(s) put back, the two derivatives are the same rational function, or proved equal."""
    back = substitute(expression, lambda e: value if e is generator else None)
    return simplify(subtract(back, derivative)) is ZERO or prove(back, derivative).proved


def _without_pole(
    denominator: Polynomial, atoms: Atoms, generator: Expression, value: Expression, s: Symbol, positive: bool | None
) -> bool:
    """Whether the denominator, with y = f(s) put back, vanishes for no real s (of the piece)."""
    if denominator.is_constant():
        return True
    back = substitute(
        from_fraction((denominator, atoms.constant(1)), atoms), lambda e: value if e is generator else None
    )
    try:
        inner = Atoms.of(back)
        n, _ = to_fraction(back, inner)
    except (TooLarge, ZeroDivisionError):
        return False
    kernels = [i for i in range(len(inner.order)) if n.degrees()[i]]
    if not kernels:
        return not n.is_zero()
    if len(kernels) > 1:
        return False
    kernel = inner.order[kernels[0]]
    low: Fraction | None
    match kernel:
        case Apply(function="exp") if positive is None:
            low, high = Fraction(0), None
        case Power():
            low, high = Fraction(0), None
        case _ if positive is None:
            low, high = None, None
        case _:
            region = _region(kernel, s, positive)
            if region is None:
                return False
            low, high = region
    return not _roots_between(_univariate(n, kernels[0]), low, high)
