"""Worker processes that judge documents, and the watchdog over them.

A worker that hangs in one equality, or dies of it, is replaced; its document is judged again without that equality,
which is left undecided. Nothing that a document does ends this process or makes it wait for ever.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, NamedTuple, cast

from deltarule.checking.core.given import Given
from deltarule.checking.core.limits import BROKE, FAULT, ROW_SECONDS, SLOW, document_seconds
from deltarule.checking.core.rows import CheckedDocument, DocumentRow, Finding

__all__ = ["Job", "Progress", "can_fork", "has_workers", "judged"]

READING_SECONDS = 60.0
"""For reading a document: time enough for the largest that is read."""
GRACE = 1.0
"""Seconds after its own time that a row has for being broken off from inside."""
PATIENCE = 20
"""How many times its seconds a worker is waited for that never gets the processor."""
RESTARTS = 8
"""After so many broken rows the rest of a document is left undecided."""

Progress = Callable[[str, int, int], None]
"""Told (file, rows judged, rows in all)."""


class Job(NamedTuple):
    """A text to judge, and its name."""

    name: str
    text: str


@dataclass
class _Task:
    """A job on its way: what is known of it so far, and what it is to leave out."""

    place: int
    job: Job
    rows: list[DocumentRow] = field(default_factory=list)
    total: int | None = None
    learnt: bool = False
    skip: dict[int, str] = field(default_factory=dict)
    give_up: int | None = None
    fault: str = ""
    restarts: int = 0
    began: float = field(default_factory=monotonic)
    heard: float = field(default_factory=monotonic)
    used: float | None = None
    """Seconds of the processor that the worker had taken when it was heard of."""
    waited: float = 0.0
    """Seconds that were added because the worker did not get the processor."""

    @property
    def seconds(self) -> float:
        """How long what comes next may take."""
        if self.total is None:
            return READING_SECONDS
        if not self.learnt or len(self.rows) >= self.total:
            return document_seconds(self.total)
        return ROW_SECONDS + GRACE

    @property
    def deadline(self) -> float:
        """When to stop waiting for what comes next."""
        return self.heard + self.seconds + self.waited

    def alive(self, used: float | None) -> None:
        """Note that the worker was heard of, and the seconds of the processor that it has taken."""
        self.heard, self.used, self.waited = monotonic(), used, 0.0

    def waits(self, used: float | None, wants: bool) -> bool:
        """Whether a worker beyond its deadline only waits for the processor; then it is given more time."""
        if used is None or self.used is None or not wants or self.waited > PATIENCE * self.seconds:
            return False
        missing = self.seconds - (used - self.used)
        if missing <= 0:
            return False
        self.waited += max(missing, 0.1)
        return True

    def message(self, given: Given) -> dict[str, Any]:
        left = None if self.total is None else max(document_seconds(self.total) - (monotonic() - self.began), 1.0)
        return {
            "name": self.job.name,
            "text": self.job.text,
            "skip": list(self.skip.items()),
            "give_up": self.give_up,
            "fault": self.fault,
            "seconds": left,
            "assume": given.assumptions,
            "shapes": given.shapes,
        }

    def again(self, reason: str) -> str:
        """Prepare for another try after a worker was lost; or why there is none."""
        self.restarts += 1
        self.fault = reason if reason.startswith(FAULT) else self.fault
        if self.total is None and self.fault:
            return self.fault
        if self.total is None:
            return "reading it takes too long, or more memory than there is"
        if self.restarts > RESTARTS + 2:
            return "judging it breaks off again and again"
        if not self.learnt:
            self.give_up = 0
        elif len(self.rows) in self.skip or self.restarts > RESTARTS:
            self.give_up = len(self.rows)
        else:
            self.skip[len(self.rows)] = reason
        self.rows, self.learnt = [], False
        return ""

    def result(self, error: str, findings: Sequence[Any] = (), read: bool = True) -> CheckedDocument:
        name, source = self.job
        text = source
        if read and name.lower().endswith(".ipynb"):
            from deltarule.reading.documents import read_document

            text = read_document(source, name).text
        found = [Finding(kind, tuple(lines), message) for kind, lines, message in findings]
        return CheckedDocument(name, text if read else "", self.rows, found, error, source)


def has_workers() -> bool:
    """Whether there can be workers here: they need pipes that can be waited for, and an interpreter."""
    return os.name == "posix" and bool(sys.executable)


def can_fork() -> bool:
    """Whether a copy of this process is safe to make: it has one thread, also below Python."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def judged(
    loads: Sequence[Callable[[], Job | CheckedDocument]], given: Given, jobs: int, progress: Progress | None = None
) -> Iterator[CheckedDocument]:
    """The documents in order, each as soon as it and all before it are judged, by up to `jobs` processes."""
    pool = _Pool(given, progress)
    done: dict[int, CheckedDocument] = {}
    begun = 0
    try:
        for place in range(len(loads)):
            while place not in done:
                while begun < len(loads) and len(pool.busy) < max(jobs, 1):
                    job = loads[begun]()
                    if isinstance(job, CheckedDocument):
                        done[begun] = job
                    else:
                        pool.begin(_Task(begun, job))
                    begun += 1
                if place not in done:
                    done |= {task.place: result for task, result in pool.wait()}
            yield done.pop(place)
    finally:
        pool.close()


class _Pool:
    """The workers: those that judge a task, and those that wait for one."""

    def __init__(self, given: Given, progress: Progress | None) -> None:
        self.given, self.progress = given, progress
        self.busy: dict[_Worker, _Task] = {}
        self.idle: list[_Worker] = []
        self.selector = selectors.DefaultSelector()

    def begin(self, task: _Task) -> None:
        worker = self.idle.pop() if self.idle else self._new()
        self.busy[worker] = task
        task.alive(worker.processor()[0])
        with contextlib.suppress(BrokenPipeError):  # it is dead: that is noticed when it is read from
            worker.give(task.message(self.given))

    def _new(self) -> _Worker:
        worker = _Worker([fd for w in (*self.busy, *self.idle) for fd in (w.jobs.fileno(), w.answers)])
        self.selector.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def wait(self) -> list[tuple[_Task, CheckedDocument]]:
        """The tasks that ended, after something was heard or a deadline has passed."""
        soonest = min(task.deadline for task in self.busy.values())
        ended: list[tuple[_Task, CheckedDocument]] = []
        for key, _ in self.selector.select(max(soonest - monotonic(), 0.0)):
            worker: _Worker = key.data
            task = self.busy.get(worker)
            messages = worker.heard()
            if task is None:
                self._drop(worker)  # it died while it had nothing to do
                continue
            if messages:
                task.alive(worker.processor()[0])
            for message in messages or ():
                if "fault" in message:
                    ended += self._lost(worker, task, message["fault"])
                    break
                if (result := self._heard(task, message)) is not None:
                    ended.append((task, result))
                    del self.busy[worker]
                    self.idle.append(worker)
            if messages is None:
                ended += self._lost(worker, task, BROKE)
        for worker, task in list(self.busy.items()):
            if monotonic() > task.deadline and not task.waits(*worker.processor()):
                ended += self._lost(worker, task, SLOW)
        return ended

    def _heard(self, task: _Task, message: dict[str, Any]) -> CheckedDocument | None:
        match message:
            case {"total": total}:
                task.total = total
            case {"learnt": _}:
                task.learnt = True
            case {"row": row}:
                task.rows.append(DocumentRow.unpacked(row))
            case {"place": place, "again": row}:
                task.rows[place] = DocumentRow.unpacked(row)
            case {"end": {"error": error, "findings": findings, "read": read}}:
                return task.result(error, findings, read)
        if self.progress is not None and task.total:
            self.progress(task.job.name, len(task.rows), task.total)
        return None

    def _lost(self, worker: _Worker, task: _Task, reason: str) -> list[tuple[_Task, CheckedDocument]]:
        """A worker that hangs or is dead: the task begins again with another one, or ends here."""
        self._drop(worker)
        if task.total is not None and task.learnt and len(task.rows) >= task.total:
            found = [("internal-fault", (), reason)] if reason.startswith(FAULT) else []
            return [(task, task.result("", found))]  # all rows have their verdict: only the second look was lost
        error = task.again(reason)
        if error:
            return [(task, task.result(error, read=False))]
        self.begin(task)
        return []

    def _drop(self, worker: _Worker) -> None:
        self.selector.unregister(worker.answers)
        self.busy.pop(worker, None)
        if worker in self.idle:
            self.idle.remove(worker)
        worker.end()

    def close(self) -> None:
        for worker in (*self.busy, *self.idle):
            self._drop(worker)
        self.selector.close()


class _Worker:
    """One process: a copy of this one where that is safe, else a new interpreter."""

    def __init__(self, others: Sequence[int]) -> None:
        self.jobs: BinaryIO
        """Where it reads jobs from."""
        self.answers: int
        self.rest = b""
        (self._fork if can_fork() else self._spawn)(others)

    def _fork(self, others: Sequence[int]) -> None:
        job_end, jobs = os.pipe()
        self.answers, answer_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                for fd in (jobs, self.answers, *others):
                    os.close(fd)
                from deltarule.checking.worker import serve

                serve(os.fdopen(job_end, "rb"), answer_end)
                code = 0
            finally:
                os._exit(code)  # nothing of the parent is to be flushed or cleaned up twice
        os.close(job_end)
        os.close(answer_end)
        self.jobs = os.fdopen(jobs, "wb")

    def _spawn(self, _: Sequence[int]) -> None:
        import subprocess

        root = str(Path(__file__).parents[2])
        start = f"import sys; sys.path.append({root!r}); from deltarule.checking.worker import main; main()"
        process = subprocess.Popen(  # -P: no module out of the folder where the user happens to be
            [sys.executable, "-P", "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdin is not None and process.stdout is not None
        self.pid, self.jobs = process.pid, cast(BinaryIO, process.stdin)
        self.answers = os.dup(process.stdout.fileno())
        process.stdout.close()
        process.returncode = 0  # it is waited for in `end`

    def processor(self) -> tuple[float | None, bool]:
        """The seconds of the processor that it has taken, where the system says so, and whether it wants more now."""
        try:
            with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
                said = file.read().rpartition(")")[2].split()
            return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK"), said[0] == "R"
        except (OSError, ValueError, IndexError):
            return None, False

    def give(self, message: dict[str, Any]) -> None:
        import json

        self.jobs.write(json.dumps(message).encode() + b"\n")
        self.jobs.flush()

    def heard(self) -> list[dict[str, Any]] | None:
        """What it has said; None if it has ended."""
        import json

        data = os.read(self.answers, 1 << 20)
        if not data:
            return None
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            self.jobs.close()
        os.close(self.answers)
