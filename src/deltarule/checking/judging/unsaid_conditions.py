"""The conditions that documents leave unsaid, each tried in turn on a row that does not hold by what they say."""

from __future__ import annotations

from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.examples_apart import in_its_example
from deltarule.checking.judging.left_unsaid import defined_elsewhere, mean_or_sum, other_side, unsaid_facts
from deltarule.checking.judging.named_losses import losses_by_another_name, named_losses
from deltarule.checking.judging.one_output import outputs_by_another_name
from deltarule.checking.judging.one_step import with_the_step_before_held
from deltarule.checking.judging.outcomes import equality, unconnected
from deltarule.checking.judging.own_steps import in_one_step
from deltarule.checking.judging.signals import derivatives, with_signals
from deltarule.checking.judging.unsaid_functions import logistic, with_the_softmax
from deltarule.checking.judging.unsummed import as_in_its_sum, held_names, with_others_held
from deltarule.checking.judging.written_links import both_summed, by_written_links
from deltarule.language.expression import Symbol
from deltarule.reading import tree as t
from deltarule.reading.values import Value

__all__ = ["unsaid_condition"]


def unsaid_condition(
    state: State, left: t.Tree, right: t.Tree, a: Value, b: Value, unsaid: bool, fails: bool
) -> Condition | None:
    """The first of the conditions under which two sides are proved equal; `unsaid`: a sum without its sign was read in
    them; `fails`: the equations refute the row in some layout."""
    flipped = other_side(b.expression)
    if flipped is not None and equality(state, a.expression, flipped, False, None, None).status == "proved":
        return Condition("kink", "the value at the kink is a convention")
    held = [with_others_held(v.expression) or v.expression for v in (a, b)]
    anew = held != [a.expression, b.expression] and equality(state, held[0], held[1], False, None, None)
    if anew and anew.status == "proved":
        return Condition("definition-elsewhere", "each derivative holds the other names of the sum fixed")
    alone = as_in_its_sum(state, left, a.expression)
    if alone is not None and equality(state, alone, b.expression, False, None, None).status == "proved":
        return Condition("definition-elsewhere", f"a partial derivative that holds {held_names(alone)} fixed")
    (x, one), (y, other) = (with_the_step_before_held(state, v.expression, state.definitions) for v in (a, b))
    written = {n.of.name for n in derivatives(a.expression, b.expression) if isinstance(n.of, Symbol)}
    if (
        (one or other)
        and not written & (one | other)
        and equality(state, x, y, False, None, with_signals(state)).status == "proved"
    ):
        return Condition("definition-elsewhere", f"the step before is held fixed: {', '.join(sorted(one | other))}")
    if (found := in_one_step(state, a.expression, b.expression, with_signals(state))) is not None:
        return found
    for condition, facts in unsaid_facts(state):
        if equality(state, a.expression, b.expression, False, facts, None).status == "proved":
            return condition
    if (found := logistic(state, a.expression, b.expression)) is not None:
        condition, x, y, definitions = found
        if equality(state, x, y, False, None, definitions).status == "proved":
            return condition
    if (size := mean_or_sum(state, a.expression, b.expression, (left, right))) is not None:
        return Condition("scale", f"a mean or a sum over the {size} samples")
    for condition, definitions, known in losses_by_another_name(state, a.expression, b.expression):
        if unconnected(state, a.expression, b.expression, definitions):
            continue
        if equality(state, a.expression, b.expression, False, known, definitions).status == "proved":
            return condition
    for condition, definitions in (
        *named_losses(state, a.expression, b.expression),
        *outputs_by_another_name(state, a.expression, b.expression),
        *defined_elsewhere(state, a, b),
    ):
        if unconnected(state, a.expression, b.expression, definitions):
            continue
        if equality(state, a.expression, b.expression, False, None, definitions).status == "proved":
            return condition
    example = in_its_example(state, left, right)
    if example and equality(state, a.expression, b.expression, False, None, example[1]).status == "proved":
        return example[0]
    links = None if fails else by_written_links(state, *both_summed(state, a, b), unsaid)
    if links is not None:
        return links
    if (softmax := with_the_softmax(state, a.expression, b.expression)) is not None:
        return softmax
    return None
