"""The other side of `pool`: a process that judges one document after the other.

It reads jobs and writes what it finds, one JSON object a line: how many rows there are, that the names are learnt,
each row when it is judged, the end. It opens nothing, and ends when nobody is left to give it jobs.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any, BinaryIO

from deltarule.checking.core.given import Given
from deltarule.checking.core.limits import FAULT, MEMORY, ROW_SECONDS, Watch, document_seconds
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.texts import judge_text
from deltarule.language.errors import DeltaruleError

__all__ = ["main", "serve"]


def main() -> None:
    """A worker over its standard input and output."""
    serve(sys.stdin.buffer, sys.stdout.fileno())


def serve(jobs: BinaryIO, answers: int) -> None:
    """Judge what comes in until nothing more comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    answers, nowhere = os.dup(answers), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # a library that gives up says so to nobody, and never among the rows
    os.dup2(nowhere, 2)
    _limit_memory()
    with contextlib.suppress(BrokenPipeError, EOFError):
        for line in jobs:
            _judge(json.loads(line), answers)


def _judge(job: dict[str, Any], answers: int) -> None:
    def send(**message: Any) -> None:
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(answers, data) :]

    def begun(rows: int) -> None:
        _limit_processor(document_seconds(rows))
        send(total=rows)

    sent: list[dict[str, Any]] = []

    def judged(row: DocumentRow) -> None:
        sent.append(row.packed())
        send(row=sent[-1])

    watch = Watch(
        skip=dict(job["skip"]),
        give_up=job["give_up"],
        fault=job["fault"],
        seconds=job["seconds"],
        begun=begun,
        learnt=lambda: send(learnt=True),
        judged=judged,
    )
    given = Given(tuple(job["assume"]), {name: tuple(sizes) for name, sizes in job["shapes"].items()})
    try:
        checked = judge_text(job["text"], job["name"], given, watch)
    except DeltaruleError as error:
        send(end={"error": str(error).removeprefix(f"{job['name']}: "), "findings": [], "read": False})
        return
    except Exception as error:
        send(fault=f"{FAULT}: {type(error).__name__}: {error}")
        return
    for place, (row, before) in enumerate(zip(checked.rows, sent, strict=True)):
        if (now := row.packed()) != before:  # what was judged again in the light of the whole
            send(place=place, again=now)
    findings = [[f.finding, list(f.lines), f.message] for f in checked.findings]
    send(end={"error": checked.error, "findings": findings, "read": True})


def _limit_memory() -> None:
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_size() + MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _size() -> int:
    """Bytes of address space that this process takes already."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 1 << 30


def _limit_processor(seconds: float) -> None:
    """A worker whose parent was killed does not go on for ever."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds + 30 * ROW_SECONDS)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
