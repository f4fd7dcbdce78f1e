"""What is known of one optimiser: its update equations, and that it rests where the gradient is zero."""

from __future__ import annotations

from typing import Any

from deltarule.algebra import prove
from deltarule.language.expression import ZERO, Expression, Product, Symbol, substitute
from deltarule.program.update_reading import GRADIENT, PARAMETER, elementwise, read_equations, read_tensors
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


class OptimiserSheet:
    """The facts of one row of `OPTIMISERS`."""

    def __init__(self, row: Optimiser) -> None:
        self.row = row

    @property
    def proved(self) -> bool:
        """CLAIM, by exact algebra, for every shape that has equations of its own."""
        return all(_rests(texts, 2 if "matrix" in what else 1) for what, texts in self.row.cases.items())

    def as_row(self) -> dict[str, Any]:
        """The row of the table of optimisers."""
        options = {o.name: {"default": o.default, "words": o.words, "allowed": o.allowed} for o in self.row.options}
        return {
            "name": self.row.name,
            "equation": "; ".join(self.row.all_equations),
            "equations": list(self.row.all_equations),
            "cases": {what: list(texts) for what, texts in self.row.cases.items() if what},
            "proved": self.proved,
            "claim": CLAIM,
            "words": self.row.words,
            "state": self.row.state,
            "options": options,
            "conventions": list(self.row.conventions),
            "weight_decay": {"default": self.row.weight_decay, "kind": self.row.decay},
            "source": self.row.source,
        }
