"""Blocks of a table as a fitted network takes them: encoded, standardised and cast in one go, column by column.

The numbers are those of the encoder and the standardisation, bit for bit; a column of numbers without gaps is just not
copied from array to array on its way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from deltarule.training.data import Table
from deltarule.training.encoding import UNSEEN, ColumnCode, Encoder
from deltarule.training.fitting import arranged
from deltarule.training.notes import Notes
from deltarule.training.numbering import raw_as_encoded, refuse_missing_columns

if TYPE_CHECKING:
    from deltarule.training.estimators import Classifier, Regressor

__all__ = ["table_input"]


def table_input(model: Classifier | Regressor, table: Table, notes: Notes) -> np.ndarray:
    """What the program takes of these rows. `notes` hears what is odd in them.

    Raises:
        DeltaruleError: a column is missing, or holds something else than in training.
    """
    encoder = model.encoder_
    refuse_missing_columns(table, encoder)
    out = np.empty((table.rows, encoder.width), model.dtype)
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite there, and saturates
        _fill(out, model, table, notes)
    return np.ascontiguousarray(arranged(model.network_, out))


def _fill(out: np.ndarray, model: Classifier | Regressor, table: Table, notes: Notes) -> None:
    encoder, standardisation = model.encoder_, model.standardisation_
    at = 0
    for j, code in enumerate(encoder.columns):
        values = table.columns[code.name].numbers
        width = len(code.names)
        if width == 1 and code.kind in ("number", "date", "boolean") and values is not None and _all_finite(values):
            if standardisation is not None:
                values = (values - standardisation.mean[at]) / standardisation.scale[at]
            out[:, at] = values
        else:
            part = _of_column(encoder, j, table, notes)
            if standardisation is not None and encoder.measured[at : at + width].any():
                columns = slice(at, at + width)
                part = (part - standardisation.mean[columns]) / standardisation.scale[columns]
            out[:, at : at + width] = part
        at += width


def _all_finite(values: np.ndarray) -> bool:
    """Neither NaN nor infinite. A sum that overflows only sends the column the long way."""
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(float(values.sum()))


def _of_column(encoder: Encoder, number: int, table: Table, notes: Notes) -> np.ndarray:
    """One column by the encoder itself; a category by its places."""
    code = encoder.columns[number]
    alone = Encoder((code,), encoder.missing)
    raw = raw_as_encoded(table.select([code.name]), alone)
    if code.kind != "category" or _is_odd(code, raw):
        return alone.encode(raw, notes)
    return np.eye(len(code.categories))[raw[:, 0].astype(np.int64)]


def _is_odd(code: ColumnCode, raw: np.ndarray) -> bool:
    return code.indicator or not code.categories or bool(np.isnan(raw).any()) or bool((raw == UNSEEN).any())
