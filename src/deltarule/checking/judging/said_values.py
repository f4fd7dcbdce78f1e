"""Values that the text supposes for a moment: "if $y = 1$, then $L = -\\log p$", "at $z = 0$", "- $y = 0$: …".

A row that fails in general is judged at the value that stands beside it: in the same clause, in the formula that ends
the sentence, in the item of a list, or under the heading that says it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.core.worked_numbers import is_number
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.sections import FIELDS, HOLDS
from deltarule.checking.notation.settings import SUPPOSING
from deltarule.checking.words.special_cases import is_remark
from deltarule.language.equation import Equation
from deltarule.language.expression import Number, Symbol
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.statement import Statement

__all__ = ["SaidValue", "at_said_values", "in_force", "said_values"]

BETWEEN = re.compile(r"[.!?;]\s|\n[ \t]*\n")
BREAK = re.compile(r"\n[ \t]*\n|\n[ \t]*(?:#|[-*+] |\d+[.)] )|[.!?;](?=\s)|。")
ITEM = re.compile(r"(?:^|\n)[ \t>]*(?:[-*+•]|\d+[.)])[ \t]*[*_(]*$")
HEADING = re.compile(r"#{1,6} [^\n]*$")
OPENS = re.compile(r"[*_)]*\s*(?::|,|→|⇒|then\b|\\Rightarrow|gives\b|-)", re.I)
NEARBY = 3
"""Words before a formula among which "if" or "for" may stand: for the class $y = 1$."""


@dataclass(frozen=True)
class SaidValue:
    """A name and its number, from one character of the text to another."""

    key: str
    number: Fraction
    first: int
    last: int
    at: int


def said_values(state: State, statements: Sequence[Statement]) -> list[SaidValue]:
    """The values that the document supposes, each with where they hold."""
    found = [(n, value) for n, s in enumerate(statements) if (value := _value(state, s)) is not None]
    out: list[SaidValue] = []
    places = {n for n, _ in found}
    for n, (key, number) in found:
        statement = statements[n]
        span = _span(state, statements, n, places)
        if span is not None:
            out.append(SaidValue(key, number, *span, statement.start))
    return out


def _value(state: State, statement: Statement) -> tuple[str, Fraction] | None:
    """(y, 1) of y = 1, a bare name that stands by itself."""
    if len(statement.relations) != 1 or statement.continues or statement.relations[0].symbol not in EQUAL:
        return None
    left, right = statement.sides[0].tree, statement.sides[1].tree
    if right is None or not isinstance(left, t.Name | t.Scripted) or not is_number(right):
        return None
    name = reference(left, state.symbols.usage)
    plain = name is not None and not (name.indices or name.primes or name.transposed or name.power or name.sample)
    number = _number(right) if not is_remark(state, statement) else None
    return (name.key, number) if name is not None and plain and number is not None else None


def _number(tree: t.Tree) -> Fraction | None:
    match tree:
        case t.Num(value=value):
            return value
        case t.Terms(items=((sign, t.Num(value=value)),)):
            return -value if sign == "-" else value
    return None


def _span(state: State, statements: Sequence[Statement], n: int, places: set[int]) -> tuple[int, int] | None:
    """From where to where the value of statement n holds; None where nothing says that it is only supposed."""
    statement, text = statements[n], state.document.text
    segment = state.document.segments[statement.block]
    if getattr(segment, "display", False):
        words = re.findall(r"[^\W\d_]+", statement.words_before.lower())
        if not words or words[-1] not in SUPPOSING:
            return None
        row = [k for k, s in enumerate(statements) if s.block == statement.block and s.row == statement.row and k < n]
        ends = [statements[k].end for k in row if k in places]
        return (max(ends, default=min(statements[k].start for k in row)), statement.end) if row else None
    opened, closed = segment.start, segment.end
    line = text.rfind("\n", 0, opened) + 1
    if HEADING.match(text[line:opened]):
        following = text.find("\n#", closed)
        return closed, len(text) if following < 0 else following
    breaks = [m.start() for m in BREAK.finditer(text)]
    first = max((b + 1 for b in breaks if b < opened), default=0)
    last = min((b for b in breaks if b >= closed), default=len(text))
    before = re.sub(r"\$[^$]*\$|\\\(.*?\\\)", " $ ", text[first:opened])
    words = re.findall(r"[^\W\d_]+|\$", before.lower())[-NEARBY:]
    words = words[max((k + 1 for k, w in enumerate(words) if w == "$"), default=0) :]
    if not SUPPOSING & set(words) and not (ITEM.search(text[max(0, line - 1) : opened]) and OPENS.match(text, closed)):
        return None
    others = [statements[k] for k in places if k != n and first <= statements[k].start <= last]
    if re.search(r"[$)]\s*,?\s*(?:[^\W\d_]+\s+){1,3}$", text[first:opened]):  # $L = -\log p$ for $y = 1$
        return max([s.end for s in others if s.end <= statement.start], default=first), statement.end
    if others:
        return statement.start, min([s.start for s in others if s.start > statement.start], default=last)
    if n + 1 < len(statements):  # If $y = 1$ we have, in a block: $$L = …$$
        following = statements[n + 1]
        block = state.document.segments[following.block]
        between = text[closed : block.start].strip()
        ended = between.endswith((".", "!", "。")) and re.search(r"\w", between) is not None  # … this is the SiLU.
        if getattr(block, "display", False) and not ended and not BETWEEN.search(between):
            return first, max(last, block.end)
    return first, last


def in_force(said: Sequence[SaidValue], statement: Statement) -> dict[str, Fraction]:
    """The values that are supposed where a statement stands; none of a name of which two are."""
    here = [s for s in said if s.first <= statement.start <= s.last and s.at != statement.start]
    numbers: dict[str, set[Fraction]] = {}
    for one in here:
        numbers.setdefault(one.key, set()).add(one.number)
    return {key: next(iter(found)) for key, found in numbers.items() if len(found) == 1}


def at_said_values(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge a row that does not hold in general at the values that are supposed beside it."""
    values = state.values_at.get(id(row), {})
    known = state.definitions
    values = {k: v for k, v in values.items() if k not in known.equations and _is_number(state, k)}
    if row.verdict not in {"refuted", "undecided"} or not values:
        return
    equations = [Equation(Symbol(key, ()), Number(number)) for key, number in values.items()]
    trial = replace(row, counterexample=None, condition=None)
    try:
        state.definitions = Definitions.of([*known.equations.values(), *equations], known.declarations)
        with state.symbols.undone():
            claim(state, left, right, trial, supposed=values)
    finally:
        state.definitions = known
    if trial.verdict in HOLDS:
        for name in FIELDS:
            setattr(row, name, getattr(trial, name))
        row.reason = f"{trial.reason}, for {', '.join(f'{key} = {number}' for key, number in values.items())}"
    elif trial.verdict == "refuted" and row.verdict == "refuted":
        row.counterexample = {**{k: str(v) for k, v in values.items()}, **(trial.counterexample or {})}
    elif row.verdict == "refuted":
        row.verdict, row.reason, row.counterexample = "undecided", trial.reason, None


def _is_number(state: State, key: str) -> bool:
    entity = state.symbols.entities.get(key)
    return entity is not None and not entity.rank and not entity.samples
