"""The encoder: columns of a table as numbers for a network, fitted on the training part only and kept in the model.

A column of numbers, of yes and no, of dates or of ordered levels is one number; a missing one becomes the median, and
one more column says that it was missing. A column of categories has a 0 or 1 for each category; a missing or an unseen
one is 0 everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.column_kinds import KINDS
from deltarule.training.data import Kind
from deltarule.training.notes import Notes

__all__ = ["MOST_CATEGORIES", "ColumnCode", "Encoder", "RawColumn", "fitted_encoder", "kept_categories"]

MOST_CATEGORIES = 200
"""The most frequent ones are told apart, the others count as unseen."""
LEAST_ROWS = 20
"""With fewer rows a column of different texts may still be categories."""
UNSEEN = -1.0


@dataclass(frozen=True)
class RawColumn:
    """A column before the fit: `vocabulary` is what the codes 0, 1, ... of a column of text stand for."""

    name: str
    kind: Kind
    vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnCode:
    """How one column is written for the network."""

    name: str
    kind: Kind
    fill: float = 0.0
    """What stands for a missing value: the median of the training part."""
    indicator: bool = False
    """Whether a further column says that the value is missing (some were in the training part)."""
    categories: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns that the network sees."""
        own = [f"{self.name} = {c}" for c in self.categories] if self.kind == "category" else [self.name]
        return own + ([f"{self.name} is missing"] if self.indicator else [])


@dataclass(frozen=True)
class Encoder:
    """The codes of all columns, in order. `missing` is the policy: `indicator`, or `error`."""

    columns: tuple[ColumnCode, ...]
    missing: str = "indicator"

    @cached_property
    def names(self) -> list[str]:
        """The columns that the network sees, by name."""
        return [name for column in self.columns for name in column.names]

    @property
    def width(self) -> int:
        return len(self.names)

    @cached_property
    def plain(self) -> bool:
        """Whether columns go through as they are, apart from medians put in."""
        return self.width == len(self.columns) and all(c.kind != "category" for c in self.columns)

    @cached_property
    def measured(self) -> np.ndarray:
        """Which of the encoded columns hold quantities, [width]; the others are 0 or 1 and are not standardised."""
        flags = [not c.indicator or k < len(c.names) - 1 for c in self.columns for k in range(len(c.names))]
        kinds = [c.kind != "category" for c in self.columns for _ in c.names]
        return np.array(flags, bool) & np.array(kinds, bool)

    def encode(self, raw: np.ndarray, notes: Notes) -> np.ndarray:
        """Raw values [rows, columns] (NaN: missing, -1: unseen) as the network sees them, [rows, width].

        Sparse ones hold numbers, and none is missing: they stay as they are.
        """
        if hasattr(raw, "tocsr"):
            return raw
        absent = np.isnan(raw)
        some: np.ndarray = np.asarray(absent.any(axis=0))
        for j in np.flatnonzero(some):
            if not self.columns[j].indicator:
                self._note_missing(self.columns[j], notes)
        for j, column in enumerate(self.columns):
            if column.categories and (raw[:, j] == UNSEEN).any():
                how = "0 in every category" if column.kind == "category" else "taken for missing"
                notes.say((column.name, "unseen"), f"column {column.name!r} has values that the training part had not: "
                          f"each is {how} (seen: {_listed(column.categories)})")  # fmt: skip
        if self.plain and not some.any() and not any(c.kind == "ordinal" for c in self.columns):
            return raw
        out = np.empty((len(raw), self.width))
        at = 0
        for j, column in enumerate(self.columns):
            values, gaps = raw[:, j], absent[:, j]
            if column.kind == "category":
                for k in range(len(column.categories)):
                    out[:, at + k] = values == k
                at += len(column.categories)
            else:
                out[:, at] = values
                if some[j]:
                    out[gaps, at] = column.fill
                if column.kind == "ordinal":
                    out[values == UNSEEN, at] = column.fill
                at += 1
            if column.indicator:
                out[:, at] = gaps
                at += 1
        return out

    @staticmethod
    def _note_missing(column: ColumnCode, notes: Notes) -> None:
        how = "0 in every category" if column.kind == "category" else f"replaced by the median {column.fill:g}"
        notes.say(
            (column.name, "missing"),
            f"column {column.name!r} lacks values; the training part lacked none there: each is {how}",
        )

    def as_json(self) -> dict[str, Any]:
        """For the model file."""
        rows = [
            {"name": c.name, "kind": c.kind, "fill": c.fill, "indicator": c.indicator, "categories": list(c.categories)}
            for c in self.columns
        ]
        return {"missing": self.missing, "columns": rows}

    @classmethod
    def from_json(cls, value: Any) -> Encoder:
        """The encoder that `as_json` wrote.

        Raises:
            DeltaruleError: it is not one; the message has the column and what is wrong there.
        """
        if (
            not isinstance(value, dict)
            or set(value) != {"missing", "columns"}
            or not isinstance(value["columns"], list)
        ):
            raise DeltaruleError("the encoder must be an object with `missing` and a list `columns`")
        if value["missing"] not in ("indicator", "error"):
            raise DeltaruleError('`missing` of the encoder must be "indicator" or "error"')
        columns = tuple(_column_from_json(row, number) for number, row in enumerate(value["columns"], 1))
        if not columns or len({c.name for c in columns}) < len(columns):
            raise DeltaruleError("the encoder needs columns with different names")
        return cls(columns, value["missing"])


def _column_from_json(row: Any, number: int) -> ColumnCode:
    tests = {
        "name": lambda v: isinstance(v, str),
        "kind": lambda v: v in KINDS,
        "fill": lambda v: isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v),
        "indicator": lambda v: isinstance(v, bool),
        "categories": lambda v: isinstance(v, list) and all(isinstance(c, str) for c in v) and len(set(v)) == len(v),
    }
    if not isinstance(row, dict) or set(row) != set(tests):
        raise DeltaruleError(f"column {number} of the encoder must have {', '.join(tests)}, nothing else")
    for name, test in tests.items():
        if not test(row[name]):
            raise DeltaruleError(f"column {number} of the encoder: {name} cannot be {repr(row[name])[:60]}")
    if row["categories"] and row["kind"] not in ("category", "ordinal"):
        raise DeltaruleError(f"column {number} of the encoder: a {row['kind']} has no categories")
    return ColumnCode(row["name"], row["kind"], float(row["fill"]), row["indicator"], tuple(row["categories"]))


def fitted_encoder(
    raw: np.ndarray, columns: Sequence[RawColumn], training: np.ndarray | slice, missing: str, notes: Notes
) -> tuple[Encoder, np.ndarray]:
    """The encoder fitted on the rows `training` of raw values, and all the rows encoded.

    Raises:
        DeltaruleError: no column is left that says anything.
    """
    codes: list[ColumnCode] = []
    recoded = raw
    for j, column in enumerate(columns):
        values = raw[training, j]
        gaps = np.isnan(values)
        indicator = bool(gaps.any()) and missing == "indicator"
        if column.kind != "category":
            present = values[~gaps]
            fill = float(np.median(present)) if len(present) else 0.0
            if column.kind == "ordinal":
                fill = float(np.floor(fill))
            codes.append(ColumnCode(column.name, column.kind, fill, indicator, column.vocabulary))
            continue
        counts = np.bincount(values[~gaps].astype(np.int64), minlength=len(column.vocabulary))
        kept = kept_categories(column, counts, notes)
        lookup = np.full(len(column.vocabulary) + 1, UNSEEN)
        lookup[kept] = np.arange(len(kept))
        recoded = raw.copy() if recoded is raw else recoded
        there = ~np.isnan(raw[:, j])
        recoded[there, j] = lookup[raw[there, j].astype(np.int64)]
        names = tuple(column.vocabulary[k] for k in kept)
        codes.append(ColumnCode(column.name, "category", 0.0, indicator, names))
    encoder = Encoder(tuple(codes), missing)
    if not encoder.width:
        raise DeltaruleError(
            "no column says anything: each is text that differs from row to row\nremedy: give a column of "
            "numbers, or of categories that come back"
        )
    return encoder, encoder.encode(recoded, notes)


def kept_categories(column: RawColumn, counts: np.ndarray, notes: Notes) -> list[int]:
    """The codes of the categories that get a column, in the order of the vocabulary; `counts` of the training part."""
    rows, seen = int(counts.sum()), np.flatnonzero(counts)
    if rows >= LEAST_ROWS and len(seen) == rows:
        notes.say(
            (column.name, "identifier"),
            f"column {column.name!r} holds another text in every row (an identifier?): it is left out",
        )
        return []
    if len(seen) <= MOST_CATEGORIES:
        return seen.tolist()
    notes.say(
        (column.name, "many"),
        f"column {column.name!r} has {len(seen)} categories: the {MOST_CATEGORIES} most frequent are told apart, "
        "the others count as unseen",
    )
    return np.sort(seen[np.argsort(-counts[seen], kind="stable")[:MOST_CATEGORIES]]).tolist()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
