"""Canonical names for indices: of a component's bound indices, and of a template's slots.

Bound indices: colour refinement, then individualisation (each member of the first ambiguous cell is tried, and the
least result kept), as in graph canonisation (McKay & Piperno 2014, Practical graph isomorphism II). Slots: axes are
ordered by how they occur, and where that leaves a choice every order is tried; the orders that give the same least
template are its symmetries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations, product
from math import factorial
from typing import TYPE_CHECKING, Any

from deltarule.algebra import substitution
from deltarule.algebra.budget import Exhausted
from deltarule.algebra.terms import (
    Atom,
    Component,
    Head,
    Polynomial,
    Template,
    atom,
    axis_of,
    component,
    dummy,
    free_of,
    head,
    slot,
)

if TYPE_CHECKING:
    from deltarule.algebra.context import Context

__all__ = ["canonical", "orbits", "template"]

MAX_LEAVES = 600


def orbits(of: Head, count: int) -> tuple[int, ...]:
    """For each index of a head the least one that a symmetry takes it to."""
    if not of.symmetries:
        return tuple(range(count))
    return tuple(min(k for p in of.symmetries for k, j in enumerate(p) if j == place) for place in range(count))


def canonical(ctx: Context, factors: Mapping[Atom, Any], bound: Iterable[int]) -> Component:
    """The component of the factors, its bound indices named canonically."""
    bound = tuple(bound)
    if len(bound) == 1:
        (b,) = bound
        to = dummy(0, b)
        return component(((_renamed(a, {b: to}), e) for a, e in factors.items()), (to,))
    names: dict[int, int] = {}
    key = []
    for a, e in factors.items():
        code = []
        for i in a.indices:
            if i in bound:
                code.append((names.setdefault(i, len(names)), axis_of(i).size))
            else:
                code.append(i)
        key.append((a.head, tuple(code), e))
    memo_key = tuple(key)
    found = ctx.components.get(memo_key)
    if found is None:
        ctx.meter.spend(4 * len(bound))
        found = _named(ctx, factors, bound)
        ctx.components[memo_key] = found
    return found


def _renamed(a: Atom, names: Mapping[int, int]) -> Atom:
    return atom(a.head, tuple(names.get(i, i) for i in a.indices))


def _named(ctx: Context, factors: Mapping[Atom, Any], bound: tuple[int, ...]) -> Component:
    rows = [(a.head.id, e, orbits(a.head, len(a.indices)), a.indices) for a, e in factors.items()]
    touching: dict[int, list[int]] = {b: [] for b in bound}
    for k, row in enumerate(rows):
        for i in set(row[3]):
            if i in touching:
                touching[i].append(k)

    def refined(colours: dict[int, int]) -> dict[int, int]:
        while True:
            signatures = {}
            for b in bound:
                around = []
                for k in touching[b]:
                    name, e, orbit, indices = rows[k]
                    mine = sorted(orbit[q] for q, i in enumerate(indices) if i == b)
                    others = sorted(
                        (orbit[q], 1, colours[i]) if i in colours else (orbit[q], 0, i)
                        for q, i in enumerate(indices)
                        if i != b
                    )
                    around.append((name, e, tuple(mine), tuple(others)))
                around.sort()
                signatures[b] = (colours[b], tuple(around))
            ranks = {s: r for r, s in enumerate(sorted(set(signatures.values())))}
            new = {b: ranks[signatures[b]] for b in bound}
            if len(ranks) == len(set(colours.values())):
                return new
            colours = new

    best: Any = None
    leaves = 0

    def search(colours: dict[int, int]) -> None:
        nonlocal best, leaves
        cells: dict[int, list[int]] = {}
        for b, colour in colours.items():
            cells.setdefault(colour, []).append(b)
        choice = next((cells[c] for c in sorted(cells) if len(cells[c]) > 1), None)
        if choice is None:
            leaves += 1
            ctx.meter.spend(len(rows))
            if leaves > MAX_LEAVES:
                raise Exhausted(f"a sum whose indices can be named in more than {MAX_LEAVES} ways")
            order = sorted(bound, key=lambda b: colours[b])
            names = {b: dummy(k, b) for k, b in enumerate(order)}
            made = sorted(((_renamed(a, names), e) for a, e in factors.items()), key=lambda f: f[0].id)
            key = [(a.id, e) for a, e in made]
            if best is None or key < best[0]:
                best = (key, made, tuple(names.values()))
            return
        for b in choice:
            search(refined({c: 2 * k + (0 if c == b else 1) for c, k in colours.items()}))

    sizes = {s: k for k, s in enumerate(sorted({str(axis_of(b).size) for b in bound}))}
    search(refined({b: sizes[str(axis_of(b).size)] for b in bound}))
    return component(best[1], best[2])


# Templates -----------------------------------------------------------------------------------------------------


def template(ctx: Context, kind: str, name: Any, arguments: list[Polynomial], inner: tuple[int, ...] = ()) -> Template:
    """The head of a function of the arguments, and its indices. Axes in `inner` are bound by the function itself."""
    axes = {i for p in arguments for i in free_of(p)}
    if not axes:
        return head(kind, name, tuple(arguments)), ()
    if len(axes) == 1 and not inner:
        (a,) = axes
        s = slot(0, a)
        return head(kind, name, tuple(substitution.substituted(ctx, p, {a: s}) for p in arguments), 1, (), (s,)), (a,)
    groups = _grouped(arguments, axes, inner)
    count = 1
    for group in groups:
        count *= factorial(len(group))
    if count > MAX_LEAVES:
        raise Exhausted(f"a function whose indices can be named in more than {MAX_LEAVES} ways")
    best: Any = None
    orders: list[tuple[int, ...]] = []
    for chosen in product(*(permutations(group) for group in groups)):
        order = tuple(a for group in chosen for a in group)
        names = {a: slot(k, a) for k, a in enumerate(order)}
        made = [substitution.substituted(ctx, p, names) for p in arguments]
        key = [_key(p) for p in made]
        if best is None or key < best[0]:
            best, orders = (key, made, tuple(names.values())), [order]
        elif key == best[0] and best[2] == tuple(names.values()):
            orders.append(order)
    outer = [k for k, a in enumerate(orders[0]) if a not in inner]
    visible = [tuple(order[k] for k in outer) for order in orders]
    first = visible[0]
    symmetries = {tuple(first.index(a) for a in order) for order in visible}
    made = head(
        kind,
        (name, tuple(s for k, s in enumerate(best[2]) if k not in outer)) if inner else name,
        tuple(best[1]),
        len(outer),
        tuple(sorted(symmetries)) if len(symmetries) > 1 else (),
        tuple(best[2][k] for k in outer),
    )
    return made, first


def _key(p: Polynomial) -> list[Any]:
    return sorted(([(item.id, e) for item, e in m], c) for m, c in p.items())


def _grouped(arguments: list[Polynomial], axes: set[int], inner: tuple[int, ...]) -> list[list[int]]:
    """The axes in groups that tell apart what their occurrences tell apart, in an order that no name decides."""
    seen: dict[int, list[Any]] = {a: [] for a in axes}
    for n, p in enumerate(arguments):
        for m, c in p.items():
            for item, e in m:
                if not item.free:
                    continue
                factors = item.factors if isinstance(item, Component) else ((item, 1),)
                for a, k in factors:
                    if not isinstance(a, Atom):
                        continue
                    orbit = orbits(a.head, len(a.indices))
                    for q, i in enumerate(a.indices):
                        if i in seen:
                            seen[i].append((n, c, e, k, a.head.id, orbit[q], len(m)))
    groups: dict[Any, list[int]] = {}
    for a in axes:
        groups.setdefault((a in inner, str(axis_of(a).size), tuple(sorted(seen[a]))), []).append(a)
    return [groups[k] for k in sorted(groups)]
