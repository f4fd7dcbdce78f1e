"""The statements of a document in one form, before anything is learnt from them: ways of writing made explicit."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.judging.gradients_in_words import gradients_said
from deltarule.checking.judging.one_hot import classes_said
from deltarule.checking.letters.derivative_notation import derivatives_written_out
from deltarule.checking.letters.primed_names import primed_apart
from deltarule.checking.notation.arities import by_how_many_arguments
from deltarule.checking.notation.arrows import arrows_as_bold
from deltarule.checking.notation.basis_functions import features_as_vectors
from deltarule.checking.notation.batch_gradients import batch_gradients_written_out
from deltarule.checking.notation.bold_samples import bold_samples_apart
from deltarule.checking.notation.capital_vectors import components_of_capitals
from deltarule.checking.notation.conditions_apart import conditions_apart
from deltarule.checking.notation.conventions import spelled_out
from deltarule.checking.notation.declared_numbers import declared_numbers
from deltarule.checking.notation.declared_stacks import stacks_undeclared
from deltarule.checking.notation.delta_fractions import deltas_as_derivatives
from deltarule.checking.notation.diagonal_matrices import given_by_the_diagonal
from deltarule.checking.notation.dots import dots_written_out
from deltarule.checking.notation.dots_in_lists import lists_by_components
from deltarule.checking.notation.dots_in_sums import sums_written_out
from deltarule.checking.notation.function_names import functions_apart
from deltarule.checking.notation.function_values import values_apart
from deltarule.checking.notation.functions_in_words import functions_in_words
from deltarule.checking.notation.functions_of_samples import functions_of_any_sample
from deltarule.checking.notation.gradient_by_layer import by_the_layer_at_hand
from deltarule.checking.notation.index_arithmetic import indices_computed
from deltarule.checking.notation.index_conditions import without_conditions_below
from deltarule.checking.notation.index_left_out import with_the_index_left_out
from deltarule.checking.notation.indices_above import indices_below
from deltarule.checking.notation.indices_in_brackets import brackets_as_indices
from deltarule.checking.notation.indices_of_steps import components_at_steps
from deltarule.checking.notation.joined_columns import joined_columns
from deltarule.checking.notation.labels_of_samples import labels_as_one_hot
from deltarule.checking.notation.last_layer import last_layer_named
from deltarule.checking.notation.letters_above import letters_as_labels
from deltarule.checking.notation.lists_as_columns import lists_as_columns
from deltarule.checking.notation.lists_without_commas import lists_without_commas
from deltarule.checking.notation.marks_and_indices import marks_and_indices
from deltarule.checking.notation.means import means_run_to_their_count
from deltarule.checking.notation.model_and_target import outputs_apart
from deltarule.checking.notation.names_with_digits import digits_below
from deltarule.checking.notation.numbered_names import numbers_in_names
from deltarule.checking.notation.one_of_several import letters_listed, said_for_each
from deltarule.checking.notation.one_step_alone import steps_as_labels
from deltarule.checking.notation.operators_alone import operators_applied
from deltarule.checking.notation.operators_with_index import operators_written_out
from deltarule.checking.notation.outputs_of_samples import outputs_as_quantities
from deltarule.checking.notation.own_arguments import arguments_of_their_own
from deltarule.checking.notation.pairs_above import pairs_parted
from deltarule.checking.notation.parts_of_a_sum import parts_apart
from deltarule.checking.notation.pattern_at_hand import of_the_pattern_at_hand
from deltarule.checking.notation.penalties_of_layers import penalties_of_layers
from deltarule.checking.notation.powers_of_samples import powers_of_samples
from deltarule.checking.notation.primes_alone import primes_alone
from deltarule.checking.notation.probabilities import probabilities_named
from deltarule.checking.notation.quantities import as_quantities
from deltarule.checking.notation.ranges_behind import ranges_apart
from deltarule.checking.notation.reach_of_nabla import nabla_reaches_its_variable
from deltarule.checking.notation.reach_of_operators import operators_reach_the_sum
from deltarule.checking.notation.said_by_sign import defined_by_sign
from deltarule.checking.notation.sizes_of_layers import sizes_of_each_layer
from deltarule.checking.notation.spaces_of_values import spaces_of_values
from deltarule.checking.notation.spellings import Spelling, in_one_spelling
from deltarule.checking.notation.steps_in_parentheses import steps_as_indices
from deltarule.checking.notation.sum_scope import sums_reach_their_index
from deltarule.checking.notation.sums_over_sets import over_conditions
from deltarule.checking.notation.superscripts import layers_above
from deltarule.checking.notation.transposed_numbers import numbers_transposed
from deltarule.checking.words.cases_in_words import cases_together
from deltarule.checking.words.shapes_in_code import shapes_in_code
from deltarule.checking.words.sizes_in_words import sizes_said
from deltarule.reading.documents import Document
from deltarule.reading.segments import Prose
from deltarule.reading.statement import Statement

__all__ = ["in_one_form"]

FIRST = (
    deltas_as_derivatives,
    letters_as_labels,
    arguments_of_their_own,
    components_of_capitals,
    dots_written_out,
    lists_by_components,
    lists_without_commas,
    sums_written_out,
    nabla_reaches_its_variable,
    operators_reach_the_sum,
    operators_written_out,
    digits_below,
    powers_of_samples,
    components_at_steps,
    functions_of_any_sample,
    numbers_in_names,
    declared_numbers,
    spaces_of_values,
    by_how_many_arguments,
    labels_as_one_hot,
    operators_applied,
    pairs_parted,
    last_layer_named,
    without_conditions_below,
    brackets_as_indices,
    stacks_undeclared,
    values_apart,
    outputs_apart,
    outputs_as_quantities,
    with_the_index_left_out,
    marks_and_indices,
)
"""What depends on the statements alone, each with those before it done."""


def in_one_form(
    document: Document, statements: Sequence[Statement]
) -> tuple[Sequence[Statement], Sequence[str], Spelling, dict[str, str]]:
    """The statements in one form, the letters with numbers above that are no powers, how names were spelled, and the
    letters that the text calls the right class, with how they are written."""
    statements = sizes_of_each_layer(shapes_in_code(document, sizes_said(document, statements)))
    statements = functions_in_words(bold_samples_apart(statements), document.text)
    statements = steps_as_labels(document, letters_listed(document, penalties_of_layers(statements)))
    for step in FIRST:
        statements = step(statements)
    statements, above = indices_below(numbers_transposed(statements, document))
    statements = features_as_vectors(primed_apart(cases_together(statements, document.text), document.text))
    statements, parts = joined_columns(primes_alone(steps_as_indices(indices_computed(ranges_apart(statements)))))
    statements = as_quantities(defined_by_sign(statements), document.text)
    statements = derivatives_written_out(document, conditions_apart(statements, document.text))
    statements = spelled_out(batch_gradients_written_out(statements), document.text)
    statements = over_conditions(given_by_the_diagonal(statements, document.text))
    statements = means_run_to_their_count(sums_reach_their_index(statements))
    statements, numbered = layers_above(lists_as_columns(arrows_as_bold(statements)))
    statements = said_for_each(document, gradients_said(document, statements))
    statements = by_the_layer_at_hand(of_the_pattern_at_hand(statements))
    statements = parts_apart(probabilities_named(functions_apart(statements, document.text)))
    said = classes_said(document, statements)
    headings = [segment.start for segment in document.segments if isinstance(segment, Prose) and segment.level]
    statements, spelling = in_one_spelling(statements, document.text, said, above, headings)
    classes = {spelling.letters.get(letter, letter): written for letter, written in said.items()}
    spelling.joined = parts
    return statements, numbered, spelling, classes
