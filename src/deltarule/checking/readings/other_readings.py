"""Other readings of a whole document: one letter, or one way of writing, that leaves rows open may mean another thing.

Each is tried on the whole text. It is kept where more of the rows are understood by it than without it, and named among
the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deltarule.checking.core.rows import Condition, Finding
from deltarule.checking.core.state import State
from deltarule.checking.judging.differentials import read_as_differentials
from deltarule.checking.judging.gradient_signs import of_the_one_loss
from deltarule.checking.letters.layers_by_letter import decided
from deltarule.checking.letters.row_vectors import rows_for_columns
from deltarule.checking.notation.sum_scope import sums_reach_their_index
from deltarule.checking.readings.letters_apart import letters_apart
from deltarule.checking.readings.rows_in_words import rows_said
from deltarule.checking.readings.samples_below import samples_above
from deltarule.checking.readings.signals_unsaid import is_signal, signals_said
from deltarule.checking.readings.stacks import stacks_of_samples
from deltarule.checking.readings.turned_weights import is_turned, weights_turned
from deltarule.checking.readings.vector_losses import losses_summed
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["in_the_best_reading"]

OPEN = frozenset({"undecided", "unread", "ill-shaped", "refuted"})
HOLDS = frozenset({"proved", "conditional"})
FEW = 3
"""Rows that do not hold, and for which no mistake is known, that any document may have."""
FEW_OF = 6
"""Rows that hold for each of them, where there are more."""


@dataclass(frozen=True)
class Reading:
    """The statements as they are read, and what is said of that."""

    statements: Sequence[Statement]
    finding: str
    said: str
    concerns: Callable[[t.Tree], bool] | None = None
    """What the reading changes, where `said` is the condition under which the rows with it hold."""


def in_the_best_reading(
    state: State,
    statements: Sequence[Statement],
    judged: Callable[[Sequence[Statement]], State],
    refuses: Callable[[], bool],
) -> tuple[State, Sequence[Statement]]:
    """The rows as they are judged in the reading that explains most, and the statements in it."""
    chosen: list[Finding] = []
    for readings in READINGS:
        for reading in readings(state, statements):
            if refuses():
                break
            other = judged(reading.statements)
            if _explains_more(reading.finding, state, other):
                if reading.concerns is not None:
                    _only_if_meant(state, other, reading.concerns, reading.said)
                state, statements = other, reading.statements
                chosen.append(Finding(reading.finding, (), reading.said))
                break
    state.findings.extend(chosen)
    return state, statements


def _only_if_meant(before: State, after: State, concerns: Callable[[t.Tree], bool], said: str) -> None:
    """What holds of that which a reading changes holds where this is meant."""
    places = {id(row): k for k, row in enumerate(before.rows)}
    for left, right, row in before.judged:
        if id(row) not in places or not any(concerns(n) for side in (left, right) for n in trees(side)):
            continue
        own = after.rows[places[id(row)]]
        if own.verdict in HOLDS:
            text = said if own.condition is None else f"{own.condition.text}; {said}"
            own.verdict, own.reason = "conditional", f"true under: {text}"
            own.condition = Condition("definition-elsewhere", text)


def _explains_more(finding: str, before: State, after: State) -> bool:
    """Whether more of the rows are understood, and hardly one is left that would be wrong without an explanation."""
    measures = [decided]
    if finding == "row-vectors":
        measures.append(_given)
    if finding == "gradient-signs":
        measures.append(_claims)  # no definitions any more, but claims
    if not any(measure(after) > measure(before) for measure in measures):
        return False
    if finding == "error-signals" and _claims(after) < _claims(before) + 2:
        return False
    if finding == "samples-below" or (finding == "row-vectors" and _bad(after) < _bad(before)):
        return True
    return _fits(after)


def _fits(state: State) -> bool:
    """Whether a reading leaves hardly a row without an explanation: with more of them it is no reading of this text."""
    bad = _bad(state)
    good = sum(row.verdict in HOLDS for row in state.rows)
    return bad < FEW or FEW_OF * bad <= good


def _bad(state: State) -> int:
    return sum(row.verdict in {"refuted", "ill-shaped"} and not row.hint for row in state.rows)


def _claims(state: State) -> int:
    """How many rows hold, less those that would be wrong and that no known mistake explains."""
    return sum(row.verdict in HOLDS for row in state.rows) - 2 * _bad(state)


def _given(state: State) -> int:
    """How many rows are understood, definitions among them."""
    return sum(row.verdict in HOLDS or row.verdict == "definition" for row in state.rows)


def _differentials(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in OPEN for row in state.rows):
        changed, names = read_as_differentials(statements, state.document.text)
        if names:
            yield Reading(changed, "differentials", f"d before {', '.join(names)} is read as the differential")


def _samples_below(_: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    above, letters = samples_above(statements)
    if letters:
        yield Reading(above, "samples-below", f"the index below {', '.join(letters)} is read as that of a sample")


def _gradients(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in {*OPEN, "definition"} for row in state.rows):
        for changed, said in of_the_one_loss(statements):
            yield Reading(changed, "gradient-signs", said)


def _rows(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in OPEN for row in state.rows):
        changed, rows = rows_said(state, statements)
        if rows:
            yield Reading(changed, "row-vectors", f"{', '.join(rows)} are read as rows, as the text says")
        for changed, rows in rows_for_columns(state, statements):
            yield Reading(changed, "row-vectors", f"{', '.join(rows)} are read as rows, before their matrices")


def _letters(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in OPEN for row in state.rows):
        changed, letters = letters_apart(state, statements)
        if letters:
            yield Reading(changed, "two-meanings", f"{', '.join(letters)} means two things, with other shapes")


def _sums(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in OPEN for row in state.rows):
        changed = sums_reach_their_index(statements, below_a_sign=True)
        if any(one != other for one, other in zip(changed, statements, strict=True)):
            yield Reading(
                changed, "sums-reach", "sums without parentheses run over the terms behind them, as they stand"
            )


def _stacks(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in OPEN for row in state.rows):
        for changed, said in stacks_of_samples(statements, state.document.text):
            yield Reading(changed, "all-samples", said)


def _losses(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if not any(row.verdict in OPEN for row in state.rows):
        return
    summed, letters = losses_summed(state, statements)
    if letters:
        yield Reading(summed, "loss-summed", f"{', '.join(letters)} is read as the sum over the components")


def _weights(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in OPEN for row in state.rows):
        changed, turned = weights_turned(state, statements)
        if turned:
            said = f"{', '.join(turned)}: the weight with its indices in the other order"
            yield Reading(changed, "indices-turned", said, lambda node: is_turned(node, turned))


def _signals(state: State, statements: Sequence[Statement]) -> Iterator[Reading]:
    if any(row.verdict in OPEN for row in state.rows):
        for changed, said in signals_said(statements):
            yield Reading(changed, "error-signals", said, is_signal)


READINGS = (
    _differentials,
    _samples_below,
    _gradients,
    _rows,
    _letters,
    _sums,
    _stacks,
    _losses,
    _weights,
    _signals,
)
