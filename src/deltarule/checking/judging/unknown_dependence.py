"""∂/∂w (f(x) - y)², where nothing says how f depends on w: it is no zero.

A row of which both sides vanish only because of that, ∂(f - y)²/∂w = (f - y)² ∂f/∂w, says nothing as it is read. It
holds where it holds with each such derivative as a quantity of its own; else it is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deltarule.algebra import Facts
from deltarule.algebra.plain import plain
from deltarule.calculus.definitions import Definitions
from deltarule.calculus.judge import Judge
from deltarule.checking.core.state import State
from deltarule.language.equation import Declaration
from deltarule.language.expression import ZERO, Apply, Axis, Derivative, Expression, Symbol, rename
from deltarule.language.traversal import names, substitute, walk

__all__ = ["dependence_unknown"]


def dependence_unknown(state: State, a: Expression, b: Expression, defs: Definitions, facts: Facts) -> str:
    """Why a row of which both sides are proved to be equal is open nevertheless; empty where it is not."""
    if a is ZERO or b is ZERO:
        return ""
    vanishing = [list(_vanishing(e, defs)) for e in (a, b)]
    if not all(vanishing):
        return ""
    nodes = [n for some in vanishing for n in some]
    if Judge(defs, facts).equality(a, ZERO).verdict != "proved":
        return ""
    inside = {name for n in nodes for name in _below(defs, n.of)}
    free = {name for name in inside if name not in defs.equations} - {n.by.name for n in nodes}
    alone = {n.of.name for n in nodes if isinstance(n.of, Symbol)} & free
    own = _without_equation(state)
    called = any(_called(u, own) for n in nodes for u in _within(defs, n.of))
    if not free and not called:
        return ""
    for names_too, functions_too in ((alone, True), (alone or free, False), (free, True)):
        if not names_too and not (functions_too and called):
            continue
        if _holds(defs, a, b, nodes, names_too, own if functions_too else frozenset(), facts):
            return ""
    what = sorted(free)[0] if free and not called else "what is differentiated"
    return f"nothing says how {what} depends on {nodes[0].by.name}"


def _vanishing(e: Expression, defs: Definitions) -> Iterator[Derivative]:
    """The derivatives by something on which what they are of does not depend."""
    for node in walk(e):
        if isinstance(node, Derivative) and not node.held and node.by.name not in _below(defs, node.of):
            yield node


def _below(defs: Definitions, e: Expression) -> set[str]:
    """All names in an expression, and those from which they are computed."""
    return {name for u in _within(defs, e) for name in names(u)}


def _within(defs: Definitions, e: Expression) -> list[Expression]:
    """An expression, and the right sides from which its names are computed."""
    out, seen = [e], set(names(e))
    waiting = sorted(seen)
    while waiting:
        name = waiting.pop()
        if name not in defs.equations:
            continue
        out.append(defs.equations[name].right)
        more = names(out[-1]) - seen
        seen |= more
        waiting += sorted(more)
    return out


def _without_equation(state: State) -> frozenset[str]:
    """The functions that are only named."""
    return frozenset(f.table_name for f in state.symbols.functions.values() if not f.defined)


def _called(e: Expression, own: frozenset[str]) -> bool:
    return any(isinstance(n, Apply) and n.function in own for n in walk(e))


def _holds(
    defs: Definitions,
    a: Expression,
    b: Expression,
    nodes: list[Derivative],
    dependent: set[str],
    own: frozenset[str],
    facts: Facts,
) -> bool:
    """Whether the row holds with ∂u/∂w as a quantity for all these names u, and for the functions as they stand."""
    made: dict[str, tuple[int | str, ...]] = {}

    def named(u: Expression) -> Expression | None:
        if isinstance(u, Derivative):
            return Derivative(substitute(u.of, named), u.by, u.held)
        if not isinstance(u, Apply) or u.function not in own or any(u.order):
            return None
        places: dict[Axis, Axis] = {axis: Axis(f"place{k}", axis.size) for k, axis in enumerate(u.axes)}
        key = f"value of {plain(rename(u, places))}"
        made[key] = tuple(axis.size for axis in u.axes)
        return Symbol(key, u.axes)

    equations = [replace(e, right=substitute(e.right, named)) for e in defs.equations.values()]
    one, other = substitute(a, named), substitute(b, named)
    declarations = {**defs.declarations, **{key: Declaration(key, sizes) for key, sizes in made.items()}}
    trial = Definitions.of(equations, declarations)
    pairs = {(of, n.by.name) for n in nodes for of in {*dependent, *made}}
    trial.signals = {**defs.signals, **{pair: f"∂{pair[0]}/∂{pair[1]}" for pair in pairs}}
    return Judge(trial, facts).equality(one, other).verdict == "proved"
