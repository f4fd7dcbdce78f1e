"""`deltarule data [NAME]`: the bundled data sets; or one of them, or a file, summarised or written as CSV."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from deltarule.commands.printing import add_output, as_json, deliver
from deltarule.commands.tables import Line, aligned, deliver_table
from deltarule.language.errors import DeltaruleError

if TYPE_CHECKING:
    from deltarule.training.bundled import Dataset
    from deltarule.training.data import Column, Table

EXAMPLES = (
    ("deltarule data", "what is bundled"),
    ("deltarule data wine", "its columns, its classes, where it comes from"),
    ("deltarule data moons --seed 1 --format csv -o moons.csv", "the table itself"),
    ("deltarule data moons.csv", "a look at a file"),
)

MOST_CLASSES = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="of a bundled data set; or a file, or - for CSV")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of those made on the spot (default: 0)")
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text", help="default: text")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    if options.name is None:
        return _all(options)
    if not 0 <= options.seed < 2**32:
        raise DeltaruleError(f"--seed is {options.seed}; it must be a whole number from 0 to 4294967295")
    from deltarule.training.source import read_table

    table = read_table(options.name, options.seed)
    if options.format == "csv":
        from deltarule.training.csv_text import table_text

        deliver(table_text(table), options.output)
    elif options.format == "json":
        deliver(as_json(_summary(table)), options.output)
    else:
        deliver("\n".join(_words(table)) + "\n", options.output)
    return 0


def _all(options: argparse.Namespace) -> int:
    from deltarule.training.bundled import DATASETS

    if options.format == "csv":
        raise DeltaruleError("--format csv writes one data set: deltarule data NAME --format csv")
    rows = [_about(row) for row in DATASETS.values()]
    lines = [
        Line(row["name"], (row["description"],), f"{_size(row)}; {row['source']}; licence: {row['licence']}")
        for row in rows
    ]
    return deliver_table(options, rows, lines)


def _about(row: Dataset) -> dict[str, Any]:
    names = ("name", "description", "rows", "columns", "task", "target", "classes", "source", "licence")
    return {name: getattr(row, name) for name in names}


def _size(row: dict[str, Any]) -> str:
    what = f"{row['classes']} classes" if row["classes"] else "a quantity"
    return f"{row['rows']} rows, {row['columns']} columns; target {row['target']}, {what}"


def _summary(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": 1, "source": table.source, "rows": table.rows, "sha256": table.digest()}
    if table.dataset is not None:
        found["dataset"] = _about(table.dataset)
    found["columns"] = [_column(column) for column in table.columns.values()]
    return found


def _column(column: Column) -> dict[str, Any]:
    import numpy as np

    found: dict[str, Any] = {"name": column.name, "missing": len(column.missing())}
    if column.numbers is None:
        values, counts = np.unique(np.array(column.texts), return_counts=True)
        found |= {"kind": "text", "distinct": len(values)}
        if len(values) <= MOST_CLASSES:
            found["values"] = {str(v): int(n) for v, n in zip(values, counts, strict=True)}
        return found
    finite = column.numbers[np.isfinite(column.numbers)]
    found |= {"kind": "number", "distinct": len(np.unique(finite))}
    if len(finite):
        figures = {"minimum": finite.min(), "mean": finite.mean(), "maximum": finite.max(), "deviation": finite.std()}
        found |= {name: float(value) for name, value in figures.items()}
    return found


def _words(table: Table) -> list[str]:
    columns = [_column(column) for column in table.columns.values()]
    lines = [f"{table.source}: {table.rows} rows, {len(columns)} columns"]
    if table.dataset is not None:
        about = _about(table.dataset)
        lines = [
            f"{about['name']}: {about['description']}",
            f"{_size(about)}",
            f"source: {about['source']}",
            f"licence: {about['licence']}",
        ]
    numbers = [c for c in columns if c["kind"] == "number"]
    if numbers:
        rows = [
            [
                c["name"],
                *(f"{c[k]:.4g}" if k in c else "" for k in ("minimum", "mean", "maximum")),
                str(c["missing"] or ""),
            ]
            for c in numbers
        ]
        lines += ["", *aligned(["numbers", "minimum", "mean", "maximum", "missing"], rows)]
    texts = [c for c in columns if c["kind"] == "text"]
    for column in texts:
        listed = ", ".join(f"{v} ({n})" for v, n in column.get("values", {}).items())
        lines += ["", f"{column['name']}: {listed or str(column['distinct']) + ' different texts'}"]
    return lines
