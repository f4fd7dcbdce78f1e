"""ŷ = σ(wᵀx + b), then z = wᵀx + b: what one equation computes and another holds as a part is one quantity, so that
ŷ is computed from z."""

from __future__ import annotations

from collections.abc import Collection
from itertools import permutations

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.state import State
from deltarule.checking.judging.lowered import settled_equation
from deltarule.language.equation import Equation
from deltarule.language.expression import Axis, Derivative, Expression, Number, Symbol, rename
from deltarule.language.traversal import names, substitute, walk

__all__ = ["connect"]


def connect(state: State, before: Collection[str]) -> None:
    """Put the names that were defined since `before` where other equations hold their right sides, and the other way
    round."""
    known = state.definitions
    for name in [n for n in known.equations if n not in before]:
        new = settled_equation(known.equations[name], state.symbols.find)
        for other in list(state.definitions.equations.values()):
            if other.name == name:
                continue
            old = settled_equation(other, state.symbols.find)
            if not state.definitions.depends(name, other.name):
                _put(state, old, new)
            elif not state.definitions.depends(other.name, name):
                _put(state, settled_equation(state.definitions.equations[name], state.symbols.find), old)


def _put(state: State, into: Equation, part: Equation) -> None:
    """The equation with the name of another where it holds the right side of that."""
    if not _is_work(part) or not names(part.right) <= names(into.right):
        return
    changed = substitute(into.right, lambda u: _named(u, part))
    if changed is into.right:
        return
    equations = {**state.definitions.equations, into.name: Equation(into.left, changed)}
    state.definitions = Definitions.of(equations.values(), state.definitions.declarations)


def _is_work(part: Equation) -> bool:
    """Whether the right side is more than a name or a number, at axes that are all different."""
    plain = isinstance(part.right, Symbol | Number) or any(isinstance(n, Derivative) for n in walk(part.right))
    return not plain and len(set(part.axes)) == len(part.left.indices) and set(part.right.axes) == set(part.axes)


def _named(u: Expression, part: Equation) -> Expression | None:
    if type(u) is not type(part.right) or len(u.axes) != len(part.axes):
        return None
    free = [a for a in u.axes if isinstance(a, Axis)]
    for order in permutations(free):
        pairs = list(zip(part.axes, order, strict=True))
        if all(a.size == b.size for a, b in pairs) and rename(part.right, dict(pairs)) is u:
            return Symbol(part.name, order)
    return None
