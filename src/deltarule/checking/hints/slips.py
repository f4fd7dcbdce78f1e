"""One slip of the pen that moves something: a square, the sign in an index, the step of a factor, a function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

from deltarule.checking.hints.exchanges import argument_of
from deltarule.checking.hints.repairs import TWO, Side, everywhere, flipped
from deltarule.reading import tree as t
from deltarule.reading.references import is_index, is_transpose, script_items, trees

__all__ = ["brackets_put_back", "functions_put_back", "label_moved", "sign_in_an_index", "square_moved", "step_moved"]


def square_moved(side: Side) -> Iterator[t.Tree]:
    """1 - h² for (1 - h)², and the other way round."""

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Scripted(
                base=t.Group(kind="(", items=(t.Terms(items=(("+", one), (sign, x))),)), sub=None, sup=t.Num(value=two)
            ) if two == 2:
                first = one if isinstance(one, t.Num) and one.value == 1 else _square(one)
                yield t.Group("(", (t.Terms((("+", first), (sign, _square(x)))),))
            case t.Terms(items=(("+", t.Num(value=one) as number), ("-", t.Scripted(sup=t.Num(value=two)) as x))) if (
                one == 1 and two == 2
            ):
                plain = x.base if x.sub is None and not x.primes else replace(x, sup=None)
                yield _square(t.Terms((("+", number), ("-", plain))))

    yield from everywhere(side.right, change)


def _square(node: t.Tree) -> t.Tree:
    if isinstance(node, t.Call) and isinstance(node.function, t.Name):
        return replace(node, function=t.Scripted(node.function, None, TWO, 0))
    if isinstance(node, t.Scripted) and node.sup is None and not node.primes:
        return replace(node, sup=TWO)
    return t.Scripted(node if isinstance(node, t.Name) else t.Group("(", (node,)), None, TWO, 0)


def brackets_put_back(side: Side) -> Iterator[t.Tree]:
    """Xᵀ (X w - y) for Xᵀ X w - y, and (p - q) x for p - q x."""

    def change(node: t.Tree) -> Iterator[t.Tree]:
        if not isinstance(node, t.Terms) or len(node.items) < 2:
            return
        (sign, first), (end, last) = node.items[0], node.items[-1]
        if isinstance(first, t.Factors):
            for k in range(1, len(first.items)):
                inside = ("+", _product(first.items[k:])), *node.items[1:]
                yield _signed(
                    sign, t.Factors((*first.items[:k], (first.items[k][0], t.Group("(", (t.Terms(inside),)))))
                )
        if isinstance(last, t.Factors):
            for k in range(1, len(last.items)):
                before = (*node.items[:-1], (end, _product(last.items[:k])))
                yield t.Factors((("", t.Group("(", (t.Terms(before),))), *last.items[k:]))

    yield from everywhere(side.right, change)


def _product(items: tuple[tuple[str, t.Tree], ...]) -> t.Tree:
    return items[0][1] if len(items) == 1 else t.Factors((("", items[0][1]), *items[1:]))


def _signed(sign: str, node: t.Tree) -> t.Tree:
    return node if sign == "+" else t.Terms(((sign, node),))


def sign_in_an_index(side: Side) -> Iterator[t.Tree]:
    """x_{i-k} for x_{i+k}, and δ_{k-i} for δ_{i-k}; a number beside them may turn with one of them."""

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Scripted(base=t.Name(), sub=t.Tree() as sub):
                for k, item in enumerate(items := script_items(sub)):
                    if not isinstance(item, t.Terms) or not 2 <= len(item.items) <= 3:
                        continue
                    for turned in product((False, True), repeat=len(item.items)):
                        terms = [(flipped(s) if f else s, x) for (s, x), f in zip(item.items, turned, strict=True)]
                        terms.sort(key=lambda term: term[0] == "-")
                        if any(turned) and terms[0][0] == "+":
                            new = (*items[:k], t.Terms(tuple(terms)), *items[k + 1 :])
                            yield replace(node, sub=new[0] if len(new) == 1 else t.Group("", new))

    yield from everywhere(side.right, change)


def step_moved(side: Side) -> Iterator[t.Tree]:
    """1 - h_{t+1}² for 1 - h_t²: another index of the row or of an equation, for all that a name of the side has of
    it."""
    found = _below(side.left, side.right)
    steps = [i for _, i in dict.fromkeys((*found, *_below(*side.names))) if isinstance(i, t.Terms)]
    steps += [n for i in steps if isinstance(i, t.Terms) for _, n in i.items if isinstance(n, t.Name)]
    for base, old in found:
        for new in steps:
            if new == old or not _related(old, new):
                continue

            def change(n: t.Tree, base: t.Tree = base, old: t.Tree = old, new: t.Tree = new) -> t.Tree | None:
                if isinstance(n, t.Partial):
                    return n
                if not isinstance(n, t.Scripted) or n.base != base or old not in (items := script_items(n.sub)):
                    return None
                turned = tuple(new if i == old else i for i in items)
                return replace(n, sub=turned[0] if len(turned) == 1 else t.Group("", turned))

            yield t.replaced(side.right, change)


def _below(*roots: t.Tree) -> list[tuple[t.Tree, t.Tree]]:
    """The names of some sides with what counts below them: h and t - 1."""
    found = dict.fromkeys(
        (n.base, i)
        for root in roots
        for n in trees(root)
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)
        for i in script_items(n.sub)
        if is_index(i) and isinstance(i, t.Name | t.Terms)
    )
    return list(found)


def label_moved(side: Side) -> Iterator[t.Tree]:
    """a^{l-1} for a^l, and h^{(t-1)}: another label of the row above one name, or above one function's argument."""
    names = [n for root in (side.left, side.right) for n in trees(root) if _above(n) is not None]
    labels = list(dict.fromkeys(label for n in names if (label := _above(n)) is not None))
    plain = [x for label in labels for x in t.walk(label) if isinstance(x, t.Name)]
    for letter in dict.fromkeys(plain):
        one = t.Num(Fraction(1), "1")
        for shifted in (letter, t.Terms((("+", letter), ("-", one))), t.Terms((("+", letter), ("+", one)))):
            if shifted not in labels:
                labels.append(shifted)

    def change(node: t.Tree) -> Iterator[t.Tree]:
        own = _above(node)
        if own is None:
            return
        for other in labels:
            if other != own and _related(own, other):
                yield t.replaced(node, lambda n, own=own, other=other: other if n == own else None)

    yield from everywhere(side.right, change)


def _above(node: t.Tree) -> t.Tree | None:
    """The l - 1 of a^{l-1}, a^{(l-1)}, a^{[l-1]} and h^{(t)T}."""
    if not isinstance(node, t.Scripted) or not isinstance(node.base, t.Name) or node.sup is None:
        return None
    sup = node.sup.items[0][1] if isinstance(node.sup, t.Factors) else node.sup
    inside = sup.items[0] if isinstance(sup, t.Group) and len(sup.items) == 1 else sup
    if is_transpose(inside) or not isinstance(inside, t.Name | t.Terms):
        return None
    return inside if any(isinstance(n, t.Name) for n in t.walk(inside)) else None


def _related(old: t.Tree, new: t.Tree) -> bool:
    """t and t + 1, or t - 1 and t + 1: one letter."""

    def letters(i: t.Tree) -> set[str]:
        return {n.letter for n in t.walk(i) if isinstance(n, t.Name)}

    return len(letters(old)) == 1 and letters(old) == letters(new)


def functions_put_back(side: Side) -> Iterator[t.Tree]:
    """f(x) for every x outside of a call: σ(z)(1 - σ(z)) for z (1 - z)."""
    for call in side.calls:
        inside = argument_of(call)
        if inside is not None:

            def change(n: t.Tree, call: t.Tree = call, inside: t.Tree = inside) -> t.Tree | None:
                if n in {call, inside}:
                    return call
                if not isinstance(n, t.Factors):
                    return None
                items: list[tuple[str, t.Tree]] = []
                for op, item in n.items:
                    new = t.replaced(item, change)
                    own = new.items if isinstance(new, t.Factors) and new == call else (("", new),)
                    items += [(op, own[0][1]), *own[1:]]
                return replace(n, items=tuple(items))

            yield t.replaced(side.right, change)
