"""Runs what README.md and docs/*.md show, and writes the shown outputs anew: `python docs/refresh.py [FILE ...]`.

A ```console block holds commands (`$ deltarule ...`) and their outputs, a ```pycon block a Python session, a ```python
block a script. In an output a line `...` stands for any lines, `...` inside a line for any text. The blocks of one page
share a folder and a Python namespace, in the order of the page. tests/test_readme.py compares; this script replaces.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
WRITTEN_BY_OTHERS = {"performance.md"}  # `make bench` writes it

_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """One command, or one Python statement, with the output that the page shows for it."""

    kind: str
    """`console`, `pycon` or `python`."""
    source: str
    output: str
    line: int
    span: tuple[int, int]
    """Where the output stands in the text of the page."""


def pages() -> list[Path]:
    return [page for page in PAGES if page.is_file() and page.name not in WRITTEN_BY_OTHERS]


def shown(text: str) -> Iterator[Shown]:
    """What a page shows, in order."""
    for fence in _FENCE.finditer(text):
        kind, body, start = fence[1], fence[2], fence.start(2)
        if kind == "python":
            yield Shown(kind, body, "", _line(text, start), (start, start))
        elif kind in {"console", "pycon"}:
            yield from _prompts(text, kind, body, start)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _prompts(text: str, kind: str, body: str, start: int) -> Iterator[Shown]:
    first, more = ("$ ", "> ") if kind == "console" else (">>> ", "... ")
    source: list[str] = []
    output: list[str] = []
    begun = place = end = start
    for line in [*body.splitlines(keepends=True), first]:
        if line.startswith(first):
            if source:
                yield Shown(kind, "\n".join(source), "".join(output), _line(text, begun), (end, place))
            source, output, begun = [line[len(first) :].rstrip("\n")], [], place
            end = place + len(line)
        elif source and not output and (line.startswith(more) or (kind == "pycon" and line == "...\n")):
            source.append(line[len(more) :].rstrip("\n"))
            end = place + len(line)
        else:
            output.append(line)
        place += len(line)


class Session:
    """What the blocks of one page share: the present folder, the Python names, the last exit code."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__page__"}
        self.code = 0

    def run(self, what: Shown) -> str:
        """The real output."""
        if what.kind == "console":
            return self._command(what.source)
        return self._python(what)

    def _command(self, line: str) -> str:
        if line == "echo $?":
            return f"{self.code}\n"
        words = _words(line)
        if words and words[0] == "deltarule":
            from deltarule.commands import main

            out = _captured()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                self.code = main(words[1:])
            return out.getvalue()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            env={**os.environ, "PATH": path, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.code = done.returncode
        return done.stdout.decode()

    def _python(self, what: Shown) -> str:
        out = _captured()
        mode = "exec" if what.kind == "python" else "single"
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(what.source + "\n", "<page>", mode, dont_inherit=True), self.names)
            except Exception as error:
                if what.kind == "python":
                    raise
                said = "".join(traceback.format_exception_only(error)).rstrip()
                out.write(f"Traceback (most recent call last):\n  ...\n{said}\n")
        return out.getvalue()


class _Captured(io.StringIO):
    """What a command prints, which it takes for a place that shows every letter."""

    encoding = "utf-8"  # type: ignore[assignment]


def _captured() -> io.StringIO:
    return _Captured()


def _words(line: str) -> list[str] | None:
    """The words of a command that needs no shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        return None
    quoted = set(shlex.split(line))
    return words if not any(set(w) & set("|<>&;()") and w not in quoted for w in words) and "|" not in words else None


@contextlib.contextmanager
def workplace() -> Iterator[None]:
    """An empty folder to work in, 80 columns without colour; what a page adds to the tables is taken off again."""
    from deltarule.language.functions import FUNCTIONS
    from deltarule.network.modules import MODULES

    tables = (FUNCTIONS, MODULES)
    kept = [dict(table) for table in tables]
    before, environment = os.getcwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
        if (ROOT / "examples").is_dir():
            Path("examples").symlink_to(ROOT / "examples")
        try:
            yield
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ.update(environment)
            for table, rows in zip(tables, kept, strict=True):
                table.clear()
                table.update(rows)


def matches(wanted: str, real: str) -> bool:
    """Whether a real output is the one shown, where `...` stands for anything."""
    pattern = ""
    for line in _tidy(wanted).splitlines(keepends=True):
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(map(re.escape, line.split("...")))
    return re.fullmatch(pattern, _tidy(real)) is not None


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return "".join(f"{line}\n" for line in lines)


def renewed(wanted: str, real: str) -> str:
    """The real output, cut where the shown one was cut: as many lines at the head, at the tail and in between."""
    if matches(wanted, real):
        return wanted
    lines = _tidy(real).splitlines()
    pieces: list[list[str]] = [[]]
    for line in _tidy(wanted).splitlines():
        if line.strip() == "...":
            pieces.append([])
        else:
            pieces[-1].append(line)
    if len(pieces) == 1 or len(lines) <= sum(map(len, pieces)):
        return _tidy(real)
    out, place = lines[: len(pieces[0])], len(pieces[0])
    for piece in pieces[1:-1]:
        found = next((k for k in range(place, len(lines)) if piece and lines[k] == piece[0]), None)
        if found is None:
            continue
        out += ["...", *lines[found : found + len(piece)]]
        place = found + len(piece)
    tail = len(pieces[-1])
    out += ["...", *lines[max(place, len(lines) - tail) :]] if tail else ["..."]
    return "".join(f"{line}\n" for line in out)


def refresh(page: Path) -> bool:
    """Write the outputs of a page anew; whether anything changed."""
    text = page.read_text(encoding="utf-8")
    changes: list[tuple[tuple[int, int], str]] = []
    session = Session()
    with workplace():
        for what in shown(text):
            real = session.run(what)
            new = renewed(what.output, real)
            if what.kind != "python" and new != what.output:
                changes.append((what.span, new + ("\n" if what.output.endswith("\n\n") else "")))
    for (start, end), new in reversed(changes):
        text = text[:start] + new + text[end:]
    if changes:
        page.write_text(text, encoding="utf-8")
    return bool(changes)


if __name__ == "__main__":
    for page in [Path(name) for name in sys.argv[1:]] or pages():
        print(f"{page}: {'changed' if refresh(page) else 'as it was'}", file=sys.stderr)
