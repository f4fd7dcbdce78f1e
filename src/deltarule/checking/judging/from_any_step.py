"""z^{l+1}_k = Σ_j w_{kj} σ(z^l_j) + b_k after z^l and a^l have their equations: it follows from that of any layer, and
is no definition. What does not follow may be an equation of its own, as the last layer has one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.defining import define, defines_component
from deltarule.checking.judging.lowered import lowered
from deltarule.checking.judging.sections import take
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.values import IllShaped, Unread

__all__ = ["follows_from_any_step"]


def follows_from_any_step(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """Whether a row about one layer or step is proved by the equation of any; then that equation is taken there."""
    found = reference(left, state.symbols.usage)
    instance = state.of_any_step.get(found.key) if found is not None else None
    if found is None or instance is None or found.key in state.definitions.equations:
        return False
    before = Definitions.of(state.definitions.equations.values(), dict(state.definitions.declarations))
    trial = replace(row)
    proved = False
    with suppress(Unread, IllShaped, DeltaruleError), state.symbols.undone(lambda: proved):
        name = reference(instance[0], state.symbols.usage)
        _, (value,) = lowered(state, instance[1])
        if name is not None and name.indices:
            defines_component(state, name, *instance, trial)
        elif name is not None and name.key not in state.definitions.equations:
            define(state, name, value, trial, instance[1])
        if found.key in state.definitions.equations:
            claim(state, left, right, trial)
        proved = trial.verdict in {"proved", "conditional"}
    if proved:
        take(row, trial, "follows from the equation of any step or layer")
    else:
        state.definitions = before
        state.seen_definition.pop(found.key, None)
    return proved
