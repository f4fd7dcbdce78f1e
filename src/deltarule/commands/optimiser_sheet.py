"""What is known of one optimiser: its update equations, and that it rests where the gradient is zero."""

from __future__ import annotations

from typing import Any

from deltarule.algebra import prove
from deltarule.language.expression import ZERO, Expression, Product, Symbol
from deltarule.language.traversal import substitute
from deltarule.program.update import update
from deltarule.program.update_reading import GRADIENT, PARAMETER, elementwise, read_equations, read_tensors
from deltarule.training.lbfgs import EQUATIONS
from deltarule.training.optimisers import Optimiser

__all__ = ["CLAIM", "OptimiserSheet"]

CLAIM = "where the gradient, the state and the weight decay are 0, an update leaves the parameter as it is"


def _nothing(e: Expression) -> Expression | None:
    """A product with a factor 0 is 0: every factor of an update has a value (t ≥ 1, shares below 1)."""
    return ZERO if isinstance(e, Product) and ZERO in e.factors else None


def _rests(texts: tuple[str, ...], rank: int) -> bool:
    """Each update put into the next one, the new `theta` compared with `theta`."""
    if elementwise(texts):
        steps = read_equations(texts)
    else:
        steps = [(left, right.expression) for left, right in read_tensors(texts, rank)]
    values: dict[str, Expression] = dict.fromkeys([left for left, _ in steps if left != PARAMETER], ZERO)
    values |= {GRADIENT: ZERO, "weight_decay": ZERO}
    try:
        for left, right in steps:
            put = substitute(right, lambda e: values.get(e.name) if isinstance(e, Symbol) else None)
            put = substitute(put, _nothing)
            if left == PARAMETER:
                if not prove(put, Symbol(PARAMETER, right.axes)).proved:
                    return False
            elif prove(put, ZERO).proved:
                values[left] = ZERO
            elif put.axes:  # no number: it stays a name
                del values[left]
            else:
                values[left] = put
    except ZeroDivisionError:
        return False
    return True


def _points_nowhere() -> bool:
    """Each equation of the direction gives 0 for 0, and then the parameters stay."""
    *loops, moved = EQUATIONS.values()
    values: dict[str, Expression] = {"q": ZERO, "a": ZERO}

    def known(e: Expression) -> Expression | None:
        return values.get(e.name) if isinstance(e, Symbol) else None

    for equations in loops:
        for e in equations.equations:
            if not prove(substitute(substitute(e.right, known), _nothing), ZERO).proved:
                return False
    right = substitute(substitute(moved.equations[0].right, known), _nothing)
    return prove(right, Symbol(PARAMETER, right.axes)).proved


class OptimiserSheet:
    """The facts of one row of `OPTIMISERS`."""

    def __init__(self, row: Optimiser) -> None:
        self.row = row

    @property
    def cases(self) -> dict[str, tuple[str, ...]]:
        """The equations by what they are for."""
        if self.row.whole:
            return {what: tuple(e.text.split("; ")) for what, e in EQUATIONS.items()}
        return self.row.cases

    @property
    def programs(self) -> dict[str, str]:
        """What is compiled from them."""
        if self.row.whole:
            return {what: e.source for what, e in EQUATIONS.items()}
        return {what: update(texts, rank=2 if "matrix" in what else 1).source for what, texts in self.cases.items()}

    @property
    def state(self) -> dict[str, str]:
        """What is remembered and what it starts at."""
        return {} if self.row.whole else self.row.state

    @property
    def proved(self) -> bool:
        """CLAIM, by exact algebra, for every shape that has equations of its own."""
        if self.row.whole:
            return _points_nowhere()
        return all(_rests(texts, 2 if "matrix" in what else 1) for what, texts in self.row.cases.items())

    def as_row(self) -> dict[str, Any]:
        """The row of the table of optimisers."""
        equations = [e for texts in self.cases.values() for e in texts] if self.row.whole else self.row.all_equations
        options = {o.name: {"default": o.default, "words": o.words, "allowed": o.allowed} for o in self.row.options}
        return {
            "name": self.row.name,
            "equation": "; ".join(equations),
            "equations": list(equations),
            "cases": {what: list(texts) for what, texts in self.cases.items() if what},
            "proved": self.proved,
            "claim": CLAIM,
            "words": self.row.words,
            "state": self.state,
            "options": options,
            "conventions": list(self.row.conventions),
            "weight_decay": {"default": self.row.weight_decay, "kind": self.row.decay},
            "source": self.row.source,
        }
