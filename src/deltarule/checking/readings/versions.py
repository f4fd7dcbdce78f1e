"""A letter that is defined more than once, for one case after the other: "for the squared loss C = ½‖y - a‖² …, for the
cross-entropy C = -[y ln a + …] …". Each definition is in force up to the next one.

What is left open in the whole is judged once more with each definition alone: by what stands before all of them and by
what follows that one. A general row before them is so judged without the examples that follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.entries_named import BY_ENTRIES
from deltarule.checking.judging.sections import HOLDS, OPEN, better, first_rows, take
from deltarule.checking.readings.so_far import MOST_ROWS, more_is_said
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, reference
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["by_versions"]


CASE = re.compile(
    r"\b(?:for|with|when|if|case|instead|another|alternativ\w*|now|choos\w+|us(?:e|es|ing)|für|mit|bei|falls?|pour|avec|cas|"
    r"para|con|caso|con|per|dla|для|при|node|layer|unit|module)\b|对于|若|如果|时|の場合|では|경우",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"\b(?:so|thus|hence|therefore|then|that is|i\.e|in other words|again|also|reads|becomes|gives|yields|"
    r"donc|ainsi|donde|así|daher|folglich)\b|"
    r"所以|因此|即|よって",
    re.IGNORECASE,
)
NEAR = 80
"""Characters before an equation whose words are looked at."""
MOST = 3
"""Letters that are tried so in one document; and letters within the part of one definition."""
DEFINITIONS = 16
"""Definitions of one letter, at most."""
PARTS = 12
"""Parts of a document that are judged by themselves, at most."""


def by_versions(
    whole: State,
    rows_of: Callable[[Sequence[Statement]], int],
    judged: Callable[[Sequence[Statement], int], State],
    refuses: Callable[[int], str],
    depth: int = 2,
    budget: Iterator[int] | None = None,
) -> None:
    """Take over what is decided with one definition at a time of the rows that the whole leaves open; `depth` letters
    one within the other, and no more parts than the budget."""
    budget = iter(range(PARTS)) if budget is None else budget
    firsts = first_rows(whole.statements, rows_of)
    several = [(name, every) for name, every in _defined_again(whole) if name not in whole.entries.values()]
    for name, every in several[:MOST] if firsts[-1] <= MOST_ROWS else []:
        first: int | None = None
        no_other = HOLDS | {"assumption", "none"}  # what follows, and what is supposed for a moment
        held = {
            p for p in every for r in whole.rows[firsts[p] : firsts[p + 1]]
            if r.verdict in no_other or (r.reason or "").endswith(BY_ENTRIES)
        }  # fmt: skip
        places = [p for p in every if p not in held]
        if len(places) < 2:
            continue
        for one, following in zip(places, [*places[1:], len(whole.statements)], strict=True):
            said_again = any(row.verdict == "refuted" for row in whole.rows[firsts[one] : firsts[one + 1]])
            chosen = [k for k in range(following) if k < places[0] or k >= one or _defines(whole, firsts, k, places)]
            rows = [row for k in chosen for row in whole.rows[firsts[k] : firsts[k + 1]]]
            if said_again or not any(row.verdict in OPEN for row in rows) or refuses(firsts[one]):
                continue
            if next(budget, None) is None:
                return
            alone = judged([whole.statements[k] for k in chosen], firsts[one])
            entity = alone.symbols.entities.get(name)
            rank = entity.rank if entity is not None else 0
            first = rank if first is None else first
            if rank != first and (name in OBJECTIVES or 2 in (rank, first)):
                continue  # z zᵀ after zᵀz is a mistake and no other case
            both = zip(rows, alone.rows, strict=True)
            if depth > 1 and any(row.verdict in OPEN and own.verdict in OPEN for row, own in both):
                by_versions(alone, rows_of, judged, refuses, depth - 1, budget)
            omitted = [s for k, s in enumerate(whole.statements) if k not in chosen and k not in places]
            again = whole.rows[firsts[one] : firsts[one + 1]] if one != places[0] else []
            _take_over(whole, alone, rows, omitted, again, one)


def _take_over(
    whole: State,
    alone: State,
    rows: Sequence[DocumentRow],
    omitted: Sequence[Statement],
    again: Sequence[DocumentRow],
    place: int,
) -> None:
    """Take over what a version decides; the equation itself, at `place`, is a new definition only where words offer a
    case."""
    kept = [(row, replace(row)) for row in again if row.verdict != "definition"]
    taken = [
        (row, own)
        for row, own in zip(rows, alone.rows, strict=True)
        if own.verdict not in HOLDS or not more_is_said(whole, alone, own, omitted)
    ]
    better(whole, alone, [row for row, _ in taken], [own for _, own in taken])
    for row, old in kept if not _offers_a_case(whole, place) else []:
        if row.verdict == "definition":
            take(row, old, old.reason)


def _offers_a_case(whole: State, place: int) -> bool:
    """Whether words before an equation say that it is another case, "for the squared loss C = …"."""
    statement, text = whole.statements[place], whole.document.text
    words = re.split(r"[.;!?。]\s|\n\s*\n", text[max(0, statement.start - NEAR) : statement.start])[-1]
    return CASE.search(words) is not None and GOES_ON.search(words) is None


def _defines(whole: State, firsts: Sequence[int], place: int, places: Sequence[int]) -> bool:
    """Whether a statement says what something else is, and nothing that is open."""
    own = whole.rows[firsts[place] : firsts[place + 1]]
    if place in places or not own or own[0].verdict != "definition":
        return False
    return all(row.verdict in HOLDS | {"definition"} for row in own)


def _defined_again(whole: State) -> Iterator[tuple[str, list[int]]]:
    """The letters with several equations that say what they are, and the places of these."""
    found: dict[str, list[int]] = {}
    said: dict[str, set[t.Tree]] = {}
    of_itself: set[str] = set()
    for place, statement in enumerate(whole.statements):
        if not statement.relations or statement.relations[0].symbol not in EQUAL or statement.continues:
            continue
        left, right = statement.sides[0].tree, statement.sides[1].tree
        match left:
            case t.Factors(items=((_, t.Name() as head), ("", t.Group(kind="(")))):
                left = head
            case _:
                pass
        name = reference(left, whole.symbols.usage) if isinstance(left, t.Name | t.Scripted) else None
        if name is None or right is None or name.primes or name.power is not None or name.transposed or name.label:
            continue
        own = said.setdefault(name.key, set())
        if isinstance(right, t.Num) or _is_derivative(right) or right in own or not _letters(name):
            continue
        own.add(right)
        found.setdefault(name.key, []).append(place)
        if any((r := reference(n, whole.symbols.usage)) is not None and r.base == name.base for n in t.walk(right)):
            of_itself.add(name.key)  # L = Σ_t L_t
    for name, places in found.items():
        if name not in of_itself and 1 < len(places) <= DEFINITIONS and any(row.verdict in OPEN for row in whole.rows):
            yield name, places


def _is_derivative(right: t.Tree) -> bool:
    return any(isinstance(node, t.Partial) for node in t.walk(right))


def _letters(name: Reference) -> bool:
    """Whether the indices of a name are letters: y and y_i say what y is, y_1 does not."""
    return all(isinstance(i, t.Name) for i in name.indices)
