"""Conditions of rows about one step of a recurrence: the part that it has in the whole, a derivative that holds the
step before fixed beside one that does not."""

from __future__ import annotations

from itertools import product as combinations

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.one_step import with_the_step_before_held
from deltarule.checking.judging.shared_parameters import (
    by_any_step,
    by_parameters,
    in_its_own_step,
    part_of_one_step,
    places_of,
    step_of,
)
from deltarule.checking.judging.unsaid_functions import as_logistic
from deltarule.language.expression import Expression
from deltarule.language.traversal import substitute

__all__ = ["in_one_step"]

MOST_DERIVATIVES = 4
"""Derivatives of a row of which each may be the total one or that of its own step."""


def in_one_step(state: State, a: Expression, b: Expression, defs: Definitions) -> Condition | None:
    """The condition under which a row holds that speaks of one step of all."""
    if next(by_parameters(state, a, b), None) is None or places_of(state, a, b) is None:
        return None
    part = part_of_one_step(state, a, b, defs, state.facts)
    if part is not None:
        text = f"the part that one step, {part[1]}, has in it"
        if part[0].verdict != "proved" and (found := as_logistic(state, a, b, defs)) is not None:
            condition, x, y, definitions = found
            part = part_of_one_step(state, x, y, definitions, state.facts)
            text += f"; {condition.text}"
        proved = part is not None and part[0].verdict == "proved"
        return Condition("definition-elsewhere", text) if proved else None
    if in_its_own_step(state, a, b, defs, state.facts):
        return Condition("definition-elsewhere", "what the step before hands on is held fixed")
    return _some_by_their_own_step(state, a, b, defs, state.facts)


def _some_by_their_own_step(
    state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts
) -> Condition | None:
    """∂h_t/∂w = ∂h_t/∂w + ∂h_t/∂h_{t-1} ∂h_{t-1}/∂w: true where one of them is of its own step alone, which the signs
    do not tell."""
    nodes = [(side, n) for side, e in enumerate((a, b)) for n in dict.fromkeys(by_parameters(state, e))]
    found = places_of(state, a, b)
    if found is None or not 1 < len(nodes) <= MOST_DERIVATIVES:
        return None
    later = {n for _, n in nodes if (step_of(n[1], found[0]) or 0) > found[1]}
    for chosen in combinations((False, True), repeat=len(nodes)):
        own_steps = {n for (_, n), own in zip(nodes, chosen, strict=True) if own}
        if not own_steps or all(chosen) or not own_steps <= later:
            continue
        if any(of not in defs.equations for (_, (_, of)), own in zip(nodes, chosen, strict=True) if not own):
            continue  # nothing says what it is: its derivative is no zero
        sides = [a, b]
        said: set[str] = set()
        for (side, (node, of)), own in zip(nodes, chosen, strict=True):
            if own:
                one, _ = with_the_step_before_held(state, node, defs)
                sides[side] = substitute(sides[side], lambda u, node=node, one=one: one if u is node else None)
                said.add(f"∂{of}/∂{node.by.name}")
        judgement = by_any_step(state, sides[0], sides[1], defs, facts)
        if judgement is not None and judgement.verdict == "proved":
            return Condition("definition-elsewhere", f"{', '.join(sorted(said))} holds the step before fixed")
    return None
