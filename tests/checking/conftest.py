"""Documents in a folder of their own, checked from the command line inside this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deltarule.commands import main


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    error: str

    @property
    def files(self) -> list[Any]:
        """The entries of the JSON answer."""
        return json.loads(self.out)["files"]


Check = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """`check("a.md", "--format", "json")`."""

    def check(*arguments: str) -> Answer:
        capsys.readouterr()
        code = main(["check", *arguments])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return check
