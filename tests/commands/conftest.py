"""Command lines run inside this process, in a folder of their own."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deltarule.commands import main


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    error: str

    @property
    def data(self) -> Any:
        """The standard output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DELTARULE_TRACEBACK", raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("derive softmax --format json")`, or the arguments one by one."""

    def run(*arguments: str) -> Outcome:
        words = shlex.split(arguments[0]) if len(arguments) == 1 else list(arguments)
        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """Runs what has to be refused: exit code 2, nothing on standard output, one message without a traceback."""

    def refused(*arguments: str) -> str:
        outcome = run(*arguments)
        assert outcome.code == 2, outcome
        assert outcome.out == ""
        assert outcome.error.startswith("deltarule: ") and outcome.error.endswith("\n")
        assert "Traceback" not in outcome.error and "a fault in deltarule itself" not in outcome.error
        return outcome.error

    return refused
