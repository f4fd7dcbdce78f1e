"""Whether what is assumed can hold at all: from `a > 1` beside `a = sigmoid(x)` nothing may be proved."""

from __future__ import annotations

from collections import OrderedDict

from deltarule.algebra import polynomial, positivity
from deltarule.algebra.budget import Budget, Exhausted, Meter, Undefined, Unsupported
from deltarule.algebra.context import Mode, context_for
from deltarule.algebra.facts import Facts
from deltarule.algebra.normal_form import normal_form
from deltarule.algebra.plain import plain
from deltarule.algebra.points import evaluable
from deltarule.algebra.prove import LOCK, prove
from deltarule.algebra.refute import counterexample, defined_somewhere
from deltarule.language.arithmetic import negate, subtract
from deltarule.language.expression import ZERO, Expression

__all__ = ["contradiction", "vanishes"]

TRIALS = 60
"""Points at which all facts together are tried; four times as many where few of them hold."""
MAX_ANSWERS = 512

FEW = Budget(points=2)

_answers: OrderedDict[Facts, str] = OrderedDict()
_zeros: OrderedDict[Expression, bool] = OrderedDict()


def contradiction(facts: Facts) -> str:
    """Which of the facts holds nowhere, as a sentence, or that no point was found at which all of them hold; else "".

    The facts speak of free names only: what an equation defines is to be put in before. An equality that holds anyway
    is fine; of one that cannot be solved exactly it is only asked whether its sides are apart everywhere.
    """
    with LOCK:
        known = _answers.get(facts)
        if known is None:
            known = _answers[facts] = _contradiction(facts)
            while len(_answers) > MAX_ANSWERS:
                _answers.popitem(last=False)
        return known


def _contradiction(facts: Facts) -> str:
    open_equalities = [(a, b) for a, b in facts.equal if not prove(a, b).proved]
    for e in facts.positive:
        if _never_above(e):
            return f"{plain(e)} > 0 holds nowhere"
    for a, b in open_equalities:
        if _apart(a, b):
            return f"{plain(a)} = {plain(b)} holds nowhere"
    if not facts.positive or not evaluable(*facts.positive):
        return ""
    if not defined_somewhere(ZERO, ZERO, Facts(facts.positive), TRIALS):
        return "no point was found at which all that is assumed holds"
    return ""


def vanishes(e: Expression) -> bool:
    """Whether e is zero wherever it is defined: proved, not only that no other value was found."""
    with LOCK:
        known = _zeros.get(e)
        if known is None:
            known = _zeros[e] = counterexample(e, ZERO, Facts(), FEW) is None and prove(e, ZERO).proved
            while len(_zeros) > MAX_ANSWERS:
                _zeros.popitem(last=False)
        return known


def _never_above(e: Expression) -> bool:
    """Whether e ≤ 0 wherever it is defined."""
    try:
        p = normal_form(_context(), negate(e))
        return not p or positivity.positive(_context(), p) or positivity.not_negative(_context(), p)
    except (Exhausted, Undefined, Unsupported, RecursionError):
        return False


def _apart(a: Expression, b: Expression) -> bool:
    """Whether a ≠ b wherever both are defined."""
    try:
        p = normal_form(_context(), subtract(a, b))
        return any(positivity.positive(_context(), q) for q in (p, polynomial.scale(p, -1)))
    except (Exhausted, Undefined, Unsupported, RecursionError):
        return False


def _context():  # type: ignore[no-untyped-def]
    return context_for(Facts(), frozenset(), Mode(expand=True), Meter(Budget()))
