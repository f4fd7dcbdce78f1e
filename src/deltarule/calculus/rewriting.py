"""Forms of equal value by the identities that are for stability, and which of them is exact: measured, never assumed.

No row knows a function: `1 + erf(x) = erfc(-x)` finds the form of the GELU that keeps its digits where 1 + erf has lost
them all, because its error at sample points is the smallest.
"""

from __future__ import annotations

from functools import lru_cache

from deltarule.calculus.error import relative_error
from deltarule.calculus.matching import apply_identity
from deltarule.language.expression import Apply, Expression, Symbol
from deltarule.language.functions import FUNCTIONS, ScalarFunction
from deltarule.language.traversal import substitute, walk

__all__ = ["EXACT", "rewritten", "stable_definition"]

EXACT = 1e-14
"""A form is left as it is where its relative error in float64 is no larger."""
MOST = 8
"""So many forms of one expression are looked at."""


def rewritten(e: Expression) -> dict[Expression, tuple[str, ...]]:
    """Forms equal to `e`, each with the names of the identities that lead there: one after the other, everywhere."""
    from deltarule.algebra.identities import identities_for  # the whole table: read only where it is needed

    rows = [r for r in identities_for("stable") if r.left.axes == () and not r.facts.positive and not r.off]
    found: dict[Expression, tuple[str, ...]] = {e: ()}
    waiting = [e]
    for form in waiting:  # grows as forms are found
        for row in rows:
            other = apply_identity(form, row.left, row.right, ("s", "x", "y", "a", "b", "c"))
            if other not in found and len(found) <= MOST:
                found[other] = (*found[form], row.name)
                waiting.append(other)
    del found[e]
    return found


@lru_cache(maxsize=256)
def _stable(row: ScalarFunction) -> Expression:
    s = row.parameters[0]
    assert row.definition is not None
    worst = relative_error(row.definition, row.definition, s)
    if worst <= EXACT:
        return row.definition
    best = row.definition
    for form in rewritten(row.definition):
        itself = any(isinstance(n, Apply) and n.function == row.name for n in walk(form))
        error = worst if itself else relative_error(form, row.definition, s)
        if error < worst / 4:
            best, worst = form, error
    return best


def stable_definition(e: Apply) -> Expression | None:
    """The definition of an applied function of one argument with that put in, in the form whose measured error is the
    smallest; None for any other application."""
    row = FUNCTIONS.get(e.function)
    if row is None or row.definition is None or len(row.parameters) != 1 or any(e.order):
        return None
    parameter = Symbol(row.parameters[0])
    return substitute(_stable(row), lambda node: e.arguments[0] if node is parameter else None)
