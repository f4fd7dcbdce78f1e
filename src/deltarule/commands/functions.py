"""`deltarule functions`: the table of scalar functions, each derivative derived and proved on the spot."""

from __future__ import annotations

import argparse
from typing import Any

from deltarule.commands.tables import Line, add_table_options, deliver_table, mark

EXAMPLES = (
    ("deltarule functions", "the table; ✓ stands where every step to the derivative was proved just now"),
    ("deltarule functions --format json", "the same for a program"),
    ("deltarule show softplus", "one row in full"),
)

arguments = add_table_options


def run(options: argparse.Namespace) -> int:
    from deltarule.commands.function_sheet import FunctionSheet
    from deltarule.language.functions import FUNCTIONS

    rows = [FunctionSheet(name).as_row() for name in FUNCTIONS]
    lines = [_line(row) for row in rows]
    foot = "✓ proved from the definition just now   · a primitive: its derivative is a rule   ✗ not proved"
    return deliver_table(options, rows, lines, foot)


def _line(row: dict[str, Any]) -> Line:
    """The definition, and the derivative by the first parameter: by the activity where it has such a form."""
    call = f"({', '.join(row['parameters'])})"
    derivative = f"{row['name']}'{call} = "
    if row["reuse"] is not None:
        derivative += f"{row['reuse']} where y = {row['name']}{call}"
    else:
        derivative += row["derivative"]
    return Line(row["name"], (row["equation"], derivative), "; ".join(row["conventions"]), mark(row["proved"]))
