"""Rational points at which facts hold: for counterexamples, and to show that a proof is not vacuous."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from random import Random
from typing import Any

import flint

from deltarule.algebra.budget import Exhausted, Unsupported
from deltarule.algebra.enclosure import Evaluation, ball
from deltarule.algebra.facts import Facts, definition_of
from deltarule.language.expression import (
    Apply,
    Axis,
    Delta,
    Derivative,
    Determinant,
    Expression,
    Inverse,
    Maximum,
    Number,
    Power,
    Product,
    Selection,
    Sum,
    Symbol,
)
from deltarule.language.functions import FUNCTIONS
from deltarule.language.traversal import names, symbols, walk

__all__ = ["Point", "abstract_functions", "evaluable", "points", "size_names"]

MAX_INSTANCES = 256


class Point:
    """Values of the symbols (made up as they are asked for), sizes, abstract functions."""

    def __init__(
        self, seed: int, sizes: Mapping[str, int], facts: Facts, scale: Fraction, deadline: float = float("inf")
    ) -> None:
        self.seed, self.sizes, self.scale = seed, dict(sizes), scale
        self.values: dict[tuple[str, tuple[int, ...]], Any] = {}
        self.functions: dict[str, str] = {}
        self.evaluation = self.evaluated(deadline)
        self._definitions: dict[tuple[str, int], tuple[Symbol, Expression]] = {}
        self._opening: set[tuple[str, tuple[int, ...]]] = set()
        self._above: set[str] = set()
        self._drawn_before: set[Fraction] = set()
        about = [*facts.positive, *(e for pair in facts.equal for e in pair)]
        self._pi = not any("pi" in names(e) for e in about)  # a letter that something is assumed of is no number
        for e in facts.positive:
            if isinstance(e, Symbol):
                self._above.add(e.name)
        rest = []
        for left, right in facts.equal:
            for pair in ((left, right), (right, left)):
                found = definition_of(*pair)
                if found is not None and (found[0].name, len(found[0].indices)) not in self._definitions:
                    self._definitions[found[0].name, len(found[0].indices)] = found
                    break
            else:
                rest.append((left, right))
        self.solvable = all(self._solve(left, right) for left, right in rest)
        self.solvable = self.solvable and all(self._exact(left, right) for left, right in rest)

    def evaluated(self, deadline: float) -> Evaluation:
        """An evaluation at this point that remembers nothing yet."""
        return Evaluation(self._lookup, self.sizes, self._abstract, deadline)

    def _lookup(self, name: str, indices: tuple[int, ...]) -> Any:
        if name == "pi" and not indices and self._pi:
            return flint.arb.pi()
        key = (name, indices)
        found = self.values.get(key)
        if found is None:
            found = self.values[key] = self._drawn(name, indices)
        return found

    def _drawn(self, name: str, indices: tuple[int, ...]) -> Any:
        defined = self._definitions.get((name, len(indices)))
        if defined is not None:
            if (name, indices) in self._opening:
                raise Unsupported(f"{name} is defined by itself")
            self._opening.add((name, indices))
            symbol, value = defined
            try:
                return self.evaluation.value(value, dict(zip(symbol.axes, indices, strict=True)))
            finally:
                self._opening.discard((name, indices))
        random = Random(f"{self.seed} {name} {indices}")
        value = Fraction(random.randrange(1, 32), 16)
        while value in self._drawn_before:  # two values alike would be a tie, where conventions differ
            top = 32 + len(self._drawn_before)  # exact in binary: a maximum is seen to be one of its own entries
            value = Fraction(random.randrange(1, top), random.choice((16, 32, 64)))
        self._drawn_before.add(value)
        if name in self._above:
            return value / 2 * self.scale
        return value if random.random() < 0.6 else -value

    def _abstract(self, name: str, order: tuple[int, ...], arguments: list[Any]) -> Any:
        """f(u) = A exp(Σ b u) + (Σ c u)² at every other point, A sin(Σ b u) + Σ c u, which does not grow so where f
        stands in f, at those between; with rational numbers that the name decides."""
        random = Random(f"{self.seed} function {name} {len(arguments)}")
        a = Fraction(random.randrange(3, 9), 4)
        b = [Fraction(random.randrange(1, 8), 8) for _ in arguments]
        c = [Fraction(random.randrange(1, 8), 4) for _ in arguments]
        inside, line = (
            sum((ball(k) * u for k, u in zip(some, arguments, strict=True)), flint.arb(0)) for some in (b, c)
        )
        shown = [" + ".join(f"{k} u_{n}" for n, k in enumerate(some, 1)) for some in (b, c)]
        total = sum(order)
        grows = self.seed % 2 == 0
        text = f"{a} exp({shown[0]}) + ({shown[1]})²" if grows else f"{a} sin({shown[0]}) + {shown[1]}"
        self.functions[name] = text if len(arguments) > 1 else text.replace("u_1", "u")
        value = ball(a) * (inside.exp() if grows else (inside.cos() if total % 2 else inside.sin()))
        value = value if grows or total % 4 < 2 else -value
        for k, n in zip(b, order, strict=True):
            value *= ball(k) ** n
        degree = 2 if grows else 1
        if total <= degree:
            factor = Fraction(2 if grows and total else 1)
            for k, n in zip(c, order, strict=True):
                factor *= k**n
            value += ball(factor) * line ** (degree - total)
        return value

    # facts -----------------------------------------------------------------------------------------------------

    def instances(self, *expressions: Expression) -> Iterator[dict[Axis, int]]:
        axes = list(dict.fromkeys(a for e in expressions for a in e.axes))
        sizes = [range(1, self.evaluation.size(a) + 1) for a in axes]
        for count, numbers in enumerate(product(*sizes)):
            if count >= MAX_INSTANCES:
                raise Exhausted("a fact about too many components")
            yield dict(zip(axes, numbers, strict=True))

    def _value(self, e: Expression, where: Mapping[Axis, int]) -> Fraction | None:
        """The exact value of a rational expression, else None."""
        match e:
            case Number(value=v):
                return v
            case Symbol(name=name, indices=indices):
                if not indices and name in self.sizes:
                    return Fraction(self.sizes[name])
                v = self._lookup(name, tuple(where[i] if isinstance(i, Axis) else i for i in indices))
                return v if isinstance(v, Fraction) else None
            case Delta(first=a, second=b):
                one, other = (where[i] if isinstance(i, Axis) else i for i in (a, b))
                return Fraction(one == other)
            case Selection(terms=terms, constant=value):
                return Fraction(sum(c * where[a] for a, c in terms) == value)
            case Sum(terms=terms):
                parts = [self._value(t, where) for t in terms]
                return None if None in parts else sum((p for p in parts if p is not None), Fraction(0))
            case Product(factors=factors, bound=bound):
                total = Fraction(0)
                ranges = [range(1, self.evaluation.size(a) + 1) for a in bound]
                if prod(len(r) for r in ranges) > MAX_INSTANCES:
                    raise Exhausted("a fact about too large a sum")
                for numbers in product(*ranges):
                    part = Fraction(1)
                    for f in factors:
                        v = self._value(f, {**where, **dict(zip(bound, numbers, strict=True))})
                        if v is None:
                            return None
                        part *= v
                    total += part
                return total
            case Power(base=base, exponent=q) if q.denominator == 1 and abs(q) < 50:
                v = self._value(base, where)
                return None if v is None or (not v and q < 0) else v ** int(q)
        return None

    def _gap(self, left: Expression, right: Expression, where: Mapping[Axis, int]) -> Fraction | None:
        a, b = self._value(left, where), self._value(right, where)
        return None if a is None or b is None else a - b

    def _solve(self, left: Expression, right: Expression) -> bool:
        """Make the equality hold at all indices, each time by one component in which it is linear."""
        fixed: set[tuple[str, tuple[int, ...]]] = set()
        for where in self.instances(left, right):
            before = set(self.values)
            gap = self._gap(left, right, where)
            if gap is None:
                return False
            if not gap:
                continue
            mine = {n for e in (left, right) for n in names(e)}
            candidates = [k for k in self.values if k[0] in mine and k not in fixed]
            candidates.sort(key=lambda k: (k in before, k), reverse=False)
            for key in reversed([k for k in candidates if k not in before] or candidates):
                old = self.values[key]
                rows = []
                for trial in (Fraction(0), Fraction(1)):
                    self.values[key] = trial
                    rows.append(self._gap(left, right, where))
                if rows[0] is not None and rows[1] is not None and rows[0] != rows[1]:
                    self.values[key] = -rows[0] / (rows[1] - rows[0])
                    if self._gap(left, right, where) == 0:
                        break
                self.values[key] = old
            else:
                return False
            fixed |= {k for k in self.values if k[0] in mine} if not before else set(self.values) - before
        return True

    def _exact(self, left: Expression, right: Expression) -> bool:
        return all(self._gap(left, right, where) == 0 for where in self.instances(left, right))

    def holds(self, facts: Facts) -> bool:
        """Whether every fact is certain here (equalities by definition or exactly)."""
        if not self.solvable:
            return False
        return all(self.evaluation.value(e, where) > 0 for e in facts.positive for where in self.instances(e))


def size_names(*expressions: Expression) -> tuple[list[str], int]:
    """The symbolic sizes, and the largest component number that occurs."""
    found: dict[str, None] = {}
    largest = 1
    for e in expressions:
        for node in walk(e):
            bound = node.bound if isinstance(node, Product | Maximum | Determinant | Inverse) else ()
            for a in (*node.axes, *bound):
                if isinstance(a.size, str):
                    found[a.size] = None
            indices = node.indices if isinstance(node, Symbol | Inverse) else ()
            if isinstance(node, Delta):
                indices = (node.first, node.second)
            largest = max([largest, *(i for i in indices if isinstance(i, int))])
    return list(found), largest


def evaluable(*expressions: Expression) -> bool:
    """Whether every node has a value (an unevaluated derivative has none of its own)."""
    return not any(isinstance(n, Derivative) for e in expressions for n in walk(e))


def abstract_functions(*expressions: Expression) -> list[str]:
    return sorted({n.function for e in expressions for n in walk(e) if isinstance(n, Apply)} - set(FUNCTIONS))


def _computed(sizes: dict[str, int]) -> dict[str, int]:
    """The sizes, with n-K+1 as n and K say; n is larger where that would be less than 1."""
    for name in [n for n in sizes if "+" in n or "-" in n]:
        parts = [(-1 if sign == "-" else 1, part) for sign, part in re.findall(r"([+-]?)(\w+)", name)]
        letters = [part for _, part in parts if not part.isdigit()]
        if any(x not in sizes for x in letters):
            continue
        total = sum(c * (int(part) if part.isdigit() else sizes[part]) for c, part in parts)
        if total < 1 and (first := next((part for c, part in parts if c > 0 and part in sizes), None)):
            sizes[first] += 1 - total
            total = 1
        sizes[name] = total
    return sizes


def points(
    expressions: tuple[Expression, ...], facts: Facts, count: int, deadline: float, seed: int = 1
) -> Iterator[Point]:
    """Points at which the facts hold, at several sizes; `Exhausted` after the deadline."""
    everything = [*expressions, *facts.positive, *(e for pair in facts.equal for e in pair)]
    sizes, least = size_names(*everything)
    scalars = {s.name for e in everything for s in symbols(e) if not s.indices}
    starts = ([2, 3, 4, 5], [1, 1, 1, 1], [3, 2, 4, 2], [4, 5, 2, 3])
    if scalars & set(sizes):
        starts = ([2, 3, 4, 5], [3, 5, 2, 4], [1, 1, 1, 1], [4, 5, 2, 3])
    made = 0
    for attempt in range(4 * count):
        start = starts[made % len(starts)] if len(sizes) < 6 else [2]
        chosen = _computed({name: max(least, start[k % len(start)]) for k, name in enumerate(sizes)})
        scale = Fraction(1, (1, 2, 6, 16)[attempt % 4])
        point = Point(seed * 1000 + attempt, chosen, facts, scale, deadline)
        if point.holds(facts):
            yield point
            made += 1
            if made == count:
                return
