"""One optimiser in full: its update equations, what they mean, its state and options, the program that runs."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from deltarule.commands.optimiser_sheet import CLAIM, OptimiserSheet
from deltarule.commands.pictures import elsewhere_data, elsewhere_lines
from deltarule.commands.shown import Shown
from deltarule.training.optimisers import Optimiser
from deltarule.training.settings import Setting

__all__ = ["option_lines", "repeated", "show"]


def show(row: Optimiser, route: str | None = None) -> Shown:
    """The row as it is shown."""
    del route  # a choice of functions
    sheet = OptimiserSheet(row)
    cases, programs = sheet.cases, sheet.programs
    verdict = f"{'✓ proved' if sheet.proved else '✗ not proved'}: {CLAIM}"
    state = [f"  {name} starts at {start}" for name, start in sheet.state.items()]
    options = [line for option in row.options for line in option_lines(option, _auto(row, option))]
    if row.weight_decay:
        options += textwrap.wrap(f"weight_decay: {row.weight_decay:g} unless another is given, {row.decay}", 78)
    after = [
        *((f"Equations {what}".strip(), [f"  {e}" for e in repeated(texts)]) for what, texts in cases.items()),
        ("Meaning", textwrap.wrap(row.words, 78)),
        ("State", state),
        ("Options", options),
        ("Conventions", [line for c in row.conventions for line in _item(c)]),
        ("Proof", textwrap.wrap(verdict, 78)),
        *(
            (f"Program {what}".strip(), [f"  {line}".rstrip() for line in programs[what].splitlines()])
            for what in cases
        ),
        ("Elsewhere", elsewhere_lines(row.name, "optimiser")),
        ("Source", [row.source]),
    ]

    def data() -> dict[str, object]:
        more = {"programs": {what: source for what, source in programs.items() if what}} if len(programs) > 1 else {}
        other = {"elsewhere": elsewhere_data(row.name, "optimiser")}
        return {**sheet.as_row(), **other, "program": programs[list(programs)[-1]], **more}

    return Shown(None, data, [(t, lines) for t, lines in after if lines], f"The optimiser {row.name}")


def repeated(equations: Sequence[str]) -> list[str]:
    """The equations, those that stand there several times in a row once, under how often."""
    out: list[str] = []
    k = 0
    while k < len(equations):
        for length in (1, 2, 3):
            block = equations[k : k + length]
            times = 1
            while equations[k + times * length : k + (times + 1) * length] == block:
                times += 1
            if times > 1:
                out += [f"{times} times:", *(f"  {e}" for e in block)]
                k += times * length
                break
        else:
            out.append(equations[k])
            k += 1
    return out


def option_lines(option: Setting, words: str | None = None) -> list[str]:
    """An option with what it means, what it may be and its default."""
    text = f"{option.name}: {option.words if words is None else words}; {option.allowed}; default {option.default}"
    return textwrap.wrap(text, 78, subsequent_indent="  ")


def _auto(row: Optimiser, option: Setting) -> str | None:
    if option.name != "learning_rate" or row.rates is None:
        return None
    classes, values = row.rates
    each = f"{classes:g}" if classes == values else f"{classes:g} for classes, {values:g} for regression"
    return f"the step size η of the update; auto: {each}"


def _item(text: str) -> list[str]:
    return textwrap.wrap(f"- {text}", 78, subsequent_indent="  ")
