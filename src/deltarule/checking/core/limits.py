"""What judging may take: seconds an equality, seconds a document, memory. What exceeds them is left undecided.

Seconds are those of the processor, so that a verdict does not depend on what else the machine has to do.

Two nets, one inside the other. In the process that judges, an alarm breaks off what takes too long; it reaches
everything that returns to the interpreter. What does not, a product of huge polynomials say, is ended from outside,
by the watchdog in `pool`, which then has the document judged again without that equality.
"""

from __future__ import annotations

import signal
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time
from types import FrameType

from deltarule.checking.core.rows import DocumentRow

__all__ = ["MEMORY", "ROW_SECONDS", "TimeUp", "Watch", "document_seconds"]

ROW_SECONDS = 2.0
MEMORY = 2 << 30
"""Bytes that judging one document may take beyond what the program itself takes."""
_AGAIN = 0.1
"""Seconds after which an alarm that went unheard (in a finaliser, say) is repeated."""

SLOW = f"it takes longer than the {ROW_SECONDS:g} s that an equality has"
SPENT = "the time for this document was spent before its turn came"
FAULT = "an internal fault of this program"
BROKE = "judging it broke off: it needs more memory than there is"


class TimeUp(BaseException):
    """Raised by the alarm; no `except Exception` may swallow it."""


def document_seconds(rows: int) -> float:
    """The seconds that a document of so many rows has; usual ones take a hundredth of it."""
    return 20 + 0.25 * rows


@dataclass
class Watch:
    """Over one document while it is judged."""

    skip: Mapping[int, str] = field(default_factory=dict)
    """Rows, from 0, that were found to hang or to take too much memory, and which of it."""
    give_up: int | None = None
    """The row from which on nothing is judged any more."""
    fault: str = ""
    """Why, where it is not that the time is over."""
    seconds: float | None = None
    """For the whole document; by its rows if not given."""
    row_seconds: float = ROW_SECONDS
    begun: Callable[[int], None] = lambda total: None
    """Told the number of rows, before the first is judged."""
    learnt: Callable[[], None] = lambda: None
    judged: Callable[[DocumentRow], None] = lambda row: None
    """Told of each row when it has its verdict."""
    deadline: float = field(default=float("inf"), init=False)

    def start(self, rows: int) -> None:
        total = document_seconds(rows) if self.seconds is None else self.seconds
        self.deadline = process_time() + total
        self.begun(rows)

    def refuses(self, number: int) -> str:
        """Why a row is not to be judged; empty if it is."""
        if number in self.skip:
            return self.skip[number]
        if self.give_up is not None and number >= self.give_up:
            return self.fault or SPENT
        if process_time() > self.deadline:
            return SPENT
        return ""

    def left(self) -> float:
        """The seconds that the document still has."""
        return self.deadline - process_time()

    def inside(self, first: int) -> Watch:
        """One over some rows of the same document that are judged once more, the first of them at its place."""
        out = Watch({row - first: reason for row, reason in self.skip.items()}, row_seconds=self.row_seconds)
        out.deadline = self.deadline
        return out

    def again(self, reasons: Iterable[str]) -> Watch:
        """One over the same rows, and the first of them: those that took too long are not tried once more."""
        slow = {k: reason for k, reason in enumerate(reasons) if reason == SLOW}
        out = Watch({**self.skip, **slow}, row_seconds=self.row_seconds)
        out.deadline = self.deadline
        return out

    @contextmanager
    def limited(self, seconds: float | None = None) -> Iterator[None]:
        """Break off what happens inside after so many seconds, or those that an equality has, by raising TimeUp."""
        seconds = self.row_seconds if seconds is None else seconds
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            yield  # alarms reach the main thread only: elsewhere the limits of the kernel itself have to do
            return
        armed = True

        def ring(_: int, frame: FrameType | None) -> None:
            unheard = frame is not None and frame.f_code.co_filename == weakref.__file__  # it rings again
            if armed and not unheard:
                raise TimeUp

        before = signal.signal(signal.SIGPROF, ring)
        signal.setitimer(signal.ITIMER_PROF, max(seconds, 0.001), _AGAIN)
        try:
            try:
                yield
            finally:
                armed = False
        finally:  # twice: the alarm may ring on the way out
            armed = False
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
