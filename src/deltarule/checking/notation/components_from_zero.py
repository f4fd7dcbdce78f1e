"""Components that are counted from 0 by their numbers, z_0, z_1, z_2, and sums over them: each is one more from now on.

`Σ_{k=0}^{2} z_k = z_0 + z_1 + z_2` is `Σ_{k=1}^{3} z_k = z_1 + z_2 + z_3`. Nothing is changed where a component 0 is no
component like the others (x_0 = 1), where the same letters also count from 1, or where a letter is a number besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from deltarule.checking.core.rows import DocumentRow
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, script_items, trees
from deltarule.reading.signs import GREEK
from deltarule.reading.statement import Side, Statement
from deltarule.reading.survey import step_letters

__all__ = ["as_written", "components_from_one"]

Place = tuple[str, int]


def components_from_one(statements: Sequence[Statement]) -> tuple[Sequence[Statement], frozenset[str]]:
    """The statements with such components counted from 1, and the names of which they are."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    found = _Found()
    for side in sides:
        found.look(side)
    if not found.zero:
        return statements, frozenset()
    letters, places = _connected(found, step_letters(sides))
    if not places or not _all_alike(found, statements, letters, places):
        return statements, frozenset()

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Big(index=t.Compare(sides=(t.Name(letter=letter) as own, t.Num(value=first))) as index):
                if letter in letters and not first:
                    one = replace(index, sides=(own, _number(1, index)))
                    return replace(node, index=one, upper=_more(node.upper), body=t.replaced(node.body, change))
            case t.Compare(sides=(t.Name(letter=letter) as own, t.Num() as which)) if letter in letters:
                return replace(node, sides=(own, _number(int(which.value) + 1, which)))
            case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub):
                items = script_items(sub)
                moved = tuple(_more(i) or i if (_base(name), k) in places else i for k, i in enumerate(items))
                if moved != items:
                    above = t.replaced(node.sup, change) if node.sup is not None else None
                    below = moved[0] if len(moved) == 1 else t.Group("", moved, start=sub.start, end=sub.end)
                    return replace(node, sub=below, sup=above)
        return None

    def all_sides(s: Statement) -> tuple[Side, ...]:
        match [one.tree for one in s.sides]:
            case [t.Name(letter=letter), t.Num() as which] if letter in letters:  # where k = 0
                return (s.sides[0], replace(s.sides[1], tree=_more(which)))
        return s.replaced(change).sides

    return [replace(s, sides=all_sides(s)) for s in statements], frozenset(base for base, _ in places)


def as_written(rows: Iterable[DocumentRow], bases: frozenset[str]) -> None:
    """Count from 0 again in what is said of the rows; what would hold is left out where it has numbers below."""
    names = "|".join(sorted(map(re.escape, bases)))
    for row in rows if bases else ():
        if row.counterexample:
            row.counterexample = {
                re.sub(rf"^({names})(_|\[)(\d+)", lambda m: f"{m[1]}{m[2]}{int(m[3]) - 1}", key): value
                for key, value in row.counterexample.items()
            }
        if re.search(r"_\{?\d|=\s*1\}", row.suggestion):
            row.suggestion = ""


@dataclass
class _Found:
    zero: list[tuple[str, t.Tree | None]] = field(default_factory=list)
    """The letters of the sums from 0, with their upper bounds."""
    otherwise: set[str] = field(default_factory=set)
    """Letters of sums from another number, or that are numbers themselves."""
    places: dict[Place, list[t.Tree]] = field(default_factory=dict)

    def look(self, tree: t.Tree) -> None:
        below = {id(x) for n in trees(tree) if isinstance(n, t.Scripted) for i in script_items(n.sub) for x in trees(i)}
        below |= {id(x) for n in trees(tree) if isinstance(n, t.Compare) for x in n.sides}
        below |= {id(n.index) for n in trees(tree) if isinstance(n, t.Big)}
        for node in trees(tree):
            match node:
                case t.Big(index=t.Compare(sides=(t.Name(letter=letter), t.Num(value=first)))):
                    if first:
                        self.otherwise.add(letter)
                    else:
                        self.zero.append((letter, node.upper))
                case t.Scripted(base=t.Name() as name):
                    for k, item in enumerate(script_items(node.sub)):
                        self.places.setdefault((_base(name), k), []).append(item)
                case t.Name(letter=letter, accents=()) if (
                    (len(letter) == 1 or letter in GREEK) and id(node) not in below and node != tree
                ):
                    self.otherwise.add(letter)


def _base(name: t.Name) -> str:
    return base_name(name)


def _connected(found: _Found, steps: set[str]) -> tuple[set[str], set[Place]]:
    """The letters that count from 0 to a number, or to one less than a size, and all that share a place with them."""
    letters = {x for x, upper in found.zero if isinstance(upper, t.Num) or _size_before(upper) is not None}
    letters -= steps | {"t"}
    places: set[Place] = set()
    before = -1
    while before != len(letters) + len(places):
        before = len(letters) + len(places)
        for place, items in found.places.items():
            own = {x for item in items for x in _letters(item)}
            if own & letters:
                places |= {p for p in found.places if p[0] == "delta"} if place[0] == "delta" else {place}
                letters |= own
    return letters, places


def _all_alike(found: _Found, statements: Sequence[Statement], letters: set[str], places: set[Place]) -> bool:
    items = [item for place in places for item in found.places[place]]
    uppers = [upper for letter, upper in found.zero if letter in letters]
    numbers = [item.value for item in items if isinstance(item, t.Num)]
    if not any(isinstance(u, t.Num) for u in uppers) and 0 not in numbers:
        return False  # nothing stands there by its number
    if letters & found.otherwise or any(not isinstance(u, t.Num) and _size_before(u) is None for u in uppers):
        return False
    ends = {u.value for u in uppers if isinstance(u, t.Num)}
    if any(n.denominator != 1 or n < 0 or any(n > end for end in ends) for n in numbers):
        return False
    if any(isinstance(i, t.Terms) and len(set(_letters(i))) > 1 for i in items):
        return False
    return not any(_is_constant(s, places) for s in statements)


def _is_constant(s: Statement, places: set[Place]) -> bool:
    """x_0 = 1."""
    match [one.tree for one in s.sides]:
        case [t.Scripted(base=t.Name() as name, sub=t.Num(value=index)), t.Num()]:
            return not index and (_base(name), 0) in places
    return False


def _letters(item: t.Tree) -> Iterator[str]:
    names = (n.letter for n in trees(item) if isinstance(n, t.Name))
    return (x for x in names if (len(x) == 1 or x in GREEK) and x.islower())


def _size_before(item: t.Tree | None) -> t.Tree | None:
    """The K of K - 1."""
    match item:
        case t.Terms(items=(("+", t.Name(letter=letter) as size), ("-", t.Num(value=less)))):
            return size if less == 1 and letter.isupper() else None
    return None


def _more(item: t.Tree | None) -> t.Tree | None:
    """A number, or K - 1, counted from 1; anything else says the same in both ways."""
    if isinstance(item, t.Num):
        return _number(int(item.value) + 1, item)
    return _size_before(item) or item


def _number(value: int, like: t.Tree) -> t.Num:
    return t.Num(Fraction(value), str(value), start=like.start, end=like.end)
