"""How far a training is, on standard error: one line that is written over on a terminal, else a line now and then."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TextIO

from deltarule.commands.printing import columns
from deltarule.training.callbacks import BatchReport, Callback, EpochReport, Run

__all__ = ["Progress"]

LINES = 10
"""About so many lines where a line cannot be written over."""
BAR = 12
INTERVAL = 0.05
"""Seconds between two states of the line on a terminal, at the ends of epochs."""
WITHIN = 0.5
"""Seconds between two states within an epoch; the same batch is then looked at, which costs a copy of the weights."""
APART = 2.0
"""Seconds between two lines within an epoch."""


class Progress(Callback):
    """Hears of each epoch, and of a batch now and then where epochs are long. `quiet` says nothing.

    Used as a context, it ends the line.
    """

    def __init__(self, quiet: bool = False, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.live = not quiet and self.stream.isatty()
        self._shown = self._began = self._epoch_began = self._speed = 0.0
        self._width = 0
        self._batches = self._tenth = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            self._write("\n")
            self._width = 0

    def on_begin(self, run: Run) -> None:
        plan = run.plan
        self._rows, self._size, self._first = run.rows, plan.batch_size, plan.first_epoch
        self._batches, self._epochs = math.ceil(run.rows / plan.batch_size), plan.epochs
        self._began = self._epoch_began = self._shown = monotonic()
        self._behind = run.epochs
        self._tenth = 0

    def wants(self, epoch: int, batch: int) -> bool:
        """A batch is looked at where an epoch takes long: on a terminal twice a second, else at each tenth of all."""
        if self.quiet or batch == self._batches:
            return False
        if self.live:
            return monotonic() - self._shown > WITHIN
        return self._done(epoch, batch) * LINES >= self._tenth + 1 and monotonic() - self._shown > APART

    def _done(self, epoch: int, batch: int) -> float:
        return (epoch - 1 - self._first + batch / self._batches) / self._epochs

    def on_batch(self, report: BatchReport) -> None:
        now = monotonic()
        done, begun = self._done(report.epoch, report.batch), self._behind / self._epochs
        left = (now - self._began) * (1 - done) / max(done - begun, 1e-9)
        speed = report.batch * self._size / max(now - self._epoch_began, 1e-9)
        self._tenth = int(done * LINES)
        last = self._first + self._epochs
        within = f" {100 * report.batch / self._batches:.0f} %"
        self._show(report.epoch, last, within, [f"loss {report.loss:.4f}"], report.learning_rate, speed, left)

    def on_epoch(self, report: EpochReport) -> None:
        self._epoch_began = monotonic()
        if self.quiet:
            return
        speed = report.samples_per_second  # smoothed: an epoch that was looked into is slower
        self._speed = 0.8 * self._speed + 0.2 * speed if self._speed else speed
        last = report.epoch == report.epochs
        tenth = report.epoch * LINES // report.epochs
        first = report.epoch == 1 and report.epochs > 2
        if self.live and not last and monotonic() - self._shown < INTERVAL:
            return
        if not self.live and not (last or first or tenth > self._tenth):
            return
        self._tenth = tenth
        self._show(
            report.epoch, report.epochs, "", _figures(report.figures), report.learning_rate,
            self._speed, report.seconds_left,
        )  # fmt: skip

    def _show(
        self,
        epoch: int,
        epochs: int,
        within: str,
        figures: Sequence[str],
        learning_rate: float,
        speed: float,
        left: float,
    ) -> None:
        """One state: what matters least goes first where the terminal is narrow."""
        self._shown = monotonic()
        counted = f"epoch {epoch:{len(str(epochs))}}/{epochs}{within}"
        rate = f"{'η' if self._unicode else 'rate'} {learning_rate:.3g}" if math.isfinite(learning_rate) else ""
        ends = "done" if epoch == epochs and not within else f"{_time(left)} left"
        tail = [rate, f"{_count(speed)} rows/s", ends]
        if not self.live:
            self._write("  ".join(filter(None, [counted, *figures, *tail])) + "\n")
            return
        room = columns() - 1
        done = (epoch - (1 if within else 0)) / epochs
        line = f"{counted}  {'  '.join(figures)}"[:room]
        for parts in ([self._bar(done), *figures, *tail], [*figures, *tail],
                      [*figures, *tail[1:]], [*figures, ends], figures):  # fmt: skip
            whole = "  ".join(filter(None, [counted, *parts]))
            if len(whole) <= room:
                line = whole
                break
        self._write("\r" + line.ljust(self._width))
        self._width = len(line)

    def _bar(self, share: float) -> str:
        done = round(BAR * share)
        full, empty = ("█", "░") if self._unicode else ("#", ".")
        return full * done + empty * (BAR - done)

    @property
    def _unicode(self) -> bool:
        return (getattr(self.stream, "encoding", None) or "").lower().replace("-", "") == "utf8"

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # progress that nobody reads stops no training
            self.stream.write(text)
            self.stream.flush()


def _figures(figures: Mapping[str, float]) -> list[str]:
    """The loss, and what is judged: of the rows held out, or where there are none, of the training rows."""
    held = {name[4:]: value for name, value in figures.items() if name.startswith("val_")}
    words = {"loss": figures["loss"]}
    if "loss" in held:
        words["held out"] = held["loss"]
    words |= {name: value for name, value in (held or figures).items() if name != "loss"}
    return [f"{name} {value:.4f}" for name, value in words.items()]


def _count(samples: float) -> str:
    return (
        f"{samples / 1e6:.1f}M" if samples >= 1e6 else f"{samples / 1e3:.0f}k" if samples >= 1e4 else f"{samples:.0f}"
    )


def _time(seconds: float) -> str:
    """`3 s`, `4 min`, `2.5 h`."""
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 1 else "<1 s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
