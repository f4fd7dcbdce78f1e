"""Sums with equations between indices taken apart, so that no engine multiplies by zeros and ones.

    a[s,c,i] = Σ_dkj W[c,d,k] [j = i + k - 1] x[s,d,j]       u[s,d,i,k] = Σ_j [j = i + k - 1] x[s,d,j]     a gather
                                                             a[s,c,i] = Σ_dk W[c,d,k] u[s,d,i,k]           a product
    δ_x[s,d,j] = Σ_cik [j = i + k - 1] δ[s,c,i] W[c,d,k]     g[s,d,i,k] = Σ_c δ[s,c,i] W[c,d,k]            a product
                                                             δ_x[s,d,j] = Σ_ik [j = i + k - 1] g[s,d,i,k]  a scatter

A gather is a view of the array, a scatter adds slices to it, digits of a number are a reshape.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count

from deltarule.language.arithmetic import multiply
from deltarule.language.equation import Equation
from deltarule.language.expression import (
    Axis,
    Expression,
    Maximum,
    Product,
    Selection,
    Symbol,
    at,
    opened,
    rebuild,
    rename,
    selection,
)
from deltarule.language.traversal import names, walk
from deltarule.program.sharing import canonical

__all__ = ["Move", "Place", "move_of", "separated"]


@dataclass(frozen=True)
class Place:
    """Along `target`, counted from 0: first + Σ step · index; with `digits` every entry is met once."""

    target: Axis
    steps: tuple[tuple[Axis, int], ...]
    """The largest axis first: that of the places of a window, then those inside it."""
    first: int
    digits: bool

    @property
    def equation(self) -> Expression:
        """The equation between the indices, counted from 1."""
        steps = sum(c for _, c in self.steps)
        return selection(((self.target, 1), *((a, -c) for a, c in self.steps)), self.first + 1 - steps)

    @property
    def ends(self) -> tuple[int, int]:
        """The first and the last entry that is met; beside the array where they are out of its range."""
        return self.first, self.first + sum(c * (int(a.size) - 1) for a, c in self.steps)


@dataclass(frozen=True)
class Move:
    """An array whose entries are only moved: `gather` reads them at the targets, else they are added there."""

    symbol: Symbol
    places: tuple[Place, ...]
    gather: bool
    axes: tuple[Axis, ...]
    """The free axes, in the order in which the move gives them most easily."""


def place_of(e: Selection) -> Place | None:
    """The equation solved for its target: the one index that the others count up to. None where there is none."""
    if any(not isinstance(a.size, int) for a, _ in e.terms):
        return None
    candidates = []
    for target, c in e.terms:
        steps = [(a, -c * d) for a, d in e.terms if a != target]
        if abs(c) == 1 and steps and all(d > 0 for _, d in steps):
            candidates.append((target, c, steps))
    if not candidates:
        return None
    target, c, steps = max(candidates, key=lambda found: int(found[0].size))
    first = c * e.constant + sum(d for _, d in steps) - 1
    digits, step = first == 0, 1
    for axis, d in sorted(steps, key=lambda s: s[1]):
        digits = digits and d == step
        step *= int(axis.size)
    digits = digits and step == target.size
    if len(steps) > 2 and not digits:
        return None
    steps.sort(key=lambda s: -s[1] if digits else -int(s[0].size))
    return Place(target, tuple(steps), first, digits)


def move_of(e: Expression) -> Move | None:
    """The expression as the move of one array, if that is all it is."""
    if not isinstance(e, Product) or not e.bound:
        return None
    factors, bound = opened(e)
    selections = [f for f in factors if isinstance(f, Selection)]
    others = [f for f in factors if not isinstance(f, Selection)]
    if not selections or len(others) != 1 or not isinstance(others[0], Symbol):
        return None
    symbol = others[0]
    places = [place_of(f) for f in selections]
    known = [p for p in places if p is not None]
    if len(known) < len(places) or len(set(symbol.indices)) < len(symbol.indices):
        return None
    targets = {p.target for p in known}
    steps = [a for p in known for a, _ in p.steps]
    if any(p.digits for p in known) and not all(p.digits for p in known):  # digits and windows are two moves
        known = [replace(p, digits=False) for p in known]
        if any(len(p.steps) > 2 for p in known):
            return None
    if len(targets) < len(known) or len(set(steps)) < len(steps) or targets & set(steps):
        return None
    if set(bound) == targets and targets <= set(symbol.axes) and not set(steps) & set(symbol.axes):
        return Move(symbol, tuple(known), True, gathered_axes(symbol.axes, known))
    if set(bound) == set(steps) and not targets & set(symbol.axes):
        inner = {a for p in known for a, _ in p.steps}
        front = [a for a in symbol.axes if a not in inner]
        return Move(symbol, tuple(known), False, (*front, *(p.target for p in known)))
    return None


def gathered_axes(axes: Sequence[Axis], places: Iterable[Place]) -> tuple[Axis, ...]:
    """Each target replaced by the axis of its places, or by all digits; the axes inside windows last."""
    by_target = {p.target: p for p in places}
    front: list[Axis] = []
    inside: list[Axis] = []
    for a in axes:
        place = by_target.get(a)
        if place is None:
            front.append(a)
        elif place.digits:
            front += [axis for axis, _ in place.steps]
        else:
            front.append(place.steps[0][0])
            inside += [axis for axis, _ in place.steps[1:]]
    return (*front, *inside)


def product_axes(axes: Sequence[Axis], places: Sequence[Place], bound: Container[Axis]) -> tuple[Axis, ...]:
    """The same with the places of windows last, so that a product with a kernel is one of matrices for each sample:
    what is summed over stands together, and so do the places. Of digits, those in `bound` are inside a window."""
    view = gathered_axes(axes, places)
    inside = [a for p in places for a, _ in p.steps[1:] if not p.digits or a in bound]
    cut = [p for p in places if any(a in inside for a, _ in p.steps)]
    spread = [a for p in cut for a, _ in p.steps if a not in inside]
    front = [a for a in view if a not in spread and a not in inside]
    return (*front, *inside, *spread)


def separated(equations: Sequence[Equation], batch: int | str | None) -> list[Equation]:
    """The equations with every sum that selects taken apart, each part under a name of its own before it is used."""
    taken = {e.name for e in equations} | {n for e in equations for n in names(e.right)}
    known: dict[Expression, Symbol] = {}
    out: list[Equation] = []
    for e in equations:
        if not any(isinstance(n, Selection) for n in walk(e.right)):
            out.append(e)
            continue
        maker = _Maker(taken, batch, e.module, known)
        right = maker.visit(e.right)
        out += maker.made
        symbol = right if isinstance(right, Symbol) else None
        if maker.made and symbol is not None and maker.made[-1].name == symbol.name:  # the last part is the whole
            last = out.pop()
            known = {body: s for body, s in known.items() if s.name != last.name}
            right = maker.moved(last, symbol)
        out.append(Equation(e.left, right, e.module))
    return out


class _Maker:
    def __init__(self, taken: set[str], batch: int | str | None, module: str, known: dict[Expression, Symbol]) -> None:
        self.taken, self.batch, self.module, self.known = taken, batch, module, known
        self.made: list[Equation] = []
        self.inside: tuple[Axis, ...] = ()
        """What maxima around the present expression are over."""

    @staticmethod
    def moved(last: Equation, symbol: Symbol) -> Expression:
        """What stands for a name, at other indices."""
        return at(last.right, last.axes, symbol.indices)

    def visit(self, e: Expression) -> Expression:
        if not any(isinstance(n, Selection) for n in walk(e)):
            return e
        match e:
            case Product():
                factors, bound = _flat(e)
                if any(isinstance(f, Selection) for f in factors):
                    return self.product([f if isinstance(f, Selection) else self.visit(f) for f in factors], bound)
                return multiply(*(self.visit(f) for f in factors), bound=bound)
            case Maximum():
                (body,), bound = opened(e)
                outer, self.inside = self.inside, (*self.inside, *bound)
                body, self.inside = self.visit(body), outer
                return Maximum(body, bound)
        return rebuild(e, tuple(self.visit(c) for c in e.children))

    def product(self, factors: list[Expression], bound: tuple[Axis, ...]) -> Expression:
        """The product with gathers and scatters under names; as it is where an equation is none of them."""
        whole = multiply(*factors, bound=bound)
        equations = [f for f in factors if isinstance(f, Selection)]
        places = [place_of(f) for f in equations]
        known = [p for p in places if p is not None]
        steps = [a for p in known for a, _ in p.steps]
        targets = {p.target for p in known}
        alone = len(set(steps)) == len(steps) and len(targets) == len(known) and not targets & set(steps)
        if len(known) < len(places) or not alone:
            return whole
        gathers = [p for p in known if p.target in bound]
        scatters = [p for p in known if p.target not in bound]
        if any(a not in bound for p in scatters for a, _ in p.steps):
            return whole
        rest = [f for f in factors if not isinstance(f, Selection)]
        inner = {a for p in scatters for a, _ in p.steps}
        for p in gathers:
            holding = [f for f in rest if p.target in f.axes]
            if not holding or {a for a, _ in p.steps} & {a for f in holding for a in f.axes}:
                return whole
        if gathers:
            rest, bound = self.gathered(
                rest, bound, [e for e, p in zip(equations, places, strict=True) if p in gathers]
            )
        if not scatters:
            return multiply(*rest, bound=bound)
        outside = [f for f in rest if not set(f.axes) & set(bound)]
        inside = [f for f in rest if f not in outside]
        value = multiply(*inside, bound=tuple(a for a in bound if a not in inner))
        source = self.named(value, self.order([a for a in value.axes if a not in inner], value, scatters))
        chosen = [e for e, p in zip(equations, places, strict=True) if p in scatters]
        moved = multiply(*chosen, source, bound=tuple(a for a in bound if a in inner))
        move = move_of(moved)
        if move is None:
            return whole
        return multiply(*outside, self.named(moved, self.first(moved.axes)))

    def order(self, front: list[Axis], value: Expression, scatters: Iterable[Place]) -> tuple[Axis, ...]:
        """The axes inside windows before the places, as in `product_axes`; or as an array that has all of them."""
        if any(p.digits for p in scatters):
            whole = [n.axes for n in walk(value) if isinstance(n, Symbol) and len(n.axes) == len(value.axes)]
            if whole and set(whole[0]) == set(value.axes) and len(set(whole[0])) == len(whole[0]):
                return whole[0]
        places = [a for p in scatters for a, _ in (p.steps if p.digits else p.steps[:1]) if a in value.axes]
        inside = [a for p in scatters if not p.digits for a, _ in p.steps[1:] if a in value.axes]
        return (*self.first(front), *inside, *places)

    def gathered(
        self, rest: list[Expression], bound: tuple[Axis, ...], equations: list[Selection]
    ) -> tuple[list[Expression], tuple[Axis, ...]]:
        """The factors with each array that is read at targets replaced by what is gathered of it."""
        left = list(equations)
        while left:
            place = place_of(left[0])
            assert place is not None
            holding = [f for f in rest if place.target in f.axes]
            value = multiply(*holding)
            mine = [e for e in left if (p := place_of(e)) is not None and p.target in value.axes]
            places = [p for e in mine if (p := place_of(e)) is not None]
            more = [f for f in rest if f not in holding and {p.target for p in places} & set(f.axes)]
            value = multiply(*holding, *more)
            source = self.named(value, self.first(value.axes))
            targets = tuple(p.target for p in places)
            moved = multiply(*mine, source, bound=targets)
            kept = [f for f in rest if f not in holding and f not in more]
            rest = [*kept, self.named(moved, product_axes(source.axes, places, {*bound, *self.inside}))]
            bound = tuple(a for a in bound if a not in targets)
            left = [e for e in left if e not in mine]
        return rest, bound

    def first(self, axes: Iterable[Axis]) -> tuple[Axis, ...]:
        """The batch in front."""
        return tuple(sorted(axes, key=lambda a: a.size != self.batch))

    def named(self, value: Expression, axes: tuple[Axis, ...]) -> Symbol:
        """The value as a symbol of its own."""
        if isinstance(value, Symbol) and len(set(value.indices)) == len(value.indices) == len(value.axes):
            return value
        body, back = canonical(value)
        if body in self.known:
            found = rename(self.known[body], dict(back))
            assert isinstance(found, Symbol)
            return found
        stem = next((n.name for n in walk(value) if isinstance(n, Symbol)), "part")
        stem = f"{'windows' if move_of(value) else 'part'}_{stem}"
        name = next(n for k in count(1) if (n := stem if k == 1 else f"{stem}_{k}") not in self.taken)
        self.taken.add(name)
        symbol = Symbol(name, axes)
        self.made.append(Equation(symbol, value, self.module))
        there = rename(symbol, {old: new for new, old in back.items()})
        assert isinstance(there, Symbol)
        self.known[body] = there
        return symbol


def _flat(e: Product) -> tuple[list[Expression], tuple[Axis, ...]]:
    """The factors and bound axes, with sums among the factors that select opened."""
    factors, bound = opened(e)
    out: list[Expression] = []
    for f in factors:
        if isinstance(f, Product) and any(isinstance(g, Selection) for g in f.factors):
            more, inner = _flat(f)
            out += more
            bound += inner
        else:
            out.append(f)
    return out, bound
