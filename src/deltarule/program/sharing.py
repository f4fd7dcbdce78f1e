"""Subexpressions that occur twice are computed once, under a name.

Two occurrences are the same if one is the other with its indices renamed: exp(z_i) and the exp(z_k) under Σ_k are one
array. Only what costs something is shared: a function such as exp, a contraction, a maximum over an axis.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from deltarule.language.equation import Equation
from deltarule.language.expression import (
    Apply,
    Axis,
    Determinant,
    Expression,
    Index,
    Inverse,
    Maximum,
    Product,
    Symbol,
    opened,
    rename,
)
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import substitute, symbols

__all__ = ["canonical", "share"]

CHEAP = {"step", "maximum", "minimum", "abs", "sign", "relu"}


def share(equations: Sequence[Equation], first: Callable[[Axis], bool]) -> list[Equation]:
    """The equations with common subexpressions named; `first` tells the axis that stands first (the batch)."""
    out = _reuse_left_sides(equations)
    taken = {e.name for e in out} | {s.name for e in out for s in symbols(e.right)}
    held = [_counted(e.right) for e in out]
    total = sum(held, Counter[Expression]())
    while True:
        repeated = [key for key, count in total.items() if count > 1]
        if not repeated:
            return out
        # The deepest one contains the others, and is never contained in a repeated one that is less deep.
        body = max(repeated, key=lambda key: key.depth)
        name = _name(body, taken)
        taken.add(name)
        axes: list[Axis] = sorted(body.axes, key=lambda a: not first(a))
        symbol = Symbol(name, axes)
        place = next(k for k, counts in enumerate(held) if body in counts)
        for k, counts in enumerate(held):
            if body in counts:
                out[k] = Equation(out[k].left, _put(out[k].right, {body: symbol}), out[k].module)
                total -= counts
                held[k] = _counted(out[k].right)
                total += held[k]
        out.insert(place, Equation(symbol, body, out[place].module))
        held.insert(place, _counted(body))
        total += held[place]


def _counted(e: Expression) -> Counter[Expression]:
    """How often each subexpression that costs something occurs, its indices renamed canonically."""
    return Counter(canonical(node)[0] for node in _occurrences(e) if _costs(node))


def _reuse_left_sides(equations: Sequence[Equation]) -> list[Equation]:
    """What an earlier equation computes is that name in the later ones."""
    known: dict[Expression, Symbol] = {}
    out: list[Equation] = []
    for e in equations:
        right = _put(e.right, known) if known else e.right
        out.append(Equation(e.left, right, e.module))
        if _costs(right) and set(e.axes) == set(right.axes):
            body, back = canonical(right)
            symbol = rename(e.left, {old: new for new, old in back.items()})
            assert isinstance(symbol, Symbol)
            known.setdefault(body, symbol)
    return out


def _costs(e: Expression) -> bool:
    match e:
        case Apply(function=function):
            return function not in CHEAP
        case Product(bound=(_, *_)) | Maximum() | Inverse() | Determinant():
            return True
    return False


def _occurrences(e: Expression) -> Iterator[Expression]:
    """Every node as often as it stands there, with what is under a Σ or a max opened."""
    yield e
    match e:
        case Product(bound=(_, *_)):
            children = opened(e)[0]
        case Maximum():
            children = opened(e)[0]
        case Determinant() | Inverse():
            children = opened(e)[0]
        case _:
            children = e.children
    for child in children:
        yield from _occurrences(child)


def canonical(e: Expression) -> tuple[Expression, dict[Axis, Axis]]:
    """The expression with its free axes renamed in order of appearance, and the way back."""
    renaming: dict[Axis, Index] = {}
    back: dict[Axis, Axis] = {}
    for k, axis in enumerate(e.axes):
        renaming[axis] = new = Axis(f"_c{k}", axis.size)
        back[new] = axis
    return rename(e, renaming), back


def _put(e: Expression, known: Mapping[Expression, Symbol]) -> Expression:
    """`e` with every occurrence of a known expression, its axes renamed in any way, replaced by the symbol."""
    depths = {body.depth for body in known}

    def replace(node: Expression) -> Expression | None:
        if node.depth not in depths or not _costs(node):
            return None
        body, back = canonical(node)
        symbol = known.get(body)
        return None if symbol is None else rename(symbol, {new: old for new, old in back.items()})

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
            case Inverse():
                return ["inv", *words(e.body)]
            case Determinant():
                return ["det", *words(e.body)]
            case Symbol(name=name):
                return [name]
        return next(filter(None, map(words, e.children)), [])

    base = re.sub(r"\W", "", "_".join(words(body)))[:40] or "shared"
    name, k = base, 1
    while name in taken or name in FUNCTIONS:
        k += 1
        name = f"{base}_{k}"
    return name
