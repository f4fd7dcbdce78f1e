"""Finding a pattern among the factors of a term, and rewriting it.

A rule is `pattern → replacement` for a monomial pattern: a side fact such as Σ_k y[k] = 1, or a denominator's leading
term, `D⁻¹ LT(D) → 1 - D⁻¹ (D - LT(D))`. A bound index of the pattern matches a bound index that occurs in matched
factors only; a slot of the pattern matches any index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deltarule.algebra import polynomial, substitution, summation
from deltarule.algebra.terms import (
    Atom,
    Component,
    Item,
    Monomial,
    Polynomial,
    axis_of,
    item_polynomial,
    monomial,
    tidy_number,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["Rule", "leading", "matches", "reduced", "rule_of"]

MAX_STEPS = 400


@dataclass(frozen=True)
class Rule:
    """pattern → replacement, for all values of the slots."""

    pattern: tuple[tuple[Atom, Any], ...]
    bound: frozenset[int]
    slots: frozenset[int]
    replacement: Polynomial
    heads: frozenset[Any]


def _flat(m: Monomial) -> tuple[list[tuple[Atom, Any]], set[int]] | None:
    """The factors of a monomial with at most one component, opened; None for more."""
    factors: list[tuple[Atom, Any]] = []
    bound: set[int] = set()
    for item, e in m:
        if isinstance(item, Component):
            if bound or e != 1:
                return None
            inner, inner_bound = substitution.opened(item)
            factors += inner
            bound.update(inner_bound)
        else:
            assert isinstance(item, Atom)
            factors.append((item, e))
    return factors, bound


def rule_of(m: Monomial, c: Any, rest: Polynomial, slots: frozenset[int]) -> Rule | None:
    """The rule m → -rest / c, from c m + rest = 0."""
    flat = _flat(m)
    if flat is None or not flat[0] or any(e <= 0 for _, e in m):
        return None
    factors, bound = flat
    seen = {i for a, _ in factors for i in a.free}
    if any(i in slots and i not in seen for n in rest for item, _ in n for i in item.free):
        return None
    replacement = polynomial.scale(rest, tidy_number(Fraction(-1) / c))
    factors.sort(key=lambda f: -len(f[0].indices))
    return Rule(tuple(factors), frozenset(bound), slots, replacement, frozenset(a.head for a, _ in factors))


def matches(rule: Rule, factors: Mapping[Atom, Any], bound: set[int]) -> tuple[dict[int, int], dict[Atom, Any]] | None:
    """Indices for the pattern's, and what it takes of each factor; None where it does not occur."""
    by_head: dict[Any, list[Atom]] = {}
    for a in factors:
        by_head.setdefault(a.head, []).append(a)
    if any(h not in by_head for h in rule.heads):
        return None
    containing: dict[int, list[Atom]] = {}
    for a in factors:
        for i in a.free:
            if i in bound:
                containing.setdefault(i, []).append(a)

    def search(k: int, names: dict[int, int], taken: dict[Atom, Any]) -> tuple[dict[int, int], dict[Atom, Any]] | None:
        if k == len(rule.pattern):
            images = [names[b] for b in rule.bound]
            if len(set(images)) < len(images) or any(i not in bound for i in images):
                return None
            outside = {i for s, i in names.items() if s in rule.slots}
            if outside.intersection(images):
                return None
            if any(taken.get(a) != factors[a] for i in images for a in containing[i]):
                return None
            return names, taken
        a, e = rule.pattern[k]
        orders = a.head.symmetries or (tuple(range(len(a.indices))),)
        for b in by_head[a.head]:
            if factors[b] - taken.get(b, 0) < e or (factors[b] - e).denominator != 1:
                continue
            for order in orders:
                new = _unified(rule, tuple(a.indices[j] for j in order), b.indices, names)
                if new is not None:
                    found = search(k + 1, new, {**taken, b: taken.get(b, 0) + e})
                    if found is not None:
                        return found
        return None

    return search(0, {}, {})


def _unified(
    rule: Rule, pattern: tuple[int, ...], target: tuple[int, ...], names: dict[int, int]
) -> dict[int, int] | None:
    if len(pattern) != len(target):  # one letter with another number of indices
        return None
    names = dict(names)
    for p, t in zip(pattern, target, strict=True):
        if p > 0 and (p in rule.slots or p in rule.bound):
            if names.setdefault(p, t) != t:
                return None
            if t > 0 and axis_of(p).size != axis_of(t).size:
                return None
            if t < 0 and p in rule.bound:
                return None
        elif p != t:
            return None
    return names


def _rewritten(ctx: Context, rule: Rule, factors: Mapping[Atom, Any], bound: set[int]) -> Polynomial | None:
    """The sum over `bound` of the product of the factors after one use of the rule; None where it does not apply."""
    found = matches(rule, factors, bound)
    if found is None:
        return None
    names, taken = found
    ctx.meter.spend(8)
    left: dict[Item, Any] = {a: e - taken.get(a, 0) for a, e in factors.items()}
    put = {s: names[s] for s in rule.slots if s in names}
    replacement = substitution.substituted(ctx, rule.replacement, put)
    whole = polynomial.multiply(ctx, polynomial.tidied(ctx, left), replacement)
    remaining = bound - {names[b] for b in rule.bound}
    return summation.summed(ctx, whole, remaining)


# Leading terms -------------------------------------------------------------------------------------------------


def _weight(m: Monomial) -> tuple[Any, ...]:
    """Additive under products: degree first, then the heads, then the bound indices, then the components."""
    degree: Any = 0
    heads: dict[int, Any] = {}
    components: dict[tuple[int, tuple[int, ...]], Any] = {}
    bound = 0
    for item, e in m:
        factors = item.factors if isinstance(item, Component) else ((item, 1),)
        if isinstance(item, Component):
            bound += len(item.bound) * e
        for a, k in factors:
            assert isinstance(a, Atom)
            if a.head.kind == "power":
                continue
            degree += k * e
            heads[a.head.id] = heads.get(a.head.id, 0) + k * e
            if a.indices and all(i < 0 for i in a.indices):
                components[a.head.id, a.indices] = components.get((a.head.id, a.indices), 0) + k * e
    return degree, sorted(heads.items(), reverse=True), bound, sorted(components.items(), reverse=True)


def leading(p: Polynomial) -> Monomial | None:
    """The one term of largest weight, or None where there is none."""
    ranked = sorted(p, key=_weight)
    if len(ranked) > 1 and _weight(ranked[-1]) == _weight(ranked[-2]):
        return None
    top = ranked[-1]
    return top if top and all(e > 0 for _, e in top) else None


def _denominator_rule(ctx: Context, d: Atom) -> Rule | None:
    """LT(D) → D - (D - LT(D)), D being kept as an atom so that it meets `D^q`."""
    if d in ctx.rules_below:
        return ctx.rules_below[d]
    rule = None
    of = d.head.payload[0]
    top = leading(of)
    if top is not None:
        lead = substitution.instantiate(ctx, {top: of[top]}, d)
        rest = substitution.instantiate(ctx, {m: c for m, c in of.items() if m != top}, d)
        one = polynomial.single(lead)
        if one is not None:
            polynomial.add_into(rest, item_polynomial(d), -1)
            rule = rule_of(one[0], one[1], rest, frozenset())
    ctx.rules_below[d] = rule
    return rule


# Reducing ------------------------------------------------------------------------------------------------------


def reduced(ctx: Context, p: Polynomial, everywhere: bool = False) -> Polynomial:
    """p with the facts used in every term, and denominators met by their leading terms inside sums (with `everywhere`
    outside sums too)."""
    if not ctx.rules and not everywhere and not any(isinstance(i, Component) and i.below for m in p for i, _ in m):
        return p
    out: Polynomial = {}
    pending = list(p.items())
    steps = 0
    while pending:
        m, c = pending.pop()
        better = _step(ctx, m, everywhere) if steps < MAX_STEPS else None
        if better is None:
            polynomial.add_into(out, {m: c})
        else:
            steps += 1
            pending += ((n, tidy_number(k * c)) for n, k in better.items())
            ctx.meter.room(len(pending) + len(out))
    return out


def _step(ctx: Context, m: Monomial, everywhere: bool) -> Polynomial | None:
    """One rewriting of a monomial, or None."""
    for item, e in m:
        if isinstance(item, Component) and item.below:
            found = _component_step(ctx, item)
            if found is not None:
                rest: Polynomial = {_without(m, item, e): 1}
                return polynomial.multiply(ctx, rest, polynomial.raised(ctx, found, e))
    free = {item: e for item, e in m if isinstance(item, Atom)}
    if everywhere:
        for d in [a for a, e in free.items() if a.head.kind == "power" and e < 0]:
            rule = _denominator_rule(ctx, d)
            found = None if rule is None else _apply(ctx, rule, m, free)
            if found is not None:
                return found
    for rule in ctx.rules:
        found = _apply(ctx, rule, m, free)
        if found is not None:
            return found
    return None


def _without(m: Monomial, item: Item, e: Any) -> Monomial:
    powers = dict(m)
    powers[item] -= e
    return monomial(powers)


def _apply(ctx: Context, rule: Rule, m: Monomial, free: dict[Atom, Any]) -> Polynomial | None:
    """One use of a rule on a monomial: on its free factors, or on them and one of its components."""
    if not rule.bound:
        found = _rewritten(ctx, rule, free, set())
        if found is not None:
            rest = monomial({item: e for item, e in m if isinstance(item, Component)})
            return polynomial.multiply(ctx, found, {rest: 1})
    for item, _ in m:
        if isinstance(item, Component):
            heads = {a.head for a, _ in item.factors}
            if heads.isdisjoint(rule.heads):
                continue
            factors, bound = substitution.opened(item)
            found = _rewritten(ctx, rule, {**dict(factors), **free}, set(bound))
            if found is not None:
                powers: dict[Item, Any] = {i: e for i, e in m if isinstance(i, Component)}
                powers[item] -= 1
                return polynomial.multiply(ctx, found, {monomial(powers): 1})
    return None


def _component_step(ctx: Context, item: Component) -> Polynomial | None:
    if item in ctx.reductions:
        return ctx.reductions[item]
    out = None
    factors, bound = substitution.opened(item)
    powers = dict(factors)
    for d in [a for a, e in factors if a.head.kind == "power" and e < 0]:
        rule = _denominator_rule(ctx, d)
        if rule is None:
            continue
        # The denominator itself stays out of the match: it is what the leading term meets.
        out = _rewritten(ctx, rule, powers, set(bound))
        if out is not None:
            break
    ctx.reductions[item] = out
    return out
