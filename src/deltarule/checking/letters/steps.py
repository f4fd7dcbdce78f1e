"""Equations of a layer that is counted, or of a point in time, hold for its neighbours as well.

`z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}` is one equation for each l: where the document speaks of layer l + 1, of layer L
or of layer 2, the equation is taken at these too. Nothing is concluded from where the counting ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import fields, replace
from fractions import Fraction
from typing import TypeAlias

from deltarule.reading import tree as t
from deltarule.reading.references import Survey, base_name, reference, script_items, trees

__all__ = [
    "ENDS",
    "counted",
    "counter",
    "goes_backward",
    "instances",
    "letter_and_step",
    "moved_to",
    "moved_to_place",
    "place_of",
    "places",
    "step_below",
]

Place: TypeAlias = tuple[str, int]
"""A letter and what is added to it: (l, -1). A number has no letter."""

MAX_PLACES = 10
ENDS = frozenset({"T", "L", "N", "tau"})
"""What the last step is called: nothing follows it."""


def place_of(script: t.Tree | None) -> Place | None:
    match script:
        case t.Name(letter=letter, accents=()):
            return letter, 0
        case t.Num(value=value) if value.denominator == 1:
            return "", int(value)
        case t.Terms(items=(("+", t.Name(letter=letter)), (sign, t.Num(value=value)))) if value.denominator == 1:
            return letter, int(value) if sign == "+" else -int(value)
    return None


def _written(place: Place, like: t.Tree) -> t.Tree:
    letter, k = place
    if not letter:
        return t.Num(Fraction(k), str(k), start=like.start, end=like.end)
    name = t.Name(letter, start=like.start, end=like.end)
    if not k:
        return name
    items = (("+", name), ("+" if k > 0 else "-", t.Num(Fraction(abs(k)), str(abs(k)))))
    return t.Terms(items, start=like.start, end=like.end)


def _above(sup: t.Tree | None) -> t.Tree | None:
    """The layer in a superscript: `(l)`, `[l]`, `l`, and in `(l)T`."""
    match sup:
        case t.Group(kind="(" | "[" | "<", items=(item,)):
            return item
        case t.Factors(items=((_, first), *_)):
            return _above(first)
        case t.Name() | t.Terms():
            return sup
    return None


def counter(node: t.Tree, usage: Survey) -> Place | None:
    """The step letter in the scripts of a name, with what is added to it."""
    if not isinstance(node, t.Scripted):
        return None
    for script in (_above(node.sup), *script_items(node.sub)):
        place = place_of(script)
        if place is not None and place[0] in usage.steps:
            return place
    return None


def places(roots: Iterable[t.Tree], usage: Survey) -> list[Place]:
    """Every place that the document speaks of, near ones first."""
    out: dict[Place, None] = {}
    for root in roots:
        for node in trees(root):
            if isinstance(node, t.Big):
                out |= dict.fromkeys(_summed(node, usage))
            if not isinstance(node, t.Scripted):
                continue
            grouped = isinstance(node.sup, t.Group | t.Factors)
            for script in (_above(node.sup), *script_items(node.sub)):
                place = place_of(script)
                if place is None:
                    continue
                last = place[0] == "L" or (place[0] in {"T", "N"} and grouped)
                counted = place[0] in usage.steps or (last and script is _above(node.sup))
                at_time = not place[0] and isinstance(node.base, t.Name) and base_name(node.base) in usage.timed
                counted = counted or (at_time and script is node.sub)
                if counted or (not place[0] and grouped and script is _above(node.sup)):
                    out[place] = None
    for letter in {letter for letter, _ in out} & usage.steps:
        after = max(k for other, k in out if other == letter) + 1
        if after <= 0 or letter not in ENDS:
            out[letter, after] = None  # what is computed from h_t a step later, also where the document is silent on it
    if times := {k for letter, k in out if not letter} if usage.timed else set():
        out |= dict.fromkeys(("", k) for k in range(min(times), max(times)))  # from s_0 to s_3 by way of s_1
    return sorted(out, key=lambda p: (not p[0], abs(p[1]), p))[:MAX_PLACES]


def _summed(node: t.Big, usage: Survey) -> list[Place]:
    """The steps of Σ_{t=1}^{3}."""
    match node:
        case t.Big(index=t.Compare(sides=(t.Name(letter=letter), t.Num(value=first))), upper=t.Num(value=last)) if (
            letter in usage.steps and last - first < MAX_PLACES
        ):
            return [("", k) for k in range(int(first), int(last) + 1)]
    return []


def instances(
    left: t.Tree, right: t.Tree, usage: Survey, spoken: Iterable[Place], begun: Collection[str] = ()
) -> Iterator[tuple[t.Tree, t.Tree]]:
    """The equation at the other places of the document: at step 0 only where it leads to what has an equation there,
    h_0 = f(a_0) beside a_0 = w x_0."""
    found = counter(left, usage)
    if found is None:
        return
    letter, added = found
    for other, k in spoken:
        if (other, k) == found or (not other and k < 0):
            continue
        shift = _shifted(letter, other, k - added)
        if not other and not k and not (_at_once(found, right, usage) and _leads_to(shift(right), usage, begun)):
            continue
        yield shift(left), shift(right)


def _at_once(place: Place, right: t.Tree, usage: Survey) -> bool:
    """Whether all that is counted in a side stands at one place."""
    return all(own in {None, place} for node in trees(right) for own in (counter(node, usage),))


def _leads_to(side: t.Tree, usage: Survey, some: Collection[str]) -> bool:
    return any((r := reference(n, usage)) is not None and r.key in some for n in trees(side))


def moved_to(tree: t.Tree, letter: str, step: int) -> t.Tree:
    """What stands at steps of a letter at those of a number: h_{T-1} at 2 where T is 3."""
    return _shifted(letter, "", step)(tree)


def moved_to_place(tree: t.Tree, letter: str, place: Place) -> t.Tree:
    """What stands at steps of a letter at those of another, with what is added: h_{i-1} at h_{t-3} where i is t - 2."""
    if isinstance(tree, t.Name):
        return _written(place, tree) if tree.letter == letter else tree
    return _shifted(letter, *place)(tree)


def step_below(node: t.Scripted) -> Place | None:
    """The step of a name that has one, and nothing else, below or above it."""
    if node.sub is not None and node.sup is not None:
        return None
    return place_of(_above(node.sup) if node.sub is None else node.sub)


def _shifted(letter: str, other: str, by: int) -> Callable[[t.Tree], t.Tree]:
    def script(node: t.Tree) -> t.Tree:
        place = place_of(node)
        if place is not None and place[0] == letter:
            return _written((other, place[1] + by), node)
        match node:
            case t.Group() | t.Factors():
                return _rebuilt(node, script)
        return node

    def visit(node: t.Tree) -> t.Tree:
        if isinstance(node, t.Scripted):
            sub = None if node.sub is None else script(node.sub)
            sup = node.sup if node.sup is None or not _is_label(node) else script(node.sup)
            if isinstance(sup, t.Num) and sup is not node.sup:
                sup = t.Group("(", (sup,), start=sup.start, end=sup.end)  # a^t at 0 is no power
            return replace(node, base=visit(node.base), sub=sub, sup=sup)
        return _rebuilt(node, visit)

    def _is_label(node: t.Scripted) -> bool:
        return isinstance(node.base, t.Name)

    return visit


def _rebuilt(node: t.Tree, change: Callable[[t.Tree], t.Tree]) -> t.Tree:
    def value(v: object) -> object:
        if isinstance(v, t.Tree):
            return change(v)
        if isinstance(v, tuple):
            return tuple(value(x) for x in v)
        return v

    new = {f.name: value(getattr(node, f.name)) for f in fields(node)}
    old = {f.name: getattr(node, f.name) for f in fields(node)}
    return node if new == old else replace(node, **new)


def counted(roots: Iterable[t.Tree], usage: Survey, spoken: Iterable[Place] = ()) -> set[str]:
    """The names of all quantities that are counted, or stand at one of the places."""
    out: set[str] = set()
    known = set(spoken)
    for root in roots:
        for node in trees(root):
            if not isinstance(node, t.Scripted) or not isinstance(node.base, t.Name):
                continue
            above = _above(node.sup)
            if counter(node, usage) is not None or (above is not None and place_of(above) in known):
                found = reference(node, usage)
                if found is not None:
                    out.add(found.key)
    return out


def goes_backward(left: t.Tree, right: t.Tree, usage: Survey) -> bool:
    """Whether an equation gives a quantity by itself one step on: δ^{(l)} by δ^{(l+1)}."""
    place, own = counter(left, usage), reference(left, usage)
    if place is None or own is None:
        return False
    for node in trees(right):
        if isinstance(node, t.Scripted) and isinstance(node.base, t.Name):
            other, found = counter(node, usage), reference(node, usage)
            same = found is not None and found.base == own.base
            if same and other is not None and other[0] == place[0] and other[1] > place[1]:
                return True
    return False


def letter_and_step(name: str) -> tuple[str, str]:
    """(y_hat, t-1) for y_hat_t-1, (a, (l)) for a^(l)."""
    letter, _, step = name.partition("^") if "^" in name else name.rpartition("_")
    return letter, step
