"""`W^{[l]} ∈ ℝ^{n_l × n_{l-1}}` where one of the sizes is said, n_3 = 1: then W^{[3]} ∈ ℝ^{1 × n_2}.

The shape of any layer is then written for each layer that stands in an equation, with its number in place of l.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["sizes_of_each_layer"]


def sizes_of_each_layer(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the shape of each layer, where one of the sizes is said."""
    said = _said(statements)
    places = [k for k, s in enumerate(statements) if any(_of_any_layer(x) is not None for x, _ in s.memberships)]
    if not said or not places:
        return statements
    declared = {_plain(x) for s in statements for x, _ in s.memberships}
    layers = {name for s in statements if s.relations for side in s.sides for name in map(_layer, trees(side.tree))}
    out = list(statements)
    for k in places:
        own: list[tuple[t.Tree, t.Tree]] = []
        for x, space in statements[k].memberships:
            found = _of_any_layer(x)
            sizes = {n.base for n in t.walk(space) if isinstance(n, t.Scripted) and n.sub is not None}
            if found is None or not sizes & {base for base, _ in said}:
                continue
            for base, number in sorted((one for one in layers if one is not None), key=str):
                name = t.Scripted(base, None, t.Group("[", (_number(number),)), start=x.start, end=x.end)
                if base == found[0] and _plain(name) not in declared:
                    own.append((name, _space_of(space, found[1], number, said)))
        out[k] = replace(out[k], memberships=(*out[k].memberships, *own))
    return out


def _said(statements: Sequence[Statement]) -> dict[tuple[t.Tree, int], int]:
    """The sizes n_k that are said to be numbers."""
    out: dict[tuple[t.Tree, int], int] = {}
    for s in statements:
        match [side.tree for side in s.sides]:
            case [t.Scripted(base=t.Name() as base, sub=t.Num(value=layer), sup=None, primes=0), t.Num(value=size)]:
                if s.relations[0].symbol in EQUAL and layer.denominator == size.denominator == 1:
                    out[base, int(layer)] = int(size)
    return out


def _of_any_layer(x: t.Tree) -> tuple[t.Tree, t.Name] | None:
    """W and l for W^{[l]}."""
    match x:
        case t.Scripted(base=t.Name() as base, sub=None, sup=t.Group(kind="[", items=(t.Name() as letter,)), primes=0):
            return base, letter
    return None


def _layer(node: t.Tree) -> tuple[t.Name, int] | None:
    """W and 3 for W^{[3]}, also under a transpose."""
    match node:
        case t.Scripted(base=t.Name() as base, sub=None, sup=t.Tree() as sup):
            groups = [n for n in trees(sup) if isinstance(n, t.Group) and n.kind == "["]
            match groups:
                case [t.Group(items=(t.Num(value=value),))] if value.denominator == 1:
                    return base, int(value)
    return None


def _plain(x: t.Tree) -> object:
    return _layer(x) or x


def _number(value: int) -> t.Num:
    return t.Num(Fraction(value), str(value))


def _space_of(space: t.Tree, letter: t.Name, layer: int, said: dict[tuple[t.Tree, int], int]) -> t.Tree:
    """ℝ^{1 × n_2} for layer 3 of ℝ^{n_l × n_{l-1}}; ℝ where every size is 1."""

    def sized(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as base, sub=sub, sup=None) if (k := _at(sub, letter, layer)) is not None:
                return _number(said[base, k]) if (base, k) in said else replace(node, sub=_number(k))
        return None

    out = t.replaced(space, sized)
    numbers = out.sup.items if isinstance(out, t.Scripted) and isinstance(out.sup, t.Factors) else ()
    column = len(numbers) == 2 and all(isinstance(x, t.Num) and x.value == 1 for _, x in numbers)
    alone = isinstance(out, t.Scripted) and isinstance(out.sup, t.Num) and out.sup.value == 1
    return out.base if isinstance(out, t.Scripted) and (column or alone) else out


def _at(below: t.Tree | None, letter: t.Name, layer: int) -> int | None:
    """2 for l - 1 at layer 3."""
    match below:
        case t.Name():
            return layer if below == letter else None
        case t.Terms(items=(("+", first), (sign, t.Num(value=value)))) if first == letter and value.denominator == 1:
            return layer + int(value) * (-1 if sign == "-" else 1)
    return None
