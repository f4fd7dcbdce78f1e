"""A loss that is named in words only: "with the cross-entropy loss", and no equation of it in the document; or that has
an equation under another name, ℓ for L."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.checking.judging.left_unsaid import unsaid_facts
from deltarule.checking.letters.same_arguments import NAMED
from deltarule.language.arithmetic import add, multiply, negate, power, subtract
from deltarule.language.equation import Equation
from deltarule.language.expression import ONE, Apply, Derivative, Expression, Number, Symbol, fresh
from deltarule.language.traversal import names, walk

__all__ = ["losses_by_another_name", "named_losses", "with_one_loss"]

TARGETS = ("y", "t", "d", "Y", "T", "y_true", "y^true", "y^*")


def _binary(p: Expression, y: Expression) -> Expression:
    rest = multiply(subtract(ONE, y), Apply("log", (subtract(ONE, p),)))
    return negate(add(multiply(y, Apply("log", (p,))), rest))


def _multiclass(p: Expression, y: Expression) -> Expression:
    return negate(multiply(y, Apply("log", (p,))))


def _half_square(p: Expression, y: Expression) -> Expression:
    return multiply(power(Number(2), -1), power(subtract(p, y), 2))


def _square(p: Expression, y: Expression) -> Expression:
    return power(subtract(p, y), 2)


COUNTS = ("m", "N")
"""Numbers of samples, of which a loss is the mean."""
LOSSES = (
    (re.compile(r"cross[- ]?entropy|log[- ]?loss|\bbce\b|log[- ]?likelihood|交叉熵|entrop"), "cross-entropy",
     (_binary, _multiclass)),
    (re.compile(r"squared? (?:error|loss)|\bmse\b|mean[- ]squared|least[- ]squares|quadratic|平方"), "squared error",
     (_half_square, _square)),
)  # fmt: skip
"""How the text names a loss, its name, and what it may be, for one component of the prediction and of the target."""


def with_one_loss(defs: Definitions, loss: str, name: str) -> Definitions:
    """The definitions with a loss as the one of another name, which has an equation."""
    out = Definitions.of(defs.equations.values(), dict(defs.declarations))
    out.define(Equation(Symbol(loss), Symbol(name)))
    return out


def losses_by_another_name(
    state: State, a: Expression, b: Expression
) -> Iterator[tuple[Condition, Definitions, Facts | None]]:
    """The definitions with the loss of the row, which has no equation, as the one that has an equation under another
    name; without facts, and with targets that add up to 1."""
    defs = state.definitions
    for loss in sorted(_losses(state, a, b) - set(defs.equations)):
        for name in state.symbols.objectives:
            if name not in defs.equations or defs.equations[name].axes or defs.depends(name, loss):
                continue
            known = with_one_loss(defs, loss, name)
            said = f"{loss} is {name}, two names for one loss"
            yield Condition("definition-elsewhere", said), known, None
            for also, facts in unsaid_facts(state):
                yield replace(also, text=f"{also.text}; {said}"), known, facts


def _losses(state: State, a: Expression, b: Expression) -> set[str]:
    """What a row differentiates, if it is a loss; ξ_i is that of one sample, and no loss of all."""
    return {
        n.of.name
        for e in (a, b)
        for n in walk(e)
        if isinstance(n, Derivative) and isinstance(n.of, Symbol) and not n.of.indices
    } & set(state.symbols.objectives)


def named_losses(state: State, a: Expression, b: Expression) -> Iterator[tuple[Condition, Definitions]]:
    """The definitions with the loss of the row, which has no equation, as what the words of the document call it."""
    defs = state.definitions
    targets = [key for key in TARGETS if key in state.symbols.entities and key not in defs.equations]
    used = names(a) | names(b)
    for loss in sorted({_by_its_name(defs, loss) for loss in _losses(state, a, b)} - set(defs.equations)):
        sinks = [n for n in defs.equations if n not in targets and not defs.users(n)] or sorted(
            used & set(defs.equations)
        )
        for pattern, name, forms in LOSSES:
            if not pattern.search(state.document.text.lower()):
                continue
            for sink in sinks:
                for target in targets:
                    if (axes := _axes(state, sink, target)) is None:
                        continue
                    for form in forms:
                        whole = multiply(form(Symbol(sink, axes), Symbol(target, axes)), bound=axes)
                        for number, mean in (("", ""), *((m, "mean ") for m in COUNTS if m in used and len(axes) == 2)):
                            body = multiply(power(Symbol(number), -1), whole) if number else whole
                            other = Definitions.of(defs.equations.values(), dict(defs.declarations))
                            other.define(Equation(Symbol(loss), body))
                            said = f"{loss} is the {mean}{name} of {sink} and {target}, which no equation says"
                            yield Condition("definition-elsewhere", said), other


def _by_its_name(defs: Definitions, loss: str) -> str:
    """The MSE of L = MSE(y, z)."""
    match defs.equations.get(loss):
        case Equation(right=Symbol(name=name, indices=())) if name in NAMED:
            return name
    return loss


def _axes(state: State, sink: str, target: str) -> tuple | None:  # type: ignore[type-arg]
    """Fresh axes that a prediction and a target share; None where they have different ones."""
    p, y = (state.symbols.entities.get(key) for key in (sink, target))
    if p is None or y is None or (p.rank or 0) != (y.rank or 0) or p.samples or y.samples:
        return None
    for mine, other in zip(p.sizes, y.sizes, strict=False):
        state.symbols.unify(mine, other)
    return tuple(fresh(state.symbols.find(size)) for size in p.sizes[: p.rank or 0])
