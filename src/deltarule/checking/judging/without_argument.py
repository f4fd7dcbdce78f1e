"""Functions without their argument, tanh' = 1 - tanh²: where all are taken at one letter, the row can fail."""

from __future__ import annotations

from itertools import pairwise

from deltarule.checking.core.state import State
from deltarule.language.expression import Apply
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.values import Value

__all__ = ["alike"]


def alike(state: State, left: t.Tree, right: t.Tree, a: Value, b: Value) -> bool:
    """Whether nothing but functions at one and the same letter stands in a row."""
    return _at_its_letter(state, left, a, b) or _all_bare(left, right, a, b) or _of_a_quantity(state, left, right)


def _of_a_quantity(state: State, left: t.Tree, right: t.Tree) -> bool:
    """Whether every function without its argument is differentiated, ∂H/∂b, and was defined as H(r) of an r that has
    an equation: it is taken at that."""
    own = state.symbols.functions
    for side in (left, right):
        nodes = list(t.walk(side))
        called = {id(n.function) for n in nodes if isinstance(n, t.Call)}
        called |= {
            id(a)
            for n in nodes
            if isinstance(n, t.Factors)
            for (_, a), (op, b) in pairwise(n.items)
            if not op and isinstance(b, t.Group)
        }
        called |= {id(n.base) for n in nodes if isinstance(n, t.Scripted) and id(n) in called}
        above = {id(n.of) for n in nodes if isinstance(n, t.Partial)}
        for node in nodes:
            found = reference(node, state.symbols.usage) if isinstance(node, t.Name) else None
            f = own.get(found.base) if found is not None and id(node) not in called else None
            if f is None:
                continue
            if id(node) not in above or not f.defined or f.parameter not in state.definitions.equations:
                return False
    return True


def _at_its_letter(state: State, left: t.Tree, a: Value, b: Value) -> bool:
    """dσ/da = … of a function defined as σ(a), where nothing else occurs: without its argument it is taken at a."""
    match left:
        case t.Partial(of=t.Name() as of, by=(t.Name() as by,), order=1):
            found = reference(of, state.symbols.usage)
        case _:
            return False
    f = state.symbols.functions.get(found.base) if found is not None else None
    letters = {f"{by.letter}", f"{by.letter}_argument"}
    return (
        f is not None and f.defined and f.parameter in letters and names(a.expression) | names(b.expression) <= letters
    )


def _all_bare(left: t.Tree, right: t.Tree, a: Value, b: Value) -> bool:
    """tanh' = 1 - tanh²: known functions without their argument, and nothing else."""
    if any(isinstance(n, t.Call | t.Partial) for side in (left, right) for n in t.walk(side)):
        return False
    called = {n.function for v in (a, b) for n in walk(v.expression) if isinstance(n, Apply)}
    return bool(called) and called <= set(FUNCTIONS) and len(names(a.expression) | names(b.expression)) == 1
