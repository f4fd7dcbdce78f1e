"""What a differential is by the definitions of a document: dQ = Σ_V ∂Q/∂V · dV over the variables V that are varied."""

from __future__ import annotations

from deltarule.calculus.definitions import Definitions
from deltarule.checking.state import State
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ZERO, Expression, Symbol
from deltarule.language.traversal import names
from deltarule.reading.differentials import PREFIX, differential_of

__all__ = ["varied", "with_differentials"]


def varied(defs: Definitions, written: frozenset[str]) -> set[str]:
    """The names with a differential in the text that are computed from no other of them: these are free."""
    return {v for v in written if not any(other != v and defs.depends(v, other) for other in written)}


def with_differentials(state: State, defs: Definitions, a: Expression, b: Expression) -> tuple[Definitions, str]:
    """The definitions with an equation for each differential in the two sides that is not free; and why nothing is
    refuted by them, if nothing says what something whose differential is given is computed from."""
    found = sorted({name.removeprefix(PREFIX) for e in (a, b) for name in names(e) if name.startswith(PREFIX)})
    if not found:
        return defs, ""
    free = varied(defs, state.differentials)
    out = Definitions.of(defs.equations.values(), dict(defs.declarations))
    out.signals.update(defs.signals)
    out.values.update(defs.values)
    given = {e.name.removeprefix(PREFIX) for e in (a, b) if isinstance(e, Symbol)} | set(state.symbols.objectives)
    unknown = [name for name in found if name in given and name not in defs.equations]
    waiting, done = list(found), set[str]()
    while waiting:
        if (name := waiting.pop()) in done:
            continue
        done.add(name)
        of, change = defs.symbol(name), ZERO
        if name in free:
            out.declarations[PREFIX + name] = Declaration(PREFIX + name, defs.sizes(name))
            continue
        if name in defs.equations and any(defs.depends(name, v) for v in free):
            try:
                change = differential_of(defs.definition(name, of.indices), defs.symbol)
            except DeltaruleError:  # of a derivative
                unknown.append(name)
                continue
        waiting += [x.removeprefix(PREFIX) for x in names(change) if x.startswith(PREFIX)]
        out.define(Equation(Symbol(PREFIX + name, of.indices), change))
    return out, f"nothing says what {unknown[0]} is computed from" if unknown else ""
