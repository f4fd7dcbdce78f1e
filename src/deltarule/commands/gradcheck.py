"""`deltarule gradcheck NETWORK`: every derived gradient at actual numbers, against central differences."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from deltarule.commands.network_argument import add_network, network_of
from deltarule.commands.printing import add_format, add_output, as_json, deliver
from deltarule.commands.tables import aligned

if TYPE_CHECKING:
    from deltarule.checking.messages.derived_gradients import GradientTable

EXAMPLES = (
    ('deltarule gradcheck "linear(2, 3) -> relu -> linear(3, 1) -> sigmoid -> bce"', "every gradient, as a table"),
    ('deltarule gradcheck "linear(3, 2) -> softmax -> cross_entropy" --numbers seed=7 --format json',
     "at other numbers, for a program"),
)  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    parser.add_argument(
        "--numbers",
        metavar="SOURCE",
        default="seed=0",
        help="where: seed=N, or a JSON file of values by name (default: seed=0)",
    )
    add_format(parser, "text", "json")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    from deltarule.checking.messages.derived_gradients import derived_gradients

    table = derived_gradients(network_of(options).inner, options.numbers)
    text = _json(table) if options.format == "json" else "\n".join(_words(table)) + "\n"
    deliver(text, options.output)
    return 0 if table.all_right else 1


def _json(table: GradientTable) -> str:
    rows = [
        {
            "name": row.name,
            "shape": list(row.shape),
            "right": row.right,
            "error": row.error,
            "index": list(row.index),
            "derived": row.derived,
            "difference": row.difference,
        }
        for row in table.rows
    ]
    moved = [{"name": k.name, "index": list(k.index), "from": k.value, "to": k.moved_to} for k in table.moved]
    return as_json({"schema": 1, "all_right": table.all_right, "loss": table.loss, "rows": rows, "moved": moved})


def _words(table: GradientTable) -> list[str]:
    rows = [
        [
            row.name,
            " × ".join(map(str, row.shape)) or "a number",
            ", ".join(map(str, row.index)),
            f"{row.derived:.8g}",
            f"{row.difference:.8g}",
            f"{row.error:.1e}",
            "right" if row.right else "WRONG",
        ]
        for row in table.rows
    ]
    head = ["gradient by", "shape", "furthest off at", "derived", "difference", "relative error", ""]
    lines = [*aligned(head, rows), "", f"the loss there is {table.loss:.8g}"]
    return lines + [f"moved: {kink}" for kink in table.moved]
