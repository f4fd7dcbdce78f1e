"""Expressions about one step of a recurrence, and sums of them over all steps, taken apart."""

from __future__ import annotations

from collections.abc import Iterator

from deltarule.language.arithmetic import add, multiply
from deltarule.language.expression import Axis, Expression, Product, Sum, Symbol, opened
from deltarule.language.traversal import names, substitute, walk
from deltarule.reading.over_time import is_array, of_array, offset, shifted_name

__all__ = ["Beyond", "here", "moved", "one_step", "parted", "unlifted"]


class Beyond(Exception):
    """Something that this way of reading steps does not cover."""


def parted(e: Expression) -> tuple[Expression, Expression]:
    """What is free of sums over steps, and what is summed, both by names of one step. Raises Beyond for other forms."""
    outside, inside = [], []
    for factors, bound in _terms(e):
        steps = {u.indices[0] for f in factors for u in walk(f) if isinstance(u, Symbol) and is_array(u.name)}
        if not steps:
            outside.append(multiply(*factors, bound=bound))
            continue
        if len(steps) > 1 or not isinstance(step := steps.pop(), Axis) or step.bound:
            raise Beyond
        within = [one_step(f, step) for f in factors]
        if any(step in f.axes for f in within):
            raise Beyond
        one = multiply(*within, bound=[x for x in bound if x != step])
        (inside if step in bound else outside).append(one)
    return add(*outside), add(*inside)


def _terms(e: Expression) -> Iterator[tuple[list[Expression], list[Axis]]]:
    """The terms of a sum as factors and the axes that they are summed over, sums among the factors opened."""
    for term in e.terms if isinstance(e, Sum) else (e,):
        waiting, factors, bound = [term], list[Expression](), list[Axis]()
        while waiting:
            one = waiting.pop(0)
            if isinstance(one, Product) and one.bound:
                parts, axes = opened(one)
                waiting, bound = [*parts, *waiting], [*bound, *axes]
            elif isinstance(one, Product):
                waiting = [*one.factors, *waiting]
            elif isinstance(one, Sum) and any(map(is_array, names(one))) and (factors or waiting or bound):
                others = [*factors, *waiting]
                for part in one.terms:
                    yield from _terms(multiply(part, *others, bound=bound))
                break
            else:
                factors.append(one)
        else:
            yield factors, bound


def here(name: str) -> str:
    return shifted_name(name, -(offset(name) or 0))


def moved(e: Expression, by: int) -> Expression:
    """The expression so many steps later."""

    def change(u: Expression) -> Expression | None:
        if isinstance(u, Symbol) and offset(u.name) is not None:
            return Symbol(shifted_name(u.name, by), u.indices)
        return None

    return substitute(e, change) if by else e


def one_step(e: Expression, step: Axis) -> Expression:
    """Arrays at one step as names of that step. Raises Beyond where a sum over steps is left."""

    def change(u: Expression) -> Expression | None:
        if isinstance(u, Symbol) and is_array(u.name):
            if u.indices[0] != step:
                raise Beyond
            return Symbol(of_array(u.name), u.indices[1:])
        return None

    return substitute(e, change)


def unlifted(e: Expression, letter: str) -> Expression:
    """Names of one step as those at the last one: h_· as h_T."""

    def change(u: Expression) -> Expression | None:
        if isinstance(u, Symbol) and offset(u.name) is not None:
            return Symbol(_written(u.name, letter), u.indices)
        return None

    return substitute(e, change)


def _written(name: str, letter: str) -> str:
    k = offset(name) or 0
    return here(name).replace("·", letter + (f"{k:+d}" if k else ""))
