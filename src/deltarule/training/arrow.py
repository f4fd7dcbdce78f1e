"""Parquet and Arrow/Feather files, read through pyarrow where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.training.data import Column, Table

__all__ = ["read_arrow"]


def read_arrow(path: Path) -> Table:
    """The table in a `.parquet` or `.feather`/`.arrow`/`.ipc` file: numbers and booleans as numbers, the rest as text.

    Raises:
        DeltaruleError: pyarrow is not installed (the extra `tables` has it), or the file is not of its kind.
    """
    try:
        import pyarrow
        import pyarrow.feather
        import pyarrow.parquet
    except ImportError as error:
        raise DeltaruleError(
            f"reading {path} needs pyarrow, which is not installed"
            "\nremedy: pip install 'deltarule[tables]', or save the table as CSV"
        ) from error
    parquet = path.suffix.lower() in {".parquet", ".pq"}
    try:
        read = pyarrow.parquet.read_table if parquet else pyarrow.feather.read_table
        table = read(str(path))
    except (pyarrow.ArrowException, OSError) as error:
        kind = "Parquet" if parquet else "Arrow/Feather"
        raise DeltaruleError(f"cannot read {path} as {kind}: {str(error).splitlines()[0]}") from error
    if len(set(table.column_names)) < len(table.column_names):
        raise DeltaruleError(f"{path} has two columns of one name\nremedy: give each its own name")
    if not table.num_rows:
        raise DeltaruleError(f"{path} has no rows: there is nothing to read")
    columns = {name: _column(name, table.column(name)) for name in table.column_names}
    return Table(str(path), columns, table.num_rows)


def _column(name: str, values: object) -> Column:
    import pyarrow
    from pyarrow import compute

    kind = values.type  # type: ignore[attr-defined]
    numeric = pyarrow.types.is_boolean(kind) or pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)
    if numeric or pyarrow.types.is_decimal(kind):
        numbers = compute.cast(values, pyarrow.float64()) if not pyarrow.types.is_boolean(kind) else compute.cast(
            compute.cast(values, pyarrow.int8()), pyarrow.float64()
        )  # fmt: skip
        return Column(name, np.asarray(numbers.to_numpy(zero_copy_only=False), np.float64), None)  # type: ignore[attr-defined]
    return Column(name, None, ["" if v is None else str(v) for v in values.to_pylist()])  # type: ignore[attr-defined]
