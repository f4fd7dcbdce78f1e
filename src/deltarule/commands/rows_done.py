"""How far the checking of documents is: one line on a terminal that is written over; nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
from time import monotonic
from typing import TextIO

from deltarule.commands.printing import columns

__all__ = ["RowsDone"]

INTERVAL = 0.1
PATIENCE = 0.3
"""Seconds during which nothing is said: what is that quick needs no progress."""


class RowsDone:
    """Hears of each row. `quiet` says nothing. Used as a context, it takes its line away."""

    def __init__(self, files: int, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = not quiet and self.stream is not None and self.stream.isatty()
        self.files = files
        self._done: dict[str, tuple[int, int]] = {}
        self._next = monotonic() + PATIENCE
        self._width = 0

    def __enter__(self) -> RowsDone:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            self._write("\r" + " " * self._width + "\r")

    def __call__(self, name: str, done: int, total: int) -> None:
        self._done[name] = (done, total)
        if self.live and monotonic() >= self._next:
            self._next = monotonic() + INTERVAL
            line = self._line(name)[: columns() - 1]
            self._write("\r" + line.ljust(self._width))
            self._width = len(line)

    def _line(self, name: str) -> str:
        done, total = self._done[name]
        if self.files == 1:
            return f"{done}/{total} equalities  {name}"
        whole = sum(1 for a, b in self._done.values() if a == b)
        rows = sum(a for a, _ in self._done.values())
        return f"{whole}/{self.files} files  {rows} equalities  {name} {done}/{total}"

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # progress that nobody reads stops nothing
            self.stream.write(text)
            self.stream.flush()
