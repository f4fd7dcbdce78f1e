"""Affine equations between indices as indicators: `[j = s i + k + c]`, which is 1 where it holds and 0 elsewhere.

An indicator is an atom with one slot for each index. What is known of it, all of it exact:

- one that no indices within their ranges satisfy is 0, one that all satisfy is 1, one that fixes an index or makes two
  of one size equal is Kronecker's delta;
- where a part of the equation can only have one value, it is two equations: the digits of a number in a mixed base;
- an index that is summed over and stands nowhere else is counted: [j = f] has one solution j where f is in range;
- of two equations that agree in what is summed over, the second may be replaced by their difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations, product
from math import gcd
from typing import TYPE_CHECKING, Any

from deltarule.algebra import polynomial
from deltarule.algebra.budget import Unsupported
from deltarule.algebra.terms import Atom, Polynomial, atom, axis_of, constant, head, item_polynomial

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["difference", "equation_of", "indicator", "moved", "solved"]

MAX_TERMS = 8
Terms = dict[int, int]
"""The coefficient of each index (a positive number: an axis)."""


def indicator(ctx: Context, terms: Iterable[tuple[int, int]], value: int) -> Polynomial:
    """The normal form of [Σ coefficient · index = value]; an index below zero is the component of that number."""
    found: Terms = {}
    for index, c in terms:
        if index < 0:
            value += c * index
        else:
            found[index] = found.get(index, 0) + c
    found = {i: c for i, c in found.items() if c}
    if not found:
        return constant(0) if value else constant(1)
    common = gcd(*found.values())
    if value % common:
        return {}
    found, value = {i: c // common for i, c in found.items()}, value // common
    ends = _ends(found)
    if ends is not None and not ends[0] <= value <= ends[1]:
        return {}
    if ends is not None and ends[0] == ends[1]:
        return constant(1)
    if len(found) == 1:
        ((axis, c),) = found.items()
        return {} if value * c < 1 else item_polynomial(_delta(axis, -value * c))
    if len(found) == 2 and not value:
        (a, c), (b, d) = found.items()
        if c + d == 0 and axis_of(a).size == axis_of(b).size:
            return item_polynomial(_delta(a, b))
    parts = _digits(found, value)
    if parts is None:
        return item_polynomial(_atom(found, value))
    return polynomial.product(ctx, [indicator(ctx, part.items(), of) for part, of in parts])


def _ends(terms: Mapping[int, int]) -> tuple[int, int] | None:
    """The least and the largest value of Σ coefficient · index, if all sizes are numbers."""
    low = high = 0
    for i, c in terms.items():
        size = axis_of(i).size
        if not isinstance(size, int):
            return None
        low += min(c, c * size)
        high += max(c, c * size)
    return low, high


def _digits(terms: Terms, value: int) -> list[tuple[Terms, int]] | None:
    """The equation as two, where a base splits it: those coefficients that it does not divide give one value only.
    An empty list of solutions is the equation 0 = 1."""
    for base in sorted({abs(c) for c in terms.values()} - {1}, reverse=True):
        low = {i: c for i, c in terms.items() if c % base}
        ends = _ends(low) if low else None
        if ends is None or len(low) == len(terms):
            continue
        first = ends[0] + (value - ends[0]) % base
        if first > ends[1]:
            return [({}, 1)]
        if first + base > ends[1]:
            return [(low, first), ({i: c for i, c in terms.items() if i not in low}, value - first)]
    return None


def _delta(a: int, b: int) -> Atom:
    return atom(head("delta", "delta", (), 2, ((0, 1), (1, 0))), (a, b))


def _atom(terms: Terms, value: int) -> Atom:
    """The atom of an equation in lowest terms, the same for both signs and every order of equal coefficients."""
    if len(terms) > MAX_TERMS:
        raise Unsupported(f"an equation between more than {MAX_TERMS} indices")
    rows = []
    for sign in (1, -1):
        ordered = sorted((sign * c, i) for i, c in terms.items())
        rows.append((tuple(c for c, _ in ordered), sign * value, tuple(i for _, i in ordered)))
    coefficients, value, indices = min(rows, key=lambda row: row[:2])
    return atom(
        head("selection", (coefficients, value), (), len(indices), _symmetries(coefficients, value)),
        indices,
    )


_known: dict[tuple[tuple[int, ...], int], tuple[tuple[int, ...], ...]] = {}


def _symmetries(coefficients: tuple[int, ...], value: int) -> tuple[tuple[int, ...], ...]:
    """The permutations of the slots that leave the equation as it is; none where that is only the identity."""
    found = _known.get((coefficients, value))
    if found is None:
        places: dict[int, list[int]] = {}
        for k, c in enumerate(coefficients):
            places.setdefault(c, []).append(k)
        groups = [places[c] for c in sorted(places)]
        turned = not value and sorted(-c for c in coefficients) == sorted(coefficients)
        out = []
        for targets in [groups, [places[-c] for c in sorted(places)]] if turned else [groups]:
            for chosen in product(*(permutations(group) for group in targets)):
                image = {k: t for group, to in zip(groups, chosen, strict=True) for k, t in zip(group, to, strict=True)}
                out.append(tuple(image[k] for k in range(len(coefficients))))
        if len(out) > 600:
            raise Unsupported("an equation of indices with more than 600 symmetries")
        found = _known[coefficients, value] = tuple(sorted(out)) if len(out) > 1 else ()
    return found


def equation_of(a: Atom) -> tuple[Terms, int]:
    """The coefficients and the value of an atom that is an equation."""
    coefficients, value = a.head.name
    return dict(zip(a.indices, coefficients, strict=True)), value


def moved(ctx: Context, a: Atom, indices: tuple[int, ...]) -> Polynomial:
    """The equation at other indices, components among them."""
    coefficients, value = a.head.name
    return indicator(ctx, zip(indices, coefficients, strict=True), value)


# Under a sum ---------------------------------------------------------------------------------------------------


def solved(powers: Mapping[Atom, Any], bound: set[int]) -> tuple[Atom, set[int]] | None:
    """An equation that exactly one choice of some bound indices solves, wherever the others are, and those indices:
    nothing else has them, so both leave the sum."""
    for a, e in powers.items():
        if a.head.kind != "selection" or e != 1:
            continue
        others = set().union(*(b.free for b in powers if b is not a))
        terms, value = equation_of(a)
        own = {i: c for i, c in terms.items() if i in bound and i not in others}
        rest = _ends({i: c for i, c in terms.items() if i not in own})
        if own and rest is not None and _each_once(own, value - rest[1], value - rest[0]):
            return a, set(own)
    return None


def _each_once(terms: Terms, low: int, high: int) -> bool:
    """Whether Σ coefficient · index takes every value from low to high exactly once: digits in a mixed base."""
    ends = _ends(terms)
    if ends is None or low < ends[0] or high > ends[1]:
        return False
    step = 1
    for i, c in sorted(terms.items(), key=lambda term: abs(term[1])):
        size = axis_of(i).size
        if abs(c) != step or not isinstance(size, int):
            return False
        step *= size
    return True


def _says_equal(a: Atom) -> bool:
    """Whether an atom is Kronecker's delta, or [m = j] of two sizes."""
    return a.head.kind == "delta" or (a.head.kind == "selection" and a.head.name == ((-1, 1), 0))


def difference(ctx: Context, powers: Mapping[Atom, Any], bound: set[int]) -> tuple[Atom, Polynomial] | None:
    """An equation, and what stands for it beside another that has the same bound indices in the same way: an
    equation between the rest."""
    equations = [a for a in powers if a.head.kind == "selection" and not a.free.isdisjoint(bound)]
    for k, a in enumerate(equations):
        for b in equations[:k]:
            (p, x), (q, y) = equation_of(a), equation_of(b)
            for sign in (1, -1):
                terms = dict(p)
                for i, c in q.items():
                    terms[i] = terms.get(i, 0) - sign * c
                terms = {i: c for i, c in terms.items() if c}
                if len(terms) > MAX_TERMS:
                    continue
                if not bound.intersection(terms):
                    return (a if len(p) >= len(q) else b), indicator(ctx, terms.items(), x - sign * y)
                if len(terms) == 2 and len(p) == len(q) == 2:  # [k = 2m] beside [k = 2j]: m = j
                    found = indicator(ctx, terms.items(), x - sign * y)
                    if all(isinstance(i, Atom) and _says_equal(i) for one in found for i, _ in one):
                        return max(a, b, key=lambda one: len(one.free & bound)), found
    return None
