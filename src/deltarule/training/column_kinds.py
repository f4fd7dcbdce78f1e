"""What a column of a table holds: numbers, yes and no, dates, categories or ordered levels; and its values as such."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Kind, Table, as_number, is_present
from deltarule.training.texts import Texts

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
    texts = Texts.of(column.texts or ()).trimmed()
    counts = dict(zip(texts.words, texts.counts().tolist(), strict=True))
    present = [text for text in texts.words if is_present(text)]
    lower = {text.strip().lower() for text in present}
    if lower and (lower <= YES | NO):
        return "boolean"
    if present and all(_DATE.fullmatch(text) for text in present) and not _wrong_dates(present):
        return "date"
    numerals = sum(counts[text] for text in present if as_number(text.replace(",", ".", 1)) is not None)
    if numerals > MOSTLY * sum(counts[text] for text in present):
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
    texts = Texts.of(column.texts or ()).trimmed()
    if not any(map(is_present, texts.words)):
        return np.full(len(texts), np.nan)
    if kind == "boolean":
        odd = texts.first(lambda text: _truth(text) is None)
        if odd is not None:
            raise DeltaruleError(
                f"the feature column {column.name!r} of {table.source} holds true and false; at {table.place(odd)} "
                f"stands {texts[odd][:40]!r}\nremedy: write true or false, or leave it empty"
            )
        return texts.numbers(lambda text: _truth(text) or 0.0)
    if kind == "date":
        odd = texts.first(lambda text: is_present(text) and _DATE.fullmatch(text) is None)
        if odd is None and _wrong_dates([text for text in texts.words if is_present(text)]):
            odd = texts.first(lambda text: is_present(text) and _wrong_dates([text]))
        if odd is not None:
            raise DeltaruleError(
                f"the feature column {column.name!r} of {table.source} holds dates; at {table.place(odd)} stands "
                f"{texts[odd][:40]!r}\nremedy: write it as in 2024-03-31 or 2024-03-31T12:00"
            )
        return days_of([text if is_present(text) else "NaT" for text in texts.words])[texts.indices]
    table.refuse_text(column, "feature")


def texts_of(column: Column) -> Texts:
    """The values as text, empty where missing: whole numbers without a point."""
    if column.texts is not None:
        return Texts.of(column.texts).map(lambda text: text.strip() if is_present(text) else "")
    numbers = column.numbers if column.numbers is not None else np.empty(0)
    different, indices = np.unique(numbers, return_inverse=True)
    words = ["" if math.isnan(v) else str(int(v)) if v == int(v) else repr(v) for v in different.tolist()]
    return Texts(words, indices)


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


def _truth(text: str) -> float | None:
    """1, 0, NaN for a missing one; None for what is neither."""
    word = text.strip().lower()
    if word in YES or word in ("1", "1.0"):
        return 1.0
    if word in NO or word in ("0", "0.0"):
        return 0.0
    return None if is_present(text) else math.nan
