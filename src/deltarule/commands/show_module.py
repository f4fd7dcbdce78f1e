"""One module or loss in full: its derivation with verdicts, conventions, what is saved under each policy."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any

from deltarule.commands.curves import no_picture, of_module
from deltarule.commands.module_sheet import ModuleSheet
from deltarule.commands.pictures import elsewhere_data, elsewhere_lines, operation_lines, picture
from deltarule.commands.shown import Shown
from deltarule.network.module import Module, Option
from deltarule.writing.json import as_data

__all__ = ["show"]


def show(row: Module, route: str | None = None) -> Shown:
    """The row as it is shown."""
    del route  # a choice of functions
    sheet = ModuleSheet(row)
    kind = "loss" if row.loss else "module"
    derivation = replace(sheet.derivation.inner, title=f"The {kind} {row.name}")
    after = [
        ("Equation", _equation(sheet)),
        ("Options", [_option(o) for o in row.options]),
        ("Saved arrays", _saved(sheet)),
        ("Operations", operation_lines(sheet.operations().items())),
        ("Plot", picture(of_module(row)) or textwrap.wrap(f"none: {no_picture(row)}", 78)),
        ("Elsewhere", elsewhere_lines(row.name, kind)),
    ]
    return Shown(derivation, lambda: _data(sheet), [(title, lines) for title, lines in after if lines])


def _equation(sheet: ModuleSheet) -> list[str]:
    module = sheet.module
    lines = [module.text(), *(f"where {sheet.network.shapes}" for _ in [0] if sheet.network.shapes)]
    if module.prediction:
        lines.append(f"prediction: {module.prediction}")
    for sentence in module.stated():
        lines += textwrap.wrap(sentence, 78, subsequent_indent="  ")
    said = {*module.stated()}
    for variant in module.variants:
        lines += ["", variant.text(), f"where {variant.shapes}"]
        for sentence in variant.stated():
            if sentence not in said:
                lines += textwrap.wrap(sentence, 78, subsequent_indent="  ")
        said |= {*variant.stated()}
    lines += [""] * bool(module.variants)
    if module.source:
        lines += textwrap.wrap(f"source: {module.source}", 78, subsequent_indent="  ")
    return lines


def _option(option: Option) -> str:
    values = " or ".join(str(value) for value, _ in option.choices) or "a number"
    if option.interval is not None:
        values += f" from {option.interval[0]}, below {option.interval[1]}"
    values += ", or one for rows and one for columns as in (1, 2)" if option.pair else ""
    return f"{option.name}: {values} (default: {option.default})"


def _saved(sheet: ModuleSheet) -> list[str]:
    return [f"{policy:9} {', '.join(names) or 'nothing'}" for policy, names in sheet.saved().items()]


def _data(sheet: ModuleSheet) -> dict[str, Any]:
    kind = "loss" if sheet.module.loss else "module"
    return {
        **sheet.as_row(),
        "saved": sheet.saved(),
        "operations": sheet.operations(),
        "libraries": elsewhere_data(sheet.module.name, kind),
        "derivation": as_data(sheet.derivation.inner),
    }
