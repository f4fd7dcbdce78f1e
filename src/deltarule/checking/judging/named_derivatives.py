"""Derivatives of names without an equation, ∂p_k/∂o_i where nothing says how p depends on o: each is a quantity of its
own, the same wherever it stands. So -Σ y_k ∂log p_k/∂o_i = -Σ y_k/p_k ∂p_k/∂o_i is proved, for every p of o.

Only derivatives that the document writes down count, and only rows that would stay open come here; nothing is refuted
so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.algebra import Facts
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.derivation import Judgement
from deltarule.calculus.judge import Judge
from deltarule.checking.core.state import State
from deltarule.checking.judging.outcomes import Outcome
from deltarule.checking.judging.signals import derivatives, with_signals
from deltarule.checking.judging.unknown_dependence import dependence_unknown
from deltarule.language.expression import Derivative, Expression, Symbol
from deltarule.language.traversal import walk
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Statement

__all__ = ["by_named_derivatives", "derivatives_written"]


def by_named_derivatives(
    state: State, a: Expression, b: Expression, facts: Facts | None, implied: bool
) -> Outcome | None:
    """The outcome with every such derivative as a quantity, if that proves the row."""
    by = {n.by.name for e in (a, b) for n in walk(e) if isinstance(n, Derivative)}
    if not by:
        return None
    plain = with_signals(state)
    pairs = {
        (of, x)
        for of, x in derivatives_written(state)
        if x in by and of not in plain.equations and not plain.depends(x, of)
    }
    pairs = {(of, x) for of, x in pairs if not any(target == of for target, _ in plain.signals)}
    if not pairs:
        return None
    definitions = Definitions.of(plain.equations.values(), dict(plain.declarations))
    definitions.signals = {**plain.signals, **{pair: f"∂{pair[0]}/∂{pair[1]}" for pair in pairs}}
    if any(n.by.name not in _below(definitions, n.of.name) for n in derivatives(a, b) if isinstance(n.of, Symbol)):
        return None  # ∂L/∂w = 0 = Σ δ_i x_i, as nothing says how L depends on either
    if dependence_unknown(state, a, b, definitions, facts or state.facts):
        return None  # ∂(y - t)/∂w = 2 ∂(y - t)/∂w, as nothing says how y depends on w
    judgement = Judge(definitions, facts or state.facts).equality(a, b)
    if judgement.verdict != "proved":
        return None
    return Outcome("proved", Judgement("proved", judgement.domain), implied=implied)


def _below(definitions: Definitions, name: str) -> set[str]:
    """All on which something depends by the equations and by the derivatives that are quantities, itself included."""
    out, waiting = {name}, [name]
    while waiting:
        one = waiting.pop()
        own = definitions.mentions(one) if one in definitions.equations else set()
        found = {*own, *(by for of, by in definitions.signals if of == one)} - out
        out |= found
        waiting += found
    return out


def derivatives_written(state: State, whole: Sequence[Statement] = ()) -> set[tuple[str, str]]:
    """(p, o) for every ∂p/∂o of two names in the document, or in the whole of one, that have no meaning as a derivative
    or a list."""
    if whole:
        found = set(_pairs(state, whole))
    else:
        if state.named_derivatives is None:
            state.named_derivatives = set(_pairs(state, state.statements))
        found = state.named_derivatives
    known = {*state.symbols.macros, *state.symbols.indexed, *state.symbols.functions}
    return {(of, by) for of, by in found if of != by and of not in known}


def _pairs(state: State, statements: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    usage = state.symbols.usage
    for node in (n for s in statements for side in s.sides for n in trees(side.tree)):
        match node:
            case t.Partial(of=(t.Name() | t.Scripted()) as of, by=(t.Name() | t.Scripted() as by,), order=1):
                above, below = reference(of, usage), reference(by, usage)
                if above is not None and below is not None and above.power is None and below.power is None:
                    yield above.key, below.key
