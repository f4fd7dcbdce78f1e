"""`z > 0: g'(z) = 1` and `\\text{for } z > 0: g'(z) = 1` as two statements: a condition, and what holds under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import COMPARES, EQUAL
from deltarule.checking.words.condition_words import LOCAL
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.statement import Side, Statement
from deltarule.reading.statements import read_expression

__all__ = ["conditions_apart"]

IN_FRONT = re.compile(
    r"\s*(?:&\s*)?\\(?:text|mathrm|textrm|mbox)\{\s*(?P<word>[^\W\d_]+)\s*\}[\s~\\;,]*(?P<formula>[^:=&{}]*?[<>≤≥][^:=&{}]*?|"
    r"[^:=&]{1,40}\\(?:lt|gt|le|ge|leq|geq)\b[^:=&]{1,40}?)[\s~]*[:,]"
)


def conditions_apart(statements: Sequence[Statement], text: str) -> list[Statement]:
    out: list[Statement] = []
    for s in statements:
        at = next((k for k, r in enumerate(s.relations) if r.symbol == ":"), 0)
        symbols = [r.symbol for r in s.relations[:at]]
        if at and not s.continues and (all(x in COMPARES for x in symbols) or (at == 1 and symbols[0] in EQUAL)):
            out.append(replace(s, sides=s.sides[: at + 1], relations=s.relations[:at], end=s.sides[at].end))
            rest = s.sides[at + 1].start
            out.append(
                replace(s, sides=s.sides[at + 1 :], relations=s.relations[at + 1 :], start=rest, words_before="")
            )
            continue
        if s.words_before and s.relations and not s.continues and (said := _in_front(s, text)) is not None:
            out.append(said)
            s = replace(s, words_before="", start=said.end + 1)  # noqa: PLW2901
        out.append(s)
    return out


def _in_front(statement: Statement, text: str) -> Statement | None:
    """The condition in front of the formula, behind a word for it."""
    found = IN_FRONT.match(text, statement.start, statement.sides[0].end)
    if found is None or found["word"].lower() not in LOCAL:
        return None
    try:
        tree = read_expression(found["formula"])
    except DeltaruleError:
        return None
    if not isinstance(tree, t.Compare) or any(r.symbol not in COMPARES for r in tree.relations):
        return None
    start, end = found.span("formula")
    sides = tuple(Side(start, end, found["formula"], side) for side in tree.sides)
    return Statement(
        sides, tree.relations, statement.chain, statement.block, statement.row, start, end, words_before=found["word"]
    )
