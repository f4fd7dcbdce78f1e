"""E = ½ Σ (t_k - y_k)² after o_k = σ(z_k), where nothing says what y is: the loss speaks of the output under another
name."""

from __future__ import annotations

from collections.abc import Iterator

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition
from deltarule.checking.core.state import State
from deltarule.language.equation import Equation
from deltarule.language.expression import Expression, Symbol, fresh
from deltarule.language.traversal import names

__all__ = ["outputs_by_another_name"]

TARGETS = (("d", "t"), ("y",))
"""Names of the target, the first kind before the second: y is the output beside t."""


def outputs_by_another_name(state: State, a: Expression, b: Expression) -> Iterator[tuple[Condition, Definitions]]:
    """The definitions with the output in the loss, which has no equation, as a quantity of its shape that has one
    and goes into nothing."""
    defs = state.definitions
    used = {n for e in (a, b) for n in names(e) | names(defs.unfold(e))}
    ends = [n for n in defs.equations if n not in state.symbols.objectives and not defs.users(n)]
    for y in sorted(used & _outputs(state)):
        for o in ends:
            if _axes(state, o) is None or _axes(state, o) != _axes(state, y) or defs.depends(o, y):
                continue
            axes = tuple(fresh(size) for size in _axes(state, y) or ())
            other = Definitions.of(defs.equations.values(), dict(defs.declarations))
            other.define(Equation(Symbol(y, axes), Symbol(o, axes)))
            yield Condition("definition-elsewhere", f"{y} is {o}, two names for one output"), other


def _outputs(state: State) -> set[str]:
    """What a loss is made of beside a target, and has no equation."""
    defs = state.definitions
    out: set[str] = set()
    for loss in set(state.symbols.objectives) & set(defs.equations):
        free = {n for n in names(defs.equations[loss].right) if n not in defs.equations and _axes(state, n) is not None}
        kinds = [own for kind in TARGETS if (own := {n for n in free if n.partition("_")[0] in kind})]
        if len(free) == 2 and kinds and len(kinds[0]) == 1:
            out |= free - kinds[0]
    return out


def _axes(state: State, name: str) -> tuple[int | str, ...] | None:
    entity = state.symbols.entities.get(name)
    if entity is None or entity.samples:
        return None
    return tuple(map(state.symbols.find, entity.sizes[: entity.rank or 0]))
