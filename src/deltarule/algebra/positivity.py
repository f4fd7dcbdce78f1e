"""What is known to be positive: the one predicate that every power rule and every logarithm rule passes through.

"Positive" (u > 0 wherever u is defined) permits a power or a logarithm to be distributed. "Not negative" does not:
√(x²) is not x, and log x² is not 2 log x.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deltarule.algebra import cases, denominators, kernels, polynomial, substitution
from deltarule.algebra.terms import UNIT, Atom, Component, Item, Monomial, Polynomial, constant, item_polynomial

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["expression_sign", "item_nonzero", "item_positive", "nonzero", "not_negative", "positive"]

MAX_DEPTH = 4
MAX_FACTS = 12
UNKNOWN, NOT_NEGATIVE, POSITIVE = -1, 1, 2


def positive(ctx: Context, p: Polynomial, depth: int = 0) -> bool:
    """Whether p > 0 at every point where p is defined and the facts hold."""
    if not p:
        return False
    if len(p) == 1:
        ((m, c),) = p.items()
        if not m:
            return c > 0
    key = frozenset(p.items())
    found = ctx.positives.get(key)
    if found is None:
        if depth > MAX_DEPTH:
            return False
        ctx.positives[key] = False  # while it is being asked
        ctx.meter.spend(len(p))
        found = ctx.positives[key] = _positive(ctx, p, depth)
    return found


def _positive(ctx: Context, p: Polynomial, depth: int) -> bool:
    signs = [_term_sign(ctx, m, c, depth) for m, c in p.items()]
    if min(signs) > 0 and max(signs) == POSITIVE:
        return True
    if ctx.is_fact(p):
        return True
    if len(p) == 1:
        ((m, c),) = p.items()
        negative = c < 0 and len(m) == 1 and m[0][1] == 1 and ctx.is_fact({m: -1})
        return negative or _above_a_fact(ctx, p)
    if _bounded_below(ctx, p, depth) or _root_outweighs(ctx, p, depth) or _above_a_fact(ctx, p):
        return True
    found = cases.idempotents(p)
    if found:
        branches = [cases.exact(ctx, p, found[0], value) for value in (0, 1)] if len(found) <= MAX_DEPTH else []
        return bool(branches) and all(positive(ctx, branch, depth) for branch in branches)
    shift, rest = denominators.content(p)
    if shift:
        if all(_power_positive(ctx, i, e, depth) for i, e in shift.items()) and positive(ctx, rest, depth + 1):
            return True
        if not denominators.denominators(p):
            return False
    if denominators.denominators(p):
        over, below = denominators.combined(ctx, p)
        if all(k % 2 == 0 or item_positive(ctx, d, depth + 1) for d, k in below.items()):
            return positive(ctx, over, depth + 1)
        return False
    expanded = kernels.expanded(ctx, p)
    if expanded is not None and positive(ctx, expanded, depth + 1):
        return True
    c, factors = denominators.factored(ctx, p)
    if len(factors) < 2 and (not factors or factors[0][1] == 1):
        return False
    sign = 1 if c > 0 else -1
    for f, e in factors:
        if positive(ctx, f, depth + 1):
            continue
        if not positive(ctx, polynomial.scale(f, -1), depth + 1):
            return False
        sign *= (-1) ** e
    return sign > 0


def not_negative(ctx: Context, p: Polynomial) -> bool:
    """Whether p ≥ 0 by its terms: Σ x² is, but a root or a logarithm may not be distributed over it for that."""
    return all(_term_sign(ctx, m, c, 0) != UNKNOWN for m, c in p.items())


def _term_sign(ctx: Context, m: Monomial, c: Any, depth: int) -> int:
    if c < 0:
        return UNKNOWN
    out = POSITIVE
    for item, e in m:
        if _power_positive(ctx, item, e, depth):
            continue
        if not _power_not_negative(ctx, item, e, depth):
            return UNKNOWN
        out = NOT_NEGATIVE
    return out


def _power_positive(ctx: Context, item: Item, e: Any, depth: int) -> bool:
    if item_positive(ctx, item, depth):
        return True
    # An even power, or any broken one, of what is defined only where it is not zero.
    return e < 0 and (e.denominator != 1 or e % 2 == 0)


def _power_not_negative(ctx: Context, item: Item, e: Any, depth: int) -> bool:
    if e.denominator != 1 or e % 2 == 0:
        return True
    if isinstance(item, Component):
        return all(_power_positive(ctx, a, k, depth) or _power_not_negative(ctx, a, k, depth) for a, k in item.factors)
    assert isinstance(item, Atom)
    return item.head.kind in ("positive", "zero", "delta", "selection")


def item_positive(ctx: Context, item: Item, depth: int = 0) -> bool:
    """Whether an item is positive wherever it is defined."""
    found = ctx.positive_items.get(item)
    if found is None:
        if depth > MAX_DEPTH:
            return False
        ctx.positive_items[item] = False
        found = ctx.positive_items[item] = _item_positive(ctx, item, depth)
    return found


def _item_positive(ctx: Context, item: Item, depth: int) -> bool:
    if isinstance(item, Component):
        return ctx.is_fact(item_polynomial(item)) or all(_power_positive(ctx, a, k, depth) for a, k in item.factors)
    assert isinstance(item, Atom)
    match item.head.kind:
        case "exp" | "prime" | "size":
            return True
        case "symbol":
            return (item.head.name, len(item.indices)) in ctx.positive_names or ctx.is_fact(item_polynomial(item))
        case "power":
            return positive(ctx, polynomial.base_of(ctx, item), depth + 1)
        case "log":
            argument = substitution.instantiate(ctx, item.head.payload[0], item)
            return positive(ctx, polynomial.add(argument, constant(-1)), depth + 1)
        case "function":
            p = item_polynomial(item)
            if ctx.is_fact(p):
                return True
            expanded = kernels.expanded(ctx, p)
            return expanded is not None and positive(ctx, expanded, depth + 1)
        case "maximum":
            return ctx.is_fact(item_polynomial(item)) or positive(ctx, item.head.payload[0], depth + 1)
    return False


def item_nonzero(ctx: Context, item: Item) -> bool:
    """Whether an item is nowhere zero."""
    if item_positive(ctx, item):
        return True
    return positive(ctx, polynomial.scale(item_polynomial(item), -1))


def nonzero(ctx: Context, p: Polynomial) -> bool:
    """Whether p is zero nowhere where it is defined and the facts hold."""
    if not p:
        return False
    if set(p) == {UNIT}:
        return True
    if positive(ctx, p) or positive(ctx, polynomial.scale(p, -1)):
        return True
    if len(p) == 1:
        ((m, _),) = p.items()
        return all(e < 0 or item_nonzero(ctx, item) for item, e in m)
    shift, rest = denominators.content(p)
    if shift:
        return all(e < 0 or item_nonzero(ctx, item) for item, e in shift.items()) and nonzero(ctx, rest)
    if denominators.denominators(p):
        over, _ = denominators.combined(ctx, p)
        return nonzero(ctx, over)
    _, factors = denominators.factored(ctx, p)
    return len(factors) > 1 and all(nonzero(ctx, f) for f, _ in factors)


def _above_a_fact(ctx: Context, p: Polynomial, rounds: int = 3) -> bool:
    """r > 0 from r - d > 0 and d > 0: p is a sum of positive multiples of facts, and of a positive number or none."""
    if not rounds or len(ctx.plain_facts) > MAX_FACTS:
        return False
    for fact in ctx.plain_facts:
        for m, c in fact.items():
            if m and m in p and (p[m] > 0) == (c > 0):
                rest = polynomial.add(p, polynomial.scale(fact, -Fraction(p[m]) / c))
                if not rest or (set(rest) == {UNIT} and rest[UNIT] > 0) or ctx.is_fact(rest):
                    return True
                if len(rest) < len(p) + len(fact) - 1 and _above_a_fact(ctx, rest, rounds - 1):
                    return True
    return False


def _bounded_below(ctx: Context, p: Polynomial, depth: int) -> bool:
    """Whether p = c - (monomials each below a bound) with c at least the sum of the bounds, one of them strict."""
    total: Any = Fraction(0)
    strict = False
    for m, c in p.items():
        if not m:
            total += c
            continue
        if c > 0:
            sign = _term_sign(ctx, m, c, depth)
            if sign == UNKNOWN:
                return False
            strict = strict or sign == POSITIVE
            continue
        for item, e in m:
            if e < 0 or e.denominator != 1 or not _in_unit_interval(ctx, item, depth):
                return False
        total += c
        strict = True
    return total > 0 or (total == 0 and strict)


def _root_outweighs(ctx: Context, p: Polynomial, depth: int) -> bool:
    """Whether p = q + c √B with c > 0 and c² B - q² > 0: then c √B > |q|."""
    for m, c in p.items():
        if c > 0 and len(m) == 1 and m[0][1] == Fraction(1, 2) and isinstance(m[0][0], Atom):
            q = {n: k for n, k in p.items() if n != m}
            item = m[0][0]
            base = polynomial.base_of(ctx, item) if item.head.kind == "power" else item_polynomial(item)
            square = polynomial.multiply(ctx, q, q)
            return positive(ctx, polynomial.add(polynomial.scale(base, c * c), polynomial.scale(square, -1)), depth + 1)
    return False


def _in_unit_interval(ctx: Context, item: Item, depth: int) -> bool:
    """0 < item < 1."""
    if (
        not isinstance(item, Atom)
        or item.head.kind not in ("symbol", "function")
        or not item_positive(ctx, item, depth)
    ):
        return False
    complement = polynomial.add(constant(1), polynomial.scale(item_polynomial(item), -1))
    return positive(ctx, complement, depth + 1) if len(complement) == 2 else False


def expression_sign(ctx: Context, p: Polynomial) -> int:
    """1, -1 or 0: the sign that p is known to have everywhere (0: not known)."""
    if positive(ctx, p):
        return 1
    return -1 if positive(ctx, polynomial.scale(p, -1)) else 0
