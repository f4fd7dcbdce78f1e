"""What a proof may assume of the symbols."""

from __future__ import annotations

from dataclasses import dataclass

from deltarule.language.expression import Axis, Expression, Symbol
from deltarule.language.traversal import names

__all__ = ["Facts", "definition_of"]


@dataclass(frozen=True)
class Facts:
    """Hypotheses, each for all values of its free axes.

    `positive` are expressions that are > 0: 0 < y_hat < 1 is `(y_hat, 1 - y_hat)`. `equal` are pairs of equal
    expressions: Σ_k y[k] = 1 is a rewriting used inside any term, and `(y_hat[i], sigmoid(z[i]))` defines a name.
    """

    positive: tuple[Expression, ...] = ()
    equal: tuple[tuple[Expression, Expression], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.positive or self.equal)

    def about(self, *expressions: Expression) -> Facts:
        """Those facts that share a name with the expressions, or with such a fact."""
        rows = [(names(e), e, None) for e in self.positive] + [(names(a) | names(b), a, b) for a, b in self.equal]
        known = set().union(*(names(e) for e in expressions))
        kept: list[bool] = [False] * len(rows)
        grown = True
        while grown:
            grown = False
            for k, (row, _, _) in enumerate(rows):
                if not kept[k] and row & known:
                    kept[k] = grown = True
                    known |= row
        if all(kept):
            return self
        return Facts(
            tuple(e for e, keep in zip(self.positive, kept, strict=False) if keep),
            tuple(p for p, keep in zip(self.equal, kept[len(self.positive) :], strict=True) if keep),
        )


def definition_of(left: Expression, right: Expression) -> tuple[Symbol, Expression] | None:
    """(name with distinct free axes, its value) where an equality defines a name, else None."""
    if (
        isinstance(left, Symbol)
        and all(isinstance(i, Axis) for i in left.indices)
        and len(set(left.indices)) == len(left.indices)
        and left.name not in names(right)
        and set(right.axes) <= set(left.axes)
    ):
        return left, right
    return None
