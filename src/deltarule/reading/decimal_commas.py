"""Decimal commas: `0{,}5` everywhere, `0,5` in a text whose language writes numbers so and has no decimal points."""

from __future__ import annotations

import re
from functools import lru_cache

from deltarule.reading.tokens import Token

__all__ = ["decimal"]

BRACED = re.compile(r"(\d+)\{,\}(\d+)(?![\d.]|\{,\})", re.A)
PLAIN = re.compile(r"(\d+),(\d+)(?![\d.]|,\s?\d|\{)", re.A)
CLEAR = re.compile(r"(?<![\w.,{^_(\[])\d+,(?:\d\d+|[2-9])(?![\d,.])", re.A)
"""What is hardly a list: 0,25 or 0,5; unlike 0,1."""
POINT = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])", re.A)
WORDS = re.compile(
    r"\b(?:und|der|die|das|ist|wird|mit|für|nicht|eine?|est|les|une|des|avec|pour|donc|où|sont|"
    r"el|los|las|una|con|para|es|por|donde|di|della|il|che|sono|una|per|jest|oraz|dla|się|om|och|är|för|"
    r"uma|são|não|com|het|een|van|voor|met|это|для|если|где)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(r"\b(?:the|and|of|is|are|with|for|that|this|where)\b", re.IGNORECASE)


def decimal(text: str, at: int, end: int, tokens: list[Token]) -> tuple[str, int] | None:
    """The number with a decimal comma at a place, with a point instead, and where it ends; None where there is none."""
    if tokens and tokens[-1].kind in ("^", "_"):
        return None
    if found := BRACED.match(text, at, end):
        whole, rest = found[1], found[2]
        if len(rest) == 3 and whole.strip("0") and not _commas(text):
            return (whole + rest, found.end()) if POINT.search(text) else None  # 1{,}000 samples
        return f"{whole}.{rest}", found.end()
    found = None if tokens and tokens[-1].text == "," else PLAIN.match(text, at, end)
    if found is None or not _commas(text) or (len(found[2]) < 2 and _in_brackets(tokens)) or _below(tokens):
        return None
    return f"{found[1]}.{found[2]}", found.end()


@lru_cache(maxsize=8)
def _commas(text: str) -> bool:
    """Whether a text writes its numbers with commas."""
    if POINT.search(text):
        return False
    return bool(CLEAR.search(text)) and len(WORDS.findall(text)) > len(ENGLISH.findall(text))


def _in_brackets(tokens: list[Token]) -> bool:
    open_ones = 0
    for token in tokens:
        open_ones += (token.kind == "open") - (token.kind == "close")
    return open_ones > 0


def _below(tokens: list[Token]) -> bool:
    """Whether what comes stands in the braces of an index: w_{1,2}."""
    depth = 0
    for k in range(len(tokens) - 1, -1, -1):
        kind = tokens[k].kind
        if kind == "}":
            depth += 1
        elif kind == "{":
            if depth == 0:
                return k > 0 and tokens[k - 1].kind in ("^", "_")
            depth -= 1
    return False
