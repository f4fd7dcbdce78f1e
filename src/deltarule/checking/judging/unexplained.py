"""Rows that fail at a point and that no known mistake explains.

With one mistake taken back a row that a person got wrong nearly always holds, and then it was read rightly. Where no
repair is found, either the mistake is a rare one, or the text is read in another way than it is meant. In documents
that nobody had seen before, more than half of such refutations were misreadings. So three of them in one document are
left open, and so is one that stands behind a condition which was not understood, or that may be meant at the place of
the 1 in a one-hot vector.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.core.worked_numbers import is_calculation
from deltarule.checking.hints.hints import MISCONCEPTIONS
from deltarule.checking.judging.one_pass import claimed
from deltarule.checking.judging.worked_examples import ANOTHER_VALUE
from deltarule.checking.words.label_values import TARGETS
from deltarule.reading import tree as t
from deltarule.reading.guessing import with_arguments
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Statement

__all__ = ["leave_open"]

SEVERAL = 3
"""Rows in different chains that no known mistake explains, from which on the text may be misread."""
ONE_HOT = re.compile(r"one[- ]?hot", re.I)
INDEXED = re.compile(r"_\s*\{?\s*[a-zA-Z]")
BOUNDS = re.compile(r"\\(?:max|min|operatorname|mathrm|text)|\|")
THRESHOLDS = ("kappa", "delta", "epsilon", "tau", "alpha", "beta", "gamma", "lambda", "c", "M", "Delta")
"""Letters that clip, weigh or bound something, and are positive where nothing is said of them."""
TERM_TOO_MANY = next(m.says for m in MISCONCEPTIONS if m.name == "extra term")
A_FACTOR = {m.says for m in MISCONCEPTIONS if m.name in {"factor", "extra factor"}}
FACTOR = re.compile(r"\b([a-zA-Z])_\{?\w")
ENDS = re.compile(r"[.!?](?:\s|$)|\n\s*#|\\(?:sub)*section")
"""Where a sentence ends, and with it what a condition in it says."""


def leave_open(state: State, statements: Sequence[Statement]) -> None:
    """Take back the refutations that no known mistake explains, where there is a reason to doubt them."""
    rows = list(zip(claimed(statements), state.rows, strict=True))
    for (statement, _), row in rows:
        if row.verdict == "refuted" and (one := _one_of_them(statements, statement)):
            _open(row, f"nothing says whether {one} is one of those that a sum runs over")
    _penalties(state, rows)
    found = [
        (statement, row)
        for (statement, k), row in rows
        if row.verdict == "refuted" and row.reason != ANOTHER_VALUE
        if not row.hint or _times_a_target(state, row)
        if not _is_a_number(statement.sides[k + 1].tree) and statement.start not in state.conditional
    ]
    # what stands under a condition that was understood was judged under it: there is no reason to doubt it
    several = len({row.chain for _, row in found}) >= SEVERAL
    for statement, row in found:
        why = ""
        if several:
            why = f"so do {len(found) - 1} other rows, and no known mistake explains them: this may be read wrongly"
        elif ONE_HOT.search(state.document.text) and _of_a_class(state, statement, row):
            why = "the text speaks of a one-hot vector: it may be meant for the one index at which there is a 1"
        elif BOUNDS.search(row.right) and (sign := _negative(row)):
            why = f"it may be meant for positive {sign} only"
        elif _under_a_condition(state, statements, statement):
            why = "it may be meant under the condition that stands before it"
        if why:
            _open(row, why)


def _of_a_class(state: State, statement: Statement, row: DocumentRow) -> bool:
    """Whether an index in a row may be that of a class: not where all that has indices is known to have others than
    the labels have, h_{t,j} of the hidden units beside y_{t,k}."""
    if not INDEXED.search(f"{row.left} {row.right}") or id(row) in state.wrong_at_the_class:
        return False
    symbols = state.symbols
    given = state.definitions.equations
    named = [(key, e) for key, e in symbols.entities.items() if key[:1] in TARGETS and key[1:2] in {"", "^", "_"}]
    labels = [e for key, e in named if e.rank and key not in given]
    classes = {symbols.find(e.sizes[(e.rank or 1) - 1]) for e in labels}
    names = [n for side in statement.sides for n in trees(side.tree) if isinstance(n, t.Scripted)]
    found = [r for n in names if (r := reference(n, symbols.usage)) is not None and r.indices]
    entities = [symbols.entities.get(r.key) for r in found]
    if not classes or not all(e is not None and e.rank for e in entities):
        return True
    return any(symbols.find(size) in classes for e in entities if e is not None for size in e.sizes[: e.rank or 0])


def _times_a_target(state: State, row: DocumentRow) -> bool:
    """Whether -y_o log p_o and -log p_o differ by a factor y_o that is 1 at the place of the 1 in a one-hot vector."""
    if row.hint not in A_FACTOR or ONE_HOT.search(state.document.text) is None or "partial" in row.left + row.right:
        return False
    here = set(FACTOR.findall(row.suggestion)) ^ set(FACTOR.findall(row.right))
    return bool(here & set(TARGETS))


def _penalties(state: State, rows: Sequence[tuple[tuple[Statement, int], DocumentRow]]) -> None:
    """Leave open another equation of the loss with a further term: that of a penalty, which is added further down."""
    for (statement, k), row in rows:
        left = statement.sides[0].tree
        if row.verdict != "refuted" or row.hint != TERM_TOO_MANY or k or left is None or isinstance(left, t.Partial):
            continue
        found = reference(left, state.symbols.usage) or with_arguments(state.symbols, left)
        if found is not None and found.key in state.symbols.objectives:
            _open(row, f"it may be {found.key} with a penalty that was not there before")


def _negative(row: DocumentRow) -> str:
    """A threshold that is below 0 at the point where a row fails."""
    point = row.counterexample or {}
    return next((name for name in THRESHOLDS if str(point.get(name, "")).startswith("-")), "")


def _is_a_number(right: t.Tree | None) -> bool:
    """Whether a side is worked out in numbers, other than the 0 or 1 that something adds up to."""
    if right is None or not is_calculation(right):
        return False
    return any(isinstance(n, t.Num) and n.value not in {0, 1} for n in t.walk(right))


def _open(row: DocumentRow, why: str) -> None:
    row.verdict, row.reason = "undecided", f"it fails at a point as it is read, but {why}"
    row.counterexample, row.hint, row.suggestion = None, "", ""


def _one_of_them(statements: Sequence[Statement], statement: Statement) -> str:
    """The u_o of ∂J/∂u_o, where J has a term with u_o and a sum over k with u_k: at k = o it may count twice."""
    match statement.sides[0].tree:
        case t.Partial(of=t.Tree() as of, by=(t.Scripted(base=t.Name() as base, sub=t.Name(letter=own)) as by,)):
            if isinstance(of, t.Scripted) and isinstance(of.sub, t.Name):
                return ""  # of one of several itself, as the p_k of a softmax
        case _:
            return ""
    bodies = [s.sides[1].tree for s in statements if len(s.sides) > 1 and _named(s.sides[0].tree) == of]
    body = next((body for body in bodies if body is not None and not isinstance(body, t.Partial)), None)
    if body is None:
        return ""
    sums = [n for n in trees(body) if isinstance(n, t.Big) and n.kind == "sum"]
    summed = {id(n) for one in sums for n in trees(one)}
    same = [n for n in trees(body) if isinstance(n, t.Scripted) and n.base == base and isinstance(n.sub, t.Name)]
    alone = any(id(n) not in summed and n.sub == by.sub for n in same)
    others = any(id(n) in summed and isinstance(n.sub, t.Name) and n.sub.letter != own for n in same)
    return f"{base.letter}_{own}" if alone and others else ""


def _named(head: t.Tree | None) -> t.Tree | None:
    """The J of J and of J(w)."""
    match head:
        case t.Factors(items=((_, name), ("", t.Group(kind="(")))):
            return name
    return head


def _under_a_condition(state: State, statements: Sequence[Statement], statement: Statement) -> bool:
    """Whether an inequality stands before a formula in its sentence, or in the one that the formula ends."""
    place = next(k for k, s in enumerate(statements) if s is statement)
    before = statements[place - 1] if place else None
    if before is None or statement.continues:
        return False
    if any(relation.symbol in EQUAL for relation in before.relations) or not before.relations:
        return False
    end = max(side.end for side in before.sides)
    return ENDS.search(state.document.text, end, statement.start) is None
