"""What a proof may cost: estimated before it is paid. Beyond the budget the answer is `undecided`, never a hang."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

__all__ = ["DEFAULT", "Budget", "Exhausted", "Meter", "Undefined", "Unsupported"]


class Exhausted(Exception):
    """The budget was spent; the message says on what."""


class Undefined(Exception):
    """The expression has no value anywhere (a division by what is identically zero, say)."""


class Unsupported(Exception):
    """The kernel has no normal form for this; the message says what it met."""


@dataclass(frozen=True)
class Budget:
    """Limits of one question."""

    seconds: float = 1.2
    work: int = 300_000
    """Products of monomials and renamings, counted before they are made."""
    terms: int = 20_000
    """Terms of one polynomial."""
    nodes: int = 20_000
    """Distinct nodes of the two sides."""
    depth: int = 220
    """Nesting of the two sides."""
    points: int = 6
    """Points at which a refutation is tried."""


DEFAULT = Budget()


class Meter:
    """Counts the work of one question against its budget."""

    __slots__ = ("_check", "budget", "deadline", "spent")

    def __init__(self, budget: Budget = DEFAULT) -> None:
        self.start(budget)

    def start(self, budget: Budget) -> None:
        self.budget = budget
        self.spent = 0
        self._check = 256
        self.deadline = process_time() + budget.seconds

    def spend(self, amount: int) -> None:
        self.spent += amount
        if self.spent > self._check:
            if self.spent > self.budget.work:
                raise Exhausted(f"more than {self.budget.work} products of terms")
            if process_time() > self.deadline:
                raise Exhausted(f"more than {self.budget.seconds} s")
            self._check = self.spent + 256

    def room(self, terms: int) -> None:
        if terms > self.budget.terms:
            raise Exhausted(f"a polynomial of about {terms} terms")
