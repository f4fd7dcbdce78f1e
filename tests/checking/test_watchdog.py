"""What hangs, dies or takes too much memory is left undecided; everything else of the document is judged."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest

from deltarule.checking import files, pool
from deltarule.checking.files import check_files, check_text
from deltarule.checking.judging import one_pass

TEXT = "$x = 3$\n\n$6 = 7$\n\n$3 = 3$\n\n$7 = 7$\n\n$4 = 4$\n"
"""A 7 on the right is what the judge below stumbles over."""

JUDGE = """
    import os, signal, sys, time
    import deltarule.checking.judging.one_pass as one_pass
    from deltarule.checking.files import check_files

    judge = one_pass._judge
    def stumbling(state, statement, k, left, right, row):
        if "7" in row.right:
            STUMBLE
        judge(state, statement, k, left, right, row)
    one_pass._judge = stumbling

    for checked in check_files(["a.md", "b.md", "a.md"], jobs=2):
        print(checked.name, checked.error, *(row.verdict for row in checked.rows))
"""

DEAF = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])"

STUMBLES = {
    "a loop": "while True: pass",
    "what no signal reaches": f"{DEAF}; time.sleep(1000)",
    "a loop that no signal reaches": f"{DEAF}; all(iter(lambda: 1, 0))",
    "too much memory": "bytearray(1 << 45)",
    "memory, piece by piece": "pieces = [bytearray(1 << 27) for _ in range(1 << 12)]",
    "the end of the process": "os.abort()",
    "its end with words where the answers go": "os.write(1, b'no memory\\n'); os.abort()",
}


def spent() -> float:
    """Seconds of the processor that the processes begun here, and theirs, have taken."""
    times = os.times()
    return times.children_user + times.children_system


needs_fork = pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="no fork here")


@needs_fork
@pytest.mark.parametrize("stumble", STUMBLES.values(), ids=STUMBLES.keys())
def test_only_the_equality_that_breaks_the_worker_is_undecided(tmp_path, stumble):
    (tmp_path / "a.md").write_text(TEXT)
    (tmp_path / "b.md").write_text("$x = 3$\n\n$3 = 3$\n")
    began = spent()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(JUDGE).replace("STUMBLE", stumble)],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    a = "a.md  definition undecided proved undecided proved"
    assert done.stdout.splitlines() == [a, "b.md  definition proved", a], done.stderr
    assert done.stderr == "" and spent() - began < 30


def test_in_this_process_an_alarm_ends_an_equality(monkeypatch):
    judge = one_pass._judge

    def stumbling(state, statement, k, left, right, row):
        while "7" in row.right:
            pass
        judge(state, statement, k, left, right, row)

    monkeypatch.setattr(one_pass, "_judge", stumbling)
    began = time.process_time()
    rows = check_text(TEXT).rows
    assert [row.verdict for row in rows] == ["definition", "undecided", "proved", "undecided", "proved"]
    assert "2 s" in rows[1].reason
    assert time.process_time() - began < 10


def test_the_time_of_a_document_ends(monkeypatch):
    monkeypatch.setattr("deltarule.checking.core.limits.document_seconds", lambda rows: 0.0)
    rows = check_text(TEXT).rows
    assert len(rows) == 5 and {row.verdict for row in rows} == {"undecided"}


def test_without_a_fork_new_interpreters_do_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "can_fork", lambda: False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('taken from the folder of the user')")
    names = []
    for k in range(4):
        names.append(f"{k}.md")
        (tmp_path / names[-1]).write_text("$1 = 1$\n\n" * (k + 1))
    checked = list(check_files([*names, "none.md"], jobs=2))
    assert [(d.name, len(d.rows)) for d in checked] == [
        ("0.md", 1),
        ("1.md", 2),
        ("2.md", 3),
        ("3.md", 4),
        ("none.md", 0),
    ]
    assert {row.verdict for d in checked for row in d.rows} == {"proved"}


def test_a_worker_says_what_this_process_says(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "can_fork", lambda: False)
    path = tmp_path / "a.md"
    path.write_text("With $y = a + b$: $$y^2 = a^2 + b^2$$ $$\\frac{a}{a} = 1$$ $a @ = 1$")
    (here,) = check_files([str(path)])
    monkeypatch.setattr(files, "SMALL", 0)
    (there,) = check_files([str(path)])
    said = [[(r.verdict, r.reason, r.domain, r.hint, r.start, r.end) for r in d.rows] for d in (here, there)]
    assert said[0] == said[1] and [row.verdict for row in here.rows][1:] == ["refuted", "proved", "unread"]
    assert (here.text, here.source, here.error, here.findings) == (
        there.text,
        there.source,
        there.error,
        there.findings,
    )


def test_progress_hears_of_every_row(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(TEXT)
    heard: list[tuple[str, int, int]] = []
    assert len(list(check_files([str(path), str(path)], progress=lambda *state: heard.append(state)))) == 2
    assert [state for state in heard if state[1]][-1][1:] == (5, 5)


FAULTY = """
    import deltarule.checking.MODULE as module
    from deltarule.checking.files import check_files

    def faulty(*_):
        raise KeyError("a fault")
    module.FUNCTION = faulty

    for checked in check_files(["a.md"], jobs=1):
        print([row.reason for row in checked.rows if row.verdict == "undecided"][:1], checked.findings)
"""


@needs_fork
@pytest.mark.parametrize(
    ("module", "function"), [("judging.one_pass", "learn_document"), ("document", "by_what_it_rests_on")]
)
def test_a_fault_of_the_program_is_said_to_be_one(tmp_path, module, function):
    (tmp_path / "a.md").write_text(TEXT)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FAULTY).replace("MODULE", module).replace("FUNCTION", function)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "an internal fault of this program: KeyError: 'a fault'" in done.stdout, done.stderr
    assert "time for this document" not in done.stdout
