"""Windows that are counted from 0: `y_t = Σ_{k=0}^{K-1} w_k x_{t+k}`, where each index is one more from now on.

A letter is one more, and so is the index itself: `x_{t+k}` is then `x_{t+k-1}`, `y_{2i}` is `y_{2i-1}`, `w_0` is `w_1`,
and a sum to `n - K` goes to `n - K + 1`. What stands in one place of a name, or below one letter, is counted in one
way; nothing is changed where a letter of it also counts from 1.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from deltarule.checking.core.rows import DocumentRow
from deltarule.reading import tree as t
from deltarule.reading.references import script_items, trees
from deltarule.reading.signs import GREEK

__all__ = ["Slot", "Windows", "counted_with", "linear", "one_more", "windows"]

Slot = tuple[str, int, int]
"""A name, how many indices it stands with, and which of them is meant."""


@dataclass
class Windows:
    """Letters, and places of names, that are counted from 0 and are one more from now on."""

    letters: set[str] = field(default_factory=set)
    places: set[Slot] = field(default_factory=set)
    parts: list[Windows] = field(default_factory=list)
    """The windows of parts of a text that count each in its own way."""
    within: tuple[tuple[int, int], ...] = ()
    """Where the statements of such a part stand."""

    def moved(self, item: t.Tree) -> t.Tree:
        """i + k as i + k - 1: both letters and the index itself are one more."""
        found = linear(item)
        if found is None:
            return item
        coefficients, number = found
        new = number + 1 - sum(c for letter, c in coefficients.items() if letter in self.letters)
        if new == number:
            return item
        terms = item.items if isinstance(item, t.Terms) else (("+", item),)
        kept = tuple((sign, x) for sign, x in terms if not isinstance(x, t.Num))
        if not kept:
            return t.Num(Fraction(new), str(new), start=item.start, end=item.end)
        if new:
            kept = (*kept, ("+" if new > 0 else "-", t.Num(Fraction(abs(new)), str(abs(new)))))
        if len(kept) == 1 and kept[0][0] == "+" and isinstance(kept[0][1], t.Name):
            return kept[0][1]
        return t.Terms(kept, start=item.start, end=item.end)

    def compares(self, sides: Sequence[t.Tree]) -> bool:
        """Whether indices that are counted so are compared: j = i + k, 0 ≤ s - t ≤ K - 1."""
        found = [linear(side) for side in sides]
        names = {x for f in found if f is not None for x in f[0]}
        return None not in found and bool(names & self.letters) and all(
            x in self.letters or x.isupper() for x in names
        )  # fmt: skip

    def as_written(self, rows: Iterable[DocumentRow]) -> None:
        """Count from 0 again in what is said of the rows; a suggestion with numbers or sums below is left out."""
        rows = list(rows)
        for part in self.parts:
            part.as_written(r for r in rows if any(start <= r.start < end for start, end in part.within))
        for row in rows if self.places else ():
            if row.counterexample:
                row.counterexample = {self._own(key): self._index(key, v) for key, v in row.counterexample.items()}
            if re.search(r"_\{?\d|_\{[^{}]*[+-]|=\s*1\}", row.suggestion):
                row.suggestion = ""

    def _index(self, key: str, value: str) -> str:
        counted = key.startswith("index ") and key[6:] in self.letters and value.isdigit()
        return str(int(value) - 1) if counted else value

    def _own(self, key: str) -> str:
        found = re.fullmatch(r"(.+?)(?:\[([\d,]+)\]|_(\d+))", key)
        if found is None:
            return key
        numbers = (found[2] or found[3]).split(",")
        moved = [str(int(x) - ((found[1], len(numbers), k) in self.places)) for k, x in enumerate(numbers)]
        return f"{found[1]}[{','.join(moved)}]" if found[2] else f"{found[1]}_{moved[0]}"


def windows(
    sums: Sequence[t.Big], from_zero: Collection[str], from_one: Collection[str], slots: Mapping[Slot, list[t.Tree]]
) -> Windows:
    """What is counted from 0 where two letters are added, x_{i+k}; nothing if a letter of it is counted from 1."""
    nothing, out = Windows(), Windows(set(from_zero))
    sizes = {x for node in sums for x in _names(node.upper)} - out.letters
    if not any(_of_two(item, out.letters) for items in slots.values() for item in items):
        return nothing
    before = -1
    while before != len(out.letters) + len(out.places):
        before = len(out.letters) + len(out.places)
        for at, items in slots.items():
            found = [f for i in items if (f := linear(i)) is not None]
            letters = {x for f in found for x in f[0] if x.islower() and x not in sizes}
            if at in out.places or letters & out.letters:
                if len(found) < len(items) or any(not 0 <= f[1] < 9 for f in found if not f[0]):
                    return nothing
                out.places.add(at)
                out.letters |= letters
    return nothing if out.letters & set(from_one) else out


def counted_with(node: t.Big, letter: str) -> bool:
    """Whether the letter of a sum is added to another one in it: Σ_k w_k x_{i+k}."""
    items = (i for n in trees(node.body) if isinstance(n, t.Scripted) for i in script_items(n.sub))
    return any(_of_two(item, {letter}) for item in items)


def _of_two(item: t.Tree, letters: Collection[str]) -> bool:
    found = linear(item) if isinstance(item, t.Terms) else None
    return found is not None and sum(x.islower() for x in found[0]) > 1 and bool(letters & found[0].keys())


def one_more(upper: t.Tree | None) -> t.Tree | None:
    """How many there are from 0 to an upper bound: K for K - 1, n - K + 1 for n - K, 3 for 2; None for other bounds."""
    found = linear(upper) if upper is not None else None
    if upper is None or found is None:
        return None
    return Windows().moved(upper)


def linear(item: t.Tree) -> tuple[dict[str, int], int] | None:
    """`2i + k - 2` by its letters, sizes included; None for what is no such sum."""
    letters: dict[str, int] = {}
    number = 0
    for sign, part in item.items if isinstance(item, t.Terms) else (("+", item),):
        factor = 1 if sign == "+" else -1
        match part:
            case t.Num(value=value) if value.denominator == 1:
                number += factor * int(value)
            case t.Name(letter=letter, accents=()) if len(letter) == 1 or letter in GREEK:
                letters[letter] = letters.get(letter, 0) + factor
            case t.Factors(items=((_, t.Num(value=value)), (_, t.Name(letter=letter, accents=())))) if (
                value.denominator == 1
            ):
                letters[letter] = letters.get(letter, 0) + factor * int(value)
            case _:
                return None
    return letters, number


def _names(tree: t.Tree | None) -> Iterable[str]:
    return (n.letter for n in trees(tree) if isinstance(n, t.Name))
