"""One pass over the statements of a document: what each relation is, and whether it holds.

First the shapes are learnt from the whole text, then the rows are judged in order: a symbol without a meaning is
defined by its first equation, everything else is a claim. A claim is tried in each layout that the document leaves
open: it is proved if it holds in all of them, conditional if it holds in one, refuted only with a certified
counterexample.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from deltarule.checking.core.given import Given
from deltarule.checking.core.limits import BROKE, FAULT, SLOW, TimeUp, Watch
from deltarule.checking.core.relations import EQUAL, NAMES_THE_RIGHT, NO_CLAIM, ROWS, SAID, UPDATES
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State, mentioned
from deltarule.checking.core.worked_numbers import is_calculation
from deltarule.checking.judging.approximations import rounded_result
from deltarule.checking.judging.at_their_arguments import with_their_arguments
from deltarule.checking.judging.braces import assumed_at_braces
from deltarule.checking.judging.chain_rule import chain_rule_itself
from deltarule.checking.judging.claims import claim, shapes_open
from deltarule.checking.judging.component_by_component import refute_component_by_component
from deltarule.checking.judging.computed import computed
from deltarule.checking.judging.covariances import with_covariances
from deltarule.checking.judging.defined_letters import defined_letters
from deltarule.checking.judging.defining import Circle, defines
from deltarule.checking.judging.differentials import with_others_fixed
from deltarule.checking.judging.doubted import with_a_mistake_taken_back
from deltarule.checking.judging.doubts import MEANT_OTHERWISE, doubt, total_and_partial, without_its_argument
from deltarule.checking.judging.entries_named import entry_not_understood, names_entries
from deltarule.checking.judging.findings import displayed
from deltarule.checking.judging.from_any_step import follows_from_any_step
from deltarule.checking.judging.gradients_in_words import means
from deltarule.checking.judging.in_cases import for_some_values, part_of_a_definition
from deltarule.checking.judging.labels_given import at_its_values
from deltarule.checking.judging.late_values import note_late_values
from deltarule.checking.judging.meant import perhaps_meant
from deltarule.checking.judging.mending import ALL_SECONDS, mend, ranges_apart
from deltarule.checking.judging.names_at_braces import named_at_braces
from deltarule.checking.judging.of_one_sample import of_one_sample
from deltarule.checking.judging.once_more import judge_again
from deltarule.checking.judging.one_component import with_its_index
from deltarule.checking.judging.one_hot import at_the_one_hot
from deltarule.checking.judging.one_loss import fails_for_the_only_loss
from deltarule.checking.judging.one_pattern import of_one_pattern
from deltarule.checking.judging.own_letters import at_own_letter
from deltarule.checking.judging.products_over_steps import between_steps
from deltarule.checking.judging.redefining import adopts, assumes, new_name, redefines
from deltarule.checking.judging.reversed_definitions import gives_the_right_a_meaning
from deltarule.checking.judging.rules_with_primes import as_a_rule
from deltarule.checking.judging.said_values import at_said_values, in_force, said_values
from deltarule.checking.judging.sections import OPEN
from deltarule.checking.judging.shared_parts import connect
from deltarule.checking.judging.sizes_given import at_given_sizes, note_size
from deltarule.checking.judging.stacked import with_stacked_samples
from deltarule.checking.judging.stated_numbers import at_stated_numbers
from deltarule.checking.judging.total_differentials import written_differentials
from deltarule.checking.judging.under_conditions import under_conditions
from deltarule.checking.judging.updates import is_update
from deltarule.checking.letters.learning import learn_document
from deltarule.checking.letters.samples import made_of_samples
from deltarule.checking.letters.steps import counted, places
from deltarule.checking.letters.what_letters_are import kronecker, listed, sampled, squares
from deltarule.checking.notation.implied_sums import repeated_indices_are_summed
from deltarule.checking.notation.index_arithmetic import index_relations
from deltarule.checking.notation.index_conditions import conditions
from deltarule.checking.notation.maps import MAPS_TO
from deltarule.checking.notation.said_by_sign import DEFINES, no_update_after_all, used_before
from deltarule.checking.notation.settings import (
    before_the_update,
    in_a_list,
    in_block,
    in_words,
    index_letters,
    needs_normalised,
    no_claim,
    sets_a_value,
    varied,
)
from deltarule.checking.words.facts_in_words import conditional, facts_for, said_in_words
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.documents import Document, line_column
from deltarule.reading.guessing import with_arguments
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Side, Statement
from deltarule.reading.survey import TIME, step_letters, survey
from deltarule.reading.symbols import Symbols
from deltarule.reading.values import IllShaped, Unread

__all__ = ["claimed", "judged_in_order"]


def claimed(statements: Sequence[Statement]) -> Iterator[tuple[Statement, int]]:
    """Each relation that makes a row: its statement, and its place in it; in the order of the rows. A formula that
    could not be read at all, with an equality in it, makes one as well."""
    for statement in statements:
        if _lost(statement):
            yield statement, 0
        for k, relation in enumerate(statement.relations):
            if relation.symbol in ROWS:
                yield statement, k


def _lost(statement: Statement) -> bool:
    side = statement.sides[0]
    return not statement.relations and side.tree is None and side.problem is not None and "=" in side.text


def judged_in_order(
    document: Document,
    statements: Sequence[Statement],
    given: Given,
    watch: Watch,
    whole: Sequence[Statement],
    lettered: Collection[str] = (),
    declared: Sequence[tuple[t.Tree, t.Tree]] | None = None,
    unrolled: bool = False,
    then: Callable[[State], None] | None = None,
) -> State:
    """The rows of some statements of a document, by what they say and by what the whole supposes where they stand; at
    the end `then` has a look at what was understood."""
    statements = of_one_pattern(statements)
    plain = [s for s in statements if not between_steps(s)]  # there k of h_k counts no components
    sides = [side.tree for s in plain for side in s.sides if side.tree is not None]
    members = [x for s in statements for pair in s.memberships for x in pair]
    members += [x for pair in declared or () for x in pair]
    time = TIME & step_letters(side.tree for s in whole for side in s.sides if side.tree is not None)
    usage = survey([*sides, *members], kronecker=kronecker(statements), listed=listed(statements),
                   defined=defined_letters(statements), steps=time)  # fmt: skip
    usage.lettered, usage.primed = set(lettered), dict(given.primed)
    usage.squares = squares(statements, usage)
    if each := made_of_samples(statements, sampled(sides, usage)):
        usage = survey([*sides, *members], kronecker=usage.kronecker, listed=usage.listed, defined=usage.defined,
                       sampled=each, steps=time)  # fmt: skip
        usage.lettered, usage.primed = set(lettered), dict(given.primed)
        usage.squares = squares(statements, usage)
    state = State(document, statements, Symbols(usage))
    state.unrolled, state.classes, state.symbols.alike = unrolled, given.classes, given.alike
    state.joined, state.mended = given.joined, given.mended
    state.symbols.depends = lambda of, by: state.definitions.depends(of, by)  # noqa: PLW0108 (they are replaced)
    state.declared, state.in_part = declared or (), declared is not None
    state.places = places(sides, usage)
    firsts = [reference(s.sides[0].tree, usage) for s in statements if s.relations and s.sides[0].tree is not None]
    state.between_indices = index_relations(whole)
    state.index_letters, state.varied = index_letters(sides), varied(statements, usage)
    state.differentials = written_differentials(state, sides)
    state.einstein = repeated_indices_are_summed(document.text, plain)
    state.counted_names = counted(sides, usage, state.places)
    state.explicit = {r.key for r in firsts if r is not None and not r.transposed and r.power is None}
    try:
        given.shape(state)
        _learn(state, sides, watch)
        given.shape(state)
        given.assume(state)
        with_covariances(state)
        watch.learnt()
        under, said = conditions(state, statements), said_in_words(state, whole)
        state.whole, state.conditional, state.supposed = whole, *conditional(said, whole)
        values = said_values(state, statements)
        for place, statement in enumerate(statements):
            state.under = under.get(place, [])
            facts_for(state, said, statement)
            assumed_at_braces(state, statement)
            state.values_here = in_force(values, statement)
            named_at_braces(state, statement)
            _statement(state, statement, watch)
        state.under = []
        judge_again(state, watch)
        refute_component_by_component(state, watch)
        if then is not None:
            then(state)
    finally:
        state.symbols.close()
    return state


def _learn(state: State, sides: Sequence[t.Tree], watch: Watch) -> None:
    """What could not be learnt in the time given leaves nothing to judge by."""
    if watch.give_up == 0:
        return
    try:
        with watch.limited(watch.left()):
            learn_document(state, sides)
    except (TimeUp, MemoryError):
        watch.give_up = 0


def _statement(state: State, statement: Statement, watch: Watch) -> None:
    if not statement.continues:
        state.chain = []
    if _lost(statement):
        side = statement.sides[0]
        _row(state, statement, 0, replace(side, text=""), side, t.Relation("="), watch)
        watch.judged(state.rows[-1])
    for k, relation in enumerate(statement.relations):
        left, right = statement.sides[k], statement.sides[k + 1]
        if left.tree is not None:
            state.mentioned |= mentioned(state, left.tree)
        if relation.symbol in ROWS:
            _row(state, statement, k, left, right, relation, watch)
            watch.judged(state.rows[-1])
            state.chain.append((left, state.rows[-1], right))
        elif relation.symbol == SAID:
            means(state, statement)
    displayed(state, f"{statement.words_before} {statement.words_after}".lower())


def _row(
    state: State, statement: Statement, k: int, left: Side, right: Side, relation: t.Relation, watch: Watch
) -> None:
    line, column = line_column(state.document, right.start)[:2]
    end_line = line_column(state.document, max(right.start, right.end - 1))[0]
    sign = {DEFINES: ":=", MAPS_TO: "\\mapsto"}.get(relation.symbol, relation.symbol)
    row = DocumentRow(line, column, end_line, statement.chain, _step(state, statement), left.text, sign,
                      right.text, "unread", start=right.start, end=right.end)  # fmt: skip
    segment = state.document.segments[statement.block]
    row.cell = getattr(segment, "cell", None)
    state.rows.append(row)
    for side in (left, right):
        if side.tree is None:
            row.reason = side.problem.message if side.problem is not None else "this side was not understood"
            if statement.opens and side is left and right.tree is not None and not in_block(state, statement):
                row.verdict, row.reason = "definition", "gives words a meaning"
            if left.tree is not None and relation.symbol in EQUAL:
                _not_understood(state, left.tree)
            return
    assert left.tree is not None and right.tree is not None
    if relation.symbol in NAMES_THE_RIGHT:
        left, right, k = right, left, 0
    assert left.tree is not None and right.tree is not None
    if rounded_result(state, left.tree, right.tree, relation.symbol, row):
        return
    if relation.symbol in NO_CLAIM or any(isinstance(n, t.Dots) for s in (left, right) for n in trees(s.tree)):
        row.verdict, row.reason = "none", "no equality is claimed"
        if isinstance(right.tree, t.Matrix) and right.tree.rows[0] == right.tree.rows[-1]:
            _not_understood(state, left.tree)  # the b in each row of a matrix B
        return
    again = relation.symbol == DEFINES and used_before(state, left.tree)
    if relation.symbol in UPDATES or again or is_update(state, left.tree, right.tree):
        if is_calculation(right.tree) and (name := reference(left.tree, state.symbols.usage)) is not None:
            state.updated.add(name.key)
        row.verdict, row.reason = "none", "an update rule"
        return
    if between_steps(statement):
        row.reason = "two steps with letters, in a row of which nothing tells at one step"
        return
    first = k == 0 or statement.relations[k - 1].symbol not in EQUAL  # p > 0.5 → y = 1
    note_size(state, statement, left.tree, right.tree)
    if (said := no_claim(state, statement, left.tree, right.tree, first=first)) is not None:
        row.verdict, row.reason = said
        return
    if in_words(right.tree):
        row.verdict, row.reason = "definition", "says in words what it is"
        return
    if in_words(left.tree):
        behind = statement.sides[k - 1] if k else left
        if behind.tree is None or in_words(behind.tree):
            row.verdict, row.reason = "definition", "gives words a meaning"
            return
        left, k = behind, k - 1  # J = (words) = …: the words say what J is
    assert left.tree is not None
    if refusal := watch.refuses(len(state.rows) - 1):
        _undecided(state, left.tree, row, refusal)
        return
    try:
        with watch.limited():
            _judge(state, statement, k, left.tree, right.tree, row)
    except TimeUp:
        _undecided(state, left.tree, row, SLOW)
    except MemoryError:
        _undecided(state, left.tree, row, BROKE)
    except Unread as error:
        row.verdict, row.reason = "unread", error.reason
        _not_understood(state, left.tree)
    except IllShaped as error:
        row.verdict, row.reason = "ill-shaped", error.reason
        _not_understood(state, left.tree)
    except DeltaruleError as error:
        row.verdict, row.reason = "undecided", str(error)
    except RecursionError:
        row.verdict, row.reason = "unread", "nested too deeply"
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        _undecided(state, left.tree, row, f"{FAULT}: judging it failed: {error}")
    as_a_rule(state, left.tree, right.tree, row)
    if row.verdict == "unread" and ranges_apart(row.reason):
        with suppress(TimeUp, MemoryError), watch.limited():
            mend(state, left.tree, right.tree, row, only=("indices", "index"))
        if row.hint:  # with another index the row holds: the one that is written runs over something else
            row.verdict = "ill-shaped"
        return
    if row.verdict == "ill-shaped" and (open_names := shapes_open(state, left.tree, right.tree)):
        row.verdict, row.reason = "undecided", f"nothing says what shape {', '.join(open_names)} has; else {row.reason}"
    if row.verdict in {"refuted", "ill-shaped"} and k == 0:
        sets_a_value(state, left.tree, right.tree, row)
    in_a_list(state, row, left.tree, right.tree)
    if row.verdict == "undecided" and not state.unrolled:
        with suppress(TimeUp, MemoryError, DeltaruleError), watch.limited():
            at_stated_numbers(state, left.tree, right.tree, row)
            with_a_mistake_taken_back(state, left.tree, right.tree, row)
    if relation.symbol == DEFINES:
        no_update_after_all(state, left.tree, row)
    if row.verdict in {"refuted", "ill-shaped"} and not row.hint and not state.unrolled:
        with suppress(TimeUp, MemoryError), watch.limited(ALL_SECONDS + 1):
            mend(state, left.tree, right.tree, row)


def _undecided(state: State, left: t.Tree, row: DocumentRow, reason: str) -> None:
    row.verdict, row.reason = "undecided", reason
    row.condition, row.domain, row.counterexample, row.hint, row.suggestion = None, (), None, "", ""
    _not_understood(state, left)


def _not_understood(state: State, left: t.Tree) -> None:
    """A name without a definition so far, whose definition this may have been."""
    if isinstance(left, t.Factors) and (f := reference(left.items[0][1], state.symbols.usage)) is not None:
        function = state.symbols.functions.get(f.base)
        if function is not None and not function.defined:
            state.broken.add(function.table_name)
    found = reference(left, state.symbols.usage)
    if found is not None and found.key not in state.definitions.equations and found.key not in state.symbols.macros:
        state.broken.add(found.key)


def _step(state: State, statement: Statement) -> int:
    step = state.steps[statement.chain] = state.steps.get(statement.chain, 0) + 1
    return step


def _judge(state: State, statement: Statement, k: int, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    state.judged.append((left, right, row))
    state.facts_at[id(row)], state.values_at[id(row)] = state.facts, state.values_here
    state.under_at[id(row)] = state.under
    before = set(state.definitions.equations)
    if k == 0 and follows_from_any_step(state, left, right, row):
        return
    if whole := entry_not_understood(state, left):
        _undecided(state, left, row, f"an entry of {whole}, of which another row says what it is")
        return
    try:
        in_cases = k == 0 and for_some_values(state, statement)
        given = with_its_index(statement, k, left, right)
        done = not isinstance(left, t.Num) and not in_cases and defines(state, statement, k, left, given, row)
        done = done or (not in_cases and names_entries(state, left, given, row))
        if not done and k == 0 and gives_the_right_a_meaning(state, statement, left, right):
            left, right = right, left
            done = defines(state, statement, k, left, right, row)
    except Circle:
        claim(state, left, right, row)
        if row.verdict not in {"proved", "conditional"}:
            row.condition, row.counterexample = None, None
            raise
        return
    if done:
        connect(state, before)
        note_late_values(state, statement, before)
        if (found := reference(left, state.symbols.usage) or with_arguments(state.symbols, left)) is not None:
            state.written[found.key] = right
        return
    if computed(state, left, right, row):
        before_the_update(state, left, right, row)
        return
    with state.symbols.undone(lambda: row.verdict not in OPEN):  # what does not hold says nothing of sizes
        _judge_claim(state, statement, k, left, right, row, in_cases=in_cases)


def _named_first(statement: Statement, k: int) -> t.Tree | None:
    """The a of a = σ(z) = ŷ, of which ŷ is another name: a loss of ŷ is one of a, too."""
    first = statement.sides[0].tree
    equal = not statement.continues and all(r.symbol in EQUAL for r in statement.relations[: k + 1])
    return first if equal and k and isinstance(first, t.Name | t.Scripted) else None


def _judge_claim(
    state: State, statement: Statement, k: int, left: t.Tree, right: t.Tree, row: DocumentRow, *, in_cases: bool
) -> None:
    claim(state, left, right, row)
    if in_cases and row.verdict not in {"proved", "conditional"} and part_of_a_definition(state, statement, row):
        _not_understood(state, left)
        return
    if row.verdict not in {"proved", "conditional"} and state.under:
        under_conditions(state, left, right, row)
    at_own_letter(state, left, right, row)
    with_their_arguments(state, left, right, row)
    of_one_sample(state, left, right, row)
    chain_rule_itself(state, left, right, row)
    with_stacked_samples(state, left, right, row)
    with_others_fixed(state, left, right, row)
    at_given_sizes(state, statement, left, right, row)
    before_the_update(state, left, right, row)
    at_said_values(state, left, right, row)
    at_its_values(state, left, right, row)
    at_the_one_hot(state, left, right, row)
    if perhaps_meant(state, left, right, row):
        return
    if k and row.verdict in {"refuted", "ill-shaped", "undecided"} and new_name(state, right):
        with suppress(Unread, IllShaped, DeltaruleError):
            defines(state, statement, k, right, _named_first(statement, k) or left, row)
        row.verdict, row.reason, row.counterexample = "definition", "a name for what stands before it", None
        return
    if row.verdict in {"proved", "conditional"} and (both := total_and_partial(state, left, right)):
        row.verdict, row.reason, row.condition = "undecided", both, None
    elif row.verdict == "undecided" and fails_for_the_only_loss(state, left, right, row, row.reason):
        return
    elif row.verdict == "undecided":
        state.open_rows.append((left, right, row))
    if row.verdict == "ill-shaped" and (function := without_its_argument(state, left, right)):
        row.verdict, row.reason = "undecided", f"{function} is differentiated without its argument"
    early = row.verdict == "refuted" and any(key.startswith("function ") for key in row.counterexample or ())
    why = doubt(state, statement, k, left, right) if row.verdict == "refuted" else ""
    if why and not fails_for_the_only_loss(state, left, right, row, why):
        state.failing.pop(id(row), None)
        if not why.startswith(MEANT_OTHERWISE):
            state.failing[id(row)] = row, row.counterexample or {}
        row.verdict, row.reason, row.counterexample = "undecided", why, None
        _not_understood(state, left)
        state.refuted_early.append((left, right, row))
    elif early:
        state.refuted_early.append((left, right, row))
    if row.verdict == "proved" and k == 0:
        adopts(state, left, right, row)
    if k == 0 and (row.verdict in {"refuted", "ill-shaped", "undecided"} or needs_normalised(row)):
        _ = redefines(state, statement, left, right, row) or assumes(state, statement, left, right, row)
        if row.verdict not in {"refuted", "ill-shaped", "undecided"}:  # what gives a meaning is no proof of itself
            state.refuted_early = [one for one in state.refuted_early if one[2] is not row]
