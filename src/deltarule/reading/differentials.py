"""`dZ`: how a quantity changes with what it is computed from, as a quantity with the same shape."""

from __future__ import annotations

from collections.abc import Callable

from deltarule.calculus.rules import contract, differentiate
from deltarule.language.arithmetic import add, multiply
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ZERO, Expression, Symbol, fresh
from deltarule.language.traversal import names
from deltarule.reading.symbols import Symbols
from deltarule.reading.values import Unread, Value

__all__ = ["PREFIX", "differential", "differential_of"]

PREFIX = "d "
"""What the names of differentials begin with."""


def differential(known: Symbols, value: Value, start: int | None = None) -> Value:
    """The differential of a value by those of the names in it, d(XW) = dX W + X dW. Raises Unread."""

    def symbol(name: str) -> Symbol:
        entity = known.entities.get(name)
        return Symbol(name, tuple(fresh(size) for size in known.sizes(entity)) if entity is not None else ())

    try:
        return value.with_expression(differential_of(value.expression, symbol))
    except DeltaruleError:
        raise Unread("a differential of what is a derivative itself", start) from None


def differential_of(e: Expression, symbol: Callable[[str], Symbol]) -> Expression:
    """Σ_v ∂e/∂v · dv over the names v in an expression, each as a symbol with fresh indices. Raises DeltaruleError for
    a derivative."""
    out: Expression = ZERO
    for name in sorted(names(e)):
        by = symbol(name)
        changes = multiply(differentiate(e, by), Symbol(PREFIX + name, by.indices), bound=by.axes)
        out = add(out, contract(changes))
    return out
