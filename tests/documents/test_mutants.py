"""A mistake put into a document is found where it was put, and said by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

from deltarule.checking.files import check_text
from deltarule.checking.hints.hints import MISCONCEPTIONS

from .alike import alike
from .mutate import HINTS, Mutant, mutants
from .scoring import ACCEPTED, REFUSED, bare

NAMES = {row.says: row.name for row in MISCONCEPTIONS}


def drawn(count: int) -> list[Mutant]:
    """So many mutants, of all kinds alike as far as there are enough."""
    found = list(mutants())
    Random(1).shuffle(found)
    order: Counter[str] = Counter()
    ranked = []
    for m in found:
        ranked.append((order[m.kind], m))
        order[m.kind] += 1
    return [m for _, m in sorted(ranked, key=lambda pair: pair[0])][:count]


def judged(chosen: Sequence[Mutant]) -> tuple[Counter[str], list[str]]:
    """What became of the mutants, and a line for each that was not caught or not named."""
    count: Counter[str] = Counter()
    said = []
    for m in chosen:
        rows = check_text(m.text, m.document).rows
        found = [r for r in rows if bare(r.right) == bare(m.right)]
        found = [r for r in found if r.start == m.start] or [r for r in found if bare(r.left) == bare(m.left)]
        row = found[0]  # the one at its place: elsewhere the same row may be true
        if row.verdict in REFUSED:
            outcome = "caught"
            count["named"] += NAMES.get(row.hint) in HINTS[m.kind]
        else:
            outcome = ACCEPTED.get(row.verdict, "missed")
        count[outcome] += 1
        if outcome != "caught" or NAMES.get(row.hint) not in HINTS[m.kind]:
            said.append(f"{m.document} {m.kind} {outcome} ({row.verdict}; {row.hint}): {m.left} = {m.right}")
    return count, said


def meets_the_goals(count: Counter[str], said: Sequence[str]) -> None:
    total = count["caught"] + count["missed"] + count["false_proved"] + count["false_conditional"]
    assert not count["false_proved"] and not count["false_conditional"], "\n".join(said)
    assert count["caught"] >= 0.97 * total, "\n".join(said)
    assert count["named"] >= 0.70 * total, "\n".join(said)


def test_a_sample_of_mistakes_is_found_and_named():
    meets_the_goals(*judged(drawn(80)))


def test_what_is_alike_is_no_mistake():
    assert alike("w_{ij} x_j + b", "b + x_j w_{ij}") and not alike("w_{ij} x_j", "w_{ij} x_i")
    assert alike("(1 - y)^2 h", "(1 - y) h", ["y"]) and not alike("(1 - y)^2 h", "(1 - y) h")
    assert not alike("(1 - y)^2 h", "y h", ["y"])


@pytest.mark.slow
def test_a_thousand_mistakes_are_found_and_named():
    meets_the_goals(*judged(drawn(1000)))
