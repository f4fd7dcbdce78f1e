"""Blocks of a table as a fitted network takes them: encoded, standardised and cast in one go, column by column.

The numbers are those of the encoder and the standardisation, bit for bit; a column of numbers without gaps is just not
copied from array to array on its way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from deltarule.training.data import Table
from deltarule.training.encoding import UNSEEN, ColumnCode, Encoder
from deltarule.training.fitting import arranged
from deltarule.training.notes import Notes
from deltarule.training.numbering import raw_as_encoded, refuse_missing_columns
from deltarule.training.standardisation import Standardisation

if TYPE_CHECKING:
    from deltarule.training.deciding import Fitted

__all__ = ["table_input"]

ROWS_AT_ONCE = 512


def table_input(model: Fitted, table: Table, notes: Notes) -> np.ndarray:
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


def _fill(out: np.ndarray, model: Fitted, table: Table, notes: Notes) -> None:
    encoder, standardisation = model.encoder_, model.standardisation_
    at = 0
    for first, count, values in _runs(encoder, table):
        if values is not None:
            width = count
            _put(out[:, at : at + width], values, standardisation, at)
        else:
            width = len(encoder.columns[first].names)
            part = _of_column(encoder, first, table, notes)
            if standardisation is not None and encoder.measured[at : at + width].any():
                columns = slice(at, at + width)
                part = (part - standardisation.mean[columns]) / standardisation.scale[columns]
            out[:, at : at + width] = part
        at += width


def _runs(encoder: Encoder, table: Table) -> Iterator[tuple[int, int, np.ndarray | None]]:
    """The encoder's columns in order: the first of so many beside each other, and their values [rows, columns].

    There are values where they are nothing but finite numbers; every other column comes alone, without.
    """
    numbers = [table.columns[c.name].numbers if _is_plain(c) else None for c in encoder.columns]
    first = 0
    while first < len(numbers):
        values = numbers[first]
        if values is None:
            yield first, 1, None
            first += 1
            continue
        count = 1
        while first + count < len(numbers) and _beside(values, numbers[first + count], count):
            count += 1
        together = as_strided(values, (len(values), count), (values.strides[0], values.itemsize), writeable=False)
        if _all_finite(together):
            yield first, count, together
        else:
            finite = [_all_finite(together[:, k]) for k in range(count)]
            for good, places in groupby(range(count), finite.__getitem__):
                some = list(places)
                if good:
                    yield first + some[0], len(some), together[:, some[0] : some[-1] + 1]
                else:
                    yield from ((first + k, 1, None) for k in some)
        first += count


def _is_plain(code: ColumnCode) -> bool:
    return len(code.names) == 1 and code.kind in ("number", "date", "boolean")


def _put(out: np.ndarray, values: np.ndarray, standardisation: Standardisation | None, at: int) -> None:
    """Columns [rows, columns] from the place `at` on, standardised, a part that the cache holds at a time."""
    if standardisation is None:
        out[...] = values
        return
    count = values.shape[1]
    shape = min(ROWS_AT_ONCE, len(values)), count
    mean = np.broadcast_to(standardisation.mean[at : at + count], shape).copy()
    scale = np.broadcast_to(standardisation.scale[at : at + count], shape).copy()
    part = np.empty(shape)
    for start in range(0, len(values), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        these = slice(len(values) - start)  # of arrays of one layout: NumPy takes these as single long rows
        np.subtract(values[rows], mean[these], out=part[these])
        np.divide(part[these], scale[these], out=part[these])
        out[rows] = part[these]


def _beside(first: np.ndarray, other: np.ndarray | None, distance: int) -> bool:
    """Whether a column stands so many after the first one in the same array of rows."""
    return (
        other is not None
        and first.base is not None
        and first.base is other.base
        and first.strides == other.strides
        and first.dtype == other.dtype == np.float64
        and other.ctypes.data - first.ctypes.data == distance * first.itemsize
    )


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
