"""Inputs of every kind to the readers, each within limits on processor time and memory; see inputs.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deltarule import Network
from deltarule.language.errors import DeltaruleError

from .inputs import drawn, read

SCRIPT = Path(__file__).with_name("inputs.py")


def read_all(first: int, count: int, folder: Path) -> dict[str, Any]:
    """Read so many inputs in a process of its own; what it counted."""
    at = folder / "at"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(first), str(count), str(at)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"at input {at.read_text()}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return json.loads(done.stdout)


def test_inputs_of_every_kind_are_read_or_refused(tmp_path: Path):
    counts = read_all(0, 3000, tmp_path)
    assert all(counts[kind] > 20 for kind in ("no rows", "unread", "rows", "refused", "notation", "notation refused"))
    assert counts["peak MiB"] < 200


def test_the_peak_is_of_the_process_that_reads_and_not_of_the_one_that_starts_it():
    held = bytearray(300 << 20)
    own = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import inputs; print(inputs.peak() >> 20)"
    done = subprocess.run([sys.executable, "-c", own], capture_output=True, text=True, check=True)
    assert 10 < int(done.stdout) < 200 < len(held) >> 20


def test_an_input_is_the_same_whenever_it_is_drawn():
    assert [drawn(number) for number in range(200)] == [drawn(number) for number in range(200)]
    assert len({drawn(number) for number in range(200)}) >= 190


def test_what_hangs_takes_memory_or_fails_is_told(tmp_path: Path):
    """The limits themselves: a reader that does what none may do is caught at it."""
    for fault, told in (
        ("while True: pass", "TooLong"),
        ("[bytes(10_000_000) for _ in range(60)]", "MemoryError"),  # zeros unwritten: they take no time
        ("int('x')", "ValueError"),
    ):
        broken = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import inputs; inputs.SECONDS = 0.2\n"
        broken += f"def read(data, name):\n    {fault}\ninputs.read = read\nsys.exit(inputs.main(0, 1))"
        done = subprocess.run([sys.executable, "-c", broken], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1 and told in done.stdout, done


@pytest.mark.slow
@pytest.mark.parametrize("block", range(100))
def test_a_million_inputs_are_read_or_refused(block: int, tmp_path: Path):
    assert read_all(block * 10_000, 10_000, tmp_path)["peak MiB"] < 200


FOUND = [
    # what the inputs found: text, name of the file
    ("$a = .²$", "x.md"),  # ² is a digit to Python, and no number
]


@pytest.mark.parametrize(("text", "name"), FOUND)
def test_what_was_found_is_read_or_refused(text: str, name: str):
    assert read(text.encode(), name)


def test_python_does_not_warn_of_a_network(recwarn: pytest.WarningsRecorder):
    with pytest.raises(DeltaruleError):
        Network("1if x")
    assert not recwarn.list
