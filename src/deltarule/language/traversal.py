"""Walks over an expression: its nodes, its symbols, and the replacement of some of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from deltarule.language.expression import (
    Axis,
    Derivative,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Product,
    Symbol,
    opened,
    rebuild,
)

__all__ = ["names", "substitute", "symbols", "walk"]


def substitute(node: Expression, replace: Callable[[Expression], Expression | None]) -> Expression:
    """Top-down: a node for which `replace` answers an expression is that expression; the others are rebuilt over their
    replaced children. Derivatives are left alone unless `replace` answers for them: what stands below ∂ is a name."""
    memo: dict[Expression, Expression] = {}
    inside = getattr(_walks, "inside", 0) + 1

    def visit(e: Expression) -> Expression:
        if e in memo:
            return memo[e]
        out = replace(e)
        if out is None:
            match e:
                case Derivative():
                    out = e
                case Product(bound=(_, *_)) | Maximum() | Determinant() | Inverse():
                    bodies, bound = opened(e, _names_of_bound(e.bound, inside))
                    out = rebuild(e, tuple(visit(b) for b in bodies), bound)
                case _:
                    out = rebuild(e, tuple(visit(c) for c in e.children))
        memo[e] = out
        return out

    _walks.inside = inside
    try:
        return visit(node)
    finally:
        _walks.inside = inside - 1


_walks = threading.local()
"""How many walks of `substitute` are under way inside each other in a thread: each has names of its own for axes."""


def _names_of_bound(bound: tuple[Axis, ...], inside: int) -> list[str]:
    """Names for the bound axes of a node while a walk is below it: equal nodes open to equal ones, and what is below
    them is met once. What is bound further in has lower numbers, hence other names. They sort as they are opened."""
    below = 10**6 - max((int(a.name[1:]) for a in bound), default=0)
    return [f"_!{inside:03}{below:07}{k:03}" for k in range(len(bound))]


def walk(node: Expression) -> Iterator[Expression]:
    """Every distinct node of the DAG, parents first."""
    seen: set[Expression] = set()
    stack = [node]
    while stack:
        e = stack.pop()
        if e in seen:
            continue
        seen.add(e)
        yield e
        stack += reversed(e.children)


def symbols(node: Expression) -> list[Symbol]:
    """The distinct symbol nodes, in order of appearance."""
    return [e for e in walk(node) if isinstance(e, Symbol)]


def names(node: Expression) -> set[str]:
    """The names of the symbols that occur."""
    return {e.name for e in walk(node) if isinstance(e, Symbol)}
