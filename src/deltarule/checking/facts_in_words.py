"""Inequalities of the text as facts: "for $a > 0$", "assume $x > 0$", "with $0 < y < 1$", `x \\in (0, 1)`.

What is assumed holds from there on; what stands behind "for", "if" or "when" in the same sentence, and in the formula
that ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from deltarule.checking.state import State
from deltarule.language.arithmetic import negate, subtract
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ONE, ZERO, Expression
from deltarule.reading import tree as t
from deltarule.reading.lowering import Lowering
from deltarule.reading.statement import Statement
from deltarule.reading.values import IllShaped, Unread

__all__ = ["Said", "facts_for", "said_in_words"]

ABOVE = frozenset({">", "\\gt"})
BELOW = frozenset({"<", "\\lt"})
LASTING = frozenset({"assume", "assuming", "suppose", "let", "with", "where", "given", "provided", "since", "as"})
LOCAL = frozenset({"for", "if", "when", "whenever", "für", "wenn", "si", "falls", "cuando", "pour", "lorsque", "quand",
                   "para", "per", "se", "quando", "pro", "při", "když", "jestliže", "dla", "gdy", "jeśli", "przy",
                   "для", "если", "при", "когда", "当", "若", "如果"})  # fmt: skip
AND = frozenset({"and", "und", "et", "y", "e"})
WORDS = re.compile(r"如果|[\u4e00-\u9fff]|[^\W\d_\u4e00-\u9fff]+")
"""Words; of Chinese ones each character."""
SENTENCE = re.compile(r"\n[ \t]*\n|\n[ \t]*(?:#|[-*+] |\d+[.)] )|[.!?]\s|。")


@dataclass(frozen=True)
class Said:
    """What is positive, from one character of the text to another."""

    positive: tuple[Expression, ...]
    first: int
    last: int


def said_in_words(state: State, statements: Sequence[Statement]) -> list[Said]:
    """The inequalities of the document, each with where it holds."""
    out: list[Said] = []
    for place, statement in enumerate(statements):
        positive = _positive(state, statement)
        segment = state.document.segments[statement.block]
        if not positive or statement.continues:
            continue
        if getattr(segment, "display", False):
            out += _behind_a_row(statements, statement, positive)
            continue
        words = WORDS.findall(state.document.text[max(0, segment.start - 60) : segment.start].lower())
        word = next((w for w in reversed(words[-3:]) if w in LASTING | LOCAL), "")
        first, last = _sentence(state, segment.start, segment.end)
        if not word and (words and words[-1] in AND):  # with f(x) = … and $x > 0$
            before = re.sub(r"\$[^$]*\$|\\\(.*?\\\)", " ", state.document.text[first : segment.start])
            said_first = WORDS.findall(before.lower())[-3:]
            if any(w in LASTING | LOCAL for w in said_first):
                out.append(Said(positive, first, last))
            continue
        if not word:
            continue
        if word in LASTING:
            last = len(state.document.text)
        elif place + 1 < len(statements):
            following = statements[place + 1]
            between = state.document.text[segment.end : following.start]
            if getattr(state.document.segments[following.block], "display", False) and not re.search(
                r"[.!?]\s", between
            ):
                last = max(last, following.end)
        if word in LOCAL:
            first, last = _clause(state, statements, place, first, last)
        out.append(Said(positive, first, last))
    return out


def _clause(state: State, statements: Sequence[Statement], place: int, first: int, last: int) -> tuple[int, int]:
    """Where in its sentence a condition holds, if the sentence has several: one that stands right behind a formula
    holds for what stands before it, back to the condition before; another holds up to the next."""
    said = statements[place]
    others = [s for s in statements if first <= s.start <= last and s is not said and _compares(s)]
    if not others:
        return first, last
    text = state.document.text
    opened = state.document.segments[said.block].start
    behind = re.search(r"[$)]\s*,?\s*(?:\b[^\W\d_]+\s*)$", text[max(first, opened - 40) : opened]) is not None
    if behind:
        return max([s.end for s in others if s.end <= said.start], default=first), said.end
    return said.start, min([s.start for s in others if s.start > said.start], default=last)


def _compares(statement: Statement) -> bool:
    return bool(statement.relations) and all(r.symbol in ABOVE | BELOW for r in statement.relations)


def _behind_a_row(statements: Sequence[Statement], said: Statement, positive: tuple[Expression, ...]) -> Iterator[Said]:
    """`\\frac{dE}{ds} = 0 \\quad \\text{for } s > 0`: what stands behind formulas of a row holds for them, back to the
    condition before it."""
    if not _conditional(said):
        return
    row = [s for s in statements if s.block == said.block and s.row == said.row and s.start <= said.start]
    before = [s.end for s in row if s is not said and _conditional(s) and s.relations[0].symbol in ABOVE | BELOW]
    yield Said(positive, max(before, default=min(s.start for s in row)), said.end)


def _conditional(statement: Statement) -> bool:
    words = WORDS.findall(statement.words_before.lower())
    return bool(words and statement.relations) and words[-1] in LOCAL | LASTING


def facts_for(state: State, said: Sequence[Said], statement: Statement) -> None:
    """Put in force what is said where a statement stands."""
    here = [e for one in said if one.first <= statement.start <= one.last for e in one.positive]
    here = [e for k, e in enumerate(here) if negate(e) not in here[k + 1 :]]  # of a > 0 and a < 0, what was said last
    here += [u for e in here if (u := state.definitions.unfold(e)) not in here]  # y s > 0 where s = wᵀx + b
    lasting = tuple(e for e in state.facts.positive if e not in state.local_facts)
    state.local_facts = tuple(e for e in here if e not in lasting)
    if lasting + state.local_facts != state.facts.positive:
        state.facts = replace(state.facts, positive=lasting + state.local_facts)


def _sentence(state: State, start: int, end: int) -> tuple[int, int]:
    text = state.document.text
    breaks = [m.start() for m in SENTENCE.finditer(text)]
    first = max((b for b in breaks if b < start), default=0)
    last = min((b for b in breaks if b >= end), default=len(text))
    return first, last


def _positive(state: State, statement: Statement) -> tuple[Expression, ...]:
    """What a chain of strict inequalities between numbers and names says is positive."""
    out: list[Expression] = []
    trees = [side.tree for side in statement.sides]
    if statement.relations and all(r.symbol in ABOVE | BELOW for r in statement.relations):
        for relation, (left, right) in zip(statement.relations, pairwise(trees), strict=True):
            a, b = _number_or_name(state, left), _number_or_name(state, right)
            if a is None or b is None:
                return ()
            out.append(subtract(a, b) if relation.symbol in ABOVE else subtract(b, a))
    for element, space in statement.memberships:
        match space:
            case t.Group(kind="(", items=(t.Num(value=low), t.Num(value=high))) if (low, high) == (0, 1):
                if (x := _number_or_name(state, element)) is not None:
                    out += [x, subtract(ONE, x)]
    return tuple(e for e in out if e is not ZERO)


def _number_or_name(state: State, tree: t.Tree | None) -> Expression | None:
    if tree is None or any(isinstance(n, t.Dots | t.Partial | t.Big) for n in t.walk(tree)):
        return None
    with state.symbols.undone():
        try:
            value = Lowering(state.symbols).lower(tree)
        except (Unread, IllShaped, DeltaruleError):
            return None
    return None if value.rank else value.expression
