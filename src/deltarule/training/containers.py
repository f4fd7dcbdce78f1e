"""Targets in and predictions out as pandas, polars or pyarrow hold them. None is imported unless it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deltarule.language.errors import DeltaruleError, nearest

__all__ = ["CONTAINERS", "as_array", "contained", "container", "names_of_targets"]

CONTAINERS = ("default", "pandas", "polars")


def container(name: Any) -> str:
    """The name, where there is such a container and its library.

    Raises:
        DeltaruleError: there is none.
    """
    if name not in CONTAINERS:
        hint = nearest(name, CONTAINERS) if isinstance(name, str) else ""
        raise DeltaruleError(f"set_output takes {', '.join(CONTAINERS)}, not {name!r}{hint}")
    if name != "default":
        from importlib.util import find_spec

        if find_spec(name) is None:
            raise DeltaruleError(f"{name} is not installed\nremedy: pip install {name}")
    return name


def as_array(y: Any) -> Any:
    """Targets of polars and pyarrow as arrays; others as they are."""
    library = type(y).__module__.partition(".")[0]
    if library == "polars":
        return y.to_numpy()
    if library == "pyarrow":
        columns = y.columns if hasattr(y, "columns") else None
        if columns is not None:
            return np.column_stack([as_array(column) for column in columns])
        return y.to_numpy(zero_copy_only=False) if hasattr(y, "type") and not hasattr(y, "chunks") else y.to_numpy()
    return y


def names_of_targets(y: Any) -> list[str] | None:
    """The names that the targets have where they come from; None for arrays and lists."""
    columns = getattr(y, "column_names", None) or getattr(y, "columns", None)
    if columns is not None and hasattr(columns, "__iter__"):
        return [str(name) for name in columns]
    name = getattr(y, "name", None)
    return None if name is None or callable(name) or not str(name) else [str(name)]


def contained(
    values: np.ndarray, X: Any, name: str, targets: Sequence[str], columns: Sequence[Any] | None = None
) -> Any:
    """Predictions [rows] or [rows, columns] for the rows of X in the container of that name.

    `targets` name them, `columns` the columns of probabilities and scores of classes.
    """
    if name == "default":
        return values
    labels = list(targets) if columns is None else [str(c) for c in columns]
    if values.ndim == 2 and len(labels) != values.shape[1]:
        labels = [f"{targets[0]}_{k}" for k in range(values.shape[1])]
    if name == "pandas":
        import pandas as pd

        index = X.index if isinstance(X, pd.DataFrame | pd.Series) else None
        if values.ndim == 1:
            return pd.Series(values, index=index, name=targets[0])
        return pd.DataFrame(values, index=index, columns=pd.Index(labels))
    from importlib import import_module

    polars: Any = import_module(name)
    if values.ndim == 1:
        return polars.Series(targets[0], values)
    return polars.DataFrame(dict(zip(labels, values.T, strict=True)))
