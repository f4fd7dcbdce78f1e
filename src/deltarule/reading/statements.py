"""The statements of a document: every formula as sides and relations, chains joined over rows and blocks.

>>> from deltarule.reading.documents import read_document
>>> statements = read_statements(read_document("$$a = b$$ and so $$= c$$"))
>>> [(row.left.text, row.relation.symbol, row.right.text) for row in rows(statements)]
[('a', '=', 'b'), ('b', '=', 'c')]
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from deltarule.reading.clauses import Clause, clauses, flattened, row_level
from deltarule.reading.documents import Document
from deltarule.reading.grammar import Parser
from deltarule.reading.lexer import tokenize
from deltarule.reading.remarks import REMARK
from deltarule.reading.segments import Math, Problem, Prose
from deltarule.reading.statement import Side, Statement
from deltarule.reading.tokens import Token, Unreadable, pairs
from deltarule.reading.tree import Dots, Group, Relation, Tree, Words

__all__ = ["EQUALITIES", "Row", "parse_math", "read_expression", "read_statements", "rows"]

EQUALITIES = frozenset(
    ["=", "==", ":=", "=:", "\\approx", "\\equiv", "\\propto", "\\cong", "\\leftarrow", "+=", "-=", "*=", "/="]
)
"""Relations that make a row; the others (< \\in \\to ...) only say where something holds."""
GOES_ON = frozenset([
    "and", "so", "thus", "hence", "then", "which", "is", "it", "also", "therefore", "equals", "further",
    "again", "finally", "now", "gives", "or", "equal", "to", "und", "daher", "somit", "folglich", "damit",
    "ist", "das", "y", "luego", "entonces", "es", "et", "donc", "e", "quindi", "dunque", "即", "所以", "因此", "故",
])  # fmt: skip
"""Words after which a formula that begins with = goes on with the one before."""


class Row(NamedTuple):
    """One relation between two neighbouring sides of a chain. step counts them in the chain, from 1."""

    statement: Statement
    step: int
    left: Side
    relation: Relation
    right: Side


def rows(statements: Iterable[Statement]) -> Iterator[Row]:
    """The equalities of the statements, in order."""
    steps: dict[int, int] = {}
    for statement in statements:
        for k, relation in enumerate(statement.relations):
            if relation.symbol in EQUALITIES:
                steps[statement.chain] = step = steps.get(statement.chain, 0) + 1
                yield Row(statement, step, statement.sides[k], relation, statement.sides[k + 1])


def read_expression(text: str) -> Tree:
    """The tree of a formula without delimiters, with a Compare for its relations. Raises Unreadable."""
    tokens = flattened(tokenize(text, 0, len(text), {}))
    partner = pairs(tokens)
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        stop = max(at, partner[at]) + 1
        if tokens[at].kind not in ("&", "row", "tag"):
            kept += tokens[at:stop]
        at = stop
    if not kept:
        raise Unreadable("an empty formula", 0)
    return Parser(kept).listing(0, len(kept))


@dataclass(slots=True)
class _Raw:
    """A statement before the chains are joined: it may begin or end with a relation."""

    block: int
    row: int
    sides: list[Side]
    relations: list[Relation]
    clause: Clause
    start: int
    end: int
    lead: Relation | None = None
    tail: Relation | None = None
    memberships: list[tuple[Tree, Tree]] = field(default_factory=list)
    before: str = ""
    after: str = ""


def read_statements(document: Document) -> tuple[Statement, ...]:
    """All statements in the order of the document, with the chains that run over several blocks joined."""
    joiner = _Joiner()
    for block, segment in enumerate(document.segments):
        if isinstance(segment, Prose):
            if segment.level:
                joiner.heading()
            continue
        joiner.block(_raw_statements(document, segment, block), segment.display, _has_subject(document, block))
    return joiner.finish()


def _has_subject(document: Document, block: int) -> bool:
    """Whether words before a formula in running text say what it is about, `The product $= 3$`: then it goes on with no
    formula before."""
    segment = document.segments[block]
    before = document.segments[block - 1] if block else None
    if not isinstance(segment, Math) or segment.display or not isinstance(before, Prose):
        return False
    words = re.findall(r"[^\W\d_]+|[.!?]", document.text[before.start : before.end])
    return bool(words) and words[-1].lower() not in GOES_ON and (words[-1].isalpha() or len(words) > 1)


def parse_math(document: Document, math: Math) -> tuple[Statement, ...]:
    """The statements of one formula by itself."""
    joiner = _Joiner()
    joiner.block(_raw_statements(document, math, document.segments.index(math)), math.display)
    return joiner.finish()


class _Joiner:
    """Goes through the blocks of a document, and gives a block that begins with a relation its left side."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.chain = 0
        self.last: dict[bool, Statement | None] = {True: None, False: None}
        self.open: tuple[int, Relation, bool] | None = None  # a statement that ends with a relation, by its index

    def heading(self) -> None:
        self._end_open()
        self.last = {True: None, False: None}

    def block(self, found: list[_Raw], display: bool, subject: bool = False) -> None:
        if found and self.open is not None and self.open[2] == display:
            index, relation, _ = self.open
            self.open = None
            if found[0].lead is None:
                found[0].lead = relation
            prior: Statement | None = self.statements[index]
        else:
            prior = None if subject else self.last[display] or self.last[not display]
        main: Statement | None = None
        for raw in found:
            statement = self._statement(raw, main or prior)
            if main is None or not _leads(main) or (_leads(statement) and not _annotates(raw)):
                main = statement
            self.statements.append(statement)
            if raw.tail is not None:
                self._end_open()
                self.open = (len(self.statements) - 1, raw.tail, display)
        if main is not None:
            self.last[display] = main

    def finish(self) -> tuple[Statement, ...]:
        self._end_open()
        return tuple(self.statements)

    def _end_open(self) -> None:
        """A relation at the end of a block that nothing goes on with."""
        if self.open is None:
            return
        index, relation, _ = self.open
        self.open = None
        old = self.statements[index]
        problem = Problem("a relation with nothing after it", relation.start)
        side = Side(relation.end, relation.end, "", None, problem)
        self.statements[index] = _changed(old, (*old.sides, side), (*old.relations, relation))

    def _statement(self, raw: _Raw, prior: Statement | None) -> Statement:
        sides, relations = tuple(raw.sides), tuple(raw.relations)
        continues = opens = False
        if raw.lead is not None:
            relations = (raw.lead, *relations)
            continues = prior is not None
            opens = prior is None
            sides = (prior.sides[-1] if prior else Side(raw.start, raw.start, "", None), *sides)
        if continues and prior is not None:
            chain = prior.chain
        else:
            self.chain += 1
            chain = self.chain
        return Statement(
            sides, relations, chain, raw.block, raw.row, raw.start, raw.end, raw.before, raw.after, raw.clause.tag,
            tuple(raw.memberships), raw.clause.connective, continues, opens,
        )  # fmt: skip


def _changed(old: Statement, sides: tuple[Side, ...], relations: tuple[Relation, ...]) -> Statement:
    return replace(old, sides=sides, relations=relations)


def _leads(statement: Statement) -> bool:
    """Whether a next row or block may go on with this one: an equality that is no range (`i = 1, ..., n`)."""
    return any(r.symbol in EQUALITIES for r in statement.relations) and not _is_range(statement)


def _annotates(raw: _Raw) -> bool:
    """Whether words make a remark of a formula, `\\text{where } m = i`: the next row does not go on with it."""
    return raw.lead is None and REMARK.search(raw.before) is not None


def _is_range(statement: Statement) -> bool:
    tree = statement.sides[-1].tree
    return isinstance(tree, Group) and tree.kind == "" and any(isinstance(item, Dots) for item in tree.items)


# one block


def _raw_statements(document: Document, math: Math, block: int) -> list[_Raw]:
    try:
        tokens = tokenize(document.text, math.body_start, math.body_end, document.macros)
        flat = flattened(tokens)
        found = clauses(flat)
    except Unreadable as problem:
        return [_unread(document, math, block, problem)]
    dropped = sorted((t.start, t.end) for t in map(flat.__getitem__, row_level(flat)) if t.kind in ("&", "row"))
    return [_raw(document, block, row, clause, dropped) for row, clause in found]


def _unread(document: Document, math: Math, block: int, problem: Unreadable) -> _Raw:
    start, end = math.body_start, math.body_end
    text = document.text[start:end].strip()
    side = Side(start, end, text, None, Problem(problem.message, problem.offset))
    return _Raw(block, 0, [side], [], Clause(), start, end)


def _raw(document: Document, block: int, row: int, clause: Clause, dropped: list[tuple[int, int]]) -> _Raw:
    tokens = clause.tokens
    parser = Parser(tokens)
    marks = [k for k in parser.top(0, len(tokens)) if tokens[k].kind == "relation"]
    every = [*clause.before, *tokens, *clause.after]
    raw = _Raw(
        block, row, [], [], clause, min(t.start for t in every), max(t.end for t in every),
        before=_words(document, clause.before), after=_words(document, clause.after),
    )  # fmt: skip
    edges = [-1, *marks, len(tokens)]
    ranges = [(a + 1, b) for a, b in pairwise(edges)]
    relations = [parser.relation(k) for k in marks]
    if relations and _is_empty(parser, *ranges[0]):
        raw.lead = relations.pop(0)
        ranges.pop(0)
    if relations and ranges[-1][0] == ranges[-1][1]:
        raw.tail = relations.pop()
        ranges.pop()
    elif raw.lead is not None and ranges[-1][0] == ranges[-1][1]:
        raw.tail, raw.lead = raw.lead, None
        ranges.pop()
    for k, (start, end) in enumerate(ranges):
        sign = relations[k - 1] if k else raw.lead if raw.lead is not None else None
        if sign is not None and sign.symbol == "\\in" and (k or raw.lead) and raw.sides:
            _membership(document, parser, raw, start, end)
            continue
        if k:
            raw.relations.append(relations[k - 1])
        raw.sides.append(_side(document, parser, start, end, dropped))
    if raw.sides and clause.before and clause.leads and raw.lead is None:
        first = raw.sides[0]
        begin = min(t.start for t in clause.before)
        raw.sides[0] = Side(begin, first.end, _text(document, begin, first.end, dropped), first.tree, first.problem)
    if not raw.sides:
        place = raw.tail or raw.lead
        at = place.start if place else raw.start
        raw.sides = [Side(raw.start, raw.end, "", None, Problem("a relation alone", at))]
        raw.lead = raw.tail = None
        raw.relations = []
    return raw


def _is_empty(parser: Parser, start: int, end: int) -> bool:
    """Whether nothing that shows stands before a relation: nothing, or the braces of {} = b."""
    start, end = parser.trimmed(start, end)
    return all(
        parser.tokens[k].kind == "space" or (abs(parser.partner[k] - k) == 1 and parser.tokens[k].kind in ("{", "}"))
        for k in range(start, end)
    )


def _membership(document: Document, parser: Parser, raw: _Raw, start: int, end: int) -> None:
    """`x \\in S` after a side: kept beside the statement, and in the text of the side."""
    last = raw.sides[-1]
    start, end = parser.trimmed(start, end)
    if start == end:
        problem = Problem("\\in with nothing after it", last.end)
        raw.sides[-1] = Side(last.start, last.end, last.text, last.tree, problem)
        return
    a, b = parser.span(start, end)
    try:
        kind: Tree = parser.listing(start, end)
    except Unreadable:
        kind = Words(document.text[a:b], start=a, end=b)
    if last.tree is not None:
        members = last.tree.items if isinstance(last.tree, Group) and last.tree.kind == "" else (last.tree,)
        raw.memberships += [(member, kind) for member in members]
    raw.sides[-1] = Side(last.start, b, _text(document, last.start, b, []), last.tree, last.problem)


def _side(document: Document, parser: Parser, start: int, end: int, dropped: list[tuple[int, int]]) -> Side:
    start, end = parser.trimmed(start, end)
    if start == end:
        at = parser.tokens[min(start, len(parser.tokens) - 1)].start
        return Side(at, at, "", None, Problem("a relation without something on both sides", at))
    a, b = parser.span(start, end)
    tree: Tree | None = None
    problem: Problem | None = None
    parser.depth = 0
    parser.style = ""
    try:
        tree = parser.listing(start, end)
    except Unreadable as error:
        problem = Problem(error.message, error.offset)
    return Side(a, b, _text(document, a, b, dropped), tree, problem)


def _text(document: Document, start: int, end: int, dropped: list[tuple[int, int]]) -> str:
    """The characters as they stand, without the & and \\\\ of the rows."""
    pieces: list[str] = []
    at = start
    for k in range(bisect_left(dropped, (start, start)), len(dropped)):
        a, b = dropped[k]
        if b > end:
            break
        if at <= a:
            pieces.append(document.text[at:a])
            at = b
    return "".join([*pieces, document.text[at:end]]).strip()


def _words(document: Document, tokens: list[Token]) -> str:
    """Words as a person reads them; formulas among them as they stand."""
    parts: list[str] = []
    at = -1
    for token in tokens:
        text = token.text if token.kind == "words" else document.text[token.start : token.end]
        if at >= 0 and at < token.start and token.kind != "words":
            parts.append(" " if not parts[-1].endswith(" ") else "")
        parts.append(text)
        at = token.end
    return " ".join("".join(parts).split())
