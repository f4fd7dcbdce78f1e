"""Environments that hold several equations: what they hold are rows like those of `align`."""

from __future__ import annotations

from deltarule.reading.grammar import Parser

__all__ = ["INNER", "laid_out", "system"]

INNER = ("aligned", "split", "gathered", "alignedat", "multlined")
LAYS_OUT = ("=", ":=", "\\leftarrow", "\\equiv", "\\approx")


def system(parser: Parser, at: int, close: int) -> bool:
    """\\left\\{ around rows of equations."""
    start, end = parser.trimmed(at + 1, close)
    token = parser.tokens[start]
    if parser.tokens[at].kind != "open" or "." not in (parser.tokens[at].text, parser.tokens[close].text):
        return False
    if token.kind != "begin" or parser.partner[start] != end - 1:
        return False
    return token.text in INNER or (laid_out(parser, start) and not _is_bound(parser, at))


def laid_out(parser: Parser, at: int) -> bool:
    """Whether a matrix or array without brackets, or cases of nothing, hold equations in their rows, as `align` does:
    the first with a left side, and no row with a condition."""
    if parser.tokens[at].text not in ("matrix", "array", "cases") or _is_bound(parser, at):
        return False
    lefts: list[bool] = []
    for start, end in (parser.trimmed(*r) for r in parser.split(at + 1, parser.partner[at], "row")):
        kinds = {parser.tokens[k].kind for k in parser.top(start, end)}
        marks = [k for k in parser.top(start, end) if parser.tokens[k].kind == "relation"]
        if start == end:
            continue
        if not marks or "words" in kinds or any(parser.tokens[k].text not in LAYS_OUT for k in marks):
            return False
        lefts.append(any(parser.tokens[k].kind not in ("&", "space") for k in range(start, marks[0])))
    return bool(lefts) and lefts[0]


def _is_bound(parser: Parser, at: int) -> bool:
    """Whether a relation or an operator stands before a token, which then begins a side: `f = & \\begin{cases}`."""
    while at and parser.tokens[at - 1].kind in ("&", "space"):
        at -= 1
    return at > 0 and parser.tokens[at - 1].kind in ("relation", "op")
