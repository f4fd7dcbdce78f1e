"""What a quantity with arguments but no equation depends on: after y = x + F(x, W), where nothing says what F is, ∂y/∂x
is not 1. A derivative that such a dependence would change is left open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.state import State
from deltarule.language.expression import Derivative, Expression, Symbol
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees

__all__ = ["hidden_argument"]


def hidden_argument(state: State, a: Expression, b: Expression, defs: Definitions) -> str:
    """Why a derivative in a row is not known: what is differentiated holds a name with arguments that has no equation,
    and one of them is what is differentiated by, or computed from it. Empty where there is none."""
    nodes = [n for e in (a, b) for n in walk(e) if isinstance(n, Derivative)]
    if not nodes:
        return ""
    hidden = _with_arguments(state)
    hidden = {key: inside for key, inside in hidden.items() if key not in defs.equations}
    if not hidden:
        return ""
    for node in nodes:
        for name in _below(defs, node.of):
            if node.of is Symbol(name) and name in state.symbols.objectives:
                continue
            for inside in hidden.get(name, ()) if (name, node.by.name) not in defs.signals else ():
                if inside == node.by.name or (inside in defs.equations and defs.depends(inside, node.by.name)):
                    return f"nothing says how {name} depends on {inside}"
    return ""


def _below(defs: Definitions, e: Expression) -> Iterator[str]:
    """The names in an expression, and those from which they are computed."""
    waiting, seen = list(names(e)), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += [*defs.mentions(name), *(sink for target, sink in defs.signals if target == name)]


def _with_arguments(state: State) -> dict[str, set[str]]:
    """The names of quantities that are written with arguments, F(x, W), or said to be something of them, u = u(x), and
    the names in those."""
    if state.arguments is None:
        state.arguments = {}
        usage = state.symbols.usage
        for statement in state.statements:
            for side in statement.sides:
                for node in trees(side.tree):
                    if not isinstance(node, t.Factors):
                        continue
                    for (_, head), (op, group) in pairwise(node.items):
                        found = reference(head, usage)
                        if found is None or op or not isinstance(group, t.Group) or group.kind != "(":
                            continue
                        if found.base not in state.symbols.quantities and found.base not in state.symbols.unsaid:
                            continue
                        inside = {r.key for x in t.walk(group) if (r := reference(x, usage)) is not None}
                        state.arguments.setdefault(found.key, set()).update(inside)
    out = dict(state.arguments)
    for name, inside in state.depends_on.items():
        out[name] = out.get(name, set()) | inside
    return out
