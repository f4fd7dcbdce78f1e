"""Notation for quantities, made explicit before a document is judged: maps, calls with the same arguments everywhere,
primes for derivatives, sums over examples."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.letters.same_arguments import quantities_for_calls
from deltarule.checking.notation.derivative_variables import by_their_names
from deltarule.checking.notation.dots_for_arguments import arguments_for_dots
from deltarule.checking.notation.factors_of_itself import factors_of_itself
from deltarule.checking.notation.intercepts import intercepts_apart
from deltarule.checking.notation.losses_at_samples import losses_at_samples
from deltarule.checking.notation.losses_of_samples import losses_of_samples
from deltarule.checking.notation.maps import maps_as_equations
from deltarule.checking.notation.primed_quantities import with_derivatives_for_primes
from deltarule.checking.notation.slopes_in_products import slopes_written_out
from deltarule.checking.notation.sums_over_examples import sums_over_examples
from deltarule.checking.notation.words_below import words_below
from deltarule.reading.statement import Statement

__all__ = ["as_quantities"]


def as_quantities(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with every quantity under its name and its index."""
    statements = slopes_written_out(statements)
    statements = factors_of_itself(intercepts_apart(words_below(arguments_for_dots(statements))))
    statements = losses_of_samples(losses_at_samples(maps_as_equations(statements)))
    statements = by_their_names(quantities_for_calls(statements))
    return sums_over_examples(with_derivatives_for_primes(statements, text))
