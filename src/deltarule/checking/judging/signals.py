"""The definitions as a row is judged by them: sizes as they were found to be, and names for the derivatives by outputs
of a loss that is only named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from deltarule.algebra import Budget
from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.state import State
from deltarule.checking.judging.lowered import settled_equation
from deltarule.checking.letters.steps import letter_and_step
from deltarule.language.equation import Declaration
from deltarule.language.expression import (
    Apply,
    Axis,
    Derivative,
    Expression,
    Power,
    Symbol,
    rename,
)
from deltarule.language.traversal import walk
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees

PROBE = Budget(seconds=0.5, points=2)
RESTS_ON = "it rests on"
NO_BEGINNING = "where the steps begin is not said"
MOST_NAMES = 60
"""Definitions of a document in which conditions are still told by their names."""

__all__ = ["derivatives", "with_signals", "without_far_losses"]


def with_signals(state: State) -> Definitions:
    """The definitions, with a name for the derivative of an abstract loss by each sink of the document."""
    defs = _settled(state)
    for key, entity in state.symbols.entities.items():
        if key not in defs.declarations:
            defs.declarations[key] = Declaration(key, state.symbols.sizes(entity))
    defs.signals.clear()
    abstract = [k for k in state.symbols.objectives if k in state.symbols.entities]
    sinks = _sinks(defs) if abstract else []
    for target in abstract:
        if target not in defs.equations:
            for sink in sinks:
                if not defs.depends(sink, target) and not _of_another_step(target, sink, sinks):
                    defs.signals[target, sink] = f"∂{target}/∂{sink}"
            for by in _differentiated_by(state, target, defs):
                defs.signals[target, by] = f"∂{target}/∂{by}"
    return defs


def without_far_losses(state: State, a: Expression, b: Expression, defs: Definitions) -> Definitions:
    """Where a loss is defined at the last layer and differentiated at layer l, it is only known to depend on it; so is
    the loss L of J = L + λ ‖W‖²."""
    far = {
        of
        for node in derivatives(a, b)
        if isinstance(node.of, Symbol) and node.by.name in state.counted_names
        for of in (node.of.name, *defs.mentions(node.of.name))
        if of in state.symbols.objectives and of in defs.equations and not defs.depends(of, node.by.name)
    }
    if not far:
        return defs
    out = Definitions.of((e for n, e in defs.equations.items() if n not in far), dict(defs.declarations))
    for target in far:
        for sink in _sinks(out):
            if not out.depends(sink, target):
                out.signals[target, sink] = f"∂{target}/∂{sink}"
    return out


def _settled(state: State) -> Definitions:
    """The definitions with the sizes that were found to be one since; the same ones as long as nothing changes."""
    defs, find = state.definitions, state.symbols.find
    sizes = frozenset[int | str]().union(*(_sizes(e.right) for e in defs.equations.values()))
    sizes = sizes.union(*(declared.sizes for declared in defs.declarations.values()))
    moved = frozenset((size, one) for size in sizes if (one := find(size)) != size)
    if not moved:
        return defs
    key = tuple(defs.equations.values()), tuple(defs.declarations.items()), moved
    if state.settled is None or state.settled[0] != key:
        equations = [settled_equation(e, find) for e in defs.equations.values()]
        declared = {k: replace(d, sizes=tuple(map(find, d.sizes))) for k, d in defs.declarations.items()}
        state.settled = key, Definitions.of(equations, declared)
    return state.settled[1]


@lru_cache(maxsize=4096)
def _sizes(e: Expression) -> frozenset[int | str]:
    return frozenset(a.size for n in walk(e) for a in n.axes)


def _of_another_step(target: str, sink: str, sinks: Sequence[str]) -> bool:
    """Whether an output is that of another step than the loss: y_{t+1} does not go into L_t, the loss of y_t."""
    step = letter_and_step(target)[1]
    letter, own = letter_and_step(sink)
    return step not in (target, own) and f"{letter}_{step}" in sinks


def _differentiated_by(state: State, target: str, defs: Definitions) -> set[str]:
    """What a loss without an equation is differentiated by, where it is a part of another, L + λθ²: all that is known
    of it is that derivative."""
    wholes = defs.users(target)
    if not wholes:
        return set()
    usage = state.symbols.usage
    by: set[str] = set()
    for statement in state.statements:
        for side in statement.sides:
            for node in trees(side.tree):
                of = reference(node.of, usage) if isinstance(node, t.Partial) and node.of is not None else None
                if isinstance(node, t.Partial) and of is not None and of.key == target:
                    by |= {r.key for x in node.by if (r := reference(x, usage)) is not None}
    return {key for key in by - set(defs.equations) if all(defs.depends(u, target) for u in defs.users(key))}


def _sinks(defs: Definitions) -> list[str]:
    """The names that go into no other: not those that do without being called so, a = σ(z) beside v = w σ(z), and not
    D = diag(σ'(z)), which no forward pass computes."""
    unused = [n for n in defs.equations if not defs.users(n)]
    unused = [n for n in unused if not _has_a_slope(defs.equations[n].right)] or unused
    if len(unused) < 2 or not any(isinstance(defs.equations[n].right, Apply | Power) for n in unused):
        return unused
    inside = {_by_place(u) for e in defs.equations.values() for c in e.right.children for u in walk(c)}
    inside.discard(None)
    return [n for n in unused if _by_place(defs.equations[n].right) not in inside]


def _has_a_slope(e: Expression) -> bool:
    """Whether a derivative stands in an expression."""
    return any(isinstance(n, Derivative) or (isinstance(n, Apply) and any(n.order)) for n in walk(e))


def _by_place(e: Expression) -> Expression | None:
    """A function, or what a power is of, with its indices called by the order in which they appear; None for anything
    else: s = √(v + ε) is a name for a part of what has (v + ε)^{-1/2} in it."""
    if isinstance(e, Power) and not isinstance(e.base, Symbol):
        e = e.base
    elif not isinstance(e, Apply):
        return None
    return rename(e, {a: Axis(f"place{k}", a.size) for k, a in enumerate(e.axes)})


def derivatives(*sides: Expression) -> Iterator[Derivative]:
    for e in sides:
        for node in walk(e):
            if isinstance(node, Derivative) and isinstance(node.of, Symbol):
                yield node
