"""Whether a normal form is zero: by itself, over a common denominator, under a sum, off the kinks."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any

from deltarule.algebra import denominators, polynomial, powers, substitution, summation, trigonometry
from deltarule.algebra.terms import (
    Atom,
    Component,
    Monomial,
    Polynomial,
    axis_of,
    monomial,
    scratch,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["is_zero", "thin", "without_kinks"]

MAX_CHOICES = 24
MAX_NESTING = 3


def is_zero(ctx: Context, p: Polynomial, nesting: int = 0) -> bool:
    """p = 0 wherever its denominators are not zero."""
    for _ in range(4):
        if not p:
            return True
        of = denominators.denominators(p)
        if not of:
            break
        p = ctx.reduced(denominators.cleared(ctx, p, of))
    p = trigonometry.squared_cosines(ctx, p)
    if not p:
        return True
    return nesting < MAX_NESTING and _summand_is_zero(ctx, p, nesting)


def _summand_is_zero(ctx: Context, p: Polynomial, nesting: int) -> bool:
    """Σ_b F_b = 0 where F_b = 0 for some way to write p as a sum over one index b."""
    _, p = denominators.content(p)
    sums = [(item, b) for m in p for item, _ in m if isinstance(item, Component) and item.below for b in item.bound]
    sizes = dict.fromkeys(axis_of(b).size for item, b in sums if any(b in d.free for d in item.below))
    for size in sizes:
        choices = [_choices(m, size) for m in p]
        for chosen in islice(product(*choices), MAX_CHOICES):
            ctx.meter.spend(4 * len(p))
            like = next(b for _, b in sums if axis_of(b).size == size)
            axis = scratch(like)
            summand: Polynomial = {}
            for (m, c), choice in zip(p.items(), chosen, strict=True):
                polynomial.add_into(summand, _summand(ctx, m, choice, axis), c)
            if is_zero(ctx, ctx.reduced(summand), nesting + 1):
                return True
    return False


def _choices(m: Monomial, size: Any) -> list[tuple[Component, int] | None]:
    """The sums of a term that may be taken as the one over b: those with denominators in b, if any; None: no sum is."""
    found = [(item, b) for item, _ in m if isinstance(item, Component) for b in item.bound if axis_of(b).size == size]
    below = [(item, b) for item, b in found if any(b in d.free for d in item.below)]
    return [*(below or found)] or [None]


def _summand(ctx: Context, m: Monomial, choice: tuple[Component, int] | None, axis: int) -> Polynomial:
    if choice is None:
        return polynomial.multiply(ctx, {m: 1}, _reciprocal_size(ctx, axis))
    item, b = choice
    factors, bound = substitution.opened(item)
    here = bound[item.bound.index(b)]
    whole = polynomial.tidied(ctx, dict(factors))
    whole = summation.summed(ctx, whole, [x for x in bound if x != here])
    whole = substitution.substituted(ctx, whole, {here: axis})
    rest = dict(m)
    rest[item] -= 1
    return polynomial.multiply(ctx, whole, {monomial(rest): 1})


def _reciprocal_size(ctx: Context, axis: int) -> Polynomial:
    return powers.power(ctx, summation.size_of(axis), -1)


def without_kinks(p: Polynomial) -> tuple[Polynomial, list[Atom]]:
    """p where no [u = 0] holds, and those indicators; only for u that are zero on a thin set."""
    zeros: dict[Atom, None] = {}
    out: Polynomial = {}
    for m, c in p.items():
        found = [a for a in _atoms(m) if a.head.kind == "zero" and thin(a.head.payload[0])]
        zeros.update(dict.fromkeys(found))
        if not found:
            out[m] = c
    return out, list(zeros)


ANALYTIC = frozenset({"sigmoid", "tanh", "sin", "cos", "erf"})


def thin(p: Polynomial) -> bool:
    """Whether p, which is not zero identically, is zero on a thin set only: it is analytic where it is defined, unlike
    relu(x), which is zero on half of the line."""
    for m in p:
        for a in _atoms(m):
            kind = a.head.kind
            if kind == "function" and not (a.head.name[0] in ANALYTIC and not any(a.head.name[1])):
                return False
            if kind in ("maximum", "positive", "zero", "derivative", "delta", "selection"):
                return False
            if any(isinstance(q, dict) and not thin(q) for q in a.head.payload):
                return False
    return True


def _atoms(m: Monomial) -> list[Atom]:
    out: list[Atom] = []
    for item, _ in m:
        if isinstance(item, Component):
            out += [a for a, _ in item.factors]
        elif isinstance(item, Atom):
            out.append(item)
    return out
