"""One change of scale to a side as it is written: the mean over the samples, the base of a logarithm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from deltarule.checking.hints.repairs import Side, everywhere, number_of_samples, times
from deltarule.reading import tree as t

__all__ = ["bases", "logarithm_base", "mean"]

ONE = t.Num(Fraction(1), "1")


def mean(side: Side) -> Iterator[t.Tree]:
    """1/m before the sum, for each size in the equations around; 1/m where 1/m² or twice 1/m is written."""
    sizes = number_of_samples(side)

    def once(node: t.Tree) -> Iterator[t.Tree]:
        match node:
            case t.Scripted(base=base, sub=None, sup=t.Num(value=value), primes=0) if value == 2 and base in sizes:
                yield base
            case t.Factors(items=items):
                shares = [k for k, (op, x) in enumerate(items) if op not in {"/", "div"} and _is_share(x, sizes)]
                for k in shares[1:]:
                    rest = (*items[:k], *items[k + 1 :])
                    yield rest[0][1] if len(rest) == 1 else t.Factors(rest)

    yield from everywhere(side.right, once)
    for size in sizes:
        yield times(t.Ratio(ONE, size), side.right)
        yield times(size, side.right)


def _is_share(node: t.Tree, sizes: list[t.Tree]) -> bool:
    return isinstance(node, t.Ratio) and isinstance(node.numerator, t.Num) and node.denominator in sizes


def bases(*roots: t.Tree) -> tuple[t.Num, ...]:
    """The bases of the logarithms in some sides: the 10 of log_10 and of ln 10."""
    found: list[t.Num] = []
    for root in roots:
        for node in t.walk(root):
            match node:
                case t.Call(function=t.Scripted(base=t.Name(letter="log"), sub=t.Num() as base)):
                    found.append(base)
                case t.Call(function=t.Name(letter="ln" | "log"), argument=t.Num() as base):
                    found.append(base)
    return tuple({base.value: base for base in found if base.value > 1}.values())


def logarithm_base(side: Side) -> Iterator[t.Tree]:
    """log_b for log and log for log_b; the factor ln b, or 1 / ln b, before the side or one of its terms."""
    for base in side.bases:
        natural = t.Call(t.Name("ln"), replace(base, start=0, end=0))

        def change(node: t.Tree, base: t.Num = base) -> Iterator[t.Tree]:
            match node:
                case t.Call(function=t.Name(letter="log" | "ln"), argument=argument) if not isinstance(argument, t.Num):
                    yield replace(node, function=t.Scripted(t.Name("log"), base, None, 0))
                case t.Call(function=t.Scripted(base=t.Name(letter="log"), sub=t.Num())):
                    yield replace(node, function=t.Name("ln"))

        yield from everywhere(side.right, change)
        for factor in (t.Ratio(ONE, natural), natural):
            yield times(factor, side.right)
            if isinstance(side.right, t.Terms):
                for k, (sign, item) in enumerate(side.right.items):
                    scaled = factor if isinstance(item, t.Num) and item.value == 1 else times(factor, item)
                    yield t.Terms((*side.right.items[:k], (sign, scaled), *side.right.items[k + 1 :]))
