"""Subexpressions that occur twice are computed once, under a name.

Two occurrences are the same if one is the other with its indices renamed: exp(z_i) and the exp(z_k) under Σ_k are one
array. Only what costs something is shared: a function such as exp, a contraction, a maximum over an axis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from deltarule.language.equation import Equation
from deltarule.language.expression import (
    Apply,
    Axis,
    Expression,
    Index,
    Maximum,
    Product,
    Symbol,
    opened,
    opened_maximum,
    rename,
    substitute,
    symbols,
)

__all__ = ["share"]

CHEAP = {"step", "maximum", "minimum", "abs", "sign", "relu"}


def share(equations: Sequence[Equation], first: Callable[[Axis], bool]) -> list[Equation]:
    """The equations with common subexpressions named; `first` tells the axis that stands first (the batch)."""
    out = _reuse_left_sides(list(equations))
    taken = {e.name for e in out} | {s.name for e in out for s in symbols(e.right)}
    while True:
        counts: dict[Expression, int] = {}
        for e in out:
            for node in _occurrences(e.right):
                if _costs(node):
                    key = _canonical(node)[0]
                    counts[key] = counts.get(key, 0) + 1
        repeated = [key for key, count in counts.items() if count > 1]
        if not repeated:
            return out
        # The deepest one contains the others, and is never contained in a repeated one that is less deep.
        body = max(repeated, key=lambda key: key.depth)
        name = _name(body, taken)
        taken.add(name)
        axes = sorted(body.axes, key=lambda a: not first(a))
        symbol = Symbol(name, axes)
        place = next(k for k, e in enumerate(out) if any(_canonical(n)[0] is body for n in _occurrences(e.right)))
        definition = Equation(symbol, body, out[place].module)
        out = [Equation(e.left, _put(e.right, body, symbol), e.module) for e in out]
        out.insert(place, definition)


def _reuse_left_sides(equations: list[Equation]) -> list[Equation]:
    """What an earlier equation computes is that name in the later ones."""
    out: list[Equation] = []
    for e in equations:
        right = e.right
        for known in out:
            if _costs(known.right) and set(known.axes) == set(known.right.axes):
                right = _put(right, *_canonical_equation(known))
        out.append(Equation(e.left, right, e.module))
    return out


def _costs(e: Expression) -> bool:
    match e:
        case Apply(function=function):
            return function not in CHEAP
        case Product(bound=(_, *_)) | Maximum():
            return True
    return False


def _occurrences(e: Expression) -> Iterator[Expression]:
    """Every node as often as it stands there, with what is under a Σ or a max opened."""
    yield e
    match e:
        case Product(bound=(_, *_)):
            children = opened(e)[0]
        case Maximum():
            children = (opened_maximum(e)[0],)
        case _:
            children = e.children
    for child in children:
        yield from _occurrences(child)


def _canonical(e: Expression) -> tuple[Expression, dict[Axis, Axis]]:
    """The expression with its free axes renamed in order of appearance, and the way back."""
    renaming: dict[Axis, Index] = {}
    back: dict[Axis, Axis] = {}
    for k, axis in enumerate(e.axes):
        renaming[axis] = new = Axis(f"_c{k}", axis.size)
        back[new] = axis
    return rename(e, renaming), back


def _canonical_equation(e: Equation) -> tuple[Expression, Symbol]:
    body, back = _canonical(e.right)
    there: dict[Axis, Index] = {old: new for new, old in back.items()}
    symbol = rename(e.left, there)
    assert isinstance(symbol, Symbol)
    return body, symbol


def _put(e: Expression, body: Expression, symbol: Symbol) -> Expression:
    """`e` with every occurrence of `body`, its axes renamed in any way, replaced by the symbol."""

    def replace(node: Expression) -> Expression | None:
        if node.depth != body.depth or type(node) is not type(body):
            return None
        canonical, back = _canonical(node)
        return rename(symbol, {new: old for new, old in back.items()}) if canonical is body else None

    return substitute(e, replace)


def _name(body: Expression, taken: set[str]) -> str:
    """`exp_z`, `sum_exp_z`: what it is, then of what."""

    def words(e: Expression) -> list[str]:
        match e:
            case Apply(function=function, arguments=arguments):
                return [function, *words(arguments[0])]
            case Product(bound=(_, *_)):
                return ["sum", *words(e.factors[-1])]
            case Maximum():
                return ["max", *words(e.body)]
            case Symbol(name=name):
                return [name]
        return words(e.children[0]) if e.children else []

    base = re.sub(r"\W", "", "_".join(words(body)))[:40] or "shared"
    name, k = base, 1
    while name in taken:
        k += 1
        name = f"{base}_{k}"
    return name
