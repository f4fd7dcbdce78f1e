"""`deltarule modules`: the table of modules, the messages of each derived and proved on the spot."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deltarule.commands.tables import Line, add_table_options, deliver_table, mark

if TYPE_CHECKING:
    from deltarule.network.module import Module

EXAMPLES = (
    ("deltarule modules", "the table; ✓ stands where every step of the derivation was proved just now"),
    ("deltarule modules --format json", "the same for a program"),
    ("deltarule show softmax", "one row in full, with its derivation"),
)

arguments = add_table_options


def run(options: argparse.Namespace) -> int:
    from deltarule.network.modules import MODULES

    return deliver_modules(options, MODULES)


def deliver_modules(options: argparse.Namespace, table: Mapping[str, Module]) -> int:
    """The rows of a table of modules (or losses, which are modules) as `--format` says."""
    from deltarule.commands.module_sheet import ModuleSheet

    rows = [ModuleSheet(module).as_row() for module in table.values()]
    foot = "✓ every step of the derivation of its messages was proved just now, for every size (of windows and "
    foot += "reshapes: for the sizes of an example)   ✗ not proved"
    return deliver_table(options, rows, [_line(row) for row in rows], foot)


def _line(row: dict[str, Any]) -> Line:
    call = f"{row['name']}({', '.join(row['sizes'])})" if row["sizes"] else row["name"]
    said = [f"{name}={value['default']}" for name, value in row["options"].items()]
    said += row["conventions"]
    body = [row["equation"]]
    if row["definition"].replace(" ", "") != row["equation"].replace(" ", ""):
        body.append(row["definition"])
    return Line(call, body, "; ".join([*said, *filter(None, [row["source"]])]), mark(row["proved"]))
