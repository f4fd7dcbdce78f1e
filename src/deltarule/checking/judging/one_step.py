"""∂z_t/∂b = z_t(1 - z_t) in a recurrence: true where the state of the step before is held fixed. ∂c_t/∂c_{t-1} = f_t of
an LSTM: true where its gates are.

b is the same in every step, so that the total derivative goes on through h_{t-1}; many texts write the part of one
step.
"""

from __future__ import annotations

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.state import State
from deltarule.checking.letters.steps import letter_and_step
from deltarule.language.expression import Derivative, Expression, Symbol
from deltarule.language.traversal import substitute

__all__ = ["with_the_step_before_held"]


def with_the_step_before_held(state: State, e: Expression, defs: Definitions) -> tuple[Expression, set[str]]:
    """The expression with each derivative of a quantity of one step taken in that step, and what is held."""
    all_held: set[str] = set()

    def held(node: Expression) -> Expression | None:
        if not isinstance(node, Derivative) or not isinstance(node.of, Symbol):
            return None
        if node.by.name in state.counted_names:
            others = _beside(state, node.of.name, node.by.name, defs)
            all_held.update(others)
            return Derivative(node.of, node.by, sorted({*node.held, *others})) if others else None
        if node.of.name not in state.counted_names or node.by.name not in defs.mentions(node.of.name):
            return None  # by way of other names of its step: held so, the derivative would be 0
        before = _of_other_steps(state, node.of.name, defs) - {node.by.name}
        if not before:
            return None
        all_held.update(before)
        return Derivative(node.of, node.by, sorted({*node.held, *before}))

    return substitute(e, held), all_held


def _beside(state: State, of: str, by: str, defs: Definitions) -> set[str]:
    """What a cell c_t is made of beside the cell c_{t-1} of the step before, and is made of that itself: its gates."""
    one, other = letter_and_step(of), letter_and_step(by)
    if one[0] != other[0] or one == other or by not in defs.mentions(of):
        return set()
    return {n for n in defs.mentions(of) if n != by and n in state.counted_names and defs.depends(n, by)}


def _of_other_steps(state: State, of: str, defs: Definitions) -> set[str]:
    """The names of other steps from which a quantity is computed directly, by way of names of its own step."""
    step = letter_and_step(of)[1]
    out: set[str] = set()
    waiting, seen = [of], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for n in defs.mentions(name):
            if n in state.counted_names and letter_and_step(n)[1] != step:
                out.add(n)
            else:
                waiting.append(n)
    return out
