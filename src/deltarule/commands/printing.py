"""Where the result of a command goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any, TextIO

__all__ = ["add_format", "add_output", "as_json", "coloured", "columns", "deliver", "in_style"]

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def add_output(parser: argparse.ArgumentParser, words: str = "write there, whole or not at all") -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help=f"{words} (default: standard output)")


def add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    """`--format`; the first one is the default."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")


def deliver(text: str, output: str | None = None) -> None:
    """Write a result to its place."""
    if output is not None and output != "-":
        from deltarule.training.atomic import write_whole

        write_whole(output, text)
        return
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:  # a terminal or a pipe of few letters still gets the whole file
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())


def as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def columns() -> int:
    """The width to write for: that of the terminal, at most 120; 80 where there is none."""
    import shutil

    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def coloured(stream: TextIO | None = None) -> bool:
    """Whether colour is wanted: on a terminal, unless NO_COLOR is set."""
    stream = stream or sys.stdout
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return bool(stream is not None and stream.isatty() and not plain)


def in_style(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """The text in bold, dim or a colour where colour is wanted, else as it is."""
    if not text or not coloured(stream):
        return text
    return f"\033[{';'.join(_CODES[s] for s in styles)}m{text}\033[0m"
