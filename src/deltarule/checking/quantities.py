"""Notation for quantities, made explicit before a document is judged: maps, calls with the same arguments everywhere,
primes for derivatives, sums over examples."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.derivative_variables import by_their_names
from deltarule.checking.dots_for_arguments import arguments_for_dots
from deltarule.checking.factors_of_itself import factors_of_itself
from deltarule.checking.intercepts import intercepts_apart
from deltarule.checking.losses_at_samples import losses_at_samples
from deltarule.checking.losses_of_samples import losses_of_samples
from deltarule.checking.maps import maps_as_equations
from deltarule.checking.primed_quantities import with_derivatives_for_primes
from deltarule.checking.same_arguments import quantities_for_calls
from deltarule.checking.slopes_in_products import slopes_written_out
from deltarule.checking.sums_over_examples import sums_over_examples
from deltarule.checking.words_below import words_below
from deltarule.reading.statement import Statement

__all__ = ["as_quantities"]


def as_quantities(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with every quantity under its name and its index."""
    statements = slopes_written_out(statements)
    statements = factors_of_itself(intercepts_apart(words_below(arguments_for_dots(statements))))
    statements = losses_of_samples(losses_at_samples(maps_as_equations(statements)))
    statements = by_their_names(quantities_for_calls(statements))
    return sums_over_examples(with_derivatives_for_primes(statements, text))
