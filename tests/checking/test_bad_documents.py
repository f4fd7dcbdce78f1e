"""Bad input to `check`: a row or a message says so; nothing hangs, nothing runs, no other file is opened."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

OPENED = """
import sys
opened = []
def hook(event, arguments):
    if event == "open" or event.startswith(("subprocess", "os.system", "os.exec", "os.spawn", "socket", "urllib")):
        opened.append((event, str(arguments[0])))
import json, deltarule.commands.check, deltarule.checking.files, deltarule.checking.worker
import deltarule.checking.report.page, deltarule.checking.report.report, deltarule.checking.report.terminal
from deltarule.commands import main
main(["check", "warm.md", "--format", FORMAT, "-o", "warm.out"])
sys.addaudithook(hook)
code = main(["check", *sys.argv[1:], "--format", FORMAT])
print("OPENED", json.dumps([name for _, name in opened]), file=sys.stderr)
sys.exit(code)
"""

FILES = {
    # name: (bytes, exit code, words of the message or of a row)
    "binary.md": (bytes(range(256)) * 8, 2, "a binary file, not text"),
    "latin.md": ("naïve $1 = 1$".encode("latin-1"), 2, "not UTF-8 at byte 3"),
    "unclosed.md": (b"A $$x = 1\n\nwords that go on and on from here\n\n$y = 2$\n", 2, "line 1: $$ opens a formula"),
    "braces.md": (b"$$\\frac{a}{b = c$$\n\n$1 = 1$\n", 0, "a brace that is not closed"),
    "macro.tex": (b"\\newcommand{\\x}{\\x\\x}\n$$\\x = 1$$\n\n$2 = 2$\n", 0, "a macro that calls itself"),
    "doubling.tex": (
        b"\\def\\a{xx}" + b"".join(b"\\def\\%c{\\%c\\%c}" % (k, k - 1, k - 1) for k in range(98, 123)) + b"$\\z = 1$",
        0,
        "grows without end",
    ),
    "words.ipynb": (b"not json", 2, "not a notebook"),
    "list.ipynb": (b"[1, 2]", 2, "no list of cells"),
    "deep.ipynb": (b"[" * 100_000, 2, "not a notebook"),
    "yaml.md": (
        b'---\na: &x [1]\nb: *x\nc: !!python/object/apply:os.system ["touch owned"]\n---\n$1 + 1 = 2$\n', 0, "1 proved"
    ),
    "input.tex": (b"\\input{/etc/passwd}\n\\include{secret}\n$1 + 1 = 2$\n", 0, "\\input{/etc/passwd} is not followed"),
    "picture.md": (b"![p](/etc/passwd) <img src='/etc/passwd'> $1 = 1$", 0, "1 proved"),
    "empty.md": (b"", 0, "no equalities"),
    "deep.md": (b"$$" + b"{" * 5000 + b"x" + b"}" * 5000 + b" = 1$$", 0, "1 unread"),
    "long.md": (b"$$" + b"+".join([b"x"] * 30_000) + b" = 1$$", 0, "1 unread"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_bad_input_is_answered(check, folder, name):
    data, code, words = FILES[name]
    (folder / name).write_bytes(data)
    (folder / "secret.tex").write_text("$1 = 2$")
    for form in ("text", "json", "html"):
        began = time.monotonic()
        answer = check(name, "--format", form)
        assert answer.code == code, answer
        assert time.monotonic() - began < 10
        assert "Traceback" not in answer.error and "a fault in deltarule" not in answer.error
        if form == "text":
            assert words in " ".join((answer.out + answer.error).split())
        if form == "json":
            assert [file["file"] for file in answer.files] == [name]
            assert ("error" in answer.files[0]) == (code == 2)
    assert not (folder / "owned").exists()


def test_a_file_of_50_mb_is_refused_before_it_is_read(check, folder):
    with (folder / "big.md").open("wb") as file:
        file.truncate(50_000_000)
    began = time.monotonic()
    answer = check("big.md")
    assert answer.code == 2 and "50.0 MB is more than the 5 MB" in answer.error
    assert time.monotonic() - began < 2


def test_one_bad_file_does_not_stop_the_others(check, folder):
    for name, (data, *_) in FILES.items():
        (folder / name).write_bytes(data)
    (folder / "good.md").write_text("$1 = 1$")
    answer = check(*FILES, "good.md", "no.md", ".", "--format", "json", "--jobs", "2")
    assert answer.code == 2
    assert [file["file"] for file in answer.files] == [*FILES, "good.md", "no.md", "."]
    assert answer.files[-3]["summary"] == {"proved": 1}
    assert "error" in answer.files[-2] and "error" in answer.files[-1]


@pytest.mark.parametrize("form", ["text", "html"])
def test_nothing_is_opened_but_the_file_that_was_named(folder, form):
    (folder / "warm.md").write_text("$1 = 1$ and \\input{x}")
    for name in ("input.tex", "yaml.md", "picture.md"):
        (folder / name).write_bytes(FILES[name][0])
    done = subprocess.run(
        [sys.executable, "-c", OPENED.replace("FORMAT", repr(form)), "input.tex", "yaml.md", "picture.md"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    opened = done.stderr.split("OPENED ")[1]
    assert "passwd" not in opened and "secret" not in opened
    assert all(f'"{name}"' in opened for name in ("input.tex", "yaml.md", "picture.md"))
    assert not (folder / "owned").exists()
