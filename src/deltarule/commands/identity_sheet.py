"""What is known of one identity: its two sides, its proof, the points that it leaves out."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from deltarule.algebra import Proof, prove
from deltarule.algebra.identities import Identity
from deltarule.language.expression import Axis, Expression
from deltarule.writing import to_latex, to_text, to_unicode

__all__ = ["IdentitySheet"]


class IdentitySheet:
    """The facts of one row of `IDENTITIES`, proved when asked for."""

    def __init__(self, row: Identity) -> None:
        self.row = row

    @cached_property
    def proof(self) -> Proof:
        return prove(self.row.left, self.row.right, self.row.facts)

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(dict.fromkeys((*self.row.left.axes, *self.row.right.axes)))

    @property
    def assumed(self) -> list[str]:
        """What the identity takes for granted."""
        facts = [f"{self._text(e)} > 0" for e in self.row.facts.positive]
        return facts + [f"{self._text(a)} = {self._text(b)}" for a, b in self.row.facts.equal]

    @property
    def equation(self) -> str:
        return f"{self._text(self.row.left)} = {self._text(self.row.right)}"

    @property
    def shown(self) -> str:
        """The equation with the signs of Unicode."""
        return f"{self._unicode(self.row.left)} = {self._unicode(self.row.right)}"

    def _text(self, e: Expression) -> str:
        return to_text(e, self.axes if e.axes else ())

    def _unicode(self, e: Expression) -> str:
        return to_unicode(e, self.axes if e.axes else (), detail="index")

    def as_row(self) -> dict[str, Any]:
        """The row of the table of identities."""
        left, right = (
            to_latex(e, self.axes if e.axes else (), detail="index") for e in (self.row.left, self.row.right)
        )
        return {
            "name": self.row.name,
            "equation": self.equation,
            "latex": f"{left} = {right}",
            "proved": self.proof.proved,
            "claim": "equal wherever both sides are defined and what is assumed holds, for every size",
            "assumed": self.assumed,
            "domain": list(self.proof.domain),
            "off": list(self.row.off),
            "uses": list(self.row.uses),
            "reason": self.proof.reason,
        }
