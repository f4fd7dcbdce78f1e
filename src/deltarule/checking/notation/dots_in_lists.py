"""Dots in a list that is a vector: ∇E = (∂E/∂w_1, …, ∂E/∂w_n) says of each component that (∇E)_k = ∂E/∂w_k.

The other sides of the chain are read by their components as well. A chain stays as it is where a list only names the
components of another side, x = (x_1, …, x_n), or where its numbers begin elsewhere than the sums over the same names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.declared import space_of
from deltarule.checking.notation.dots_in_sums import free_letters, in_general, with_number
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_transpose, script_items, trees
from deltarule.reading.statement import Side, Statement

__all__ = ["lists_by_components"]

Place = tuple[str, int]


def lists_by_components(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with each chain that has such a list as equations of components."""
    chains: dict[int, list[Statement]] = {}
    for statement in statements:
        chains.setdefault(statement.chain, []).append(statement)
    changed: dict[int, Statement] = {}
    letters = free_letters(statements)
    for chain in chains.values():
        sides = [side.tree for s in chain for side in s.sides if side.tree is not None]
        if any(_entries(side) for side in sides):
            own = {n.letter for side in sides for n in trees(side) if isinstance(n, t.Name)}
            letter = next((x for x in letters if x not in own), None)
            for old, new in zip(chain, _by_components(chain, letter, _Firsts(statements)), strict=True):
                changed[id(old)] = new
    return [changed.get(id(s), s) for s in statements] if changed else statements


class _Firsts:
    """From which numbers the sums of a text count at each place of a name, and where a 0 stands."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.sums: dict[Place, set[int]] = {}
        self.with_zero: set[Place] = set()
        self.sizes = {
            base_name(x): t.Name(sizes[0])
            for s in statements
            for x, space in s.memberships
            if isinstance(x, t.Name) and (sizes := space_of(space)) and len(sizes) == 1 and isinstance(sizes[0], str)
        }
        for side in (side.tree for s in statements for side in s.sides if side.tree is not None):
            listed = {id(x) for n in trees(side) if _entries(n) for x in trees(n)}
            for node in trees(side):
                match node:
                    case t.Big(index=t.Compare(sides=(t.Name() as letter, t.Num(value=first)))):
                        for place in _places(node.body, letter):
                            self.sums.setdefault(place, set()).add(int(first))
                    case t.Scripted() if id(node) not in listed:
                        self.with_zero.update(_places(node, t.Num(Fraction(0))))

    def fit(self, letter: str, general: t.Tree, first: int, last: t.Tree) -> bool:
        """Whether entries that are counted from a number to another one are all that there are."""
        places = set(_places(general, t.Name(letter)))
        if any(self.sizes.get(name, last) != last for name, place in places if not place):
            return False
        counted = {x for place in places for x in self.sums.get(place, ())}
        return bool(places) and counted <= {first} and not (places & self.with_zero)


def _places(tree: t.Tree, index: t.Tree) -> Iterator[Place]:
    """Where an index stands: at which place below a name, or -1 in parentheses above it."""
    for node in trees(tree):
        if isinstance(node, t.Scripted) and isinstance(node.base, t.Name):
            above = node.sup.items if isinstance(node.sup, t.Group) and node.sup.kind == "(" else ()
            name = base_name(node.base)
            yield from ((name, k) for k, item in enumerate(script_items(node.sub)) if item == index)
            if index in above:
                yield name, -1


def _by_components(chain: Sequence[Statement], letter: str | None, firsts: _Firsts) -> Sequence[Statement]:
    if letter is None or any(s.opens or any(r.symbol not in EQUAL for r in s.relations) for s in chain):
        return chain
    general: dict[int, t.Tree] = {}
    others: list[t.Tree] = []
    ends: list[t.Tree] = []
    for side in (side.tree for s in chain for side in s.sides):
        if side is None:
            return chain
        if not (entries := _entries(side)):
            if any(isinstance(n, t.Dots) for n in trees(side)):
                return chain
            others.append(_component(side, letter))
        elif (found := _in_general(entries, letter)) is not None and firsts.fit(letter, *found):
            general[id(side)] = found[0]
            ends.append(found[2])
        else:
            return chain
    if any(map(_of_vectors, general.values())) or any(_names_own(one, x) for one in general.values() for x in others):
        return chain
    if any(map(_is_named, general.values())) and any(_is_capital(side.tree) for s in chain for side in s.sides):
        return chain  # U = [u_1, …, u_V]: rows, columns or numbers
    if any(end != ends[0] for end in ends) or any(
        _plain(one) == _plain(other) for one in general.values() for other in others
    ):
        return chain

    def each(side: Side) -> Side:
        assert side.tree is not None
        known = general.get(id(side.tree))
        return replace(side, tree=_component(side.tree, letter) if known is None else known)

    return [replace(s, sides=tuple(map(each, s.sides))) for s in chain]


def _of_vectors(general: t.Tree) -> bool:
    """Whether the entries are made of vectors that are counted, as g(**x**_1 **w**)."""
    return any(
        isinstance(n, t.Scripted) and n.sub is not None and isinstance(n.base, t.Name) and n.base.style == "bold"
        for n in trees(general)
    )


def _names_own(general: t.Tree, other: t.Tree) -> bool:
    """Whether entries are only components of another side: x_ij of x_i."""
    names = [n.base for n in trees(other) if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]
    return (
        isinstance(general, t.Scripted)
        and isinstance(general.base, t.Name)
        and any(base_name(n) == base_name(general.base) for n in names)
    )


def _is_named(entry: t.Tree) -> bool:
    return isinstance(entry, t.Scripted) and isinstance(entry.base, t.Name)


def _is_capital(side: t.Tree | None) -> bool:
    return isinstance(side, t.Name) and side.letter[:1].isupper()


def _plain(side: t.Tree) -> t.Tree:
    return t.replaced(side, lambda n: replace(n, style="") if isinstance(n, t.Name) else None)


def _entries(side: t.Tree) -> tuple[t.Tree, ...]:
    """The entries of a list or of a column with dots in it, also transposed; nothing for any other side."""
    match side:
        case t.Scripted(base=base, sub=None, sup=t.Tree() as sup) if is_transpose(sup):
            return _entries(base)
        case t.Group(kind="(" | "[", items=items):
            pass
        case t.Matrix(rows=((*items,),)):
            pass
        case t.Matrix(rows=rows) if all(len(row) == 1 for row in rows):
            items = [row[0] for row in rows]
        case _:
            return ()
    dots = [k for k, item in enumerate(items) if isinstance(item, t.Dots)]
    entries = tuple(item for item in items if item is not None)
    return entries if len(entries) == len(items) > 2 and dots == [len(items) - 2] else ()


def _in_general(entries: tuple[t.Tree, ...], letter: str) -> tuple[t.Tree, int, t.Tree] | None:
    """The entry of any number, the number of the first one, and that of the last one."""
    *before, _, last = entries
    found = in_general(before[-1], last, letter)
    if found is None:
        return None
    general, number, upper = found
    first = number - len(before) + 1
    if first not in (0, 1) or (isinstance(upper, t.Num) and first == 0):
        return None
    if any(with_number(general, letter, first + k) != one for k, one in enumerate(before)):
        return None
    return general, first, upper


def _component(side: t.Tree, letter: str) -> t.Tree:
    """x_k of x, (A x)_k of A x; of a transposed row that is a vector, the component of the vector."""
    index = t.Name(letter, start=side.end, end=side.end)
    match side:
        case t.Name() | t.Scripted(base=t.Name(), sub=None, primes=0):
            base, above = (side, None) if isinstance(side, t.Name) else (side.base, side.sup)
            if above is None or not is_transpose(above):
                return t.Scripted(base, index, above, start=side.start, end=side.end)
            return t.Scripted(base, index, None, start=side.start, end=side.end)
    group = t.Group("(", (side,), start=side.start, end=side.end)
    return t.Scripted(group, index, start=side.start, end=side.end)
