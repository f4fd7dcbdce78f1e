"""Refutation: a point at which both sides are defined, the facts hold, and the two balls do not touch."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from time import process_time
from typing import Any

import flint

from deltarule.algebra.budget import Budget, Exhausted, Unsupported
from deltarule.algebra.facts import Facts
from deltarule.algebra.points import Point, evaluable, points
from deltarule.language.expression import Axis, Expression

__all__ = ["counterexample", "defined_somewhere"]

PRECISIONS = (64, 160, 400)
MAX_INDICES = 40
SECONDS = 0.5


def counterexample(left: Expression, right: Expression, facts: Facts, budget: Budget) -> dict[str, str] | None:
    """A certified counterexample, as strings; None where none was found."""
    if not evaluable(left, right):
        return None
    with flint.ctx.workprec(PRECISIONS[0]):
        try:
            for point in points((left, right), facts, budget.points, process_time() + SECONDS):
                found = _difference(point, left, right)
                if found is not None:
                    return found
        except (Exhausted, Unsupported, OverflowError):
            return None
    return None


def _difference(point: Point, left: Expression, right: Expression) -> dict[str, str] | None:
    for count, where in enumerate(point.instances(left, right)):
        if count >= MAX_INDICES:
            return None
        for precision in PRECISIONS:
            with flint.ctx.workprec(precision):
                if precision != PRECISIONS[0]:
                    point = _again(point)
                a, b = point.evaluation.value(left, where), point.evaluation.value(right, where)
                if a.is_finite() and b.is_finite():
                    if not a.overlaps(b):
                        return _shown(point, where, a, b)
                    if precision == PRECISIONS[0] and a.rel_accuracy_bits() > 30:
                        break  # equal as far as that can be seen: no need to look closer
    return None


def _again(point: Point) -> Point:
    """The same point with nothing remembered at a lower precision."""
    twin = object.__new__(Point)
    twin.__dict__.update(point.__dict__)
    twin.values = {k: v for k, v in point.values.items() if isinstance(v, Fraction)}
    twin.evaluation = twin.evaluated(point.evaluation.deadline)
    return twin


def _shown(point: Point, where: dict[Axis, int], a: Any, b: Any) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, size in point.sizes.items():
        out[f"size {name}"] = str(size)
    for axis, number in where.items():
        out[f"index {axis.name}"] = str(number)
    for (name, indices), value in sorted(point.values.items()):
        label = name + (f"[{','.join(map(str, indices))}]" if indices else "")
        out[label] = str(value) if isinstance(value, Fraction) else value.str(12, radius=False)
    for name, text in sorted(point.functions.items()):
        out[f"function {name}"] = text
    out["left"], out["right"] = (_decimal(v) for v in (a, b))
    return out


def _decimal(value: Any) -> str:
    text = value.str(12, radius=False)
    return text if not text.startswith("0e") else value.str(6)


MAX_SEEN = 100
MAX_VALUES = 8_000
"""Values after which no further index is looked at: a count and not a time, so that every machine says the same."""


def defined_somewhere(left: Expression, right: Expression, facts: Facts, count: int = 12) -> bool:
    """Whether a point is found at which the facts hold and both sides are defined, at every index (at the first
    `MAX_SEEN`, or fewer where a side has many terms: what matters is that the proof is not about nothing)."""
    with flint.ctx.workprec(128):
        try:
            for point in points((left, right), facts, count, process_time() + SECONDS, seed=2):
                point.evaluation.derivatives = True
                if _defined_at(point, left, right):
                    return True
        except (Exhausted, Unsupported, OverflowError):
            return False
    return False


def _defined_at(point: Point, left: Expression, right: Expression) -> bool:
    """Whether both sides are defined at this point, as far as is looked."""
    evaluation, before = point.evaluation, point.evaluation.count
    for where in islice(point.instances(left, right), MAX_SEEN):
        if not all(evaluation.value(e, where).is_finite() for e in (left, right)):
            return False
        if evaluation.count - before > MAX_VALUES:
            break
    return True
