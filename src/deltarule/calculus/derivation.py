"""`Derivation`: the one type that deriving, reading, checking, writing and running exchange.

A derivation is a list of sections, a section a list of chains, a chain one expression followed by rows, each row a
relation, the next expression, the rule that justifies it and, once judged, a verdict. Expressions are in index
notation; how they are laid out in rows and columns is decided when they are written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from deltarule.language.equation import Assumption, Declaration, Equation
from deltarule.language.expression import Axis, Expression

__all__ = ["Chain", "Derivation", "Judgement", "Message", "ModuleMessages", "Row", "Section"]

Detail = Literal["summary", "matrix", "index", "component"]


@dataclass(frozen=True)
class Judgement:
    """What the proof said of one row: `proved`, `refuted`, `undecided`; `definition`, `none`: nothing to prove."""

    verdict: str
    domain: tuple[str, ...] = ()
    """Sentences: the points left out ("y_hat != 0"), the assumptions used."""
    reason: str = ""
    counterexample: dict[str, str] | None = None
    kinks: tuple[str, ...] = ()
    """Those of `domain` outside which the two sides may have different values."""


@dataclass(frozen=True)
class Row:
    """`relation right`, justified by `rule`."""

    right: Expression
    rule: str
    relation: str = "="
    judgement: Judgement | None = None


@dataclass(frozen=True)
class Chain:
    """`left = right_1 = right_2 = ...`; `axes` orders the free axes of all its expressions (its shape)."""

    left: Expression
    rows: tuple[Row, ...]
    axes: tuple[Axis, ...] = ()
    words: str = ""
    """A phrase printed before the chain ("Since ...", "Therefore")."""
    place: str = ""
    """The module instance it belongs to, or a place in a source."""
    final: bool = False
    """Whether its last expression is a result (a message, an update) that writers set off."""
    numbers: tuple[tuple[str, object], ...] = ()
    """For worked numbers: pairs (text of the expression, its value) printed below the chain."""

    @property
    def result(self) -> Expression:
        return self.rows[-1].right if self.rows else self.left


@dataclass(frozen=True)
class Section:
    """A heading, words in Markdown-free plain text, chains."""

    title: str
    chains: tuple[Chain, ...] = ()
    words: str = ""
    level: int = 2
    module: str = ""


@dataclass(frozen=True)
class Message:
    """One message of a module: the symbol that names it (`delta_x`), its value, and the order of its axes."""

    name: str
    value: Expression
    axes: tuple[Axis, ...]
    of: str = ""
    """What it is the message of: the name of the input, output or parameter."""


@dataclass(frozen=True)
class ModuleMessages:
    """What one module exchanges: forward (its output), backward (to its inputs), one for each parameter."""

    module: str
    forward: Message
    backward: Message | None
    parameter: dict[str, Message] = field(default_factory=dict)
    backwards: tuple[Message, ...] = ()
    """All backward messages where the module has several inputs; `backward` is the first."""


@dataclass(frozen=True)
class Derivation:
    """See the module docstring. `declarations` says what each name is; `assumptions` are printed first."""

    title: str
    network: str
    """The text of the network."""
    sections: tuple[Section, ...]
    declarations: dict[str, Declaration]
    assumptions: tuple[Assumption, ...] = ()
    equations: tuple[Equation, ...] = ()
    """The forward pass, then every error signal in reverse order."""
    gradients: dict[str, Equation] = field(default_factory=dict)
    """For each parameter the equation of its gradient by the names of the signals, as a program computes it."""
    messages: tuple[ModuleMessages, ...] = ()
    saved: tuple[str, ...] = ()
    """Names of the arrays that the forward pass keeps for the backward pass under the policy."""
    detail: str = "matrix"
    view: str = "applied"
    layout: str = "denominator"
    sign: str = "minimise"
    policy: str = "plain"
    batch: str | None = None
    """The name of the size of the batch axis (`m`), or None for one sample."""
    notes: tuple[str, ...] = ()

    @property
    def chains(self) -> list[Chain]:
        return [c for s in self.sections for c in s.chains]

    @property
    def rows(self) -> list[tuple[Chain, Expression, Row]]:
        """Each relation: its chain, the expression on its left, the row."""
        out = []
        for chain in self.chains:
            left = chain.left
            for row in chain.rows:
                out.append((chain, left, row))
                left = row.right
        return out

    def counts(self) -> dict[str, int]:
        """How many rows have each verdict."""
        out: dict[str, int] = {}
        for _, _, row in self.rows:
            verdict = row.judgement.verdict if row.judgement else "undecided"
            out[verdict] = out.get(verdict, 0) + 1
        return out

    def with_sections(self, sections: tuple[Section, ...]) -> Derivation:
        return replace(self, sections=sections)
