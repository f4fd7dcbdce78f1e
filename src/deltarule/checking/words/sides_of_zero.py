"""|r| < d as two inequalities, and |r| > d as one or the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deltarule.algebra import Facts
from deltarule.language.arithmetic import add, multiply, negate
from deltarule.language.expression import Apply, Expression, Number, Product, Sum

__all__ = ["on_each_side", "without_a_modulus"]


def without_a_modulus(e: Expression) -> list[Expression]:
    """d - r > 0 and d + r > 0, for d - |r| > 0; nothing for anything else."""
    return next((both for below, both in _opened(e) if below), [])


def on_each_side(facts: Facts) -> list[Facts]:
    """The facts with r > d, and with -r > d, where they say |r| > d; nothing where they say no such thing."""
    for e in facts.positive:
        for below, both in _opened(e):
            if not below:
                return [replace(facts, positive=tuple(one if f is e else f for f in facts.positive)) for one in both]
    return []


def _opened(e: Expression) -> Iterator[tuple[bool, list[Expression]]]:
    """Each modulus of a sum: whether it is subtracted; the sum with what stands in it, and with its negative."""
    terms = e.terms if isinstance(e, Sum) else (e,)
    for k, term in enumerate(terms):
        match term:
            case Apply(function="abs", arguments=(u,)):
                value = Number(1)
            case Product(factors=(Number() as value, Apply(function="abs", arguments=(u,)))):
                pass
            case _:
                continue
        rest = (*terms[:k], *terms[k + 1 :])
        yield value.value < 0, [add(*rest, multiply(value, one)) for one in (u, negate(u))]
