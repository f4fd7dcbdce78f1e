"""Tables of other libraries as ours: pandas, polars, pyarrow. None of them is imported unless its table is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.column_kinds import days_of
from deltarule.training.data import Column, Table

__all__ = ["as_table", "library_of"]

DAY = np.timedelta64(1, "D")


def library_of(data: Any) -> str | None:
    """`pandas`, `polars` or `pyarrow` for a table of theirs, `deltarule` for one of ours, else None.

    A pandas frame that holds numbers only is None: it is an array with names, and scikit-learn reads it as such.
    """
    if isinstance(data, Table):
        return "deltarule"
    kind = type(data)
    library = kind.__module__.partition(".")[0]
    if library == "pandas" and kind.__name__ == "DataFrame":
        return None if all(isinstance(t, np.dtype) and t.kind in "iufc" for t in data.dtypes) else "pandas"
    if (library, kind.__name__) in {("polars", "DataFrame"), ("pyarrow", "Table"), ("pyarrow", "RecordBatch")}:
        return library
    return None


def as_table(data: Any) -> Table:
    """A table of one of these libraries.

    Raises:
        DeltaruleError: it is none of them, or two columns have one name.
    """
    library = library_of(data)
    if library == "deltarule":
        return data
    if library == "pyarrow":
        from deltarule.training.arrow import table_of_arrow

        return table_of_arrow(data, "the pyarrow table")
    if library == "polars":
        return _table("the polars frame", {str(name): _of_polars(str(name), data[name]) for name in data.columns}, data)
    if type(data).__name__ != "DataFrame":
        raise DeltaruleError(f"a {type(data).__name__} is no table: give a pandas, polars or pyarrow table")
    names = [str(name) for name in data.columns]
    if len(set(names)) < len(names):
        raise DeltaruleError("the pandas frame has two columns of one name\nremedy: give each its own name")
    return _table("the pandas frame", {n: _of_pandas(n, data.iloc[:, j]) for j, n in enumerate(names)}, data)


def _table(source: str, columns: dict[str, Column], data: Any) -> Table:
    return Table(source, columns, len(data))


def _of_pandas(name: str, values: Any) -> Column:
    kind, absent = values.dtype, values.isna().to_numpy()
    if hasattr(kind, "categories"):
        levels = tuple(str(c) for c in kind.categories)
        texts = ["" if gone else str(v) for v, gone in zip(values, absent, strict=True)]
        return Column(name, None, texts, "ordinal" if kind.ordered else "category", levels)
    if getattr(kind, "kind", "") == "M":
        days = values.to_numpy(dtype="datetime64[ms]", na_value=np.datetime64("NaT"))
        return Column(name, _days(days), None, "date")
    if getattr(kind, "kind", "") in "biuf" and getattr(kind, "kind", ""):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return Column(name, numbers, None, "boolean" if kind.kind == "b" else None)
    return _of_objects(name, [None if gone else v for v, gone in zip(values, absent, strict=True)])


def _of_polars(name: str, values: Any) -> Column:
    kind = str(values.dtype)
    if kind.startswith(("Int", "UInt", "Float", "Decimal", "Boolean")):
        found = [np.nan if v is None else float(v) for v in values.to_list()]
        return Column(name, np.array(found, np.float64), None, "boolean" if kind == "Boolean" else None)
    if kind.startswith("Enum"):
        texts = ["" if v is None else str(v) for v in values.to_list()]
        return Column(name, None, texts, "category", tuple(map(str, values.dtype.categories.to_list())))
    if kind.startswith("Categorical"):
        return Column(name, None, ["" if v is None else str(v) for v in values.to_list()], "category")
    return _of_objects(name, values.to_list())


def _of_objects(name: str, values: list[Any]) -> Column:
    """Python values: numbers if all are, booleans if all are, dates if all are, else text."""
    present = [v for v in values if v is not None]
    if present and all(isinstance(v, bool | np.bool_) for v in present):
        return Column(name, np.array([np.nan if v is None else float(v) for v in values]), None, "boolean")
    if present and all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in present):
        return Column(name, np.array([np.nan if v is None else float(v) for v in values]), None)
    if present and all(hasattr(v, "isoformat") and hasattr(v, "year") for v in present):
        stamps = ["NaT" if v is None else v.isoformat().partition("+")[0] for v in values]
        return Column(name, days_of(stamps), None, "date")
    return Column(name, None, ["" if v is None else str(v) for v in values])


def _days(moments: np.ndarray) -> np.ndarray:
    return np.where(np.isnat(moments), np.nan, (moments - np.datetime64(0, "ms")) / DAY)
