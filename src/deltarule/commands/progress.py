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
            line = self._line(report, bar=True)[: columns() - 1]
            self._write("\r" + line.ljust(self._width))
            self._width = len(line)
        elif last or report.epoch == 1 or report.epoch % max(report.epochs // LINES, 1) == 0:
            self._write(self._line(report, bar=False) + "\n")

    def _line(self, report: EpochReport, bar: bool) -> str:
        digits = len(str(report.epochs))
        parts = [f"epoch {report.epoch:{digits}}/{report.epochs}"]
        if bar:
            done = round(16 * report.epoch / report.epochs)
            parts.append("█" * done + "░" * (16 - done) if self._unicode else "#" * done + "." * (16 - done))
        parts += [f"{_words(name)} {value:.4f}" for name, value in _figures(report)]
        if bar:
            parts.append(f"{_rate(report.samples_per_second)}/s")
            parts.append(f"{report.seconds_left:.0f} s left" if report.epoch < report.epochs else "done")
        return "  ".join(parts)

    @property
    def _unicode(self) -> bool:
        return (getattr(self.stream, "encoding", None) or "").lower().replace("-", "") == "utf8"

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # progress that nobody reads stops no training
            self.stream.write(text)
            self.stream.flush()


def _figures(report: EpochReport) -> list[tuple[str, float]]:
    """The loss, and of the held-out rows what is judged; of the training rows only where no row is held out."""
    figures = dict(report.figures)
    held = {name: value for name, value in figures.items() if name.startswith("val_")}
    return [("loss", report.loss), *(held or {n: v for n, v in figures.items() if n != "loss"}).items()]


def _words(name: str) -> str:
    return f"held-out {name[4:]}" if name.startswith("val_") else name


def _rate(samples: float) -> str:
    return (
        f"{samples / 1e6:.1f}M" if samples >= 1e6 else f"{samples / 1e3:.0f}k" if samples >= 1e4 else f"{samples:.0f}"
    )
