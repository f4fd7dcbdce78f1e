"""σ and the softmax without an equation: a row that holds for the logistic function, or for p = softmax(z) where the
words speak of the softmax, holds under a definition that the text leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.left_unsaid import unsaid_facts
from deltarule.checking.judging.outcomes import equality, unconnected, without_far_losses
from deltarule.checking.judging.signals import derivatives, with_signals
from deltarule.checking.words.label_values import TARGETS
from deltarule.language.arithmetic import divide, multiply
from deltarule.language.equation import Equation
from deltarule.language.expression import Apply, Derivative, Expression, Symbol, fresh
from deltarule.language.traversal import names, substitute, walk
from deltarule.reading.symbols import Function

SIGMA = {"sigma": "σ"}
SIGMOID = r"(?:sigmoid|logistic|logistisch|sigmoïde|sigmoide|logistique|logística|logistica|сигмоид|логистич)"
OTHERS = r"tanh|relu|softplus|softmax|gelu|swish|silu|gaussian|arctan|hyperbolic|hyperbolisch|rectifie|gleichrichter"

__all__ = ["as_logistic", "called_logistic", "logistic", "with_the_softmax"]


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
    f = called_logistic(state)
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
    condition = Condition(
        "definition-elsewhere", f"{SIGMA.get(f.key, f.key)} is the logistic function, which no equation says"
    )
    sides = (known.resolve(e) if any(map(_of_an_expression, walk(e))) else e for e in (a, b))
    a, b = (substitute(e, named) for e in sides)
    return condition, a, b, other


def called_logistic(state: State) -> Function | None:
    """The function that is the logistic one by its letter σ, or by what the words call it."""
    return state.symbols.functions.get("sigma") or _called_sigmoid(state)


def _called_sigmoid(state: State) -> Function | None:
    """The one function without an equation that the words call the sigmoid, "the activation f is the sigmoid"; the only
    one of the document where they speak of the logistic function at all, "for the logistic function"."""
    named = [f for f in state.symbols.functions.values() if not f.defined]
    text = state.document.text
    if len(named) == 1 and re.search(SIGMOID, text, re.I) and not re.search(OTHERS, text, re.I):
        return named[0]
    found = [
        f
        for key, f in state.symbols.functions.items()
        if not f.defined and re.search(rf"\$\\?{re.escape(key)}\$[^.。;；$]{{0,30}}{SIGMOID}", text, re.I)
    ]
    return found[0] if len(found) == 1 else None


def _of_an_expression(e: Expression) -> bool:
    """Whether something is a derivative of more than a name, d log σ(a)/da."""
    return isinstance(e, Derivative) and not isinstance(e.of, Symbol)


def with_the_softmax(state: State, a: Expression, b: Expression) -> Condition | None:
    """The condition p = softmax(z) under which a row is proved, for a vector z that it differentiates by and a vector
    p, neither of which has an equation, where the words speak of the softmax."""
    for equation, definitions in _softmaxes(state, a, b):
        said = f"{equation.name} = softmax({', '.join(names(equation.right))}), which no equation says"
        for fact, facts in ((None, None), *unsaid_facts(state)):
            if equality(state, a, b, False, facts, definitions).status == "proved":
                state.unsaid_equations[equation.name] = equation
                return Condition("definition-elsewhere", said if fact is None else f"{said}; {fact.text}")
    return None


def _softmaxes(state: State, a: Expression, b: Expression) -> Iterator[tuple[Equation, Definitions]]:
    """Each such equation that may be meant, and the definitions with it."""
    defs = state.definitions
    if "softmax" not in state.document.text.lower():
        return
    vectors = {k for k, e in state.symbols.entities.items() if e.rank == 1 and not e.samples and not e.split}
    vectors -= {*defs.equations, *state.symbols.macros, *state.symbols.indexed, *TARGETS}
    used = names(a) | names(b)
    used |= {n for name in used if name in defs.equations for n in names(defs.unfold(defs.equations[name].right))}
    below = {node.by.name for node in derivatives(a, b)}
    for z in sorted(below & vectors):
        if any(z in defs.mentions(name) for name in defs.equations):
            continue
        for p in sorted((used & vectors) - {z, *state.symbols.objectives}):
            one, other = state.symbols.entities[p], state.symbols.entities[z]
            if not state.symbols.unify(one.sizes[0], other.sizes[0]):
                continue
            i, j = (fresh(state.symbols.find(one.sizes[0])) for _ in range(2))
            body = divide(Apply("exp", (Symbol(z, (i,)),)), multiply(Apply("exp", (Symbol(z, (j,)),)), bound=(j,)))
            equation = Equation(Symbol(p, (i,)), body)
            yield equation, Definitions.of([*defs.equations.values(), equation], dict(defs.declarations))
