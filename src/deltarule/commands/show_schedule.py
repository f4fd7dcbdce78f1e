"""One learning-rate schedule in full: its equations, what they mean, its options."""

from __future__ import annotations

import textwrap
from typing import Any

from deltarule.commands.plot import plot
from deltarule.commands.show_optimiser import option_lines
from deltarule.commands.shown import Shown
from deltarule.training.schedules import Schedule, learning_rates

__all__ = ["show"]

QUANTITIES = (
    "learning_rate is the setting and rate what an update uses; done counts the updates before it, total those of the "
    "run, epoch the finished epochs; loss is that of the rows held out, or of the training rows where none are"
)
PICTURE = 100


def show(row: Schedule, route: str | None = None) -> Shown:
    """The row as it is shown."""
    del route  # a choice of functions
    after = [
        ("Equations", [f"  {e}" for e in row.equations]),
        ("After each epoch", [f"  {e}" for e in row.after_epoch]),
        ("State", [f"  {name} starts at {start:g}" for name, start in row.initial.items()]),
        ("Meaning", [*textwrap.wrap(row.words, 78), "", *textwrap.wrap(QUANTITIES, 78)]),
        ("Options", [line for option in row.options for line in option_lines(option)]),
        ("Conventions", [line for c in row.conventions for line in textwrap.wrap(f"- {c}", 78)]),
        ("A run of 100 epochs, one update each", _curve(row)),
        ("Source", [row.source]),
    ]
    return Shown(None, lambda: _data(row), [(t, lines) for t, lines in after if lines], f"The schedule {row.name}")


def _curve(row: Schedule) -> list[str]:
    """The rate over a run, as a share of the setting; nothing where it follows the loss."""
    if row.after_epoch:
        return []
    rates = learning_rates(row, 1.0, None, PICTURE, {})
    lines = plot([("*", "rate / learning_rate", lambda x: rates.rate(round(x), round(x)))], 0.0, PICTURE - 1.0)
    return [*lines[:-3], f"{'':8}{'epoch 0':<53}epoch {PICTURE - 1}", *lines[-2:]]


def _data(row: Schedule) -> dict[str, Any]:
    return {
        "name": row.name,
        "equation": "; ".join(row.equations),
        "equations": list(row.equations),
        "after_epoch": list(row.after_epoch),
        "initial": {name: str(value) for name, value in row.initial.items()},
        "words": row.words,
        "options": {o.name: {"default": o.default, "words": o.words, "allowed": o.allowed} for o in row.options},
        "conventions": list(row.conventions),
        "source": row.source,
    }
