"""One optimiser in full: its update equations, what they mean, its options."""

from __future__ import annotations

import textwrap

from deltarule.commands.optimiser_sheet import CLAIM, OptimiserSheet
from deltarule.commands.shown import Shown
from deltarule.training.optimisers import Optimiser

__all__ = ["show"]


def show(row: Optimiser, route: str | None = None) -> Shown:
    """The row as it is shown."""
    del route  # a choice of functions
    sheet = OptimiserSheet(row)
    options = []
    for option in row.options:
        options += textwrap.wrap(f"{option.name}: {option.words}; {option.allowed}", 78, subsequent_indent="  ")
    verdict = f"{'✓ proved' if sheet.proved else '✗ not proved'}: {CLAIM}"
    after = [
        ("Equations", [f"  {e}" for e in row.equations]),
        ("Meaning", textwrap.wrap(row.words, 78)),
        ("Options", options),
        ("Proof", textwrap.wrap(verdict, 78)),
        ("Source", [row.source]),
    ]
    return Shown(None, sheet.as_row, [(t, lines) for t, lines in after if lines], f"The optimiser {row.name}")
