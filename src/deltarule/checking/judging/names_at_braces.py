"""`\\underbrace{\\frac{\\partial E}{\\partial z}}_{=: \\delta}`: what stands below a brace may be a new name for what
stands in it. Without a sign, only a name that stands nowhere before; with `=:` any that has no meaning yet."""

from __future__ import annotations

import re
from contextlib import suppress

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.defining import Circle, defines
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Statement
from deltarule.reading.statements import read_expression
from deltarule.reading.tokens import Unreadable
from deltarule.reading.values import IllShaped, Unread

__all__ = ["named_at_braces"]

BRACE = re.compile(r"\\(?:under|over)brace\s*\{")
SIGN = re.compile(r"\s*(=:|:=|\\eqqcolon|\\coloneqq|\\triangleq|\\equiv|=)?\s*(-)?\s*(.*?)[\s.,;]*$", re.DOTALL)
DEFINES = frozenset({"=:", ":=", "\\eqqcolon", "\\coloneqq", "\\triangleq"})


def named_at_braces(state: State, statement: Statement) -> None:
    """Give the names below the braces of a statement their meaning."""
    text = state.document.text
    for k, side in enumerate(statement.sides):
        if side.tree is None or "brace" not in side.text:
            continue
        for node in list(trees(side.tree)):
            below = _below(text[node.start : node.end])
            if below is None:
                continue
            sign, minus, written = below
            with suppress(Unread, IllShaped, DeltaruleError, Unreadable, Circle):
                name = read_expression(written)
                if sign in DEFINES or not _stands_before(state, statement, k, name):
                    _define(state, statement, node, name, bool(minus))


def _stands_before(state: State, statement: Statement, k: int, name: t.Tree) -> bool:
    """Whether a letter stands in any side up to one of a statement."""
    own = reference(name, state.symbols.usage)
    sides = [one for s in state.whole if s.start < statement.start for one in s.sides]
    nodes = [n for one in (*sides, *statement.sides[: k + 1]) for n in trees(one.tree)]
    found = (reference(n, state.symbols.usage) for n in nodes if isinstance(n, t.Name | t.Scripted))
    return own is None or any(r is not None and r.base == own.base for r in found)


def _define(state: State, statement: Statement, node: t.Tree, name: t.Tree, minus: bool) -> None:
    found = reference(name, state.symbols.usage) if isinstance(name, t.Name | t.Scripted) else None
    known = {*state.definitions.equations, *state.symbols.macros, *state.symbols.indexed, *state.symbols.functions}
    if found is None or found.key in known or found.base in known or found.primes or found.power is not None:
        return
    body = t.Terms((("-", node),), start=node.start, end=node.end) if minus else node
    row = DocumentRow(0, 0, 0, statement.chain, 0, "", "=", "", "unread", start=node.start, end=node.end)
    defines(state, statement, 0, name, body, row)


def _below(written: str) -> tuple[str, str, str] | None:
    """The sign, the minus and the name below a brace that is all of a formula."""
    brace = BRACE.match(written)
    if brace is None:
        return None
    depth, at = 1, brace.end()
    while at < len(written) and depth:
        depth += {"{": 1, "}": -1}.get(written[at], 0) if written[at - 1] != "\\" else 0
        at += 1
    rest = re.fullmatch(r"\s*[_^]\s*(?:\{(.*)\}|(\\?\w+))\s*", written[at:], re.DOTALL)
    if rest is None:
        return None
    found = SIGN.fullmatch(rest[1] if rest[1] is not None else rest[2])
    return (found[1] or "", found[2] or "", found[3]) if found is not None and found[3] else None
