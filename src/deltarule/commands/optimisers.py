"""`deltarule optimisers`: the table of optimisers, each by its update equations."""

from __future__ import annotations

import argparse

from deltarule.commands.tables import Line, add_table_options, deliver_table, mark

EXAMPLES = (
    ("deltarule optimisers", "the table"),
    ("deltarule optimisers --format json", "the same for a program"),
    ("deltarule show adam", "one row in full, with its options and the program that runs"),
)

arguments = add_table_options


def run(options: argparse.Namespace) -> int:
    from deltarule.commands.optimiser_sheet import CLAIM, OptimiserSheet
    from deltarule.training.optimisers import EVERY_OPTIMISER

    rows = [OptimiserSheet(row).as_row() for row in EVERY_OPTIMISER.values()]
    lines = [
        Line(row["name"], row["equations"], f"{row['words']}; {row['source']}", mark(row["proved"])) for row in rows
    ]
    return deliver_table(options, rows, lines, f"✓ proved just now: {CLAIM}")
