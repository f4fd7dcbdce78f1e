"""Matrices and cases: environments, with the brackets around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltarule.reading.tree import Case, Cases, Group, Matrix, Tree, Words

if TYPE_CHECKING:
    from deltarule.reading.grammar import Parser

__all__ = ["bracketed", "environment"]

BRACKET = {
    "matrix": "", "smallmatrix": "", "array": "", "subarray": "", "pmatrix": "(", "bmatrix": "[", "Bmatrix": "{",
    "vmatrix": "|", "Vmatrix": "||", "psmallmatrix": "(", "bsmallmatrix": "[",
}  # fmt: skip
CASES = ("cases", "dcases", "rcases")
ALIGNED = ("aligned", "split", "gathered", "alignedat", "align", "gather")


def environment(parser: Parser, end: int) -> Tree:
    """The array or cases that begin at pos."""
    at = parser.pos
    close = parser.partner[at]
    name = parser.tokens[at].text
    if not at < close < end:
        raise parser.unexpected(at)
    parser.pos = close + 1
    a, b = parser.tokens[at].start, parser.tokens[close].end
    if name in CASES:
        return cases(parser, at + 1, close, a, b)
    if name in BRACKET:
        return Matrix(BRACKET[name], rows(parser, at + 1, close), start=a, end=b)
    if name in ALIGNED:  # rows of one quantity
        return parser.listing(at + 1, close)
    raise parser.fail(f"the environment {name} is not known", at)


def bracketed(parser: Parser, opened: int, closed: int) -> Tree | None:
    """An array with its brackets, if nothing else stands between them; a brace on its left alone makes cases."""
    start, end = parser.trimmed(opened + 1, closed)
    while parser.kind(start, end) == "{" and parser.partner[start] == end - 1:  # \\left\\{{\\begin{array}…}\\right.
        start, end = parser.trimmed(start + 1, end - 1)
    if parser.kind(start, end) != "begin" or parser.partner[start] != end - 1:
        return None
    name = parser.tokens[start].text
    left, right = parser.tokens[opened].text, parser.tokens[closed].text
    a, b = parser.tokens[opened].start, parser.tokens[closed].end
    if (left, right) == ("{", ".") and name in ("array", "matrix", *ALIGNED):
        return cases(parser, start + 1, end - 1, a, b)
    if name in ("array", "matrix", "smallmatrix") and left == right:
        return Matrix(left, rows(parser, start + 1, end - 1), start=a, end=b)
    return None


def _row_ranges(parser: Parser, start: int, end: int) -> list[tuple[int, int]]:
    found = [parser.trimmed(*r) for r in parser.split(start, end, "row")]
    return [r for r in found if r[0] < r[1]]


def rows(parser: Parser, start: int, end: int) -> tuple[tuple[Tree | None, ...], ...]:
    out: list[tuple[Tree | None, ...]] = []
    for first, last in _row_ranges(parser, start, end):
        cells = [parser.trimmed(*c) for c in parser.split(first, last, "&")]
        out.append(tuple(parser.listing(*cell) if cell[0] < cell[1] else None for cell in cells))
    return _by_commas(tuple(out))


def _by_commas(rows: tuple[tuple[Tree | None, ...], ...]) -> tuple[tuple[Tree | None, ...], ...]:
    """Rows whose entries are parted by commas, with no & in any: `a, b \\\\ c, d`."""
    out: list[tuple[Tree | None, ...]] = []
    for row in rows:
        match row:
            case (Group(kind="", items=items),):
                out.append(items)
            case _:
                return rows
    return tuple(out)


def cases(parser: Parser, start: int, end: int, a: int, b: int) -> Cases:
    """Rows of a value and its condition, parted by &, a comma, a wide space or words."""
    out: list[Case] = []
    for first, last in _row_ranges(parser, start, end):
        marks = parser.top(first, last)
        cut = next((k for k in marks if parser.tokens[k].kind == "&"), None)
        if cut is None:
            cut = next((k for k in marks if parser.tokens[k].kind in ("space", "comma", "words", "colon")), last)
        value = parser.trimmed(first, cut)
        while value[1] > value[0] and parser.tokens[value[1] - 1].kind in ("comma", "semicolon", "period", "space"):
            value = value[0], value[1] - 1
        if value[0] == value[1]:
            raise parser.fail("a case without a value", first)
        conditions, words = _conditions(parser, cut, last)
        x, y = parser.span(first, last)
        out.append(Case(parser.expression(*value), conditions, words, start=x, end=y))
    if not out:
        raise parser.fail("cases without rows", start - 1)
    return Cases(tuple(out), start=a, end=b)


def _conditions(parser: Parser, start: int, end: int) -> tuple[tuple[Tree, ...], str]:
    words = [parser.tokens[k].text.strip() for k in parser.top(start, end) if parser.tokens[k].kind == "words"]
    out: list[Tree] = []
    for piece in parser.split(start, end, "words", "space", "comma", "semicolon", "period", "colon", "&"):
        first, last = parser.trimmed(*piece)
        while parser.kind(first, last) == "{" and parser.partner[first] == last - 1:
            first, last = parser.trimmed(first + 1, last - 1)
        if first == last or (last - first == 1 and parser.tokens[first].kind == "words"):
            continue
        if (
            last - first == 1
            and parser.tokens[first].kind == "name"
            and len(parser.tokens[first].text) > 1
            and (parser.tokens[first].style == "rm")
        ):
            words.append(parser.tokens[first].text)
            continue
        tree = parser.listing(first, last)
        a, b = parser.span(first, last)
        out.append(tree if not words or not _is_remark(tree) else Words(" ".join(words), start=a, end=b))
    return tuple(out), " ".join(words)


def _is_remark(tree: Tree) -> bool:
    return isinstance(tree, Words)
