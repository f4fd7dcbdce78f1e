"""σ without an equation: a row that holds for the logistic function holds under a definition that the text leaves
out."""

from __future__ import annotations

from deltarule.calculus.definitions import Definitions
from deltarule.checking.outcomes import unconnected, with_signals, without_far_losses
from deltarule.checking.rows import Condition
from deltarule.checking.state import State
from deltarule.language.equation import Equation
from deltarule.language.expression import Apply, Expression
from deltarule.language.traversal import substitute, walk

__all__ = ["as_logistic", "logistic"]


def logistic(
    state: State, a: Expression, b: Expression
) -> tuple[Condition, Expression, Expression, Definitions] | None:
    """The sides and the definitions with the logistic function for a σ that is only named; None where there is none."""
    known = with_signals(state)
    if without_far_losses(state, a, b, known) is not known or unconnected(state, a, b, known):
        return None  # a loss at another layer: nothing leads to it, and its derivative is not 0
    return as_logistic(state, a, b, known)


def as_logistic(
    state: State, a: Expression, b: Expression, known: Definitions
) -> tuple[Condition, Expression, Expression, Definitions] | None:
    """The same by some definitions."""
    f = state.symbols.functions.get("sigma")
    if f is None or f.defined or f.table_name == "sigmoid":
        return None
    name = f.table_name

    def named(u: Expression) -> Expression | None:
        if not isinstance(u, Apply) or u.function != name or len(u.arguments) != 1:
            return None
        return Apply("sigmoid", tuple(substitute(x, named) for x in u.arguments), u.order)

    bodies = [e.right for e in known.equations.values()]
    if not any(isinstance(u, Apply) and u.function == name for e in (a, b, *bodies) for u in walk(e)):
        return None
    other = Definitions.of(
        (Equation(e.left, substitute(e.right, named)) for e in known.equations.values()), dict(known.declarations)
    )
    other.signals.update(known.signals)
    condition = Condition("definition-elsewhere", "σ is the logistic function, which no equation says")
    return condition, substitute(a, named), substitute(b, named), other
