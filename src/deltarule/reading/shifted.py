"""Indices that are sums, as in `x_{i+k-1}` and `1[j = 2i + k - 2]`: entries selected by an equation between letters.

An index outside the range of its array means 0, which is noted. A letter with a number alone, `x_{t-1}`, is a step and
not read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.language.arithmetic import multiply
from deltarule.language.expression import ZERO, Axis, Expression, Index, fresh, selection
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, multiple_of
from deltarule.reading.values import Unread, Value

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = ["Places", "equation", "is_shifted", "linear"]

Linear = tuple[dict[str, int], int]
"""The coefficient of each letter, and the number."""
OUTSIDE = "an index outside the range of its array means 0"


def linear(item: t.Tree) -> Linear | None:
    """`2i + k - 2` by its letters; None for what is no such sum."""
    letters: dict[str, int] = {}
    number = 0
    for sign, part in item.items if isinstance(item, t.Terms) else (("+", item),):
        if sign not in {"+", "-"}:
            return None
        factor = 1 if sign == "+" else -1
        match part:
            case t.Num(value=value) if value.denominator == 1:
                number += factor * int(value)
            case t.Name(letter=letter) if not part.accents and letter in INDEX_LETTERS:
                letters[letter] = letters.get(letter, 0) + factor
            case t.Factors() if (found := multiple_of(part)) is not None:
                letters[found[1]] = letters.get(found[1], 0) + factor * found[0]
            case _:
                return None
    return letters, number


def is_shifted(item: t.Tree) -> bool:
    """Whether an index is a sum of two letters or of a multiple of one."""
    found = linear(item) if isinstance(item, t.Terms) else None
    return found is not None and (len(found[0]) > 1 or any(abs(c) > 1 for c in found[0].values()))


class Places:
    """The indices of one name; each that is a sum has an index of its own until the name is known."""

    def __init__(self, low: Lowering, items: tuple[t.Tree, ...]) -> None:
        self.low = low
        self.sums: dict[str, Linear] = {}
        self.indices: list[Index] = []
        for item in items:
            found = linear(item) if is_shifted(item) else None
            if found is None:
                index = low.index(item)
                assert not isinstance(index, tuple) or isinstance(index, Axis)
                self.indices.append(index)
            else:
                axis = fresh("?")
                self.sums[axis.name] = found
                self.indices.append(axis)

    def in_range(self, e: Expression) -> list[Expression]:
        """For each index that is a sum a factor that is 1 where it is in the range of its array, and 0 elsewhere."""
        out = []
        for name, (letters, number) in self.sums.items():
            axis = next((a for a in e.axes if a.name == name), None)
            if axis is None or not any(c > 0 for c in letters.values()):
                raise Unread("an index that is no place")
            found = multiply(_selection(self.low, {a: -c for a, c in letters.items()}, number, axis), bound=(axis,))
            if found is ZERO:
                raise Unread("an index outside the range of its array")
            out.append(found)
        return out

    def selected(self, value: Value) -> Value:
        """The value, with the entries that the sums select."""
        e = value.expression
        for name, (letters, number) in self.sums.items():
            axis = next((a for a in e.axes if a.name == name), None)
            if axis is None:
                raise Unread("an index that is a sum, of a value without it")
            e = multiply(_selection(self.low, {**{a: -c for a, c in letters.items()}}, number, axis), e, bound=(axis,))
            if OUTSIDE not in self.low.notes:
                self.low.notes.append(OUTSIDE)
        return value if e is value.expression else Value(e, value.row, value.col)


def _selection(low: Lowering, letters: dict[str, int], number: int, axis: Axis | None = None) -> Expression:
    terms: list[tuple[Index, int]] = [] if axis is None else [(axis, 1)]
    for letter, c in letters.items():
        size = low.letters.setdefault(letter, low.symbols.new_size())
        terms.append((Axis(letter, low.symbols.find(size)), c))
    return selection(terms, number)


def equation(low: Lowering, left: t.Tree, right: t.Tree) -> Expression | None:
    """`1[j = 2i + k - 2]`; None where no side is a sum of index letters."""
    if not isinstance(left, t.Terms) and not isinstance(right, t.Terms):
        return None
    one, other = linear(left), linear(right)
    if one is None or other is None or not (one[0] and other[0]):
        return None
    letters = dict(one[0])
    for letter, c in other[0].items():
        letters[letter] = letters.get(letter, 0) - c
    if any(letter in low.symbols.entities for letter in letters):
        return None
    return _selection(low, letters, other[1] - one[1])
