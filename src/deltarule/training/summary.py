"""A look at a table before it is learned from: what each column holds, and what usually goes wrong with those."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deltarule.training.data import Kind, Table, Task, is_whole, quoted
from deltarule.training.encoding import RawColumn
from deltarule.training.streaming_sketch import row_hashes

__all__ = ["ROWS_LOOKED_AT", "ColumnSummary", "Facts", "Summary", "summarise", "summary_of"]

LEAST_ROWS = 20
"""Fewer rows say too little to warn of."""
ROWS_LOOKED_AT = 10_000
LEAKS_FROM = 0.995
"""The share of the target that one column alone may predict before it is suspected of being the target."""
RARE = 0.05
MOSTLY_MISSING = 0.5
COPIES = 0.01
"""The share of rows that are copies of others from which that is said."""


@dataclass(frozen=True)
class ColumnSummary:
    """One feature: what it holds, how many values it lacks, how many different ones it has."""

    name: str
    kind: Kind
    missing: int
    distinct: int


@dataclass(frozen=True)
class Summary:
    """The table in short. `classes` counts the rows of each class of the target; empty for a quantity."""

    source: str
    rows: int
    target: str
    columns: tuple[ColumnSummary, ...]
    classes: dict[str, int]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """How the table is read and what columns become, where that is not plain."""

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        columns = [{"name": c.name, "kind": c.kind, "missing": c.missing, "distinct": c.distinct} for c in self.columns]
        found = {"rows": self.rows, "columns": columns, "classes": self.classes, "warnings": list(self.warnings)}
        return {**found, "notes": list(self.notes)}


@dataclass(frozen=True)
class Facts:
    """What the warnings are drawn from. The sample has some rows, [rows, columns], and their targets [rows]."""

    source: str
    rows: int
    target: str
    task: Task
    columns: Sequence[RawColumn]
    found: tuple[ColumnSummary, ...]
    numbered: Sequence[bool]
    """Of each column: whether its values number the rows."""
    classes: dict[str, int]
    copies: int
    """Rows that another row equals in every column, the target too; about so many."""
    sample: np.ndarray
    sample_target: np.ndarray


def summarise(
    table: Table, raw: np.ndarray, columns: Sequence[RawColumn], target: str, y: np.ndarray, task: Task
) -> Summary:
    """The summary of a table, its raw features [rows, columns] and its target [rows]."""
    classes: dict[str, int] = {}
    codes = y
    if task == "classification":
        names, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        classes = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
    found = tuple(_column(column, raw[:, j]) for j, column in enumerate(columns))
    numbered = [_numbered(about, raw[:, j], table.rows) for j, about in enumerate(found)]
    copies = table.rows - len(np.unique(row_hashes([*raw.T, codes.astype(np.float64)])))
    rows = np.linspace(0, len(y) - 1, min(len(y), ROWS_LOOKED_AT)).astype(int)
    facts = Facts(
        table.source, table.rows, target, task, columns, found, numbered, classes, copies, raw[rows], y[rows]
    )  # fmt: skip
    return summary_of(facts)


def summary_of(facts: Facts, notes: Sequence[str] = ()) -> Summary:
    """The summary with its warnings."""
    said = [_imbalance(facts.target, facts.classes)] if facts.classes else []
    for j, (column, about) in enumerate(zip(facts.columns, facts.found, strict=True)):
        said += [_constant(facts.rows, about), _identifier(about, facts.numbered[j]), _gaps(facts.rows, about)]
        said.append(_leak(column, about, facts.sample[:, j], facts.sample_target, facts.target, facts.task))
    said.append(_copies(facts))
    dates = [column.name for column in facts.columns if column.kind == "date"]
    if dates:
        listed = ", ".join(map(repr, dates[:5])) + (", ..." if len(dates) > 5 else "")
        notes = [*notes, f"dates are read as days since 1970-01-01, with fractions for times: {listed}"]
    warnings = tuple(text for text in said if text)
    return Summary(facts.source, facts.rows, facts.target, facts.found, facts.classes, warnings, tuple(notes))


def _column(column: RawColumn, values: np.ndarray) -> ColumnSummary:
    present = values[~np.isnan(values)]
    return ColumnSummary(column.name, column.kind, len(values) - len(present), len(np.unique(present)))


def _numbered(about: ColumnSummary, values: np.ndarray, rows: int) -> bool:
    if about.distinct < rows or about.kind != "number" or not is_whole(values):
        return False
    return bool(np.all(np.diff(np.sort(values)) == 1))


def _constant(rows: int, column: ColumnSummary) -> str:
    if column.distinct > 1 or rows < 2 or column.missing:
        return "" if column.distinct else f"column {column.name!r} holds no value at all: it says nothing"
    return f"column {column.name!r} is the same in every row: it says nothing (--ignore {quoted(column.name)})"


def _identifier(column: ColumnSummary, numbered: bool) -> str:
    if not numbered or column.distinct < LEAST_ROWS:
        return ""  # a column of texts that differ is left out by the encoder, which says so
    leave = f"leave it out (--ignore {quoted(column.name)})"
    return f"column {column.name!r} looks like an identifier: it numbers or names the rows; {leave}"


def _gaps(rows: int, column: ColumnSummary) -> str:
    if not column.missing or column.missing < MOSTLY_MISSING * rows:
        return ""
    return f"column {column.name!r} lacks {column.missing} of its {rows} values"


def _copies(facts: Facts) -> str:
    """Where so many values differ that equal rows are hardly chance."""
    if facts.copies < max(5, COPIES * facts.rows) or facts.rows < LEAST_ROWS:
        return ""
    fine = any(about.kind == "number" and about.distinct > 0.5 * (facts.rows - facts.copies) for about in facts.found)
    different = sum(math.log(max(about.distinct, 1)) for about in facts.found)
    if not fine and different < math.log(100 * facts.rows):
        return ""
    return (
        f"{facts.copies} of {facts.rows} rows are copies of others: where one is trained on and its copy held out, the "
        "figures flatter; leave copies out, unless they are cases of their own"
    )


def _imbalance(target: str, classes: dict[str, int]) -> str:
    rows = sum(classes.values())
    rarest, most = min(classes, key=lambda c: classes[c]), max(classes, key=lambda c: classes[c])
    if rows < LEAST_ROWS or classes[rarest] >= RARE * rows or len(classes) > 1 / RARE:
        return ""
    return (
        f"the classes of {target!r} are unbalanced: {classes[rarest]} of {rows} rows are {rarest}; always saying "
        f"{most} is right in {100 * classes[most] / rows:.1f} % of them: look at the ROC AUC and the confusion matrix"
    )


def _leak(column: RawColumn, about: ColumnSummary, values: np.ndarray, y: np.ndarray, target: str, task: Task) -> str:
    present = ~np.isnan(values)
    if present.sum() < LEAST_ROWS or about.distinct < 2:
        return ""
    values, y = values[present], y[present]
    measure: Callable[..., float] = _told_classes if task == "classification" else _told_quantity
    share = measure(column, values, y)
    if share < LEAKS_FROM:
        return ""
    how = "gives the target away" if share >= 1 - 1e-12 else f"predicts {100 * share:.1f} % of the target"
    return (
        f"column {column.name!r} alone {how}: is it known before {target!r} is, or made from it? "
        f"(--ignore {quoted(column.name)})"
    )


def _told_classes(column: RawColumn, values: np.ndarray, y: np.ndarray) -> float:
    """The share of the rows beyond the most frequent class that one column tells, by as many pieces as classes."""
    from sklearn.tree import DecisionTreeClassifier

    names, indices = np.unique(y, return_inverse=True)
    base = np.bincount(indices).max() / len(y)
    if column.kind == "category":
        if len(np.unique(values)) > len(y) / 10:
            return 0.0
        table = np.zeros((int(values.max()) + 1, len(names)))
        np.add.at(table, (values.astype(int), indices), 1)
        right = table.max(axis=1).sum() / len(y)
    else:
        tree = DecisionTreeClassifier(max_leaf_nodes=max(2, len(names)), random_state=0)
        right = tree.fit(values[:, None], indices).score(values[:, None], indices)
    return float((right - base) / (1 - base)) if base < 1 else 0.0


def _told_quantity(column: RawColumn, values: np.ndarray, y: np.ndarray) -> float:
    """The squared rank correlation of one column with the target."""
    from scipy.stats import rankdata

    if column.kind == "category":
        return 0.0
    a, b = rankdata(values), rankdata(y)
    return float(np.corrcoef(a, b)[0, 1] ** 2) if a.std() > 0 and b.std() > 0 else 0.0
