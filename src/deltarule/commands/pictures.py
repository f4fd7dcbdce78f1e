"""What every row shows beside its derivation: a picture of it, what it costs, what other libraries call it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from deltarule.calculus.operation_count import operation_count, said
from deltarule.commands.curves import Curves
from deltarule.commands.plot import SIGNS, plot
from deltarule.language.expression import Expression
from deltarule.network.elsewhere import elsewhere

__all__ = ["elsewhere_data", "elsewhere_lines", "operation_lines", "operations", "picture"]


def picture(curves: Curves | None) -> list[str]:
    """The curves, drawn with letters."""
    if curves is None:
        return []
    rows = [(sign, label, f) for sign, (label, f) in zip(SIGNS, curves.rows, strict=False)]
    lines = plot(rows, curves.low, curves.high)
    return [*lines, *(f"        {part}" for part in textwrap.wrap(curves.words, 60))] if lines else []


def elsewhere_lines(name: str, kind: str) -> list[str]:
    """What PyTorch and Keras call it, then where they differ."""
    pytorch, keras, more = elsewhere(name, kind)
    if not pytorch and not keras:
        return []
    lines = []
    for label, text in (("PyTorch", pytorch), ("Keras", keras), *(("", sentence) for sentence in more)):
        lines += textwrap.wrap(text, 78, initial_indent=f"{label:<9}", subsequent_indent=" " * 9)
    return lines


def elsewhere_data(name: str, kind: str) -> dict[str, object]:
    pytorch, keras, more = elsewhere(name, kind)
    return {"pytorch": pytorch, "keras": keras, "differs": list(more)}


def operations(forward: Iterable[Expression], backward: Iterable[Expression]) -> tuple[str, str]:
    """The operations of the forward and of the backward pass, in words."""
    return said(operation_count(forward)), said(operation_count(backward))


def operation_lines(rows: Iterable[tuple[str, str]]) -> list[str]:
    """One line for each (label, operations), wrapped."""
    return [
        line
        for label, text in rows
        for line in textwrap.wrap(text, 78, initial_indent=f"{label:<22}", subsequent_indent=" " * 22)
    ]
