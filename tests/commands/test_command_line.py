"""The commands as a whole: help, examples, completion, what is unknown, where output goes."""

from __future__ import annotations

import importlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import deltarule
from deltarule.commands import main
from deltarule.commands.command_line import COMMANDS, SHELLS

every_command = pytest.mark.parametrize("command", COMMANDS)
COMMAND = [sys.executable, "-m", "deltarule"]

FILES = {
    # what some examples read
    "solution.md": "With $y = a + b$:\n\n$$y^2 = a^2 + 2ab + b^2$$\n",
    "answer.md": "$$(x + 1)^2 = x^2 + 2x + 1$$\n",
    "notes.tex": "\\[(x + 1)^2 = x^2 + 2x + 1\\]\n",
}


def examples(command: str) -> list[tuple[str, str]]:
    return list(importlib.import_module(f"deltarule.commands.{command}").EXAMPLES)


def test_the_version_is_that_of_the_package(run):
    assert run("--version").out == f"deltarule {deltarule.__version__}\n"


def test_no_command_is_answered_by_the_help(run):
    outcome = main([]), run("--help")
    assert outcome[0] == 0
    assert all(name in outcome[1].out for name in COMMANDS)


@every_command
def test_help_says_what_the_command_does_and_shows_its_examples(run, command):
    outcome = run(f"{command} --help")
    assert outcome.code == 0 and outcome.error == ""
    assert COMMANDS[command][1:] in outcome.out.replace("\n", " ")
    assert "examples:" in outcome.out
    assert all(line in outcome.out for line, _ in examples(command))


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "tour"])
def test_every_example_of_the_help_runs(run, folder, command):
    for name, text in FILES.items():
        (folder / name).write_text(text)
    for line, words in examples(command):
        if re.search(r"[|<]\s|\*\.", line):  # for a shell to read
            environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c", line], cwd=folder, env=environment, capture_output=True, check=False
            )
            code, out, error = done.returncode, done.stdout.decode(), done.stderr.decode()
        else:
            outcome = run(line.removeprefix("deltarule "))
            code, out, error = outcome.code, outcome.out, outcome.error
        assert code == (1 if "a false one" in words else 0), (line, error)
        target = re.search(r" -o (\S+)", line)
        assert out or (target and (folder / target.group(1)).exists()), line


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_the_commands_and_their_options(run, shell):
    outcome = run(f"--print-completion {shell}")
    assert outcome.code == 0
    assert all(name in outcome.out for name in COMMANDS)
    assert "--learning-rate" in outcome.out or shell == "tcsh"  # shtab completes no options there


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_accepts_its_completion(run):
    script = run("--print-completion bash").out
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("derve softmax", "did you mean derive"),
        ("frobnicate", "there are derive, train"),
        ("derive softmax --detial index", "unknown option --detial; did you mean --detail"),
        ("derive softmax --detail indx", "did you mean index?"),
        ("derive", "something is missing: NETWORK"),
        ("derive linear(2, 1)", "quotation marks"),
        ("--verson", "did you mean --version"),
        ("train iris --epochs many", "an integer in [1, inf)"),
        ("show sigmod", "did you mean sigmoid"),
        ("show sigmoid --route recipocal", "did you mean reciprocal?; its routes: quotient, reciprocal"),
        ("identities --use stabel", "did you mean stable?"),
    ],
)
def test_what_is_unknown_is_answered_by_what_is_near(refused, line, words):
    assert words in refused(line)


def test_an_option_is_not_guessed_from_its_beginning(refused):
    assert "unknown option --det" in refused("derive softmax --det index")


@pytest.mark.parametrize("line", ["derive softmax", "modules", "show sgd", "data iris", "emit 'linear(2, 1) -> bce'"])
def test_output_to_a_file_is_what_standard_output_would_have(run, folder, monkeypatch, line):
    monkeypatch.setenv("COLUMNS", "80")
    printed = run(line).out
    assert run(f"{line} -o out").out == ""
    assert (folder / "out").read_text(encoding="utf-8") == printed
    assert [p.name for p in folder.iterdir()] == ["out"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("line", ["derive softmax", "functions", "data iris --format csv"])
def test_a_full_disk_is_said_plainly(refused, line):
    assert "no space left on device" in refused(f"{line} -o /dev/full")
    assert Path("/dev/full").is_char_device()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_said_too():
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, "losses"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "deltarule: output: no space left on device\n"


def test_a_reader_that_has_enough_is_no_error():
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m deltarule functions --format json | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "{\n0\n" and done.stderr == ""


def test_a_missing_folder_is_said(refused):
    assert "cannot write" in refused("derive softmax -o none/out")


def test_an_output_that_shows_no_unicode_gets_ascii(folder):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([*COMMAND, "derive", "sigmoid"], capture_output=True, env=environment, check=False)
    assert done.returncode == 0 and done.stdout.isascii()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    encoding = "utf-8"


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
@pytest.mark.parametrize("command", ["derive softmax", "modules", "show sgd"])
def test_colour_is_for_terminals_without_no_color(folder, monkeypatch, no_colour, coloured, command):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_colour)
    assert main(command.split()) == 0
    assert ("\033[" in screen.getvalue()) == coloured


def test_no_colour_where_nobody_looks(run):
    assert "\033[" not in run("modules").out + run("derive softmax").out


@pytest.mark.parametrize("command", ["modules", "losses", "optimisers", "functions", "identities", "data"])
def test_tables_fit_80_columns(run, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, run(command).out.splitlines())) <= 80


def test_a_fault_of_our_own_shows_no_traceback_but_the_way_to_one(run, monkeypatch):
    def fault(options: object) -> int:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("deltarule.commands.losses.run", fault)
    outcome = run("losses")
    assert outcome.code == 2 and "ZeroDivisionError: oops" in outcome.error and "DELTARULE_TRACEBACK=1" in outcome.error
    monkeypatch.setenv("DELTARULE_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["losses"])


@pytest.mark.parametrize(("error", "code", "words"), [
    (KeyboardInterrupt(), 130, "interrupted"),
    (MemoryError(), 2, "not enough memory"),
    (RecursionError(), 2, "nested too deeply"),
    (OSError(28, "No space left on device", "a.csv"), 2, "a.csv: no space left on device"),
])  # fmt: skip
def test_what_the_machine_says_is_one_message(run, monkeypatch, error, code, words):
    def fail(options: object) -> int:
        raise error

    monkeypatch.setattr("deltarule.commands.losses.run", fail)
    outcome = run("losses")
    assert outcome.code == code and words in outcome.error and "Traceback" not in outcome.error


def test_a_command_imports_nothing_that_it_does_not_need():
    """`derive` from a cold shell has no time for NumPy, and `--version` none for argparse."""
    program = "import sys; from deltarule.commands import main; main({!r}); print(*sys.modules, file=sys.stderr)"

    def loaded(*arguments: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", program.format(list(arguments))], capture_output=True, text=True, check=True
        )
        return set(done.stderr.split())

    assert not {"argparse", "numpy", "deltarule.api"} & loaded("--version")
    heavy = {"numpy", "scipy", "sklearn", "matplotlib", "rich", "shtab", "jax", "pandas"}
    assert not heavy & loaded("derive", "linear(2, 1) -> sigmoid -> bce")
    assert not heavy & loaded("modules", "--help")
