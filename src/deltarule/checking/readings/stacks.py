"""One letter for a sample and for all of them: h^{(i)} beside Xᵀ(h - y), a^{(i)} beside A.

In a line with a capital that holds the samples, X of x^{(i)}, the small letters of samples stand for the vectors of all
samples too; so do letters that the text puts into ℝ^m, m being the number of samples. In all other lines a small letter
without an index is that of any one sample. What a letter is so is said line by line: none becomes a number that was a
vector before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.letters.declared import space_of
from deltarule.reading import tree as t
from deltarule.reading.biases import BIASES
from deltarule.reading.references import COLUMN, INDEX_LETTERS, base_name, is_transpose, label_text, script_items
from deltarule.reading.statement import Statement

__all__ = ["stacks_of_samples"]

ALL = t.Group("(", (COLUMN,))
ONES = t.Name("1", (), "bold")
NOT_A_STACK = frozenset({"W", "V", "L", "J", "E", "C", "H", "R", "T", "K", "N", "M", "D"})
"""Capitals that are something else beside the small letter."""
LANGUAGES = {"row": "zeile|ligne|fila|riga|wiersz|строк", "column": "spalte|colonne|columna|kolumn|столб"}


def _said(word: str) -> re.Pattern[str]:
    """Where the text says that something is a row, or a column."""
    before = rf"(?:per|each|every|in|as|are|its|the) \W{{0,2}}(?:the )?{word}s?\b"
    return re.compile(rf"{before}|{word}[- ]?wise|{word}s? (?:of|are|is|hold)|{LANGUAGES[word]}", re.IGNORECASE)


ROWS, COLUMNS = _said("row"), _said("column")


@dataclass
class _Samples:
    """The letters with the index of a sample above, and what holds all of their samples."""

    small: set[str] = field(default_factory=set)
    index: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    """What sums over samples run to: m."""
    capitals: dict[str, str] = field(default_factory=dict)
    """X: x."""
    bold: set[str] = field(default_factory=set)
    """Of the small letters, those that are bold with the index of a sample."""

    def look(self, statements: Sequence[Statement]) -> None:
        nodes = [n for s in statements for side in s.sides if side.tree is not None for n in t.walk(side.tree)]
        members = [x for s in statements for x, _ in s.memberships]
        for node in (*nodes, *members):
            match node:
                case t.Scripted(base=t.Name() as name, sup=sup) if (letter := _sample(sup)) and len(name.letter) == 1:
                    self.small.add(base_name(name))
                    self.index.add(letter)
                    if name.style == "bold":
                        self.bold.add(base_name(name))
        for node in nodes:
            match node:
                case t.Big(index=t.Compare(sides=(t.Name(letter=letter), *_)), upper=t.Name(letter=upper)):
                    if letter in self.index:
                        self.numbers.add(upper)
        bare = {base_name(n) for n in (*nodes, *members) if isinstance(n, t.Name) and n.letter.isupper()}
        for x in self.small:
            if x.upper() != x and x.upper() in bare - NOT_A_STACK - _diagonal(statements):
                self.capitals[x.upper()] = x


def stacks_of_samples(statements: Sequence[Statement], text: str) -> Iterator[tuple[Sequence[Statement], str]]:
    """The statements with x^{(:)} for all samples where that is meant, with the samples as rows and as columns."""
    found = _Samples()
    found.look(statements)
    stacked = _declared(statements, found)
    if not found.small or not (found.capitals or stacked):
        return
    known = _as_columns(statements, text, found)
    for columns in (False, True) if known is None else (known,):
        reader = _Reader(statements, found, columns, stacked)
        said = f"the samples are the {'columns' if columns else 'rows'} of {', '.join(sorted(found.capitals))}"
        if not found.capitals:
            said = f"{', '.join(sorted(stacked))} without an index stand for all samples"
        yield [reader.read(s) for s in statements], said


class _Reader:
    """Puts x^{(:)} for what stands for all samples."""

    def __init__(self, statements: Sequence[Statement], found: _Samples, columns: bool, stacked: set[str]) -> None:
        self.found, self.columns, self.stacked = found, columns, stacked
        firsts = [s.sides[0].tree for s in statements if s.relations and not s.continues]
        self.given = {base_name(f.base) for f in firsts if isinstance(f, t.Scripted) and isinstance(f.base, t.Name)}

    def read(self, statement: Statement) -> Statement:
        members = tuple(each for pair in statement.memberships if (each := self._of_each(*pair)) is not None)
        sides = [side.tree for side in statement.sides if side.tree is not None]
        if not any(self._speaks_of_all(side) for side in sides):
            return replace(statement.replaced(self._in_bold), memberships=members)
        out = replace(statement.replaced(self._without_arrow).replaced(self._change), memberships=members)
        return self._turned(out) if self.columns else out

    def _of_each(self, element: t.Tree, space: t.Tree) -> tuple[t.Tree, t.Tree] | None:
        """x^{(i)} ∈ ℝ^n for X ∈ ℝ^{m×n}; nothing for y ∈ ℝ^m, which is of all samples."""
        sizes = space_of(space) or ()
        own = base_name(element) if isinstance(element, t.Name) else ""
        if own in self.found.small and self.found.numbers & set(sizes):
            return None
        if own not in self.found.capitals or not isinstance(element, t.Name):
            return element, space
        if len(sizes) != 2 or not isinstance(space, t.Scripted) or not isinstance(space.sup, t.Factors):
            return None
        rest = space.sup.items[0 if self.columns else 1][1]
        one = t.Scripted(replace(element, letter=element.letter.lower()), None, self._index())
        return one, (space.base if sizes[0 if self.columns else 1] == 1 else replace(space, sup=rest))

    def _index(self) -> t.Group:
        return t.Group("(", (t.Name(min(self.found.index)),))

    def _speaks_of_all(self, side: t.Tree) -> bool:
        """Whether a capital that holds the samples stands in a side."""
        return any(isinstance(n, t.Name) and base_name(n) in self.found.capitals for n in t.walk(side))

    def _without_arrow(self, node: t.Tree) -> t.Tree | None:
        """The y of \\vec{y} beside y^{(i)}."""
        if not isinstance(node, t.Name) or "vec" not in node.accents:
            return None
        plain = replace(node, accents=tuple(a for a in node.accents if a != "vec"))
        return plain if base_name(plain) in self.found.small else None

    def _change(self, node: t.Tree) -> t.Tree | None:
        match node:
            case t.Terms(items=items) if (numbers := self._with_ones(items)) != items:
                return t.replaced(replace(node, items=numbers), self._change)
            case t.Name():
                return self._all(node, node, None, None)
            case t.Scripted(base=t.Name() as name, sub=sub, sup=sup, primes=0):
                if sup is None and len(script_items(sub)) == 2 and base_name(name) in self.found.capitals:
                    return self._entry(node, name, script_items(sub))
                if sub is None or base_name(name) in self.found.small:
                    return self._all(node, name, sub, sup) or node
                return node
        return None

    def _in_bold(self, node: t.Tree) -> t.Tree | None:
        """The **y** of **y**ᵀ**y** beside the numbers y^{(i)}, which holds all of them in any line."""
        name, above = (node.base, node.sup) if isinstance(node, t.Scripted) else (node, None)
        if not isinstance(name, t.Name) or name.style != "bold" or base_name(name) in self.found.bold:
            return None
        plain = not isinstance(node, t.Scripted) or (node.sub is None and not node.primes)
        return (self._all(node, name, None, above) if plain else None) or node

    def _with_ones(self, items: tuple[tuple[str, t.Tree], ...]) -> tuple[tuple[str, t.Tree], ...]:
        """Xw + b as Xw + b 1: the bias of a number is added to each sample."""
        along = next((a for _, item in items if (a := self._column_or_row(item)) is not None), None)
        if along is None:
            return items
        return tuple((sign, _times(item, along) if _is_bias(item) else item) for sign, item in items)

    def _column_or_row(self, item: t.Tree) -> t.Tree | None:
        """Ones that lie as X w does, or wᵀX; None for anything else."""
        match item:
            case t.Factors(items=((_, first), (_, t.Name() as last))) if base_name(last) not in self.found.capitals:
                if self._holds(first) and last.letter.islower():
                    return ONES
            case t.Factors(items=((_, t.Scripted(base=t.Name() as first, sup=sup)), (_, last))):
                if self._holds(last) and first.letter.islower() and sup is not None and is_transpose(sup):
                    return t.Scripted(ONES, None, t.Name("T"))
        return None

    def _holds(self, item: t.Tree) -> bool:
        """Whether an item is X, or Xᵀ."""
        name = item.base if isinstance(item, t.Scripted) and item.sub is None else item
        return isinstance(name, t.Name) and base_name(name) in self.found.capitals

    def _all(self, node: t.Tree, name: t.Name, sub: t.Tree | None, sup: t.Tree | None) -> t.Tree | None:
        """The name for all samples, transposed where it is, or where the samples are columns."""
        own = base_name(name)
        capital = own in self.found.capitals
        if not capital and (own not in self.found.small or _sample(sup)):
            return None
        if sup is not None and not is_transpose(sup):
            if not isinstance(sup, t.Num):
                return None
            inside = self._all(node, name, sub, None)
            return inside and t.Scripted(t.Group("(", (inside,), start=node.start, end=node.end), None, sup)
        letter = replace(name, letter=name.letter.lower()) if capital else name
        if not capital and own not in self.found.bold:
            letter = replace(name, style="")  # **y** holds the numbers y^{(i)}
        turned = (sup is not None) != (capital and self.columns)
        above = t.Factors((("", ALL), ("", t.Name("T")))) if turned else ALL
        return t.Scripted(letter, sub, above, start=node.start, end=node.end)

    def _entry(self, node: t.Scripted, name: t.Name, items: tuple[t.Tree, ...]) -> t.Tree | None:
        """X_{ij}: the component of one sample."""
        sample, component = reversed(items) if self.columns else items
        if not isinstance(sample, t.Name):
            return None
        letter = replace(name, letter=name.letter.lower())
        return t.Scripted(letter, component, t.Group("(", (sample,)), start=node.start, end=node.end)

    def _turned(self, statement: Statement) -> Statement:
        """Z = WX with the samples as columns, as an equation of Zᵀ: what has the samples as rows is given a meaning."""
        first = statement.sides[0].tree
        match first:
            case t.Scripted(base=t.Name() as name, sub=None, sup=t.Factors(items=((_, one), (_, _)))) if one == ALL:
                pass
            case _:
                return statement
        if base_name(name) in self.given or not statement.relations or statement.relations[0].symbol not in EQUAL:
            return statement
        sides = [replace(side, tree=None if side.tree is None else _transposed(side.tree)) for side in statement.sides]
        return replace(statement, sides=tuple(sides))


def _diagonal(statements: Sequence[Statement]) -> set[str]:
    """The S of S = diag(s^{(1)}, …), which holds them another way."""
    out: set[str] = set()
    for statement in statements:
        for side, other in pairwise(statement.sides):
            nodes = t.walk(other.tree) if other.tree is not None else ()
            if isinstance(side.tree, t.Name) and any(isinstance(n, t.Name) and n.letter == "diag" for n in nodes):
                out.add(base_name(side.tree))
    return out


def _is_bias(item: t.Tree) -> bool:
    """Whether a term is b, θ_0 or w_0."""
    match item:
        case t.Scripted(base=t.Name(), sub=t.Num(value=value), sup=None) if not value:
            return True
        case t.Scripted(base=t.Name() as name, sup=None) | (t.Name() as name):
            return base_name(name) in BIASES
    return False


def _times(bias: t.Tree, ones: t.Tree) -> t.Tree:
    return t.Factors((("", bias), ("", ones)), start=bias.start, end=bias.end)


def _transposed(tree: t.Tree) -> t.Tree:
    match tree:
        case t.Scripted(sup=t.Factors(items=((_, one), (_, last)))) if one == ALL and is_transpose(last):
            return replace(tree, sup=ALL)
    group = t.Group("(", (tree,), start=tree.start, end=tree.end)
    return t.Scripted(group, None, t.Name("T"), start=tree.start, end=tree.end)


def _sample(sup: t.Tree | None) -> str:
    """The i of x^{(i)}, also transposed."""
    match sup:
        case t.Group(kind="(", items=(t.Name(letter=letter, accents=()),)) if letter in INDEX_LETTERS:
            return letter
        case t.Factors(items=((_, first), (_, last))) if is_transpose(last):
            return _sample(first)
    return ""


def _declared(statements: Sequence[Statement], found: _Samples) -> set[str]:
    """The letters of samples that the text puts into ℝ^m."""
    out = set()
    for statement in statements:
        for x, space in statement.memberships:
            sizes = space_of(space) or ()
            if isinstance(x, t.Name) and base_name(x) in found.small and len(sizes) == 1 and sizes[0] in found.numbers:
                out.add(base_name(x))
    return out


def _as_columns(statements: Sequence[Statement], text: str, found: _Samples) -> bool | None:
    """Whether the samples are the columns: by the sizes of X, by words, by what stands before X; None where nothing
    says it."""
    for statement in statements:
        for x, space in statement.memberships:
            sizes = space_of(space) or ()
            if isinstance(x, t.Name) and base_name(x) in found.capitals and len(sizes) == 2:
                places = [k for k, size in enumerate(sizes) if size in found.numbers]
                if len(places) == 1:
                    return places[0] == 1
    by_words = len(COLUMNS.findall(text)) - len(ROWS.findall(text))
    if by_words:
        return by_words > 0
    first, behind = 0, 0
    for node in (n for s in statements for side in s.sides if side.tree is not None for n in t.walk(side.tree)):
        if isinstance(node, t.Factors) and len(node.items) > 1:
            names = [label_text(x) for _, x in node.items]
            first += names[0] in found.capitals
            behind += names[-1] in found.capitals
    return None if behind == first else behind > first
