"""What a document defines for itself: \\newcommand, \\def, \\let, \\DeclareMathOperator, \\DeclarePairedDelimiter.

>>> definitions, _ = read_definitions(r"\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}")
>>> definitions[r"\\pd"].arguments
2
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Macro", "alone", "definition_at", "house_macros", "read_definitions", "read_macros"]

DEFINITION = re.compile(
    r"\\(?:(?P<new>(?:re|provide)?newcommand\*?)|(?P<def>[gex]?def)|(?P<operator>DeclareMathOperator\*?)|(?P<let>let)"
    r"|(?P<paired>DeclarePairedDelimiters?))"
    r"(?![a-zA-Z])\s*"
)
NAME = re.compile(r"\{\s*(\\(?:[a-zA-Z@]+|[^a-zA-Z]))\s*\}|(\\(?:[a-zA-Z@]+|[^a-zA-Z]))")
COUNT = re.compile(r"\s*\[\s*(\d)\s*\]")
PARAMETERS = re.compile(r"\s*((?:#\d)*)\s*")
ALONE = re.compile(
    r"(?:\$|\\begin\{(?:equation|align)\*?\}|\\\[)\s*&?\\([a-zA-Z]{2,})\s*&?=(?!=)"
    r"|=\s*&?\\([a-zA-Z]{2,})\s*(?:\$|=|\\\\)"
    r"|\\partial\s*\\([a-zA-Z]{2,})\s*\}"
)
HOUSE = {
    **{name: (1, "\\mathbf{#1}") for name in ("vect", "vecb", "bvec", "mat", "matr", "mtx")},
    "pd": (2, "\\frac{\\partial #1}{\\partial #2}"), "pder": (2, "\\frac{\\partial #1}{\\partial #2}"),
    "relu": (0, "\\operatorname{ReLU}"), "softmax": (0, "\\operatorname{softmax}"),
    "sigmoid": (0, "\\operatorname{sigmoid}"), "R": (0, "\\mathbb{R}"),
}  # fmt: skip
"""Commands that files elsewhere often define, for texts that use them and do not: what they stand for."""
ACCENTED = re.compile(r"\\([A-Za-z])(hat|bar|tilde|vec|mat|matr)(?![A-Za-z])")
"""\\yhat is \\hat{y}."""
MAX_BODY = 10_000
MAX_UNFINISHED = 100


@dataclass(frozen=True, slots=True)
class Macro:
    """A command: its number of arguments, the default of the first if it is optional, and what it stands for."""

    arguments: int
    default: str | None
    body: str
    paired: bool = False
    """Whether a star or a size, \\norm*{x} and \\norm[\\big]{x}, says how large its brackets are."""


def read_macros(text: str) -> dict[str, Macro]:
    """The macros that a text defines anywhere; the last definition of a name counts."""
    return read_definitions(text)[0]


def alone(text: str) -> set[str]:
    """The commands that stand alone on a side of an equality, or below a ∂: names, as no sign of an operation can."""
    return {f"\\{found[1] or found[2] or found[3]}" for found in ALONE.finditer(text)}


def house_macros(text: str, own: Mapping[str, Macro]) -> dict[str, Macro]:
    """What commands stand for by their names that a text uses and leaves to a file elsewhere."""
    out: dict[str, Macro] = {}
    for name, (arguments, body) in HOUSE.items():
        if f"\\{name}" in text and f"\\{name}" not in own:
            out[f"\\{name}"] = Macro(arguments, None, body)
    for found in ACCENTED.finditer(text):
        letter, accent = found.groups()
        if found[0] not in own:
            out[found[0]] = Macro(0, None, f"\\{'mathbf' if accent.startswith('mat') else accent}{{{letter}}}")
    return out


def read_definitions(text: str) -> tuple[dict[str, Macro], list[tuple[int, int]]]:
    """The macros that a text defines, and where the definitions stand."""
    macros: dict[str, Macro] = {}
    spans: list[tuple[int, int]] = []
    at = unfinished = 0
    for begin in DEFINITION.finditer(text):
        if begin.start() < at:
            continue
        found = definition_at(text, begin.start())
        if found is None:
            unfinished += 1
            if unfinished > MAX_UNFINISHED:
                break
            continue
        name, macro, at = found
        macros[name] = macro
        spans.append((begin.start(), at))
    return macros, spans


def definition_at(text: str, start: int) -> tuple[str, Macro, int] | None:
    """The definition that begins here: its name, its macro, its end; None where there is none or it is not finished."""
    begin = DEFINITION.match(text, start)
    if begin is None:
        return None
    name = NAME.match(text, begin.end())
    if name is None:
        return None
    key, at = name[1] or name[2], name.end()
    count, default = 0, None
    if begin["paired"]:
        first = _delimiter(text, at)
        second = _delimiter(text, first[1]) if first is not None else None
        if first is None or second is None:
            return None
        return key, Macro(1, None, f"\\left{first[0]} #1 \\right{second[0]}", paired=True), second[1]
    if begin["let"]:
        target = re.compile(r"\s*=?\s*(\\[a-zA-Z@]+|\S)").match(text, at)
        return (key, Macro(0, None, target[1]), target.end()) if target else None
    if begin["new"]:
        if counted := COUNT.match(text, at):
            count, at = int(counted[1]), counted.end()
            if optional := re.compile(r"\s*\[([^\[\]]*)\]").match(text, at):
                default, at = optional[1], optional.end()
    elif begin["def"]:
        parameters = PARAMETERS.match(text, at)
        if parameters:
            count, at = len(parameters[1]) // 2, parameters.end()
    body = _group(text, at)
    if body is None:
        return None
    inner, end = body
    if begin["operator"]:
        inner = f"\\operatorname{'*' if begin['operator'].endswith('*') else ''}{{{inner}}}"
    return key, Macro(count, default, inner), end


def _delimiter(text: str, at: int) -> tuple[str, int] | None:
    """A bracket, in braces or alone, and where it ends."""
    found = re.compile(r"\s*(\\[a-zA-Z]+|\\.|[^\s\\{}])").match(text, at)
    return _group(text, at) if found is None else (found[1], found.end())


def _group(text: str, at: int) -> tuple[str, int] | None:
    """The text inside the braces that begin at or after `at`, and where they end."""
    while at < len(text) and text[at].isspace():
        at += 1
    if at >= len(text) or text[at] != "{":
        return None
    depth, k = 0, at
    while k < min(len(text), at + MAX_BODY):
        match text[k]:
            case "\\":
                k += 1
            case "{":
                depth += 1
            case "}":
                depth -= 1
                if depth == 0:
                    return text[at + 1 : k], k + 1
        k += 1
    return None
