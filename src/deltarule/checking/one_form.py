"""The statements of a document in one form, before anything is learnt from them: ways of writing made explicit."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.arities import by_how_many_arguments
from deltarule.checking.arrows import arrows_as_bold
from deltarule.checking.basis_functions import features_as_vectors
from deltarule.checking.batch_gradients import batch_gradients_written_out
from deltarule.checking.bold_samples import bold_samples_apart
from deltarule.checking.capital_vectors import components_of_capitals
from deltarule.checking.cases_in_words import cases_together
from deltarule.checking.conditions_apart import conditions_apart
from deltarule.checking.conventions import spelled_out
from deltarule.checking.declared_stacks import stacks_undeclared
from deltarule.checking.delta_fractions import deltas_as_derivatives
from deltarule.checking.derivative_notation import derivatives_written_out
from deltarule.checking.diagonal_matrices import given_by_the_diagonal
from deltarule.checking.dots import dots_written_out
from deltarule.checking.dots_in_lists import lists_by_components
from deltarule.checking.dots_in_sums import sums_written_out
from deltarule.checking.function_names import functions_apart
from deltarule.checking.function_values import values_apart
from deltarule.checking.functions_of_samples import functions_of_any_sample
from deltarule.checking.gradient_by_layer import by_the_layer_at_hand
from deltarule.checking.gradients_in_words import gradients_said
from deltarule.checking.index_arithmetic import indices_computed
from deltarule.checking.index_conditions import without_conditions_below
from deltarule.checking.indices_above import indices_below
from deltarule.checking.indices_in_brackets import brackets_as_indices
from deltarule.checking.indices_of_steps import components_at_steps
from deltarule.checking.joined_columns import joined_columns
from deltarule.checking.labels_of_samples import labels_as_one_hot
from deltarule.checking.last_layer import last_layer_named
from deltarule.checking.lists_as_columns import lists_as_columns
from deltarule.checking.means import means_run_to_their_count
from deltarule.checking.model_and_target import outputs_apart
from deltarule.checking.names_with_digits import digits_below
from deltarule.checking.numbered_names import numbers_in_names
from deltarule.checking.one_hot import classes_said
from deltarule.checking.operators_alone import operators_applied
from deltarule.checking.operators_with_index import operators_written_out
from deltarule.checking.outputs_of_samples import outputs_as_quantities
from deltarule.checking.pairs_above import pairs_parted
from deltarule.checking.parts_of_a_sum import parts_apart
from deltarule.checking.pattern_at_hand import of_the_pattern_at_hand
from deltarule.checking.powers_of_samples import powers_of_samples
from deltarule.checking.primed_names import primed_apart
from deltarule.checking.primes_alone import primes_alone
from deltarule.checking.probabilities import probabilities_named
from deltarule.checking.quantities import as_quantities
from deltarule.checking.ranges_behind import ranges_apart
from deltarule.checking.reach_of_nabla import nabla_reaches_its_variable
from deltarule.checking.said_by_sign import defined_by_sign
from deltarule.checking.sizes_in_words import sizes_said
from deltarule.checking.sizes_of_layers import sizes_of_each_layer
from deltarule.checking.spellings import Spelling, in_one_spelling
from deltarule.checking.steps_in_parentheses import steps_as_indices
from deltarule.checking.sum_scope import sums_reach_their_index
from deltarule.checking.sums_over_sets import over_conditions
from deltarule.checking.superscripts import layers_above
from deltarule.checking.transposed_numbers import numbers_transposed
from deltarule.reading.documents import Document
from deltarule.reading.statement import Statement

__all__ = ["in_one_form"]

FIRST = (
    deltas_as_derivatives,
    components_of_capitals,
    dots_written_out,
    lists_by_components,
    sums_written_out,
    nabla_reaches_its_variable,
    operators_written_out,
    digits_below,
    powers_of_samples,
    components_at_steps,
    functions_of_any_sample,
    numbers_in_names,
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
)
"""What depends on the statements alone, each with those before it done."""


def in_one_form(
    document: Document, statements: Sequence[Statement]
) -> tuple[Sequence[Statement], Sequence[str], Spelling, dict[str, str]]:
    """The statements in one form, the letters with numbers above that are no powers, how names were spelled, and the
    letters that the text calls the right class, with how they are written."""
    statements = sizes_of_each_layer(sizes_said(document, statements))
    statements = bold_samples_apart(statements)
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
    statements = gradients_said(document, statements)
    statements = by_the_layer_at_hand(of_the_pattern_at_hand(statements))
    statements = parts_apart(probabilities_named(functions_apart(statements, document.text)))
    said = classes_said(document, statements)
    statements, spelling = in_one_spelling(statements, document.text, said, above)
    classes = {spelling.letters.get(letter, letter): written for letter, written in said.items()}
    spelling.joined = parts
    return statements, numbered, spelling, classes
