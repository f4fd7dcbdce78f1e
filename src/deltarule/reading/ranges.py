"""Sums and maxima over an index, with or without bounds, and lists of which all entries are alike."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from deltarule.calculus.rules import delta
from deltarule.language.arithmetic import multiply, subtract
from deltarule.language.expression import ONE, ZERO, Apply, Axis, Maximum, fresh, opened, rename
from deltarule.reading import tree as t
from deltarule.reading.over_time import STEPS, counts_steps, lifted
from deltarule.reading.references import INDEX_LETTERS, Survey, label_text
from deltarule.reading.values import Unread, Value

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering


MAX_STEPS = 8
UNREAD = {
    "int": "an integral", "lim": "a limit", "min": "a minimum over an index",
    "cup": "a union", "cap": "an intersection", "oplus": "a direct sum",
}  # fmt: skip


def ranged(low: Lowering, node: t.Big | t.Entries) -> Value:
    if isinstance(node, t.Entries):
        return _all_alike(low, node)
    if node.kind == "sum" and (steps := _steps(low, node)) is not None:
        return steps
    if node.kind == "prod":
        return _product(low, node)
    if node.kind == "max" and node.index is not None:
        return over(low, node, maximum=True)
    if node.kind != "sum":
        raise Unread(f"{UNREAD.get(node.kind, node.kind)} is not read", node.start)
    return over(low, node)


def _product(low: Lowering, node: t.Big) -> Value:
    """∏ a_i as the exponential of Σ log a_i, where every a_i > 0; for a rational a_i it then holds everywhere."""
    if any(isinstance(n, t.Group) and n.kind in {"|", "||"} for n in t.walk(node.body)):
        raise Unread("a product over an index of absolute values", node.start)
    logarithm = t.Call(t.Name("log"), t.Group("(", (node.body,), start=node.start, end=node.end),
                       start=node.start, end=node.end)  # fmt: skip
    value = over(low, replace(node, kind="sum", body=logarithm))
    if value.rank:
        raise Unread("a product over an index of vectors or matrices", node.start)
    return Value(Apply("exp", (value.expression,)))


def _steps(low: Lowering, node: t.Big) -> Value | None:
    """Σ_{t=1}^{3} over points in time (or layers), which are names of their own: written out."""
    usage = low.symbols.usage
    match node:
        case t.Big(
            index=t.Compare(sides=(t.Name(letter=letter), t.Num(value=first)), relations=(t.Relation(symbol="="),)),
            upper=t.Num(value=last),
        ):
            pass
        case t.Big(
            index=t.Compare(
                sides=(t.Num(value=first), t.Name(letter=letter), t.Num(value=last)),
                relations=(t.Relation(symbol="\\le"), t.Relation(symbol="\\le")),
            ),
            upper=None,
        ):
            pass
        case _:
            return None
    if not isinstance(usage, Survey) or letter not in usage.steps:
        return None
    if first.denominator != 1 or last.denominator != 1 or last - first >= MAX_STEPS:
        return None
    terms = tuple(("+", _at(node.body, letter, k)) for k in range(int(first), int(last) + 1))
    if not terms:
        return Value(ZERO)
    return low.lower(t.Terms(terms, start=node.start, end=node.end))


def _at(body: t.Tree, letter: str, k: int) -> t.Tree:
    """The body at step k: `h_{t-1}` is `h_2` at 3."""

    def number(value: int, like: t.Tree) -> t.Num:
        return t.Num(Fraction(value), str(value), start=like.start, end=like.end)

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Name(letter=own, accents=()) if own == letter:
                return number(k, node)
            case t.Terms(items=(("+", t.Name(letter=own)), (sign, t.Num(value=value)))) if own == letter:
                return number(k + int(value) if sign == "+" else k - int(value), node)
        return None

    return t.replaced(body, change)


def over(low: Lowering, node: t.Big, maximum: bool = False) -> Value:
    letter, first, excluded = bounds(node)
    outer = low.letters.pop(letter, None) if letter is not None else None
    try:
        if letter is not None and node.upper is not None:
            low.letters[letter] = upper_bound(node.upper)
        return _over(low, node, letter, first, excluded, maximum)
    finally:
        if letter is not None:
            low.letters.pop(letter, None)
            if outer is not None:
                low.letters[letter] = outer


def _over(
    low: Lowering, node: t.Big, letter: str | None, first: int | None, excluded: t.Tree | None, maximum: bool
) -> Value:
    body = low.resized(low.lower(node.body))
    if letter is not None and not maximum and _counts(low, letter, body):
        body = _over_steps(low, body, letter, first)
        first = _first_step(low, node, first)
    free = [a for a in body.expression.axes if a.name in INDEX_LETTERS]
    if letter is None:
        if not free and body.rank:
            return _of_all_components(body)
        if not free:
            raise Unread("a sum without an index over something without an index", node.start)
        low.implied = True
        bound = free
    else:
        bound = [a for a in free if a.name == letter]
        ones = isinstance(node.body, t.Num) and node.upper is not None and first in (1, None)  # Σ_i^n 1
        counted = ones or (first == 1 and free)  # Σ_{i=1}^n x_j
        if not bound and counted and not maximum and letter not in _letters(node.body):
            return body.with_expression(multiply(body.expression, bound=(fresh(low.letters[letter]),)))
        if not bound and body.expression is ZERO and letter in _letters(node.body):
            return body  # Σ_j e^{x_j} · 0
        if not bound:
            raise Unread(f"a sum over {letter}, which does not occur in it", node.start)
    if first not in (1, None):
        raise Unread(f"a sum from {first}", node.start)
    if maximum:
        (inner,), axes = opened(body.expression) if isinstance(body.expression, Maximum) else ((body.expression,), ())
        return body.with_expression(Maximum(inner, (*bound, *axes)))  # max_{i,j} is one maximum
    fresh_axes = {a: fresh(a.size) for a in bound}
    e = rename(body.expression, fresh_axes)
    factors = [e]
    if excluded is not None:
        other = low.sized(low.index(excluded), bound[0].size)
        factors.append(subtract(ONE, delta(fresh_axes[bound[0]], other)))
    return body.with_expression(multiply(*factors, bound=tuple(fresh_axes.values())))


def _letters(tree: t.Tree) -> set[str]:
    return {n.letter for n in t.walk(tree) if isinstance(n, t.Name)}


def _of_all_components(body: Value) -> Value:
    """Σ (y - ŷ)² of two vectors."""
    axes = [a for a in (body.row, body.col) if a is not None]
    own = {a: fresh(a.size) for a in axes}
    return Value(multiply(rename(body.expression, own), bound=tuple(own.values())))


def _counts(low: Lowering, letter: str, body: Value) -> bool:
    usage = low.symbols.usage
    return isinstance(usage, Survey) and letter in usage.steps and counts_steps(body.expression, letter)


def _first_step(low: Lowering, node: t.Big, first: int | None) -> int | None:
    """No number where a sum begins with the first step, which is 0 or 1 in all of the document."""
    if first not in (0, 1) or node.upper is None:
        return first
    if low.symbols.first_step is None:
        low.symbols.first_step = first
    if first != low.symbols.first_step:
        raise Unread(f"a sum from {first}, others are from {low.symbols.first_step}", node.start)
    return None


def _over_steps(low: Lowering, body: Value, letter: str, first: int | None) -> Value:
    """What is counted, with the step as an index. From 0 to T there are not T steps."""
    if first == 0:
        low.letters[letter] = STEPS
    size = low.symbols.find(low.letters.setdefault(letter, STEPS))
    low.symbols.unify(STEPS, size)
    return body.with_expression(lifted(body.expression, letter, Axis(letter, size)))


def bounds(node: t.Big) -> tuple[str | None, int | None, t.Tree | None]:
    match node.index:
        case None:
            return None, None, None
        case t.Name(letter=letter):
            return letter, None, None
        case t.Group(kind="", items=(t.Compare() as one, t.Compare() as other)):  # j = 1, j ≠ i
            (letter, first, out), (same, _, excluded) = (bounds(replace(node, index=x)) for x in (one, other))
            if letter == same and out is None and excluded is not None:
                return letter, first, excluded
        case t.Compare(sides=(t.Name(letter=letter), right), relations=(relation,)):
            symbol = relation.symbol.lstrip("\\")
            if symbol == "=":
                if isinstance(right, t.Num):
                    return letter, int(right.value), None
                raise Unread("a lower bound that is not a number", node.start)
            if symbol in {"ne", "neq", "≠"}:
                return letter, None, right
            if symbol == "in":
                return letter, None, None
    raise Unread("the bounds of a sum", node.start)


def computed_size(upper: t.Terms) -> str | None:
    """n - K + 1 and m + n - 1 in one spelling: the sizes with a plus, those with a minus, the number. None for T - 1,
    which may be one less than something that is counted to T."""
    signs: dict[str, int] = {}
    number = 0
    for sign, part in upper.items:
        match part:
            case t.Num(value=value) if value.denominator == 1:
                number += int(value) if sign == "+" else -int(value)
            case t.Name(letter=letter, accents=()) if letter not in signs and len(letter) == 1:
                signs[letter] = 1 if sign == "+" else -1
            case _:
                return None
    if (len(signs) < 2 and number <= 0) or 1 not in signs.values():
        return None
    plus, minus = ([x for x in sorted(signs) if signs[x] == c] for c in (1, -1))
    return "+".join(plus) + "".join(f"-{x}" for x in minus) + (f"{number:+d}" if number else "")


def upper_bound(upper: t.Tree) -> int | str:
    match upper:
        case t.Num(value=value):
            return int(value)
        case t.Name() | t.Scripted():
            return label_text(upper)
        case t.Terms(items=items) if all(isinstance(x, t.Scripted | t.Num) for _, x in items):
            return label_text(upper)  # s_l + 1: a size of its own
        case t.Terms() if (size := computed_size(upper)) is not None:
            return size
    raise Unread("an upper bound that is not a number or a letter", upper.start)


def _all_alike(low: Lowering, node: t.Entries) -> Value:
    """The entry at any place, with the letters of the place as the axes of the whole."""
    letters = [letter for letter in (node.row, node.column) if letter]
    outer = {x: low.letters.pop(x) for x in letters if x in low.letters}
    try:
        for letter, size in ((node.row, node.rows), (node.column, node.columns)):
            if letter and size is not None:
                low.letters[letter] = upper_bound(size)
        value = low.resized(low.lower(node.body))
    finally:
        for letter in letters:
            low.letters.pop(letter, None)
        low.letters.update(outer)
    if value.rank:
        raise Unread("a vector of vectors", node.start)
    places: dict[str, Axis] = {a.name: a for a in value.expression.axes if a.name in letters}
    if set(places) != set(letters):
        raise Unread("a list of entries without an index", node.start)
    own = {a: fresh(a.size) for a in places.values()}
    row, column = (own[places[letter]] if letter else None for letter in (node.row, node.column))
    return Value(rename(value.expression, own), row, column)
