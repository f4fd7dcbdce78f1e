"""How far a training is, on standard error: one line that is written over on a terminal, else a line now and then."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, TextIO

from deltarule.commands.printing import columns

if TYPE_CHECKING:
    from deltarule.training.loop import EpochReport

__all__ = ["Progress"]

LINES = 10
"""About so many lines where a line cannot be written over."""
BAR = 12
INTERVAL = 0.05
"""Seconds between two states of the line on a terminal."""


class Progress:
    """Hears of each epoch. `quiet` says nothing. Used as a context, it ends the line."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.live = not quiet and self.stream.isatty()
        self._shown = 0.0
        self._width = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            self._write("\n")
            self._width = 0

    def __call__(self, report: EpochReport) -> None:
        if self.quiet:
            return
        from time import monotonic

        last = report.epoch == report.epochs
        if self.live:
            if not last and monotonic() - self._shown < INTERVAL:
                return
            self._shown = monotonic()
            line = self._line(report, bar=True)
            self._write("\r" + line.ljust(self._width))
            self._width = len(line)
        elif last or report.epoch == 1 or report.epoch % max(report.epochs // LINES, 1) == 0:
            self._write(self._line(report, bar=False) + "\n")

    def _line(self, report: EpochReport, bar: bool) -> str:
        digits = len(str(report.epochs))
        counted = f"epoch {report.epoch:{digits}}/{report.epochs}"
        figures = "  ".join(_figures(report))
        if not bar:
            return f"{counted}  {figures}"
        left = f"{report.seconds_left:.0f} s left" if report.epoch < report.epochs else "done"
        tails = (f"{_rate(report.samples_per_second)}/s  {left}", left, "")
        room = columns() - 1
        for tail in tails:  # what matters least goes first where the terminal is narrow
            line = "  ".join(filter(None, [counted, self._bar(report), figures, tail]))
            if len(line) <= room:
                return line
        return f"{counted}  {figures}"[:room]

    def _bar(self, report: EpochReport) -> str:
        done = round(BAR * report.epoch / report.epochs)
        full, empty = ("█", "░") if self._unicode else ("#", ".")
        return full * done + empty * (BAR - done)

    @property
    def _unicode(self) -> bool:
        return (getattr(self.stream, "encoding", None) or "").lower().replace("-", "") == "utf8"

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # progress that nobody reads stops no training
            self.stream.write(text)
            self.stream.flush()


def _figures(report: EpochReport) -> list[str]:
    """The loss, and what is judged: of the rows held out, or where there are none, of the training rows."""
    held = {name[4:]: value for name, value in report.figures.items() if name.startswith("val_")}
    words = {"loss": report.loss}
    if "loss" in held:
        words["held out"] = held["loss"]
    words |= {name: value for name, value in (held or report.figures).items() if name != "loss"}
    return [f"{name} {value:.4f}" for name, value in words.items()]


def _rate(samples: float) -> str:
    return (
        f"{samples / 1e6:.1f}M" if samples >= 1e6 else f"{samples / 1e3:.0f}k" if samples >= 1e4 else f"{samples:.0f}"
    )
