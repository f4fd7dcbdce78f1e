"""Worked numbers: `0.172 · 0.537 = 0.0924` is meant to the digits that are written, no more.

A decimal of three digits or more was rounded: it stands for every number that rounds to it. Shorter ones, such as 0.5,
are taken as they stand, but for the result on the right. Two sides that cannot be equal under any such reading are
refuted like any other; those that can claim no more than an approximation does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flint

from deltarule.reading import tree as t
from deltarule.reading.references import is_transpose

__all__ = [
    "apart_by",
    "entries_apart",
    "equal_to_the_digits",
    "is_calculation",
    "is_number",
    "number_of",
    "rounded",
    "rounds_to",
]

FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "ln": lambda x: x.log(),
    "tanh": lambda x: x.tanh(),
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "sqrt": lambda x: x.sqrt(),
}
ROUNDED_FROM = 3
"""Significant digits from which on a decimal within a calculation counts as rounded."""


def is_number(tree: t.Tree) -> bool:
    """Whether a side is one written number, with or without a sign, or a fraction of two."""
    match tree:
        case t.Num():
            return True
        case t.Terms(items=((_, t.Num()),)):
            return True
        case t.Ratio(numerator=n, denominator=d):
            return is_number(n) and is_number(d)
        case t.Factors(items=((_, a), ("/", b))):
            return is_number(a) and is_number(b)
    return False


def is_calculation(tree: t.Tree) -> bool:
    """Whether a side has a value by itself: written numbers and what is done with them."""
    with flint.ctx.workprec(80):
        return _enclosed(tree, exact=True) is not None


def rounded(tree: t.Tree, steps: int) -> Any:
    """A ball of some units of the last digit around a calculation with decimals; None for anything else."""
    digits = [len(n.text.partition(".")[2]) for n in t.walk(tree) if isinstance(n, t.Num) and _is_decimal(n)]
    value = _enclosed(tree, exact=True) if digits else None
    return None if value is None else value + flint.arb(0, steps * 10.0 ** -min(digits))


def number_of(tree: t.Tree) -> str:
    """A written number in one spelling, to tell two of them apart."""
    with flint.ctx.workprec(80):
        return str(_enclosed(tree, exact=True))


def equal_to_the_digits(left: t.Tree, right: t.Tree) -> bool | None:
    """Whether two calculations with written numbers only are equal no further than decimals are rounded; None for
    other sides, where no decimal stands in them, and where they are equal as they stand."""
    if not any(_is_decimal(n) for side in (left, right) for n in t.walk(side)):
        return None
    with flint.ctx.workprec(80):
        exact = [_enclosed(side, exact=True) for side in (left, right)]
        if None in exact or not all(value.is_finite() for value in exact):
            return None
        if exact[0].overlaps(exact[1]):
            return None  # an equality like any other
        return bool(_enclosed(left).overlaps(_result(right)))


def rounds_to(left: t.Tree, right: t.Tree) -> bool | None:
    """Whether a written number is the value of a calculation, rounded to the digits that it has; None for other sides,
    and where too little of the value is known."""
    with flint.ctx.workprec(80):
        value = _enclosed(left, exact=True)
        if value is None or not value.is_finite():
            return None
        written, unit = _enclosed(right, exact=True), _unit(right)
        return None if written is None else bool(abs(value - written) <= unit / 2)


def apart_by(left: t.Tree, right: t.Tree) -> tuple[float, str, str] | None:
    """By which part of itself the value of a calculation differs from a number at least, if each decimal in it was
    rounded to the digits that it has, and the number is rounded too; with the two values as they stand."""
    with flint.ctx.workprec(80):
        exact, value = _enclosed(left, exact=True), _enclosed(left, shortest=1)
        written = _enclosed(right, exact=True)
        if exact is None or value is None or written is None or not value.is_finite() or not exact.is_finite():
            return None
        near = written + flint.arb(0, _unit(right))
        gap = flint.arb(0) if value.overlaps(near) else (value - near).abs_lower()
        size = max(float(abs(exact).mid()), float(abs(written).mid()))
        return (float(gap) / size if size else 0.0), f"{float(exact):.12g}", f"{float(written):.12g}"


def _unit(tree: t.Tree) -> Any:
    """One of the last digit that is written, of a whole number of its last digit that is not 0."""
    digits = [n.text for n in t.walk(tree) if isinstance(n, t.Num)]
    if len(digits) != 1:
        return flint.arb(0)
    _, point, behind = digits[0].partition(".")
    if point:
        return flint.arb(flint.fmpq(1, 10 ** len(behind)))
    return flint.arb(10 ** (len(digits[0]) - len(digits[0].rstrip("0")))) if digits[0].strip("0") else flint.arb(1)


def entries_apart(left: t.Tree, right: t.Tree) -> dict[str, str] | None:
    """The first entries of two matrices of written numbers, of one shape, that no rounding makes equal."""
    if not isinstance(right, t.Matrix):
        return None
    with flint.ctx.workprec(80):
        one, other = _matrix(left), _matrix(right, shortest=1)
        if one is None or other is None or [len(row) for row in one] != [len(row) for row in other]:
            return None
        for i, rows in enumerate(zip(one, other, strict=True), 1):
            for j, (a, b) in enumerate(zip(*rows, strict=True), 1):
                if a.is_finite() and not a.overlaps(b):
                    shown = {"left": f"{float(a):.12g}", "right": f"{float(b):.12g}"}
                    return {f"{side}, entry ({i}, {j})": value for side, value in shown.items()}
    return None


def _matrix(tree: t.Tree, shortest: int = ROUNDED_FROM) -> list[list[Any]] | None:
    """The entries of a matrix of written numbers, of a product of two or more, or of one turned or times a number."""
    match tree:
        case t.Matrix(kind=kind, rows=rows) if kind in {"(", "["}:
            out = [[None if x is None else _entry(x, shortest) for x in row] for row in rows]
            whole = all(x is not None for row in out for x in row) and len({len(row) for row in out}) == 1
            return out if whole else None
        case t.Group(kind="(" | "[", items=(inside,)):
            return _matrix(inside, shortest)
        case t.Scripted(base=base, sub=None, sup=t.Tree() as sup, primes=0) if is_transpose(sup):
            inside = _matrix(base, shortest)
            return None if inside is None else [list(column) for column in zip(*inside, strict=True)]
        case t.Factors(items=items):
            return _matrices_multiplied(items, shortest)
    return None


def _matrices_multiplied(items: tuple[tuple[str, t.Tree], ...], shortest: int) -> list[list[Any]] | None:
    total = _matrix(items[0][1], shortest)
    number = _enclosed(items[0][1]) if total is None else None
    for op, item in items[1:]:
        value = _matrix(item, shortest)
        if op not in {"", "cdot", "times"} or value is None or (total is None and number is None):
            return None
        total = _multiplied(total, value) if total is not None else [[number * x for x in row] for row in value]
        if total is None:
            return None
    return total


def _entry(tree: t.Tree, shortest: int) -> Any:
    return _result(tree) if shortest == 1 else _enclosed(tree)


def _multiplied(a: list[list[Any]], b: list[list[Any]]) -> list[list[Any]] | None:
    if len(a[0]) != len(b):
        return None
    return [[sum((x * y for x, y in zip(row, column, strict=True)), flint.arb(0)) for column in zip(*b, strict=True)]
            for row in a]  # fmt: skip


def _is_decimal(node: t.Tree) -> bool:
    return isinstance(node, t.Num) and "." in node.text


def _result(tree: t.Tree) -> Any:
    """The right side: a lone decimal is rounded however short it is."""
    match tree:
        case t.Num():
            return _number(tree, shortest=1)
        case t.Terms(items=((sign, t.Num() as only),)) if sign in {"+", "-"}:
            value = _number(only, shortest=1)
            return -value if sign == "-" else value
    return _enclosed(tree)


def _number(node: t.Num, shortest: int = ROUNDED_FROM, exact: bool = False) -> Any:
    value = flint.arb(flint.fmpq(node.value.numerator, node.value.denominator))
    _, point, digits = node.text.partition(".")
    if exact or not point or len(node.text.replace(".", "").lstrip("0")) < shortest:
        return value
    return value + flint.arb(0, 0.5 * 10.0 ** -len(digits))


def _enclosed(tree: t.Tree, exact: bool = False, shortest: int = ROUNDED_FROM) -> Any:
    """A ball around the value of a side without names; None for anything else."""
    match tree:
        case t.Num():
            return _number(tree, shortest, exact)
        case t.Group(kind="(" | "[", items=(inside,)):
            return _enclosed(inside, exact, shortest)
        case t.Group(kind="|", items=(inside,)):
            value = _enclosed(inside, exact, shortest)
            return None if value is None else abs(value)
        case t.Terms(items=items):
            total = flint.arb(0)
            for sign, item in items:
                value = _enclosed(item, exact, shortest)
                if value is None or sign not in {"+", "-"}:
                    return None
                total = total - value if sign == "-" else total + value
            return total
        case t.Factors(items=items):
            return _product(items, exact, shortest)
        case t.Ratio(numerator=n, denominator=d):
            above, below = _enclosed(n, exact, shortest), _enclosed(d, exact, shortest)
            return None if above is None or below is None else above / below
        case t.Root(degree=None, body=body):
            value = _enclosed(body, exact, shortest)
            return None if value is None else value.sqrt()
        case t.Scripted(base=t.Name(letter="e", accents=()), sub=None, sup=t.Tree() as sup, primes=0):
            value = _enclosed(sup, exact, shortest)
            return None if value is None else value.exp()
        case t.Scripted(base=base, sub=None, sup=t.Tree() as sup, primes=0):
            value, n = _enclosed(base, exact, shortest), _enclosed(sup, exact, shortest)
            return None if value is None or n is None else value**n
        case t.Call(function=t.Name(letter=letter), argument=argument):
            value = _enclosed(argument, exact, shortest)
            return None if value is None or letter not in FUNCTIONS else FUNCTIONS[letter](value)
    return None


def _product(items: tuple[tuple[str, t.Tree], ...], exact: bool, shortest: int) -> Any:
    total = flint.arb(1)
    k = 0
    while k < len(items):
        op, item = items[k]
        following = items[k + 1] if k + 1 < len(items) else ("", None)
        called = isinstance(item, t.Name) and item.letter in FUNCTIONS and following[0] == ""
        if called and isinstance(item, t.Name) and isinstance(following[1], t.Group):  # σ(0.6)
            inside = _enclosed(following[1], exact, shortest)
            value, k = None if inside is None else FUNCTIONS[item.letter](inside), k + 2
        else:
            value, k = _enclosed(item, exact, shortest), k + 1
        if value is None or op not in {"", "cdot", "times", "*", "/", "div"}:
            return None
        total = total / value if op in {"/", "div"} else total * value
    return total
