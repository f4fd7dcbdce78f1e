"""What a column of a table holds: numbers, yes and no, dates, categories or ordered levels; and its values as such."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Kind, Table, as_number, is_present

__all__ = ["KINDS", "days_of", "kind_of", "numbers_of", "texts_of"]

KINDS: tuple[Kind, ...] = ("number", "boolean", "date", "category", "ordinal")
YES, NO = frozenset({"true", "yes"}), frozenset({"false", "no"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z?)?", re.ASCII)
MOSTLY = 0.5
"""A column of text in which more of the values than this are numbers is a column of numbers with mistakes in it."""


def kind_of(table: Table, column: Column) -> Kind:
    """What a feature column holds: what its source says, else what all its present values are.

    Numbers; `true`/`false` or `yes`/`no`; dates as ISO 8601 writes them; else categories.

    Raises:
        DeltaruleError: most values are numbers and some are text; the message has the place and the remedies.
    """
    if column.kind is not None:
        return column.kind
    if column.numbers is not None:
        return "number"
    present = [text for text in column.texts or () if is_present(text)]
    lower = {text.strip().lower() for text in present}
    if lower and (lower <= YES | NO):
        return "boolean"
    if present and all(_DATE.fullmatch(text) for text in present) and not _wrong_dates(present):
        return "date"
    if sum(as_number(text.replace(",", ".", 1)) is not None for text in present) > MOSTLY * len(present):
        table.refuse_text(column, "feature", ", or declare that it holds categories (--categorical)")
    return "category"


def numbers_of(table: Table, column: Column, kind: Kind) -> np.ndarray:
    """The values of a column of numbers, of yes and no (1 and 0) or of dates (days since 1970); NaN where missing.

    Raises:
        DeltaruleError: a value is not of that kind; the message has its place.
    """
    if column.numbers is not None:
        table.refuse_infinite(column, "feature")
        return column.numbers
    texts = column.texts or []
    if not any(map(is_present, texts)):
        return np.full(len(texts), np.nan)
    if kind == "boolean":
        return np.array([_truth(table, column, row, text) for row, text in enumerate(texts)])
    if kind == "date":
        for row, text in enumerate(texts):
            if is_present(text) and (not _DATE.fullmatch(text) or _wrong_dates([text])):
                raise DeltaruleError(
                    f"the feature column {column.name!r} of {table.source} holds dates; at {table.place(row)} stands "
                    f"{text[:40]!r}\nremedy: write it as in 2024-03-31 or 2024-03-31T12:00"
                )
        return days_of([text if is_present(text) else "NaT" for text in texts])
    table.refuse_text(column, "feature")


def texts_of(column: Column) -> Sequence[str]:
    """The values as text, empty where missing: whole numbers without a point."""
    if column.texts is not None:
        return [text.strip() if is_present(text) else "" for text in column.texts]
    numbers = column.numbers if column.numbers is not None else np.empty(0)
    return ["" if math.isnan(v) else str(int(v)) if v == int(v) else repr(v) for v in numbers.tolist()]


def days_of(texts: Sequence[str]) -> np.ndarray:
    """Days since 1970-01-01 of dates as ISO 8601 writes them; NaN for `NaT`."""
    moments = np.array([text.rstrip("Z") for text in texts], dtype="datetime64[ms]")
    days = moments.astype(np.int64) / 86_400_000
    return np.where(np.isnat(moments), np.nan, days)


def _wrong_dates(texts: Sequence[str]) -> bool:
    try:
        days_of(texts)
    except ValueError:
        return True
    return False


def _truth(table: Table, column: Column, row: int, text: str) -> float:
    word = text.strip().lower()
    if word in YES or word in ("1", "1.0"):
        return 1.0
    if word in NO or word in ("0", "0.0"):
        return 0.0
    if not is_present(text):
        return np.nan
    raise DeltaruleError(
        f"the feature column {column.name!r} of {table.source} holds true and false; at {table.place(row)} stands "
        f"{text[:40]!r}\nremedy: write true or false, or leave it empty"
    )
