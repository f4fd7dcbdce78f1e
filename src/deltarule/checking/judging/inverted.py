"""Derivatives by a name that was computed from the variable: ∂L/∂s where s = log σ² and L is given by σ.

s takes the place of σ then, so that ∂L/∂s is ∂L/∂σ divided by ∂s/∂σ, and dz/dp is 1 / (dp/dz). It is done only where s
is a number computed from one number that has no equation itself, and L from that number but not from s.
"""

from __future__ import annotations

from deltarule.calculus.definitions import Definitions
from deltarule.language.arithmetic import multiply, power
from deltarule.language.expression import Derivative, Expression, Symbol
from deltarule.language.traversal import names, substitute, walk

__all__ = ["by_the_variable"]


class _Open(Exception):
    """A derivative that cannot be written by the variable, of one that is."""


def by_the_variable(e: Expression, defs: Definitions) -> Expression:
    """The expression with such derivatives by the variable itself."""
    if not any(isinstance(n, Derivative) for n in walk(e)):
        return e

    def moved(node: Expression) -> Expression | None:
        if not isinstance(node, Derivative) or node.held:
            return None
        of = substitute(node.of, moved)
        variable = _variable(node.of, node.by, defs)
        if variable is None:
            if of is not node.of and node.by.name in defs.equations:
                raise _Open
            return None if of is node.of else Derivative(of, node.by)
        slope = power(Derivative(node.by, variable), -1)
        return slope if of is variable else multiply(Derivative(of, variable), slope)

    try:
        return substitute(e, moved)
    except _Open:
        return e


def _variable(of: Expression, by: Symbol, defs: Definitions) -> Symbol | None:
    """The one free number from which `by` is computed, and `of` too, but not by way of `by`."""
    equation = defs.equations.get(by.name)
    if equation is None or by.indices or equation.right.axes or _mentions(of, by.name, defs):
        return None
    below = defs.unfold(equation.right)
    if below.axes or any(isinstance(n, Derivative) for n in walk(below)):
        return None
    free = sorted(names(below) - {"pi"})
    if len(free) != 1 or Symbol(free[0]) not in set(walk(below)):
        return None
    variable = Symbol(free[0])
    return variable if _mentions(of, variable.name, defs) else None


def _mentions(of: Expression, name: str, defs: Definitions) -> bool:
    used = _names(of)
    return any(n == name or (n in defs.equations and defs.depends(n, name)) for n in used)


def _names(e: Expression) -> set[str]:
    """The names of which an expression is made; what is differentiated by is none of them."""
    found: set[str] = set()
    waiting = [e]
    while waiting:
        match waiting.pop():
            case Derivative(of=of):
                waiting.append(of)
            case Symbol(name=name):
                found.add(name)
            case node:
                waiting += node.children
    return found
