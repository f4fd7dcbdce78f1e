"""Hand labels beside documents: how they are read, and what a verdict is worth against one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deltarule.checking.core.rows import DocumentRow

DECIDED = {"proved", "conditional", "refuted", "ill-shaped"}
REFUSED = {"refuted", "ill-shaped"}
ACCEPTED = {"proved": "false_proved", "definition": "false_proved", "conditional": "false_conditional"}


@dataclass(frozen=True)
class Label:
    """The truth about one relation of a document."""

    line: str
    lhs: str
    rhs: str
    kind: str
    verdict: str
    confidence: str
    reason: str

    @property
    def wrong(self) -> bool:
        return self.verdict in {"false", "ill-shaped"}


def labels_of(file: Path) -> list[Label]:
    """The labels that count: sure ones, of rows that say something."""
    with file.open(newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Label(**{key: row[key] or "" for key in Label.__dataclass_fields__})
        for row in rows
        if row["confidence"] == "sure" and row["verdict"] != "n/a"
    ]


def outcomes(labels: Sequence[Label], rows: Sequence[DocumentRow]) -> Iterator[tuple[Label, DocumentRow | None, str]]:
    """Each label with the row it speaks of and what the verdict is worth: right, caught, missed or false_...."""
    used: set[int] = set()
    for label in labels:
        alike = [k for k, row in enumerate(rows) if k not in used and bare(row.right) == bare(label.rhs)]
        exact = [k for k in alike if place(rows[k]) == label.line and bare(rows[k].left) == bare(label.lhs)]
        found = next(iter([*exact, *(k for k in alike if near(rows[k], label))]), None)
        if found is not None:
            used.add(found)
        row = rows[found] if found is not None else None
        yield label, row, worth(label, row)


def worth(label: Label, row: DocumentRow | None) -> str:
    said = row.verdict if row is not None else "unread"
    if label.wrong:
        return "caught" if said in REFUSED else ACCEPTED.get(said, "missed")
    if said in REFUSED:
        return "false_refuted"
    if label.verdict == "undefined-symbol":
        good = {"conditional", "undecided", "definition", "assumption"}
    elif label.kind == "claim":
        good = {"proved", "conditional"}
    else:
        good = {"definition", "assumption", "proved", "conditional", "none"}
    return "right" if said in good else "missed"


def bare(latex: str) -> str:
    """The source without white space."""
    return re.sub(r"\s", "", latex)


def place(row: DocumentRow) -> str:
    return str(row.line) if row.cell is None else f"cell{row.cell}:{row.line}"


def near(row: DocumentRow, label: Label) -> bool:
    """In the same cell, at most three lines apart."""
    *cell, line = label.line.split(":")
    return cell == ([] if row.cell is None else [f"cell{row.cell}"]) and abs(int(line) - row.line) <= 3
