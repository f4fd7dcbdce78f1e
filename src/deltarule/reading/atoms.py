"""The smallest parts of a formula: names, brackets, fractions, roots, accents; read from where a parser stands."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from deltarule.reading import arrays, derivatives
from deltarule.reading.tree import (
    Accent,
    At,
    Compare,
    Dots,
    Group,
    Matrix,
    Name,
    Num,
    Ratio,
    Root,
    Scripted,
    Tree,
    Words,
    number,
)

if TYPE_CHECKING:
    from deltarule.reading.grammar import Parser

__all__ = ["ATOMS", "atom"]

ATOMS = frozenset(
    [
        "name",
        "number",
        "function",
        "big",
        "words",
        "open",
        "{",
        "bar",
        "partial",
        "nabla",
        "dots",
        "frac",
        "sqrt",
        "accent",
        "style",
        "begin",
        "physics",
        "fence",
        "brace",
        "substack",
    ]
)
"""Kinds of tokens with which a factor can begin."""


def atom(parser: Parser, end: int) -> Tree:
    at = parser.pos
    token = parser.tokens[at]
    match token.kind:
        case "number":
            parser.pos += 1
            return Num(Fraction(token.text), token.text, start=token.start, end=token.end)
        case "name" | "partial":
            parser.pos += 1
            style = token.style or (parser.style if token.kind == "name" else "")
            return Name(token.text, token.accents, style, start=token.start, end=token.end)
        case "words":
            parser.pos += 1
            return Words(token.text.strip(), start=token.start, end=token.end)
        case "dots":
            parser.pos += 1
            return Dots(start=token.start, end=token.end)
        case "{":
            return braces(parser, end)
        case "open":
            return brackets(parser, end)
        case "bar":
            return bars(parser, end)
        case "begin":
            return arrays.environment(parser, end)
        case "accent":
            return accent(parser, end)
        case "style":
            return styled(parser, end)
        case "frac":
            return fraction(parser, end)
        case "physics":
            return derivatives.physics(parser, end)
        case "sqrt":
            return root(parser, end)
        case "fence":
            parser.pos += 1
            start, stop = parser.argument(end)
            return Group(
                token.text, parser.items(start, stop), start=token.start, end=parser.tokens[parser.pos - 1].end
            )
        case "brace":
            return annotated(parser, end)
        case "substack":
            parser.pos += 1
            start, stop = parser.argument(end)
            rows = [parser.trimmed(*r) for r in parser.split(start, stop, "row")]
            items = tuple(i for a, b in rows if a < b for i in parser.items(a, b))
            return Group("", items, start=token.start, end=parser.tokens[parser.pos - 1].end)
        case "function" | "big":
            parser.pos += 1
            return Name(token.text, start=token.start, end=token.end)
    raise parser.unexpected(at)


def braces(parser: Parser, end: int) -> Tree:
    """{...} that is no argument: it does not show. Empty braces are passed over."""
    at = parser.pos
    close = parser.partner[at]
    if not at < close < end:
        raise parser.unexpected(at)
    parser.pos = close + 1
    start, stop = parser.trimmed(at + 1, close)
    if start == stop:
        parser.skip_spaces(end)
        if parser.kind(parser.pos, end) not in ATOMS:
            raise parser.fail("empty braces", at)
        return atom(parser, end)
    if stop - start == 1 and parser.tokens[start].kind == "op" and parser.kind(parser.pos, end) not in ("^", "_"):
        raise parser.fail("an operator alone in braces", start)
    tree = parser.listing(start, stop)
    if isinstance(tree, Compare) or (isinstance(tree, Group) and tree.kind == ""):
        raise parser.fail("braces around more than one quantity", at)
    return parser.marked(tree, parser.tokens[at].start, parser.tokens[close].end)


def brackets(parser: Parser, end: int) -> Tree:
    at = parser.pos
    close = parser.partner[at]
    if not at < close < end:
        raise parser.unexpected(at)
    opened, closed = parser.tokens[at].text, parser.tokens[close].text
    parser.pos = close + 1
    if (array := arrays.bracketed(parser, at, close)) is not None:
        return array
    a, b = parser.tokens[at].start, parser.tokens[close].end
    if opened == closed == "[" and (entries := _apart(parser, at + 1, close)):
        return Matrix("[", (entries,), start=a, end=b)
    if opened == ".":
        if closed == "|" and parser.kind(parser.pos, end) == "_":
            body = parser.listing(at + 1, close)
            sub, b = parser.subscript(parser.pos, end)
            return At(body, sub, start=a, end=b)
        raise parser.fail("a bracket that is left out on one side", at)
    if closed == ".":
        raise parser.fail("a bracket that is left out on one side", close)
    kind = opened if opened == closed else {"(": "(]", "[": "[)"}[opened]
    return Group(kind, parser.items(at + 1, close), start=a, end=b)


def _apart(parser: Parser, start: int, end: int) -> tuple[Tree, ...]:
    """The entries of a row that wide gaps part, `[a \\quad b]`."""
    top = parser.top(start, end)
    if any(parser.tokens[k].kind in ("comma", "semicolon", "relation", "bar") for k in top):
        return ()
    ranges = [parser.trimmed(*r) for r in parser.split(start, end, "space")]
    pieces = [(a, b) for a, b in ranges if a < b]
    return tuple(parser.listing(a, b) for a, b in pieces) if len(pieces) > 1 else ()


def bars(parser: Parser, end: int) -> Tree:
    """|x| and ‖x‖ with equal signs on both sides."""
    at = parser.pos
    sign = parser.tokens[at].text
    if sign == "|" and parser.kind(at + 1, end) == "bar" and parser.tokens[at + 1].text == "|":  # ||x||
        pairs = (k for k in parser.top(at + 2, end - 1) if all(parser.tokens[j].kind == "bar" for j in (k, k + 1)))
        close = next(pairs, -1)
        if close <= at + 2:
            raise parser.unexpected(at)
        parser.pos = close + 2
        items = parser.items(at + 2, close)
        return Group("||", items, start=parser.tokens[at].start, end=parser.tokens[close + 1].end)
    close = next(
        (k for k in parser.top(at + 1, end) if parser.tokens[k].kind == "bar" and parser.tokens[k].text == sign), -1
    )
    if sign == "mid" or close <= at + 1:
        raise parser.unexpected(at)
    parser.pos = close + 1
    return Group(sign, parser.items(at + 1, close), start=parser.tokens[at].start, end=parser.tokens[close].end)


def accent(parser: Parser, end: int) -> Tree:
    token = parser.tokens[parser.pos]
    parser.pos += 1
    start, stop = parser.argument(end)
    inner = parser.listing(start, stop)
    a, b = token.start, max(token.end, parser.tokens[parser.pos - 1].end)
    if token.text == "underline" and number(inner) is not None:  # a result, underlined
        return replace(inner, start=a, end=b)
    match inner:
        case Name():
            return replace(inner, accents=(*inner.accents, token.text), start=a, end=b)
        case Scripted(base=Name() as base):
            base = replace(base, accents=(*base.accents, token.text))
            return replace(inner, base=base, start=a, end=b)
    return Accent(token.text, inner, start=a, end=b)


def styled(parser: Parser, end: int) -> Tree:
    token = parser.tokens[parser.pos]
    parser.pos += 1
    outer, parser.style = parser.style, token.text
    start, stop = parser.argument(end)
    inner = parser.listing(start, stop)
    parser.style = outer
    a, b = token.start, max(token.end, parser.tokens[parser.pos - 1].end)
    if (
        isinstance(inner, Num) and token.text in ("bold", "bb") and inner.value in (0, 1)
    ):  # a result in bold is a number
        return Name(inner.text, (), token.text, start=a, end=b)
    match inner:
        case Scripted(base=Num(text=text) as digit) if token.text in ("bold", "bb"):  # \\mathbf{1_m}
            base = Name(text, (), token.text, start=digit.start, end=digit.end)
            return replace(inner, base=base, start=a, end=b)
    return parser.marked(inner, a, b)


def annotated(parser: Parser, end: int) -> Tree:
    """\\underbrace{x}_{words}: x; what stands below says something about it."""
    token = parser.tokens[parser.pos]
    parser.pos += 1
    start, stop = parser.argument(end)
    inner = parser.listing(start, stop)
    while parser.kind(parser.pos, end) in ("_", "^"):
        parser.pos += 1
        parser.argument(end)
    last = parser.tokens[parser.pos - 1].end
    tree = parser.marked(inner, token.start, last)
    parser.sums_held_together.add(id(tree))  # this brace shows
    return tree


def fraction(parser: Parser, end: int) -> Tree:
    token = parser.tokens[parser.pos]
    parser.pos += 1
    above = parser.argument(end)
    below = parser.argument(end)
    a, b = token.start, max(token.end, parser.tokens[parser.pos - 1].end)
    above, below = parser.trimmed(*above), parser.trimmed(*below)
    if above[0] == above[1] or below[0] == below[1]:
        raise parser.fail("a fraction with nothing above or below", parser.pos - 1)
    if (found := derivatives.fraction(parser, above, below, a, b)) is not None:
        return found
    return Ratio(parser.expression(*above), parser.expression(*below), start=a, end=b)


def root(parser: Parser, end: int) -> Tree:
    token = parser.tokens[parser.pos]
    parser.pos += 1
    degree: Tree | None = None
    if parser.kind(parser.pos, end) == "open" and parser.tokens[parser.pos].text == "[":
        close = parser.partner[parser.pos]
        if not parser.pos < close < end:
            raise parser.unexpected(parser.pos)
        degree = parser.expression(parser.pos + 1, close)
        parser.pos = close + 1
    start, stop = parser.argument(end)
    body = parser.listing(start, stop)
    return Root(degree, body, start=token.start, end=parser.tokens[parser.pos - 1].end)
