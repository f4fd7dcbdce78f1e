"""`deltarule show NAME`: one row of a table in full, with its derivation or its proof."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deltarule.commands.printing import add_format, add_output, as_json, deliver
from deltarule.language.errors import DeltaruleError, nearest

if TYPE_CHECKING:
    from deltarule.commands.shown import Shown

EXAMPLES = (
    ("deltarule show sigmoid", "definition, derivative by every route, reuse, forms, a plot; and the module"),
    ("deltarule show sigmoid --route reciprocal", "the derivative through 1/σ only"),
    ("deltarule show gelu --plot gelu.svg", "a picture of the function and its derivative, for a page"),
    ("deltarule show cross_entropy", "a loss: equation, conventions, messages"),
    ("deltarule show adam", "an optimiser: update equations, state, options, conventions, the program that runs"),
    ("deltarule show cosine", "a learning-rate schedule"),
    ("deltarule show sgd --format json", "an optimiser, for a program"),
)

KINDS = {
    # kind: where its table is, and what shows a row of it
    "function": ("deltarule.language.functions", "FUNCTIONS", "show_function"),
    "module": ("deltarule.network.modules", "MODULES", "show_module"),
    "loss": ("deltarule.network.losses", "LOSSES", "show_module"),
    "optimiser": ("deltarule.training.optimisers", "EVERY_OPTIMISER", "show_optimiser"),
    "schedule": ("deltarule.training.schedules", "SCHEDULES", "show_schedule"),
    "identity": ("deltarule.algebra.identities", "IDENTITIES", "show_identity"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of a function, module, loss, optimiser, schedule or identity")
    parser.add_argument("--kind", choices=tuple(KINDS), help="where a name stands in two tables: this one only")
    parser.add_argument(
        "--route", metavar="ROUTE", help="for a function: one way to its derivative only, as in quotient or reciprocal"
    )
    parser.add_argument("--plot", metavar="FILE.svg", help="write a picture of it and of its derivative there instead")
    add_format(parser, "text", "json")
    add_output(parser)


def run(options: argparse.Namespace) -> int:
    kinds = [options.kind] if options.kind else list(KINDS)
    tables = {kind: getattr(import_module(KINDS[kind][0]), KINDS[kind][1]) for kind in kinds}
    found = [kind for kind, table in tables.items() if options.name in table]
    if options.route is not None:
        if found and "function" not in found:
            raise DeltaruleError(f"--route is for functions; {options.name} is none")
        found = [kind for kind in found if kind == "function"]
    if not found:
        known = dict.fromkeys(name for table in tables.values() for name in table)
        what = f"no {options.kind}" if options.kind else "no function, module, loss, optimiser, schedule or identity"
        raise DeltaruleError(
            f"there is {what} {options.name!r}{nearest(options.name, known)}\n"
            "`deltarule functions`, `modules`, `losses`, `optimisers` and `identities` list them"
        )
    if options.plot is not None:
        return _drawn(options.name, {kind: tables[kind][options.name] for kind in found}, options.plot)
    sheets = []
    for kind in found:
        show: Callable[..., Shown] = import_module(f"deltarule.commands.{KINDS[kind][2]}").show
        sheets.append((kind, show(tables[kind][options.name], route=options.route)))
    if options.format == "json":
        data: dict[str, Any] = {"schema": 1, "name": options.name, "kinds": found}
        for kind, shown in sheets:
            data[kind] = shown.data()
        deliver(as_json(data), options.output)
        return 0
    if options.output in (None, "-"):
        for number, (_, shown) in enumerate(sheets):
            if number:
                deliver("\n\n")
            shown.print()
    else:
        deliver("\n\n".join(shown.text() for _, shown in sheets), options.output)
    return 0


def _drawn(name: str, rows: dict[str, Any], file: str) -> int:
    """The picture of the row, as a file of its own."""
    from deltarule.commands.curves import no_picture, of_function, of_module
    from deltarule.commands.function_sheet import FunctionSheet
    from deltarule.commands.plot_svg import plot_svg

    if not file.endswith(".svg"):
        raise DeltaruleError(f"--plot writes SVG: {file} has to end in .svg")
    curves = of_function(FunctionSheet(name)) if "function" in rows else None
    for kind in ("module", "loss"):
        if curves is None and kind in rows:
            curves = of_module(rows[kind])
    if curves is None:
        why = next((no_picture(rows[kind]) for kind in ("module", "loss") if kind in rows), "")
        why = why or "it is no function of one number"
        raise DeltaruleError(f"{name} has no picture: {why}")
    title = f"{name} and its derivative" + (f"; {curves.words}" if curves.words else "")
    deliver(plot_svg(curves.rows, title, curves.low, curves.high), file)
    deliver(f"{file}: {', '.join(label for label, _ in curves.rows)}\n")
    return 0
