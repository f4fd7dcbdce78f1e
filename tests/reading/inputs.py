r"""Any input at all for the readers, by number: the same number is the same input on every machine.

Run as a script over some numbers, it reads each under limits on time and memory and says which were too much:

    python tests/reading/inputs.py FIRST COUNT [PROGRESS_FILE]

Half of the inputs are documents of the project with places changed, cut, doubled and spliced; the others are grown from
pieces of TeX, Markdown, HTML and JSON, from derivations in a little grammar, or are bytes.
"""
# ruff: noqa: E501 - a list of pieces

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from deltarule import Network
from deltarule.language.errors import DeltaruleError
from deltarule.language.notation import parse_equations, parse_shapes
from deltarule.reading.characters import UNICODE
from deltarule.reading.documents import decode, read_document
from deltarule.reading.segments import Math
from deltarule.reading.signs import ACCENTS, COMMANDS, STYLES
from deltarule.reading.statements import read_expression, read_statements, rows
from deltarule.reading.tokens import Unreadable

DOCUMENTS = Path(__file__).parents[1] / "documents"
LONGEST = 2_000
"""Bytes of an input, except for one in four hundred, which has up to forty times as many."""
SECONDS = 2.0
"""Of processor time for an input, and as much again for every 20,000 bytes of it."""
MEMORY = 256 << 20
"""Bytes that a process may take beyond what it took before its first input."""

PIECES = [
    *(f"\\{name} " for name in [*COMMANDS, *ACCENTS, *STYLES]), *UNICODE,
    *"{}()[]|^_&'’=+-*/.,;:<>!~%#$@ \n0123abxyzdWLT",
    "$$", "\\\\", "\\left", "\\right", "\\left(", "\\right)", "\\left.", "\\right|", "\\begin{align}", "\\end{align}",
    "\\begin{cases}", "\\end{cases}", "\\begin{bmatrix}", "\\end{bmatrix}", "\\begin{array}{c}", "\\end{array}",
    "\\begin{aligned}", "\\end{aligned}", "\\text{if }", "\\text{a $x$ b}", "\\tag{1}", "\\[", "\\]", "\\(", "\\)", "```math\n",
    "\n```\n", "\\newcommand{\\a}[1]{", "\\def\\b", "\\a", "\\operatorname{", "\\underset{", "\\frac", "\\sqrt[", "\\quad ",
    "\\big|", "\\substack{", "\\stackrel{", "\\boxed{", "\\textcolor{red}{", "\\not", "\\arg\\max", "损失", "é", "\\", "#1",
    "\\mathrm{d}", "\\partial ", "log", "softmax", "loss",
]  # fmt: skip
AROUND = [
    "---\ntitle: &a [*a, !!python/object:os.system x]\n---\n", "# Loss\n", "\n\n", "\n- ", "\n1. ", "> ", "| a | b |\n|---|---|\n",
    "```python\n", "~~~\n", "```{math}\n:label: e\n", "$`", "`$", "<!--", "-->", "<script type=\"math/tex\">", "</script>",
    "<pre>", "</pre>", "<code>", "</code>", "<annotation encoding=\"application/x-tex\">", "</annotation>", "<h2 class='x'>", "</h2>",
    "&lt;", "&#36;", "<br/>", "\\documentclass{article}", "\\begin{document}", "\\end{document}", "\\section{", "\\input{/etc/passwd}",
    "\\begin{verbatim}", "\\end{verbatim}", "\\verb|", "%", "\\DeclareMathOperator{\\s}{s}", "\\let\\a=", "\\newcommand", "where ",
    "Let ", "with ", "for $i = j$, ", "assume ", "column vector ", "\r\n", "\t", "\u2028", "\ufeff", "\x0c", "\u0301", "\U0001d465", "\ud7ff",
    "Front\tBack", "::", "<anki-mathjax>", "</anki-mathjax>", "[$]", "[/$]", "{{c1::", "}}", "\\cite{a}", "\\ref{e}", "\\label{e}",
    "\\renewcommand{\\vec}[1]{\\mathbf{#1}}", "\\require{cancel}", "\\htmlClass{x}{", "\\begin{equation}", "\\end{equation}",
]  # fmt: skip
NOTATION = [
    *"()[]{}+-*/@=<>,;:.'\"_ \n0123456789", "x", "W", "y_hat", " -> ", "linear(2, 3)", "sigmoid", "tanh(", "softmax(", "log(", "sum(", ".T",
    "**", "W @ x + b", "where(", "grad(", "__import__('os')", "lambda: ", "1e999", "0x10", "9" * 50, "[i]", "[i, j]", "L = ", "and ", "not ",
    "x: n", "W: h n", "é", "²", "\\", "#", "maximum(", "axis=0", "bce", "\x00", "'''", "f'{x}'", "if ", "else ", ":=",
]  # fmt: skip
TEXTS = (
    "z = W @ x + b; y = sigmoid(z)", "linear(2, 3) -> tanh -> linear(3, 1) -> sigmoid -> bce", "L = sum((z - y)**2) / n", "W: h n, x: n, b:",
    "linear(n, h, bias=False) -> leaky_relu(slope=0.1) -> softmax -> cross_entropy", "h = maximum(0, x)\ny = h.T @ W.T - 2.5*b**-1",
    "y = where(b > 0, x, -x)", "a = log(1 + exp(-b)) + abs(x) * x / norm(x)",
)  # fmt: skip
ENDINGS = (".md", ".md", ".md", ".tex", ".tex", ".html", ".ipynb", ".ipynb", ".txt", ".card", "-", "notation")

ATOMS = [
    "x",
    "y_i",
    r"\hat{y}",
    r"\sigma(z)",
    "W^T",
    "2",
    r"\mathbf{h}^{(1)}",
    r"\frac{\partial L}{\partial w}",
    "f'",
    "e^{-z}",
]


def formula(r: Random, depth: int) -> str:
    if depth <= 0:
        return r.choice(ATOMS)
    a, b = (formula(r, depth - 1 - r.randrange(2)) for _ in range(2))
    return r.choice((
        f"{a} + {b}", f"({a}) \\cdot ({b})", f"\\frac{{{a}}}{{{b}}}", f"-\\log({a})", f"\\sum_{{k=1}}^n \\left({a}\\right)",
        f"\\begin{{bmatrix}} {a} \\\\ {b} \\end{{bmatrix}}", f"|{a}|^{{2}}", f"\\underbrace{{{a}}}_{{{b}}}", f"{a} = {b}",
        f"{{{a}}}^{{{b}}}", f"\\begin{{cases}} {a} & {b} > 0 \\\\ 0 & \\text{{otherwise}} \\end{{cases}}", f"\\frac{{d}}{{d x}}[{a}]",
    ))  # fmt: skip


@cache
def corpus() -> tuple[bytes, ...]:
    return tuple(f.read_bytes() for f in sorted(DOCUMENTS.iterdir()) if f.suffix in {".md", ".tex", ".html", ".ipynb"})


def soup(r: Random) -> str:
    pieces = r.choice((PIECES, PIECES, [*PIECES, *AROUND], AROUND, NOTATION))
    body = "".join(r.choices(pieces, k=r.randrange(1, 60)))
    return r.choice((f"$${body}$$", f"${body}$", body, f"\\[{body}\\]", f"\\begin{{align}}{body}\\end{{align}}"))


def derivation(r: Random) -> str:
    rows_ = [f"{formula(r, r.randrange(3))} = {formula(r, r.randrange(4))}" for _ in range(r.randrange(1, 5))]
    return "".join(
        f"{r.choice(AROUND)}$${row}$$" if r.random() < 0.7 else f"{r.choice(AROUND)} ${row}$ " for row in rows_
    )


def nested(r: Random) -> str:
    first, last = r.choice((
        ("{", "}"), ("(", ")"), ("\\left(", "\\right)"), ("\\frac{", "}{2}"), ("x_{", "}"), ("\\sqrt[", "]{x}"), ("[", "]"),
        ("\\begin{bmatrix}", "\\end{bmatrix}"), ("\\text{", "}"), ("|", "|"), ("-", ""), ("\\newcommand{\\a}{", "}"), ("<b>", "</b>"),
        ('{"cells": [', "]}"), ("$", "$"), ("`", "`"), ("\\hat ", ""), ("x'", ""), ("> ", ""), ("\\frac", "{"), ("^", ""), ("\\not", ""),
        ("f(", ")"), ("\\sum_{i} ", ""), ("x = ", "y"), ("\\def\\a{\\a", "}\\a"), ("not ", ""), ("x if ", " else y"), ("**-", "x"),
    ))  # fmt: skip
    times = r.choice((3, 20, 100, 400))
    body = first * times + r.choice(("x", "", "x = 1", "\\\\")) + last * (times - r.randrange(3) * r.randrange(times))
    return r.choice((f"$${body}$$", body, f"${body} = 1$"))


def changed(r: Random, data: bytes) -> bytes:
    """One place of the bytes changed."""
    if not data:
        return b"$"
    at, length = r.randrange(len(data)), min(r.choice((1, 1, 2, 5, 20, 80)), len(data))
    piece = data[at : at + length]
    match r.randrange(9):
        case 0:
            return data[:at] + data[at + length :]
        case 1:
            return data[:at] + piece * r.choice((2, 2, 3, 30)) + data[at + length :]
        case 2:
            return data[:at] + bytes([r.randrange(256)]) + data[at + 1 :]
        case 3:
            other = r.choice(corpus())
            start = r.randrange(len(other))
            return data[:at] + other[start : start + r.choice((5, 40, 200))] + data[at:]
        case 4:
            to = r.randrange(len(data))
            return data[:to] + piece + data[to:]
        case 5:
            return data[:at] + r.choice(b"{}$\\_^&()[]|'\"=<>`#%\n,~").to_bytes(1, "big") + data[at + r.randrange(2) :]
        case 6:
            return data[:at]
        case _:
            return data[:at] + r.choice((PIECES, AROUND))[r.randrange(60)].encode() + data[at:]


def notebook(r: Random, text: str) -> str:
    cells: list[object] = [
        {"cell_type": "markdown", "source": text},
        {"cell_type": "code", "source": ["import os"]},
        {"cell_type": "markdown", "source": text.splitlines(keepends=True)},
        {"cell_type": "markdown"}, {}, 3, {"cell_type": "markdown", "source": 4}, {"cell_type": ["markdown"], "source": None},
    ]  # fmt: skip
    chosen = r.choices(cells, weights=(6, 3, 6, 1, 1, 0.2, 0.2, 0.2), k=r.randrange(1, 4))
    return json.dumps({"cells": chosen, "nbformat": 4}, ensure_ascii=r.random() < 0.5)


def notation(r: Random) -> str:
    """Equations and networks of the command line, with up to five places changed; or pieces of such."""
    if r.random() < 0.3:
        return "".join(r.choices(NOTATION, k=r.randrange(1, 25)))
    text = r.choice(TEXTS)
    for _ in range(r.randrange(1, 6)):
        at = r.randrange(len(text) + 1)
        text = text[:at] + r.choice(("", r.choice(NOTATION), text[: r.randrange(20)])) + text[at + r.randrange(4) :]
    return text


def drawn(number: int) -> tuple[bytes, str]:
    """The input of a number: bytes and the name of the file, or `notation` for what is no document."""
    r = Random(f"input {number}")
    ending = r.choice(ENDINGS)
    longest = LONGEST * 40 if r.random() < 1 / 400 else LONGEST
    kind = r.random()
    if kind < 0.5:
        whole = r.choice(corpus())
        start = r.randrange(len(whole)) if r.random() < 0.5 or len(whole) > longest else 0
        data = whole[start : start + r.choice((200, 600, longest))]
        for _ in range(r.choice((1, 1, 2, 4, 10))):
            data = changed(r, data)
        if ending == "notation":
            data = notation(r).encode()
        if ending == ".ipynb" and r.random() < 0.8:
            data = notebook(r, data.decode(errors="ignore")).encode()
            longest *= 4
    else:
        if kind < 0.75:
            text = "".join(soup(r) for _ in range(r.choice((1, 1, 2, 4))))
        elif kind < 0.87:
            text = derivation(r)
        elif kind < 0.95:
            text = nested(r) + (soup(r) if r.random() < 0.3 else "")
        else:
            text = "".join(
                chr(r.choice((r.randrange(32, 127), r.randrange(0xD7FF), r.randrange(0xE000, 0x110000))))
                for _ in range(r.randrange(80))
            )
        if ending == "notation":
            text = notation(r) if r.random() < 0.8 else text
        if longest > LONGEST:
            text = (text + r.choice(("", "\n\n", " "))) * (longest // max(1, len(text)))
        if ending == ".ipynb" and r.random() < 0.9:
            text = notebook(r, text)
        data = text.encode(r.choice(("utf-8",) * 30 + ("utf-16", "utf-8-sig", "utf-16-le")), "surrogatepass")
        if kind > 0.99:
            data = r.randbytes(r.randrange(200))
    return data[:longest], ending if ending in {"-", "notation"} else f"x{ending}"


def read(data: bytes, name: str) -> str:
    """Read an input as the program would; what became of it. Raises AssertionError for a place that is not in the text."""
    try:
        text = decode(data, name)
        if name == "notation":
            return read_notation(text)
        document = read_document(text, name)
    except DeltaruleError as error:
        assert str(error).strip()
        return "refused"
    length = len(document.text)
    end = 0
    for segment in document.segments:
        assert end <= segment.start <= segment.end <= length
        end = segment.end
        if isinstance(segment, Math):
            assert segment.start <= segment.body_start <= segment.body_end <= segment.end
    for problem in document.problems:
        assert problem.message and 0 <= problem.offset <= length
    unread = found = 0
    for row in rows(read_statements(document)):
        found += 1
        for side in (row.left, row.right):
            assert side.tree is not None or side.problem or row.statement.opens or row.statement.continues
            assert 0 <= side.start <= side.end <= length
            unread += side.tree is None
        assert document.place(row.right.start).line >= 1
    return "no rows" if not found else "unread" if unread else "rows"


def read_notation(text: str) -> str:
    """The readers of the command line's own notation."""
    answered = "notation refused"
    readers: list[Callable[[str], object]] = [
        lambda one: parse_equations(f"a = {one}", "x: n, W: n n, b: n"), parse_equations, parse_shapes, read_expression, Network,
    ]  # fmt: skip
    for reader in readers:
        try:
            reader(text)
            answered = "notation"
        except (DeltaruleError, Unreadable) as error:
            assert str(error).strip()
    return answered


def main(first: int, count: int, progress: str = "") -> int:
    """Read the inputs from `first` on; what is wrong with any of them is printed, and 1 is returned."""
    out: Counter[str] = Counter()
    wrong = 0
    limit = address_space() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    signal.signal(signal.SIGPROF, too_long)
    file = os.open(progress, os.O_WRONLY | os.O_CREAT) if progress else None
    slowest = (0.0, -1)
    for number in range(first, first + count):
        if file is not None:
            os.pwrite(file, f"{number:12}".encode(), 0)  # what a process that is killed was at
        data, name = drawn(number)
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS * (1 + len(data) / 20_000))
        try:
            out[read(data, name)] += 1
        except BaseException as error:  # TooLong, MemoryError, RecursionError and all others
            if isinstance(error, KeyboardInterrupt):
                raise
            wrong += 1
            print(f"input {number} ({name}): {type(error).__name__}: {error}"[:300], flush=True)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, (time.process_time() - begun, number))
    counts = {"inputs": count, **out, "wrong": wrong, "slowest": slowest, "peak MiB": peak() >> 20}
    print(json.dumps(counts), flush=True)
    return 1 if wrong else 0


class TooLong(BaseException):
    """More processor time than an input has; no `except Exception` may swallow it."""


def too_long(*_: object) -> None:
    raise TooLong


def peak() -> int:
    """The most bytes that this program took. In Linux `ru_maxrss` also counts what the one that started it took."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM:"))


def address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:4]))
