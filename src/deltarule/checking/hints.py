"""Known misconceptions: what a person may have meant in the place of a side that is false.

Each row changes the right side in one way; the first change with which the row is proved is the hint, and the changed
side is what would hold. Nothing is guessed: a hint is given only where its repair is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deltarule.language.expression import (
    Apply,
    Axis,
    Expression,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    add,
    divide,
    multiply,
    negate,
    power,
    rename,
    substitute,
    symbols,
    walk,
)

__all__ = ["MISCONCEPTIONS", "Misconception"]

Repair = Callable[[Expression, Expression], Iterator[Expression]]


@dataclass(frozen=True)
class Misconception:
    """A mistake by name: what is said, an example, and the right sides that were perhaps meant."""

    name: str
    says: str
    example: str
    repairs: Repair


def _sign(_: Expression, right: Expression) -> Iterator[Expression]:
    yield negate(right)


def _one_sign(_: Expression, right: Expression) -> Iterator[Expression]:
    match right:
        case Sum(terms=terms):
            for k in range(len(terms)):
                yield add(*(negate(t) if i == k else t for i, t in enumerate(terms)))
        case Product(factors=factors, bound=bound):
            for k, f in enumerate(factors):
                if isinstance(f, Sum):
                    for changed in _one_sign(f, f):
                        yield multiply(*factors[:k], changed, *factors[k + 1 :], bound=bound)


def _number(_: Expression, right: Expression) -> Iterator[Expression]:
    for factor in (2, "1/2"):
        yield multiply(Number(2) if factor == 2 else power(Number(2), -1), right)


def _square(_: Expression, right: Expression) -> Iterator[Expression]:
    yield from _changed(right, lambda e: e.base if isinstance(e, Power) and e.exponent == 2 else None)
    names_seen = [s for s in symbols(right)][:6]
    for s in names_seen:
        yield from _changed(right, lambda e, s=s: power(s, 2) if e is s else None)


def _swap(_: Expression, right: Expression) -> Iterator[Expression]:
    """Two names of equal shape changed for each other: y and ŷ, x and y."""
    found = [s for s in dict.fromkeys(symbols(right))]
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            if len(a.indices) == len(b.indices):
                yield substitute(
                    right,
                    lambda e, a=a, b=b: Symbol(b.name, e.indices) if isinstance(e, Symbol) and e.name == a.name
                    else Symbol(a.name, e.indices) if isinstance(e, Symbol) and e.name == b.name else None,
                )  # fmt: skip


def _index(left: Expression, right: Expression) -> Iterator[Expression]:
    """One index letter of a factor changed for another of the same size."""
    axes = [a for e in (left, right) for n in walk(e) for a in n.axes if not a.bound]
    letters = list(dict.fromkeys(axes))
    for s in dict.fromkeys(symbols(right)):
        for a in s.indices:
            for b in letters:
                if isinstance(a, Axis) and a != b and a.size == b.size:
                    yield from _changed(right, lambda e, s=s, a=a, b=b: rename(s, {a: b}) if e is s else None)


def _missing_factor(left: Expression, right: Expression) -> Iterator[Expression]:
    """A factor of the definitions that was left out: a name, 1 - name, name (1 - name), 1 - name²."""
    for s in list(dict.fromkeys([*symbols(right), *symbols(left)]))[:8]:
        if set(s.axes) <= set(right.axes) | set(left.axes):
            rest = add(Number(1), negate(s))
            for factor in (s, rest, multiply(s, rest), add(Number(1), negate(power(s, 2)))):
                yield multiply(right, factor)


def _extra_factor(_: Expression, right: Expression) -> Iterator[Expression]:
    if isinstance(right, Product):
        for k in range(len(right.factors)):
            rest = (*right.factors[:k], *right.factors[k + 1 :])
            bound = tuple(b for b in right.bound if any(b in f.axes for f in rest))
            if rest:
                yield multiply(*rest, bound=bound)


def _lost_prime(_: Expression, right: Expression) -> Iterator[Expression]:
    def primed(e: Expression) -> Expression | None:
        if (
            isinstance(e, Apply)
            and len(e.arguments) == 1
            and not any(e.order)
            and e.function not in {"exp", "log", "step"}
        ):
            return Apply(e.function, e.arguments, (1,))
        return None

    yield from _changed(right, primed)
    yield from _changed(
        right, lambda e: Apply(e.function, e.arguments) if isinstance(e, Apply) and sum(e.order) == 1 else None
    )


def _lost_log(_: Expression, right: Expression) -> Iterator[Expression]:
    for s in list(dict.fromkeys(symbols(right)))[:6]:
        yield from _changed(right, lambda e, s=s: Apply("log", (s,)) if e is s else None)
    yield from _changed(right, lambda e: e.arguments[0] if isinstance(e, Apply) and e.function == "log" else None)


def _argument(_: Expression, right: Expression) -> Iterator[Expression]:
    """The argument of a function doubled or halved: tanh z = 2σ(2z) - 1."""
    for factor in (Number(2), power(Number(2), -1), Number(-1)):

        def scaled(e: Expression, factor: Expression = factor) -> Expression | None:
            if isinstance(e, Apply) and len(e.arguments) == 1:
                return Apply(e.function, (multiply(factor, e.arguments[0]),), e.order)
            return None

        yield from _changed(right, scaled)


def _at_output(_: Expression, right: Expression) -> Iterator[Expression]:
    """g'(h) for g'(z): the argument of a derivative changed for another name."""
    found = list(dict.fromkeys(symbols(right)))

    for s in found:

        def moved(e: Expression, s: Symbol = s) -> Expression | None:
            if isinstance(e, Apply) and sum(e.order) == 1 and e.arguments[0] is not s:
                return Apply(e.function, (s,), e.order)
            return None

        yield from _changed(right, moved)


def _reciprocal(_: Expression, right: Expression) -> Iterator[Expression]:
    yield divide(Number(1), right)


def _changed(e: Expression, change: Callable[[Expression], Expression | None]) -> Iterator[Expression]:
    """The expression with one change everywhere it applies, if it applies."""
    out = substitute(e, change)
    if out is not e:
        yield out


MISCONCEPTIONS: tuple[Misconception, ...] = (
    Misconception("sign", "the sign is flipped", "∂L/∂z = y - ŷ for L = -y log ŷ - …", _sign),
    Misconception("one sign", "the sign of one term is flipped", "1 + σ(z) for 1 - σ(z)", _one_sign),
    Misconception("swapped", "two names are swapped, such as y and ŷ", "σ' = ŷ(1 - y)", _swap),
    Misconception("index", "an index is wrong", "δ_j x_j for δ_i x_j", _index),
    Misconception("prime", "a prime is lost, or one too many", "σ(z) for σ'(z)", _lost_prime),
    Misconception(
        "output", "the derivative is taken at another place than the pre-activation", "σ'(a) for σ'(z)", _at_output
    ),
    Misconception("factor", "a factor is missing", "(ŷ - y) for (ŷ - y) x", _missing_factor),
    Misconception("extra factor", "there is a factor too many", "(ŷ - y) ŷ(1 - ŷ) with cross-entropy", _extra_factor),
    Misconception("2 or ½", "a factor 2 or ½ is lost", "∂(ŷ - y)²/∂ŷ = ŷ - y", _number),
    Misconception("square", "a square is lost, or one too many", "1 - tanh for 1 - tanh²", _square),
    Misconception("argument", "the argument of the function has lost a factor", "tanh z = 2σ(z) - 1", _argument),
    Misconception("log", "a logarithm is lost, or one too many", "y ŷ for y log ŷ", _lost_log),
    Misconception("reciprocal", "numerator and denominator are swapped", "ŷ/y for y/ŷ", _reciprocal),
)
