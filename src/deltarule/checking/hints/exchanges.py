"""One name, index or argument of a side exchanged for another that stands in the equations around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise, permutations
from typing import TypeGuard

from deltarule.checking.hints.repairs import Side, atoms, everywhere, quantities, sizes
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, is_index, is_transpose, script_items, trees

__all__ = [
    "argument_of",
    "at_another_place",
    "change_of_index",
    "exponent_shifted",
    "function_put_back",
    "index_put_back",
    "indices_exchanged",
    "names_exchanged",
    "replaced_name",
]


def names_exchanged(side: Side) -> Iterator[t.Tree]:
    """Two names exchanged: y and ŷ; of two quantities in an index each keeps its index."""
    found = list(dict.fromkeys(n for n in trees(side.right) if isinstance(n, t.Name)))
    own, others = atoms(side.right), {*side.functions, *sizes(side)}
    letters = [n for n in found if not ((n.letter in INDEX_LETTERS and not n.accents) or is_transpose(n)) or n in own]
    letters = [n for n in letters if n not in others][:6]
    for i, a in enumerate(letters):
        for b in letters[i + 1 :]:
            yield t.replaced(side.right, lambda n, a=a, b=b: {a: b, b: a}.get(n) if isinstance(n, t.Name) else None)

    def turned(node: t.Tree) -> Iterator[t.Tree]:
        if is_entry(node) and len(items := script_items(node.sub)) == 2 and all(map(is_index, items)):
            yield replace(node, sub=t.Group("", (items[1], items[0])))

    yield from everywhere(side.right, turned)


def replaced_name(side: Side) -> Iterator[t.Tree]:
    """One occurrence of a name that is another quantity of the equations around."""
    others = quantities(side)
    mine = [n for n in atoms(side.right) if n in others]

    def change(node: t.Tree) -> Iterator[t.Tree]:
        if node in mine:
            for other in others:
                if other != node:
                    yield other

    yield from everywhere(side.right, change)
    for name in mine:
        for other in others:
            if other != name:
                yield t.replaced(side.right, lambda n, name=name, other=other: other if n == name else None)


def is_entry(node: t.Tree) -> TypeGuard[t.Scripted]:
    """Whether something stands below a name, W_{ij}, or below one in parentheses, (W_1)_{ij}."""
    if not isinstance(node, t.Scripted) or node.sub is None:
        return False
    alone = node.base.items if isinstance(node.base, t.Group) and node.base.kind == "(" else (node.base,)
    return len(alone) == 1 and isinstance(alone[0], t.Name | t.Scripted)


def indices_exchanged(side: Side) -> Iterator[t.Tree]:
    """Two indices exchanged in the whole side, δ_j x_i for δ_i x_j, or below one name, W_{ji} for W_{ij}."""
    letters = list(dict.fromkeys(
        item for node in trees(side.right) if isinstance(node, t.Scripted) for item in script_items(node.sub)
        if isinstance(item, t.Name) and is_index(item)
    ))[:4]  # fmt: skip
    for a, b in combinations(letters, 2):
        yield t.replaced(side.right, lambda n, a=a, b=b: {a: b, b: a}.get(n) if isinstance(n, t.Name) else None)


def change_of_index(side: Side) -> Iterator[t.Tree]:
    """One index for another that occurs in the row."""
    seen = [
        item
        for root in (side.left, side.right)
        for node in trees(root)
        if isinstance(node, t.Scripted)
        for item in script_items(node.sub)
        if is_index(item)
    ]
    choices = list(dict.fromkeys(seen))

    def change(node: t.Tree) -> Iterator[t.Tree]:
        if not is_entry(node) or node.sub is None:
            return
        items = script_items(node.sub)
        for k, item in enumerate(items):
            for other in choices:
                if other != item and is_index(item) and isinstance(other, type(item)):
                    new = (*items[:k], other, *items[k + 1 :])
                    yield replace(node, sub=new[0] if len(new) == 1 else t.Group("", new))
        if len(items) == 2:
            yield replace(node, sub=t.Group("", (items[1], items[0])))

    def of_a_factor(node: t.Tree) -> Iterator[t.Tree]:
        if not isinstance(node, t.Factors):
            return
        for k, (op, item) in enumerate(node.items):
            for old, new in permutations(choices[:4], 2):
                changed = t.replaced(item, lambda n, old=old, new=new: _with_index(n, old, new))
                if changed != item:
                    yield t.Factors((*node.items[:k], (op, changed), *node.items[k + 1 :]))

    yield from everywhere(side.right, change)
    yield from everywhere(side.right, of_a_factor)


def index_put_back(side: Side) -> Iterator[t.Tree]:
    """x_j^{(i)} for x^{(i)}: an index of the other side below a name that has none."""
    own = dict.fromkeys(
        item
        for node in trees(side.left)
        if isinstance(node, t.Scripted)
        for item in script_items(node.sub)
        if is_index(item)
    )
    others = {*side.functions, *sizes(side)}

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Name() if node not in others and node.letter not in {"e", "1"}:
                yield from (t.Scripted(node, index, None) for index in own)
            case t.Scripted(base=t.Name() as base, sub=None) if base not in others:
                yield from (replace(node, sub=index) for index in own)

    yield from everywhere(side.right, change)


def _with_index(node: t.Tree, old: t.Tree, new: t.Tree) -> t.Tree | None:
    if not isinstance(node, t.Scripted) or old not in (items := script_items(node.sub)):
        return None
    turned = tuple(new if item == old else item for item in items)
    return replace(node, sub=turned[0] if len(turned) == 1 else t.Group("", turned))


def at_another_place(side: Side) -> Iterator[t.Tree]:
    """σ'(a) for σ'(z): the argument of a function changed for another name."""
    others = quantities(side)

    def change(node: t.Tree) -> Iterator[t.Tree]:
        if isinstance(node, t.Factors):
            for k, ((_, f), (op, g)) in enumerate(pairwise(node.items)):
                if not isinstance(g, t.Group) or g.kind != "(" or len(g.items) != 1 or op:
                    continue
                if isinstance(f, t.Name | t.Scripted):
                    for other in others:
                        if other != g.items[0]:
                            yield t.Factors((*node.items[: k + 1], ("", t.Group("(", (other,))), *node.items[k + 2 :]))

    yield from everywhere(side.right, change)


def exponent_shifted(side: Side) -> Iterator[t.Tree]:
    """An exponent that is one too small or too large: x² for x³."""

    def change(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Scripted(sup=t.Num(value=value)) if value.denominator == 1 and value > 1:
                yield from (replace(node, sup=t.Num(n, str(n))) for n in (value + 1, value - 1) if n > 1)

    yield from everywhere(side.right, change)


def function_put_back(side: Side) -> Iterator[t.Tree]:
    """f(x) for x, where the equations around have it: 1 - c² for 1 - tanh²(c)."""

    def change(node: t.Tree) -> Iterator[t.Tree]:
        plain = replace(node, sup=None) if isinstance(node, t.Scripted) and isinstance(node.sup, t.Num) else node
        if isinstance(plain, t.Scripted) and plain.sub is None and not plain.primes and plain.sup is None:
            plain = plain.base
        power = node.sup if isinstance(node, t.Scripted) and plain is not node else None
        yield from (call if power is None else _to(call, power) for call in side.calls if plain == argument_of(call))

    yield from everywhere(side.right, change)


def argument_of(call: t.Tree) -> t.Tree | None:
    """The x of f(x)."""
    match call:
        case t.Call(argument=t.Group(items=(inside,))) | t.Factors(items=((_, _), ("", t.Group(items=(inside,))))):
            return inside
        case t.Call(argument=argument):
            return argument
    return None


def _to(call: t.Tree, power: t.Tree) -> t.Tree:
    """f²(x) of f(x)."""
    if isinstance(call, t.Call):
        return replace(call, function=t.Scripted(call.function, None, power, 0))
    assert isinstance(call, t.Factors)
    (_, head), group = call.items
    return t.Factors((("", t.Scripted(head, None, power, 0)), group))
