"""What is said of one relation of a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["CheckedDocument", "Condition", "DocumentRow", "Finding", "Mended"]


READABLE = 60
"""Characters of a condition that a person reads."""


@dataclass(frozen=True)
class Condition:
    """What a conditional row needs that the text leaves unsaid; `kind` is one of a closed list."""

    kind: str
    text: str


@dataclass
class DocumentRow:
    """One relation between two neighbouring expressions of a chain."""

    line: int
    column: int
    end_line: int
    chain: int
    step: int
    left: str
    relation: str
    right: str
    verdict: str
    reason: str = ""
    condition: Condition | None = None
    domain: tuple[str, ...] = ()
    counterexample: dict[str, str] | None = None
    hint: str = ""
    suggestion: str = ""
    cell: int | None = None
    start: int = 0
    end: int = 0

    def where(self) -> list[str]:
        """The domain as a person reads it: what is too long to be read is said in words."""
        said = [d if len(d) <= READABLE or "!= 0" not in d else "nothing is divided by 0" for d in self.domain]
        return list(dict.fromkeys(said))

    def packed(self) -> dict[str, Any]:
        """The row in what JSON can hold, from one process to another."""
        return {**vars(self), "condition": self.condition and [self.condition.kind, self.condition.text]}

    @classmethod
    def unpacked(cls, data: dict[str, Any]) -> DocumentRow:
        condition = data["condition"]
        return cls(**{**data, "condition": condition and Condition(*condition), "domain": tuple(data["domain"])})


@dataclass
class Mended:
    """The hints and suggestions of a document's rows, by their places: a row is judged in several readings, and what
    was found in one is not looked for in the next."""

    found: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    spent: dict[tuple[int, int], float] = field(default_factory=dict)
    """Seconds of the processor for which it was looked for in vain."""
    searched: set[object] = field(default_factory=set)
    """Rows with what was known of their names, for which no repair holds."""


@dataclass(frozen=True)
class Finding:
    """Something about the document as a whole, with the lines where it shows."""

    finding: str
    lines: tuple[int, ...]
    message: str


@dataclass
class CheckedDocument:
    """All rows of one file, in order, and what was found about the whole."""

    name: str
    text: str
    rows: list[DocumentRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    error: str = ""
    source: str = ""
    """The file as given; of a notebook, `text` is its Markdown cells."""

    @property
    def summary(self) -> dict[str, int]:
        """How many rows have each verdict."""
        out: dict[str, int] = {}
        for row in self.rows:
            out[row.verdict] = out.get(row.verdict, 0) + 1
        return out
