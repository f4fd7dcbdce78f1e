"""From a table to raw values: an array [rows, columns], NaN where a value is missing, a code where it is a category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from deltarule.language.errors import DeltaruleError, nearest
from deltarule.training.column_kinds import kind_of, numbers_of, texts_of
from deltarule.training.data import Column, Table, nearest_as_written
from deltarule.training.encoding import UNSEEN, Encoder, RawColumn

__all__ = ["Declarations", "codes_of", "raw_as_encoded", "raw_to_fit", "refuse_missing_columns", "refuse_unknown_level"]


class Declarations:
    """What a person says of columns: which hold categories, and the levels of those that are ordered, lowest first."""

    def __init__(self, categorical: Iterable[str] | None, ordinal: Mapping[str, Sequence[str]] | None) -> None:
        if isinstance(categorical, str) or not isinstance(ordinal or {}, Mapping):
            raise DeltaruleError(
                'categorical must be a list of names of columns, ordinal a dictionary such as {"size": ["S", "M", "L"]}'
            )
        self.categorical = tuple(str(name) for name in categorical or ())
        self.ordinal = {str(name): tuple(map(str, levels)) for name, levels in (ordinal or {}).items()}
        for name, levels in self.ordinal.items():
            if len(levels) < 2 or len(set(levels)) < len(levels):
                raise DeltaruleError(f"the levels of {name!r} must be two or more different ones, lowest first")

    @property
    def texts(self) -> frozenset[str]:
        """Columns whose values count as text even where they look like numbers."""
        return frozenset(self.categorical) | frozenset(self.ordinal)

    def refuse_unknown(self, names: Iterable[str]) -> None:
        """Raise where a declared column is none of these."""
        names = list(names)
        for name in (*self.categorical, *self.ordinal):
            if name not in names:
                raise DeltaruleError(f"there is no feature column {name!r}{nearest_as_written(name, names)}")


def raw_to_fit(table: Table, declared: Declarations, missing: str) -> tuple[np.ndarray, list[RawColumn]]:
    """Raw values of every column, and what each column is.

    Raises:
        DeltaruleError: a column cannot be read as one kind, or lacks values where `missing` is "error".
    """
    declared.refuse_unknown(table.columns)
    raw = np.empty((table.rows, len(table.columns)))
    columns: list[RawColumn] = []
    for j, column in enumerate(table.columns.values()):
        if missing == "error":
            table.refuse_missing(column, "feature")
        levels = declared.ordinal.get(column.name)
        if levels is None and column.kind == "ordinal" and column.name not in declared.categorical:
            levels = column.levels
        if levels is not None:
            raw[:, j] = codes_of(column, levels)
            refuse_unknown_level(table, column, raw[:, j], levels)
            columns.append(RawColumn(column.name, "ordinal", levels))
        elif column.name in declared.categorical or (kind := kind_of(table, column)) == "category":
            texts = texts_of(column)
            vocabulary = column.levels or tuple(
                sorted(text for text, n in zip(texts.words, texts.counts(), strict=True) if text and n)
            )
            raw[:, j] = codes_of(column, vocabulary)
            columns.append(RawColumn(column.name, "category", vocabulary))
        else:
            raw[:, j] = numbers_of(table, column, kind)
            columns.append(RawColumn(column.name, kind))
    return raw, columns


def raw_as_encoded(table: Table, encoder: Encoder) -> np.ndarray:
    """Raw values of the encoder's columns, found by name, in its order; others are passed over.

    Raises:
        DeltaruleError: columns are missing (the message has those that might be meant), or hold something else.
    """
    refuse_missing_columns(table, encoder)
    raw = np.empty((table.rows, len(encoder.columns)))
    for j, code in enumerate(encoder.columns):
        column = table.columns[code.name]
        if encoder.missing == "error":
            table.refuse_missing(column, "feature")
        if code.kind in ("category", "ordinal"):
            raw[:, j] = codes_of(column, code.categories)
        else:
            raw[:, j] = numbers_of(table, column, code.kind)
    return raw


def codes_of(column: Column, vocabulary: Sequence[str]) -> np.ndarray:
    known: dict[str, float] = {text: float(code) for code, text in enumerate(vocabulary)}
    known.setdefault("", np.nan)
    return texts_of(column).numbers(lambda text: known.get(text, UNSEEN))


def refuse_unknown_level(table: Table, column: Column, codes: np.ndarray, levels: Sequence[str]) -> None:
    unknown = np.flatnonzero(codes == UNSEEN)
    if len(unknown):
        text = texts_of(column)[int(unknown[0])]
        place = table.place(int(unknown[0]))
        raise DeltaruleError(
            f"the column {column.name!r} of {table.source} holds {text[:40]!r} at {place}, none of "
            f"its levels{nearest(text, levels)}\nits levels: {', '.join(levels)}"
        )


def refuse_missing_columns(table: Table, encoder: Encoder) -> None:
    """Raise where the table lacks columns of the model; the message has those that might be meant."""
    names = [code.name for code in encoder.columns]
    lost = [name for name in names if name not in table.columns]
    if not lost:
        return
    extra = [name for name in (*table.columns, *table.unread) if name not in names]
    lines = [f"{table.source} has no column {lost[0]!r}{nearest_as_written(lost[0], extra)}"]
    if len(lost) > 1:
        some = [f"{name!r}{nearest_as_written(name, extra)}" for name in lost[:10]]
        lines = [f"{table.source} lacks {len(lost)} of the model's {len(names)} columns: {'; '.join(some)}"]
        lines[0] += f"; and {len(lost) - 10} more" if len(lost) > 10 else ""
    if extra:
        listed = ", ".join(extra[:20]) + (", ..." if len(extra) > 20 else "")
        lines.append(f"columns of it that the model does not know: {listed}")
    raise DeltaruleError("\n".join(lines))
