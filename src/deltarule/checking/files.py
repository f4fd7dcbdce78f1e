"""Checking files: each read, judged and reported on its own; one that cannot be read does not stop the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from deltarule.checking.core.given import Given
from deltarule.checking.core.limits import Watch
from deltarule.checking.core.rows import CheckedDocument
from deltarule.checking.pool import Job, Progress, can_fork, has_workers, judged
from deltarule.checking.texts import check_text, judge_text
from deltarule.language.errors import DeltaruleError
from deltarule.reading.documents import MAX_BYTES, decode

__all__ = ["check_files", "check_long_text", "check_text", "processors"]

SMALL = 200_000
"""Characters of a text for which a process of its own is not worth the time that a new interpreter takes to start."""


def check_files(
    names: Iterable[str],
    standard_input: bytes = b"",
    *,
    assume: Iterable[str] = (),
    shapes: str | Mapping[str, tuple[int | str, ...]] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Iterator[CheckedDocument]:
    """The files in order; `-` is the standard input. No file is opened but those named.

    Several files are judged by as many processes as `jobs` says (default: one for each processor). A process that
    hangs or runs out of memory is replaced, and what it was at is left undecided.
    Raises DeltaruleError for facts or shapes that are none.
    """
    given = Given.of(assume, shapes)
    loads = [_load(name, standard_input) for name in names]
    return _checked(loads, given, jobs, progress)


def check_long_text(
    text: str, assume: Iterable[str] = (), shapes: str | Mapping[str, tuple[int | str, ...]] | None = None
) -> CheckedDocument:
    """One text in Markdown, of whatever length: a long one in a process of its own."""
    return _in_process(Job("-", text), Given.of(assume, shapes), None)


def _checked(
    loads: list[Callable[[], Job | CheckedDocument]], given: Given, jobs: int | None, progress: Progress | None
) -> Iterator[CheckedDocument]:
    if has_workers() and (len(loads) > 1 or can_fork()):
        yield from judged(loads, given, jobs or processors(), progress)
        return
    for load in loads:
        yield _in_process(load(), given, progress)


def _load(name: str, standard_input: bytes) -> Callable[[], Job | CheckedDocument]:
    """A file as a job; or the answer, where it cannot be read. It is read when its turn comes, not before."""

    def load() -> Job | CheckedDocument:
        try:
            return Job(name, decode(standard_input if name == "-" else _read(name), name))
        except OSError as error:
            return CheckedDocument(name, "", error=f"{error.strerror or error}")
        except (DeltaruleError, ValueError) as error:
            return CheckedDocument(name, "", error=str(error).removeprefix(f"{name}: "))

    return load


def _read(name: str) -> bytes:
    """The file, but no more of it than shows that it is too large."""
    with Path(name).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_BYTES:
            raise DeltaruleError(
                f"{size / 1e6:.1f} MB is more than the {MAX_BYTES / 1e6:.0f} MB that are read: split the file"
            )
        return file.read(MAX_BYTES + 1)


def _in_process(job: Job | CheckedDocument, given: Given, progress: Progress | None) -> CheckedDocument:
    if isinstance(job, CheckedDocument):
        return job
    if len(job.text) > SMALL and has_workers():
        return next(judged([lambda: job], given, 1, progress))
    try:
        return judge_text(job.text, job.name, given, Watch())
    except DeltaruleError as error:
        return CheckedDocument(job.name, "", error=str(error).removeprefix(f"{job.name}: "))


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
