"""A document that a person wrote, judged row by row against its own definitions.

The rows are judged in order (`one_pass.py`); those that are open are judged once more in other readings of the whole,
by the section, card or case in which they stand, and by what they rest on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.given import Given
from deltarule.checking.core.limits import SLOW, Watch
from deltarule.checking.core.rows import CheckedDocument, Finding
from deltarule.checking.core.state import State
from deltarule.checking.judging.both_ways import open_where_declared_both_ways
from deltarule.checking.judging.chapters import chapters
from deltarule.checking.judging.findings import about
from deltarule.checking.judging.mending import hints_found, numbers_beside_vectors, shapes_misread
from deltarule.checking.judging.one_pass import claimed, judged_in_order
from deltarule.checking.judging.products_over_steps import judge_products_over_steps
from deltarule.checking.judging.sections import by_parts, sections
from deltarule.checking.judging.unexplained import leave_open
from deltarule.checking.judging.unrolled import refute_at_two_steps
from deltarule.checking.judging.worked_examples import by_worked_examples
from deltarule.checking.letters.declared import declared_names
from deltarule.checking.letters.layers_by_letter import circles, decided
from deltarule.checking.one_form import in_one_form
from deltarule.checking.readings.alone import by_itself
from deltarule.checking.readings.lettered_items import by_lettered_items
from deltarule.checking.readings.numbers_or_matrices import hold_for_matrices
from deltarule.checking.readings.other_readings import in_the_best_reading
from deltarule.checking.readings.sizes_alike import by_one_size
from deltarule.checking.readings.slices import by_what_it_rests_on
from deltarule.checking.readings.so_far import by_what_stands_before
from deltarule.checking.readings.versions import by_versions
from deltarule.checking.words.shapes_in_words import shapes_in_words
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import Survey
from deltarule.reading.statement import Statement

__all__ = ["check_statements"]

NOTHING = Given()


def check_statements(
    document: Document,
    statements: Sequence[Statement],
    name: str,
    given: Given = NOTHING,
    watch: Watch | None = None,
) -> CheckedDocument:
    """Judge every relation of the statements of one document, as far as the watch lets it."""

    def rows_of(some: Sequence[Statement]) -> int:
        return sum(1 for _ in claimed(some))

    watch = watch or Watch()
    statements, numbered, spelling, classes = in_one_form(document, statements)
    given = replace(
        given, said=shapes_in_words(document, statements), classes=classes, joined=spelling.joined,
        primed={new: old.rstrip("'") for old, new in spelling.primed.items()},
    )  # fmt: skip
    watch.start(rows_of(statements))
    state = _best(document, statements, given, watch, statements)
    state, statements = in_the_best_reading(
        state, statements, lambda some: _best(document, some, given, watch.inside(0), some),
        lambda: bool(watch.refuses(len(state.rows) - 1)),
    )  # fmt: skip
    by_one_size(
        state, lambda pairs: _best(document, statements, replace(given, alike=pairs), watch.inside(0), statements)
    )
    parts, cards = sections(document, statements), sections(document, statements, cards=True)
    larger = chapters(document, statements)
    divided = larger[0] if larger else parts or cards
    for some in (*larger, parts, cards) if len(cards) > len(parts) else (*larger, parts):
        by_parts(
            state, some, divided, rows_of,
            lambda part, declared, first: _best(document, part, given, watch.inside(first), statements, declared),
            watch.refuses,
        )  # fmt: skip
    by_lettered_items(
        state, document, rows_of,
        lambda some, first: _best(document, some, given, watch.inside(first), statements), watch.refuses,
    )  # fmt: skip
    by_what_stands_before(
        state, rows_of, lambda some: _best(
            document, some, given, watch.again(r.reason for r in state.rows), statements
        ), watch.refuses,
    )  # fmt: skip
    by_versions(
        state, rows_of, lambda some, first: _best(document, some, given, watch.inside(first), statements),
        lambda at: SLOW if any(row.reason == SLOW for row in state.rows) else watch.refuses(at),
    )  # fmt: skip
    by_itself(
        state, statements, rows_of, lambda own, declared, first: judged_in_order(
            document, own, given, watch.inside(first), statements, declared=declared
        ), watch.refuses,
    )  # fmt: skip
    open_where_declared_both_ways(state)
    shapes_misread(state)

    def anew(some: Sequence[Statement], unrolled: bool = False) -> State:
        shapes = replace(given, by_value={**_ranks_learnt(state), **given.by_value}) if unrolled else given
        return judged_in_order(document, some, shapes, watch.inside(0), statements, unrolled=unrolled)

    usage = state.symbols.usage
    lettered = usage.lettered if isinstance(usage, Survey) else set()
    by_what_it_rests_on(
        state, parts, divided, rows_of, lambda some, declared, first: judged_in_order(
            document, some, given, watch.inside(first), statements, lettered, declared=declared
        ), watch.refuses,
    )  # fmt: skip
    refute_at_two_steps(state, rows_of, lambda some: anew(some, unrolled=True), watch.refuses)
    judge_products_over_steps(state, rows_of, anew, watch.refuses)
    by_worked_examples(
        state, list(claimed(statements)), lambda some, then: judged_in_order(
            document, some, given, watch.inside(0), statements, then=then
        ), watch.refuses,
    )  # fmt: skip
    numbers_beside_vectors(state)
    hold_for_matrices(
        state, lambda ranks: judged_in_order(
            document, statements, replace(given, said=(*given.said, *ranks)),
            watch.again(r.reason for r in state.rows), statements,
        ),
    )  # fmt: skip
    hints_found(state)
    leave_open(state, statements)
    about(state)
    if numbered:
        said = f"the numbers above {', '.join(numbered)} are read as those of layers or samples, not as powers"
        state.findings.append(Finding("numbers-above", (), said))
    spelling.told(state.rows)
    return CheckedDocument(name, document.text, state.rows, state.findings)


def _best(
    document: Document,
    statements: Sequence[Statement],
    given: Given,
    watch: Watch,
    whole: Sequence[Statement],
    declared: Sequence[tuple[t.Tree, t.Tree]] | None = None,
) -> State:
    """The rows judged; once more where letters of layers were taken for one vector, or a capital for a matrix."""
    state = judged_in_order(document, statements, given, watch, whole, declared=declared)
    ranks_read = _ranks_by_value(state)
    small = {key: rank for key, rank in ranks_read.items() if key[:1].islower()}
    alone = small if len(small) < len(ranks_read) else {}
    for letters, ranks in ((circles(state), {}), ((), alone), ((), ranks_read)):
        if not (letters or ranks) or watch.refuses(len(state.rows) - 1):
            continue
        read = replace(given, by_value={**given.by_value, **ranks})
        other = judged_in_order(document, statements, read, watch.inside(0), whole, letters, declared)
        if decided(other) > decided(state):
            return other
    return state


def _ranks_learnt(state: State) -> dict[str, int]:
    """How many axes the vectors and matrices have that stand at no step, as the whole text shows them."""
    return {key: e.rank for key, e in state.symbols.entities.items() if e.rank and not {"^", "_"} & set(key)}


def _ranks_by_value(state: State) -> dict[str, int]:
    """The capitals that only their transpose or their product makes matrices, with the axes of their equation's value:
    E of E = t - s and EᵀE; and the small letters of which that is a matrix: h of h = XW and hᵀ."""
    shapes = declared_names(state)
    return {
        key: rank
        for key, rank in state.other_ranks.items()
        if (rank if key[:1].isupper() else rank == 2) and key not in shapes
    }
