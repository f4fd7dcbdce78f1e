"""Indices that are counted from 0, as readers count that count from 1.

`α_{0m} + Σ_l α_{ml} x_l`: a component 0 beside a sum from 1 is a quantity of its own, `α_0` with the index m.
`Σ_{i=0}^D w_{ji} x_i` with `x_0 = 1`: the term with 0 and the sum from 1, or, where w and x also stand as whole
vectors, the sum over all components. `Σ_{k=0}^{K-1} w_k x_{i+k}`: each index is one more, `x_{i+k-1}` with sums from 1.
`Σ_{i=0}^n (y_i - t_i)²`, where nothing tells a component 0 from the others, is the sum over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from deltarule.checking.notation.parts_by_names import parts_by_names
from deltarule.checking.notation.windows_from_zero import Slot, Windows, counted_with, one_more, windows
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["counted_from_one"]

NAUGHT = t.Words("0")
"""The 0 of α_{0m}: below a letter a word counts nothing."""
LATER = t.Words("·0")
"""The 0 of w_{j0}."""


def counted_from_one(
    statements: Sequence[Statement], headings: Sequence[int] = ()
) -> tuple[Sequence[Statement], Windows]:
    """The statements with every index counted from 1, as far as the document leaves no doubt what is meant, and the
    windows in them; under each heading in its own way, where the whole does not count in one way."""
    found = _Indices()
    for place, statement in enumerate(statements):
        found.starts(statement, place)
        for one in statement.sides:
            if one.tree is not None:
                found.look(one.tree)
    if not found.zero and not found.components:
        return statements, Windows()
    shifted = windows(found.sums, found.from_zero, found.from_one, found.slots)
    if found.zero and not shifted.places and len(parts := parts_by_names(statements, headings)) > 1:
        each = [counted_from_one([statements[k] for k in part]) for part in parts]
        if any(own.places for _, own in each):
            return _together(statements, parts, each)
    change = _change(found, shifted)

    def one_side(place: int, s: Statement) -> Statement:
        found.ones = {base for base, said in found.set_later.items() if place < said}
        match [x.tree for x in s.sides]:
            case [t.Name() as letter, t.Num() as which] if shifted.compares((letter, which)):  # where k = 0
                return replace(s, sides=(s.sides[0], replace(s.sides[1], tree=shifted.moved(which))))
        return s.replaced(change)

    return [one_side(k, s) for k, s in enumerate(statements)], shifted


def _together(
    statements: Sequence[Statement],
    parts: Sequence[Sequence[int]],
    each: Sequence[tuple[Sequence[Statement], Windows]],
) -> tuple[Sequence[Statement], Windows]:
    """The statements of all parts in their order, and the windows of each."""
    out, whole = list(statements), Windows()
    for part, (changed, own) in zip(parts, each, strict=True):
        for k, statement in zip(part, changed, strict=True):
            out[k] = statement
        if own.places:
            own.within = tuple((statements[k].start, statements[k].end) for k in part)
            whole.parts.append(own)
    return out, whole


@dataclass
class _Indices:
    """What stands below the letters of a document."""

    zero: list[t.Big] = field(default_factory=list)
    """The sums from 0."""
    sums: list[t.Big] = field(default_factory=list)
    """All sums."""
    from_zero: set[str] = field(default_factory=set)
    """Letters that count from 0 to one less than a size."""
    from_one: set[str] = field(default_factory=set)
    """Letters that are summed from 1, or from another number."""
    components: set[str] = field(default_factory=set)
    """Names with a 0 below."""
    set_to_one: set[str] = field(default_factory=set)
    """The x of x_0 = 1."""
    set_later: dict[str, int] = field(default_factory=dict)
    """The same, with the statement that says so, if x_0 is not written before."""
    ones: set[str] = field(default_factory=set)
    """The names of which x_0 = 1 is said further down."""
    whole: dict[str, int] = field(default_factory=dict)
    """Names, with the smallest number of indices that they stand with."""
    most: dict[str, int] = field(default_factory=dict)
    """Names, with the largest number of indices."""
    places: dict[tuple[str, int], list[t.Tree]] = field(default_factory=dict)
    """Each index of each name, with what stands there."""
    slots: dict[Slot, list[t.Tree]] = field(default_factory=dict)
    """The same by how many indices the name has."""

    def look(self, tree: t.Tree) -> None:
        listed = {id(n) for d in trees(tree) if _lists(d) for n in trees(d)}
        inside = {id(n.base) for n in trees(tree) if isinstance(n, t.Scripted)}
        self.sums += [n for n in trees(tree) if isinstance(n, t.Big) and n.index is not None]
        for node in trees(tree):
            match node:
                case t.Big(index=t.Compare(sides=(t.Name(letter=letter), t.Num(value=first)))) if node.kind != "max":
                    if first:
                        self.from_one.add(letter)
                    else:
                        self.zero.append(node)
                        if _one_less(node.upper) is not None or (counted_with(node, letter) and one_more(node.upper)):
                            self.from_zero.add(letter)
                case t.Scripted(base=t.Name() as name, sub=sub):
                    items = script_items(sub)
                    self._stands(base_name(name), len(items))
                    if any(map(_is_zero, items)) and not (isinstance(sub, t.Num) and sub.value):
                        self.components.add(base_name(name))
                    if id(node) not in listed:
                        for k, item in enumerate(items):
                            self.places.setdefault((base_name(name), k), []).append(item)
                            self.slots.setdefault((base_name(name), len(items), k), []).append(item)
                case t.Name() if id(node) not in inside:
                    self._stands(base_name(node), 0)

    def _stands(self, base: str, count: int) -> None:
        self.whole[base] = min(count, self.whole.get(base, count))
        self.most[base] = max(count, self.most.get(base, count))

    def starts(self, statement: Statement, place: int) -> None:
        """x_0 = 1, and i = 0, …, M - 1."""
        if len(statement.sides) < 2 or statement.sides[1].tree is None:
            return
        match statement.sides[0].tree, statement.sides[1].tree:
            case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub), t.Num(value=value) if value == 1:
                if _is_zero(script_items(sub)[-1]):
                    self.set_to_one.add(base_name(name))
                    if base_name(name) not in self.components:
                        self.set_later[base_name(name)] = place
            case t.Name(letter=letter), t.Group(items=(t.Num(value=value), *_, _)) if not value:
                self.from_zero.add(letter)

    def arrays(self, node: t.Big, letter: str) -> set[str]:
        """The names below which the letter of a sum stands, and `x^` where it stands in parentheses above x."""
        return set(_marked(node.body, {letter}))

    def has_a_whole(self, bases: set[str]) -> bool:
        """Whether one of the names also stands with fewer indices, for all its components."""
        return any(self.whole[b] < self.most[b] for b in bases)


def _above(node: t.Scripted) -> tuple[t.Tree, ...]:
    """What stands in parentheses above a name."""
    return node.sup.items if isinstance(node.sup, t.Group) and node.sup.kind == "(" else ()


def _is_zero(item: t.Tree) -> bool:
    return isinstance(item, t.Num) and not item.value


def _lists(node: t.Tree) -> bool:
    """Whether something is left out of a list, x_0, …, x_{n-1}."""
    return isinstance(node, t.Group | t.Terms) and any(isinstance(n, t.Dots) for n in trees(node))


def _one_less(upper: t.Tree | None) -> t.Tree | None:
    """The K of K - 1."""
    match upper:
        case t.Terms(items=(("+", t.Name() as size), ("-", t.Num(value=less)))) if less == 1:
            return size
    return None


def _change(found: _Indices, shifted: Windows) -> Callable[[t.Tree], t.Tree | None]:
    kept = {base for (base, _), items in found.places.items() for i in items if set(_letters(i)) & found.from_zero}
    apart = {base for base in found.components if base not in kept}
    split = {base for node in found.zero if (bases := _with_bias(found, node)) and not found.has_a_whole(bases)
             for base in bases}  # fmt: skip

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Big(index=t.Compare(sides=(t.Name(letter=letter) as own, t.Num(value=first))) as index) if not first:
                one = replace(index, sides=(own, t.Num(Fraction(1), "1")))
                if letter in shifted.letters and (size := one_more(node.upper)) is not None:
                    return replace(node, index=one, upper=size, body=t.replaced(node.body, change))
                return _bias(node, letter, one)
            case t.Compare(sides=sides) if shifted.compares(sides):
                return replace(node, sides=tuple(shifted.moved(x) for x in sides))
            case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub):
                items = script_items(sub)
                slots = [(base_name(name), len(items), k) in shifted.places for k in range(len(items))]
                if any(slots):
                    moved = tuple(shifted.moved(i) if own else i for i, own in zip(items, slots, strict=True))
                    above = t.replaced(node.sup, change) if node.sup is not None else None
                    return replace(node, sub=moved[0] if len(moved) == 1 else t.Group("", moved), sup=above)
                if base_name(name) in (apart if len(items) > 1 else split):
                    return _named_by_zero(node, items)
        return None

    def _bias(node: t.Big, letter: str, from_one: t.Compare) -> t.Tree | None:
        """Σ_{i=0}^D as the term with 0 and the sum from 1; as a sum over everything, of vectors that stand whole."""
        bases = _with_bias(found, node)
        if not bases:
            return _over_all(found, node, letter)
        if not found.has_a_whole(bases):
            body = t.replaced(node.body, change)
            first = t.replaced(_at_zero(node.body, letter, bases, found.ones), change)
            both = t.Terms(
                (("+", first), ("+", replace(node, index=from_one, body=body))), start=node.start, end=node.end
            )
            return t.Group("(", (both,), start=node.start, end=node.end)
        if letter in found.from_one or bases & found.components - found.set_to_one:
            return None
        return replace(node, index=t.Name(letter), upper=None, body=t.replaced(node.body, change))

    return change


def _with_bias(found: _Indices, node: t.Big) -> set[str]:
    """The names in a sum from 0 to D of which component 0 is one more than the others, x_0 = 1; else none."""
    letter = next(_letters(node.index), "") if node.index is not None else ""
    bases = found.arrays(node, letter)
    if letter in found.from_zero or not isinstance(node.upper, t.Name) or _stands_alone(node, letter):
        return set()
    if any(base.endswith("^") for base in bases):
        return set()
    return bases if found.set_to_one or bases & found.components else set()


def _over_all(found: _Indices, node: t.Big, letter: str) -> t.Tree | None:
    """Σ_{i=0}^n as a sum over everything, if no other sum over the same names begins or ends elsewhere."""
    bases = found.arrays(node, letter)
    if not bases or letter in found.from_zero | {"t"} or _stands_alone(node, letter):
        return None
    if bases & (found.components | found.set_to_one) or not isinstance(node.upper, t.Name):
        return None
    sums = [x for x in found.sums if x is not node and _arrays_of(x) & bases]
    if any(_starts_at_zero(x) is None or x.upper != node.upper for x in sums):
        return None
    return replace(node, index=t.Name(letter), upper=None)


def _starts_at_zero(node: t.Big) -> t.Name | None:
    match node.index:
        case t.Compare(sides=(t.Name() as own, t.Num(value=first))) if not first:
            return own
        case t.Name() as own if node.upper is None:
            return own
    return None


def _arrays_of(node: t.Big) -> set[str]:
    """The names below or above which the letter of a sum stands, also within other sums."""
    return set(_marked(node.body, {n.letter for n in trees(node.index) if isinstance(n, t.Name)}))


def _marked(body: t.Tree, letters: set[str]) -> Iterator[str]:
    for n in trees(body):
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name):
            if letters & {x for i in script_items(n.sub) for x in _letters(i)}:
                yield base_name(n.base)
            if letters & {x for i in _above(n) for x in _letters(i)}:
                yield f"{base_name(n.base)}^"


def _letters(item: t.Tree) -> Iterator[str]:
    return (n.letter for n in trees(item) if isinstance(n, t.Name))


def _stands_alone(node: t.Big, letter: str) -> bool:
    """Whether the letter of a sum is a number in it, or is counted with: Σ k x_k, x_{i+k}."""
    plain = {id(i) for n in trees(node.body) if isinstance(n, t.Scripted) for i in (*script_items(n.sub), *_above(n))}
    return any(isinstance(n, t.Name) and n.letter == letter and id(n) not in plain for n in trees(node.body))


def _at_zero(body: t.Tree, letter: str, bases: set[str], ones: set[str]) -> t.Tree:
    """The term of a sum with 0 for its letter; 1 for the x_0 of which the text says so behind the sum."""

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub) if base_name(name) in bases:
                if base_name(name) in ones and script_items(sub) == (t.Name(letter),):
                    return t.Num(Fraction(1), "1")
                items = [t.Num(Fraction(0)) if i == t.Name(letter) else i for i in script_items(sub)]
                return _named_by_zero(node, tuple(items))
        return None

    return t.replaced(body, change)


def _named_by_zero(node: t.Scripted, items: tuple[t.Tree, ...]) -> t.Tree | None:
    """α_{0m} as α_0 with the index m; the name says so where the 0 is not the first of two."""
    zeros = [k for k, i in enumerate(items) if _is_zero(i)]
    if len(zeros) != 1 or any(isinstance(i, t.Num) for k, i in enumerate(items) if k not in zeros):
        return None
    rest = tuple(i for k, i in enumerate(items) if k not in zeros)
    if not rest:
        return replace(node, sub=NAUGHT)
    return replace(node, sub=t.Group("", (LATER if zeros[0] else NAUGHT, *rest), start=node.start, end=node.end))
