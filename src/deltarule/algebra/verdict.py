"""What an answer looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from deltarule.language.expression import Expression

__all__ = ["Proof", "Verdict"]


@dataclass(frozen=True)
class Proof:
    """Whether two expressions are equal wherever both are defined and the facts hold, for every size."""

    proved: bool
    domain: tuple[str, ...] = ()
    """The points where that is, as sentences: "y_hat != 0", "x > 0", "n >= 2". Empty: everywhere."""
    nonzero: tuple[Expression, ...] = ()
    """The expressions of `domain` that must not be zero."""
    positive: tuple[Expression, ...] = ()
    """The expressions of `domain` that must be > 0 (or ≥ 0, under a root)."""
    reason: str = ""
    """Why it is not proved."""
    kinks: tuple[str, ...] = ()
    """The sentences of `domain` outside which both sides may be defined and differ: [a >= b] + [b >= a] = 1."""

    def __bool__(self) -> bool:
        return self.proved


@dataclass(frozen=True)
class Verdict:
    """`proved`, `refuted` by a certified counterexample, or `undecided`."""

    status: Literal["proved", "refuted", "undecided"]
    domain: tuple[str, ...] = ()
    reason: str = ""
    counterexample: Mapping[str, str] | None = None
    """The values of the symbols, the sizes, the indices compared, and both sides, as strings."""
    proof: Proof | None = None

    @property
    def proved(self) -> bool:
        return self.status == "proved"

    @property
    def refuted(self) -> bool:
        return self.status == "refuted"
