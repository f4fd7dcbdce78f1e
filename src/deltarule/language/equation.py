"""Named things: what a symbol is (`Declaration`), what it equals (`Equation`), what is known of it (`Assumption`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from deltarule.language.expression import Axis, Expression, Symbol

__all__ = ["Assumption", "Declaration", "Equation", "Role"]

Role = Literal[
    "parameter", "input", "target", "activity", "loss", "message", "size", "rate", "unknown", "drawn", "state"
]
"""`drawn`: an input that the program draws while training. `state`: kept from update to update, without a gradient."""


@dataclass(frozen=True)
class Declaration:
    """What a name stands for: its role, the sizes of its axes (a number or a symbol each), how LaTeX writes it."""

    name: str
    sizes: tuple[int | str, ...] = ()
    role: Role = "unknown"
    latex: str = ""
    of: tuple[str, str] | None = None
    """For a message: (what is differentiated, by what), so `delta_a_1` has ("L", "a_1")."""


@dataclass(frozen=True)
class Equation:
    """`left = right` for all values of the axes of `left`, a symbol whose indices are distinct free axes."""

    left: Symbol
    right: Expression
    module: str = ""
    """The module (instance) whose forward equation it is."""

    @property
    def name(self) -> str:
        return self.left.name

    @property
    def axes(self) -> tuple[Axis, ...]:
        return self.left.axes


@dataclass(frozen=True)
class Assumption:
    """A hypothesis that proofs may use: an equality (`Σ_k y_k = 1`), positivity (`y_hat > 0`), a value at a kink."""

    kind: Literal["equal", "positive", "kink", "size"]
    left: Expression | None
    right: Expression | None
    words: str
    """The assumption as a sentence, printed before the derivation."""
    used_by: tuple[str, ...] = field(default=())
