"""A table as aligned columns for people, as `{"schema": 1, "rows": [...]}` for programs."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deltarule.commands.printing import add_format, add_output, as_json, columns, deliver, in_style

__all__ = ["Line", "add_table_options", "aligned", "deliver_table", "mark"]

SCHEMA = 1
_MARKS = {True: "✓", False: "✗", None: "·"}


@dataclass(frozen=True)
class Line:
    """A row for people: its name, what it is, below that what is less important, and a mark at the right edge."""

    name: str
    body: Sequence[str]
    below: str = ""
    mark: str = ""


def mark(proved: bool | None) -> str:
    """✓ proved, ✗ not proved, · nothing to prove."""
    return _MARKS[proved]


def add_table_options(parser: argparse.ArgumentParser) -> None:
    add_format(parser, "text", "json")
    add_output(parser)


def deliver_table(
    options: argparse.Namespace, rows: Sequence[Mapping[str, Any]], lines: Sequence[Line], foot: str = ""
) -> int:
    """Write the rows as `--format` and `-o` say. Returns 0."""
    if options.format == "json":
        deliver(as_json({"schema": SCHEMA, "rows": list(rows)}), options.output)
    else:
        width = 80 if options.output else columns()
        text = "\n".join(_laid_out(lines, width)) + "\n"
        if foot:
            text += "\n" + "\n".join(textwrap.wrap(foot, width)) + "\n"
        deliver(text, options.output)
    return 0


def _laid_out(lines: Sequence[Line], width: int) -> list[str]:
    names = max((len(line.name) for line in lines), default=0) + 2
    room = width - names - 3
    out = []
    for line in lines:
        body = [part for text in line.body for part in _wrapped(text, room)] or [""]
        for k, part in enumerate(body):
            head = in_style(line.name, "bold") + " " * (names - len(line.name)) if k == 0 else " " * names
            tail = f"{'':{max(room - len(part), 0)}}  {_coloured(line.mark)}" if k == 0 and line.mark else ""
            out.append((head + part + tail).rstrip())
        out += [" " * names + in_style(part, "dim") for part in textwrap.wrap(line.below, room)]
    return out


def _wrapped(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, room, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _coloured(sign: str) -> str:
    return in_style(sign, *{"✓": ("green",), "✗": ("bold", "red")}.get(sign, ("dim",)))


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns with a heading: the first to the left, the others to the right."""
    table = [list(head), *map(list, rows)]
    widths = [max(len(row[k]) for row in table) for k in range(len(head))]
    out = []
    for number, row in enumerate(table):
        cells = [f"{c:<{w}}" if k == 0 else f"{c:>{w}}" for k, (c, w) in enumerate(zip(row, widths, strict=True))]
        text = "  ".join(cells).rstrip()
        out.append(in_style(text, "bold") if number == 0 else text)
    return out
