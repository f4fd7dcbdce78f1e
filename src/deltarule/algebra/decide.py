"""`decide`: proved, refuted with a certified counterexample, or undecided with a reason."""

from __future__ import annotations

from deltarule.algebra.budget import DEFAULT, Budget
from deltarule.algebra.facts import Facts
from deltarule.algebra.prove import LOCK, prove, too_large
from deltarule.algebra.verdict import Verdict
from deltarule.language.expression import Expression

__all__ = ["decide"]

SMALL = Budget(nodes=100)
AT_FIRST = Budget(points=4)


def decide(left: Expression, right: Expression, facts: Facts | None = None, budget: Budget = DEFAULT) -> Verdict:
    """Whether `left = right` (see `prove`); where it is not proved, a point that refutes it is looked for.

    A counterexample is a rational point at which both sides are defined and the facts hold, and where the two values,
    enclosed in ball arithmetic, are apart. Abstract functions are given concrete smooth ones there.

    >>> from deltarule.language.arithmetic import power
    >>> from deltarule.language.expression import Symbol
    >>> x = Symbol("x")
    >>> decide(power(power(x, 2), 1), x).status
    'refuted'
    """
    facts = (facts or Facts()).about(left, right)
    if too_large(left, right, SMALL) and not too_large(left, right, budget):  # a proof may take long, a point does not
        found = _point(left, right, facts, AT_FIRST)
        if found is not None:
            return Verdict("refuted", counterexample=found)
    proof = prove(left, right, facts, budget)
    if proof.proved:
        return Verdict("proved", proof.domain, proof=proof)
    if too_large(left, right, budget):
        return Verdict("undecided", reason=proof.reason, proof=proof)
    found = _point(left, right, facts, budget)
    if found is not None:
        return Verdict("refuted", counterexample=found, proof=proof)
    return Verdict("undecided", reason=proof.reason, proof=proof)


def _point(left: Expression, right: Expression, facts: Facts, budget: Budget) -> dict[str, str] | None:
    from deltarule.algebra.refute import counterexample

    with LOCK:
        return counterexample(left, right, facts, budget)
