"""Putting formulas together: parentheses, signs and dots where they are needed, and nowhere else."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction as Rational

from deltarule.writing.formula import (
    Absolute,
    Bar,
    Big,
    Call,
    Cases,
    Exponential,
    Formula,
    Fraction,
    Indicator,
    Name,
    Norm,
    Numeral,
    Operator,
    Parentheses,
    Partial,
    Product,
    Root,
    Special,
    Superscript,
    Table,
    Terms,
    Transposed,
)

__all__ = [
    "ATOM",
    "BIG",
    "FRACTION",
    "PRODUCT",
    "SUM",
    "called",
    "decimal",
    "exact_decimal",
    "negative",
    "numeral",
    "product",
    "superscript",
    "tall",
    "terms",
    "transposed",
    "wrap",
]

# How tightly a formula holds together; a place asks for a level and gets parentheses where the formula has less.
SUM, BIG, PRODUCT, FRACTION, ATOM = range(5)


def level(f: Formula) -> int:
    match f:
        case Terms():
            return SUM
        case Big() | Cases() | Operator():
            return BIG
        case Product() | Call(bare=True):
            return PRODUCT
        case Fraction() | Partial() | Superscript() | Exponential() | Bar() | Transposed():
            return FRACTION
        case Call(function="log" | "log1p" | "expm1"):
            return FRACTION
        case Name(number=number, word=word):
            return FRACTION if number or word else ATOM
    return ATOM


def wrap(f: Formula, least: int) -> Formula:
    return Parentheses(f) if level(f) < least else f


def tall(f: Formula) -> bool:
    """Whether the formula is higher than a line, so that what encloses it has to grow."""
    match f:
        case Fraction() | Partial() | Operator() | Table() | Cases() | Big() | Bar():
            return True
        case Superscript(base=base) | Transposed(base=base):
            return tall(base)
        case Root(body=body) | Parentheses(body=body) | Absolute(body=body) | Norm(body=body):
            return tall(body)
        case Call(arguments=arguments):
            return any(map(tall, arguments))
        case Product(factors=factors):
            return any(map(tall, factors))
        case Terms(items=items):
            return any(tall(t) for _, t in items)
        case Indicator(left=left, right=right):
            return tall(left) or tall(right)
    return False


def numeral(value: Rational) -> Formula:
    """A number: digits, a decimal where that is exact and shorter to read than a fraction, else a fraction."""
    if value < 0:
        return negative(numeral(-value))
    if value.denominator == 1:
        return Numeral(str(value.numerator))
    decimal = exact_decimal(value)
    return Numeral(decimal) if decimal else Fraction(Numeral(str(value.numerator)), Numeral(str(value.denominator)))


def decimal(value: float) -> Formula:
    """A measured number to six significant digits, a large or small one with a power of ten."""
    digits, _, exponent = f"{abs(value):.6g}".partition("e")
    body: Formula = Numeral(digits)
    if exponent:
        body = Product((body, Superscript(Numeral("10"), str(int(exponent)))), ("dot",))
    if not math.isfinite(value):
        body = Numeral("∞") if math.isinf(value) else Numeral("NaN")
    return Terms(((True, body),)) if value < 0 else body


def exact_decimal(value: Rational) -> str:
    """The decimal notation of a number such as 1/100; empty for 1/2, 1/3, and what needs more than six digits unless
    it is shorter than the fraction (1.0507009873554805)."""
    if value.denominator < 10:
        return ""
    longest = 7 if value.denominator < 10**7 else 2 + len(str(value.denominator))
    for digits in range(1, longest):
        if 10**digits % value.denominator == 0:
            scaled = value.numerator * (10**digits // value.denominator)
            text = str(scaled).rjust(digits + 1, "0")
            return f"{text[:-digits]}.{text[-digits:]}"
    return ""


def negative(f: Formula) -> Formula:
    """-f, without a second sign where f has one that covers all of it."""
    if isinstance(f, Terms) and len(f.items) == 1:
        minus, body = f.items[0]
        return body if minus else Terms(((True, body),))
    return Terms(((True, wrap(f, BIG)),))


def terms(summands: list[Formula]) -> Formula:
    """The sum. A number leads where something is subtracted from it, and a positive term where a plain one is
    subtracted: `1 - y` and `ŷ - y`, not `-y + 1` and `-y + ŷ`."""
    items: list[tuple[bool, Formula]] = []
    for f in summands:
        items += f.items if isinstance(f, Terms) else [(False, f)]
    numbers = [item for item in items if isinstance(item[1], Numeral | Special) and not item[0]]
    others = [item for item in items if item not in numbers]
    if len(numbers) == 1 and any(minus or isinstance(f, Exponential | Superscript | Call) for minus, f in others):
        items = [*numbers, *others]
    if len(items) == 2 and items[0][0] and not items[1][0] and not isinstance(items[0][1], Fraction):
        items.reverse()
    if len(items) == 1 and not items[0][0]:
        return items[0][1]
    return Terms(tuple((minus, wrap(f, BIG)) for minus, f in items))


def _bare_inside(f: Formula) -> Formula:
    return replace(f, bare=False) if isinstance(f, Call) else f


def product(factors: list[Formula], sign: str = "") -> Formula:
    """The product, flattened. A dot stands where two factors would run together: before a number, after a fraction."""
    flat: list[Formula] = []
    signs: list[str] = []
    for f in factors:
        if isinstance(f, Product) and all((s == "odot") == (sign == "odot") for s in f.signs):
            inner, between = list(f.factors), list(f.signs)
        else:
            inner, between = [f], []
        if flat:
            signs.append(sign)
        flat += inner
        signs += between
    if len(flat) == 1:
        return flat[0]
    last = len(flat) - 1
    out: list[Formula] = []
    for k, factor in enumerate(flat):
        f = _bare_inside(factor) if k < last else factor
        alone = isinstance(f, Product) or (sign == "odot" and isinstance(f, Big))
        out.append(Parentheses(f) if alone else wrap(f, PRODUCT if k < last else BIG))
    for k in range(last):
        if not signs[k] and _dot_between(out[k], out[k + 1]):
            signs[k] = "dot"
    return Product(tuple(out), tuple(signs))


def _dot_between(a: Formula, b: Formula) -> bool:
    if isinstance(b, Numeral) or (isinstance(b, Fraction) and isinstance(b.top, Numeral) and isinstance(a, Numeral)):
        return True
    if isinstance(a, Parentheses) and isinstance(b, Fraction):
        return True
    return isinstance(a, Fraction) and not isinstance(a.bottom, Numeral) and not isinstance(b, Partial)


def superscript(base: Formula, exponent: Rational, elementwise: bool = False) -> Formula:
    return Superscript(wrap(_bare_inside(base), ATOM), str(exponent), elementwise)


def transposed(f: Formula) -> Formula:
    match f:
        case Transposed(base=Parentheses(body=body)):
            return body
        case Transposed(base=base):
            return base
        case Name():
            return Transposed(f)
    return Transposed(wrap(_bare_inside(f), ATOM))


def called(function: str, arguments: tuple[Formula, ...], order: tuple[int, ...], vector: bool = False) -> Formula:
    """A function of its arguments; those with a notation of their own (|u|, √u, e^u, [u > 0]) get it."""
    if any(order):
        constants = all(isinstance(a, Numeral) for a in arguments[1:])
        if len(order) > 1 and constants and not any(order[1:]):
            order = order[:1]  # of one variable: a prime says it
        return Call(function, arguments, order)
    first = arguments[0]
    match function:
        case "abs" if not vector:
            return Absolute(first)
        case "sqrt":
            return Root(first)
        case "step":
            if isinstance(first, Terms) and len(first.items) == 1:
                return Indicator(first.items[0][1], "<", Numeral("0"))
            return Indicator(first, ">", Numeral("0"))
        case "exp" if not vector and not tall(first) and not _exponential_inside(first):
            return Exponential(first)
        case "log" if isinstance(first, Name) and not vector:
            return Call(function, arguments, bare=True)
    return Call(function, arguments)


def _exponential_inside(f: Formula) -> bool:
    match f:
        case Exponential():
            return True
        case Call(arguments=arguments):
            return any(map(_exponential_inside, arguments))
        case Product(factors=factors):
            return any(map(_exponential_inside, factors))
        case Terms(items=items):
            return any(_exponential_inside(t) for _, t in items)
        case Parentheses(body=body) | Superscript(base=body) | Root(body=body) | Absolute(body=body):
            return _exponential_inside(body)
    return False
