"""Formulas in code spans, `dL/dw = (p - y) x`, in a text that writes no formula in any other way.

Only what can be nothing but a formula is taken: single letters, known functions and operators around one equality that
stands outside of all brackets. A name of several letters or with a digit, `lr` or `w1`, would be read as a product.
In a text with formulas a value in code, `x = 1.0` or `w1 = 0.5`, is one of them where they have that name, x or w_1.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from deltarule.reading.masks import FENCE
from deltarule.reading.signs import FUNCTIONS, GREEK

__all__ = ["code_formulas", "code_values"]

SPAN = re.compile(r"(?<![`\\\w])`([^`\n]{3,300})`(?![`\w])")
SIGNS = re.compile(r"[^\W_]|[ ()=+\-−*/^_.,·×⊙∂∇Σ√²³ᵀ'′{}\u0302\u0304]*")
VALUE = re.compile(r"([A-Za-z])(\d?)\s*=\s*-?\d+(?:\.\d+)?")
WORD = re.compile(r"[A-Za-z]{2,}")
NOT_MATHS = re.compile(r"==|\*\*|[<>!:+\-*/]=|//|[A-Za-z]\d|\d[A-Za-z]{2}|[A-Za-z)]\.[A-Za-z]|\(\s*\)")


def code_formulas(text: str) -> Iterator[tuple[int, int]]:
    """Where the formulas stand, without their backticks."""
    fences = [found.start() for found in FENCE.finditer(text)]
    for found in SPAN.finditer(text):
        inside = bisect_left(fences, found.start()) % 2  # in a block of code
        if not inside and _is_formula(found[1]):
            yield found.span(1)


def code_values(text: str, formulas: str) -> Iterator[tuple[int, int]]:
    """Where such values stand, without their backticks; `formulas` are those of the text, all in one."""
    fences = [found.start() for found in FENCE.finditer(text)]
    for found in SPAN.finditer(text):
        value = VALUE.fullmatch(found[1])
        if value is None or bisect_left(fences, found.start()) % 2:
            continue
        letter, number = value.groups()
        name = rf"(?<![A-Za-z\\]){letter}" + (rf"_\{{?{number}(?!\d)" if number else r"(?![A-Za-z])")
        if re.search(name, formulas):
            yield found.span(1)


def _is_formula(text: str) -> bool:
    if "=" not in text or NOT_MATHS.search(text) or any(not SIGNS.fullmatch(sign) for sign in text):
        return False
    depth = 0
    for sign in text:
        depth += (sign in "({") - (sign in ")}")
        if sign == "=" and depth:
            return False  # f(x=1)
    return all(map(_is_known, WORD.findall(text)))


def _is_known(word: str) -> bool:
    return word in FUNCTIONS or word in GREEK or (len(word) == 2 and word[0] == "d")
