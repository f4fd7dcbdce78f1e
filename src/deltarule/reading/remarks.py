"""Remarks beside the rows of a block: the reason for a step, `\\text{chain rule}`, and `\\text{for } m = i`."""

from __future__ import annotations

import re
from itertools import pairwise

from deltarule.reading.tokens import Token, pairs

__all__ = ["REMARK", "at_top", "is_remark", "remarks_first", "with_reason", "without_remark"]

REMARK = re.compile(
    r"\b(?:for|if|when|where|since|because|as|using|with|by|für|falls|wenn|wobei|wo|da|weil|wegen|mit|nach|où|si|pour|"
    r"car|puisque|avec|par|donde|como|para|si|cuando|con|por|dove|se|per|poiché|onde|quando|pois|com|gdzie|bo|kde|"
    r"где|если|при|так как)\b(?:\W*\w+){0,3}\W*$|其中|因为|若|当",
    re.IGNORECASE,
)
"""Words before a formula that make a remark of it, beside a row or in a row of its own."""

BECAUSE = "\\because"
"""The sign that does the same."""


def at_top(tokens: list[Token]) -> list[int]:
    partner = pairs(tokens)
    out: list[int] = []
    at = 0
    while at < len(tokens):
        out.append(at)
        at = max(at, partner[at]) + 1
    return out


def remarks_first(lines: list[tuple[int, list[Token]]], number: int) -> None:
    """A remark with an equality of its own, `= …, \\text{for } m = i`, or a row `, where \\pi = …`, as a line before
    what the next row goes on with."""
    before = lines[-2][1] if len(lines) > 1 and _says_more(lines[-1][1]) else []
    if any(before[k].kind == "relation" for k in at_top(before)):
        lines[-2:] = [lines[-1], lines[-2]]
    last = lines[-1][1] if lines else []
    top = at_top(last)
    relations = [k for k in top if last[k].kind == "relation"]
    for k in reversed(top):
        if _opens_a_remark(last[k]) and relations and relations[0] < k:
            if relations[-1] > k:
                lines[-1:] = [(number, last[k:]), (lines[-1][0], last[:k])]
            elif last[k].kind == "connective":
                lines[-1] = lines[-1][0], last[:k]
            return


def _opens_a_remark(token: Token) -> bool:
    """Whether a token is words such as `where`, or the sign ∵."""
    return REMARK.search(token.text) is not None if token.kind == "words" else token.text == BECAUSE


def _says_more(line: list[Token]) -> bool:
    """Whether a row begins with the words of a remark."""
    first = next((t for t in line if t.kind not in ("space", "comma", "period")), None)
    return first is not None and _opens_a_remark(first)


def with_reason(row: list[Token]) -> list[Token]:
    """The reason for a step in a column of its own, `&& \\text{chain rule}`, as words."""
    top = at_top(row)
    for k, following, after in zip(top, top[1:], top[2:], strict=False):
        if row[k].kind == row[following].kind == "&":
            tail = row[after]
            text = tail.kind == "words" or (tail.kind == "name" and tail.style == "rm")
            if text and not any(row[j].kind == "relation" for j in top if j >= after):
                words = " ".join(t.text for t in row[after:])
                return [
                    *row[:k],
                    Token("space", "", row[k].start, row[following].end),
                    Token("words", words, tail.start, row[-1].end),
                ]
    return row


def without_remark(last: list[Token]) -> None:
    """Words at the end of a row that the next row goes on with: the reason for the step."""
    top = at_top(last)
    relations = [k for k in top if last[k].kind == "relation"]
    for k, following in pairwise(top):
        words = last[following]
        said = words.kind == "words" and re.search(r"\w\W+\w", words.text) and words.text.endswith(" ")
        if last[k].kind == "space" and said and relations and relations[-1] < k:
            del last[k:]  # \text{transpose of } W
            return
    partner = pairs(last)
    at = len(last)
    while at > 0:
        begin = partner[at - 1] if 0 <= partner[at - 1] < at - 1 else at - 1
        if last[begin].kind == "space" and at < len(last):
            del last[begin:]
            return
        if not is_remark(last[begin:at]):
            return
        at = begin


def is_remark(group: list[Token]) -> bool:
    """Words, or words in parentheses."""
    return group[0].kind == "words" or (
        len(group) > 2 and group[0].kind == "open" and group[1].kind == "words" and group[0].text in "(["
    )
