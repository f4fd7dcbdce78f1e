"""How long it takes to check documents: 90 equalities warm, 10,000 in one call, whether the time grows linearly.

python -m benchmarks.checking
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.derivation import TWO_TWO_ONE, Figure

import deltarule as dr
from deltarule.checking.core.rows import CheckedDocument
from deltarule.checking.files import check_files, check_text

EQUALITIES = 10_000

HEAD = """# A neuron

With $z = w x + b$, $\\hat y = \\frac{1}{1 + e^{-z}}$ and $L = -y \\log \\hat y - (1 - y) \\log(1 - \\hat y)$:
"""
ROWS = (
    "$$\\frac{\\partial L}{\\partial \\hat y} = -\\frac{y}{\\hat y} + \\frac{1 - y}{1 - \\hat y}$$",
    "$$\\frac{\\partial \\hat y}{\\partial z} = \\hat y (1 - \\hat y)$$",
    "so that $\\frac{\\partial L}{\\partial z} = \\hat y - y$ and",
    "$$\\frac{\\partial L}{\\partial w} = \\frac{\\partial L}{\\partial z} \\frac{\\partial z}{\\partial w} "
    "= (\\hat y - y) x$$",
    "$$\\frac{\\partial L}{\\partial b} = \\hat y - y$$",
    "$$(1 + z)^2 = 1 + 2z + z^2$$",
)
PER_ROUND = 7
"""Equalities of one round of ROWS."""


def document(equalities: int) -> str:
    """A document of about so many equalities that all hold."""
    return HEAD + "\n".join("\n".join(ROWS) for _ in range(equalities // PER_ROUND))


def realistic() -> str:
    """About 90 equalities of a two-layer network, weight by weight."""
    return dr.Network(TWO_TWO_ONE).derive(detail="component").to_markdown()


def seconds(equalities: int) -> tuple[float, CheckedDocument]:
    """Seconds of the processor: what else the machine does would only add to those that passed."""
    text = document(equalities)
    began = time.process_time()
    checked = check_text(text)
    return time.process_time() - began, checked


def warm(text: str, runs: int = 3) -> float:
    """The shortest of several runs, in seconds of the processor, after one that is not counted."""
    check_text(text)
    times: list[float] = []
    for _ in range(runs):
        began = time.process_time()
        check_text(text)
        times.append(time.process_time() - began)
    return min(times)


def several(folder: Path, jobs: int) -> float:
    """Seconds for eight files of 250 equalities each."""
    names = []
    for k in range(8):
        path = folder / f"{k}.md"
        path.write_text(document(250))
        names.append(str(path))
    began = time.perf_counter()
    for checked in check_files(names, jobs=jobs):
        assert set(checked.summary) == {"definition", "proved"}, checked.summary
    return time.perf_counter() - began


def figures() -> list[Figure]:
    text = realistic()
    rows = len(check_text(text).rows)
    took = warm(text)
    small, _ = seconds(EQUALITIES // 10)
    large, checked = seconds(EQUALITIES)
    proved = checked.summary.get("proved", 0)
    with tempfile.TemporaryDirectory() as folder:
        one, two = (several(Path(folder), jobs) for jobs in (1, 2))
    return [
        Figure("90 equalities of a derivation, warm, processor", took * 90 / rows, "s", 1.0, f"{rows} in {took:.2f} s"),
        Figure(f"{EQUALITIES:,} equalities in one call, processor", large, "s", None, f"{proved:,} proved"),
        Figure("a row of them", large / len(checked.rows) * 1e3, "ms"),
        Figure("ten times as many equalities take", large / small, "times as long", 13.0, "10 is linear"),
        Figure("8 files of 250 equalities, 1 process", one, "s"),
        Figure("8 files of 250 equalities, 2 processes", two, "s", None, f"{one / two:.1f} times as fast"),
    ]


def section() -> tuple[str, bool]:
    """The section of docs/performance.md, and whether every goal was met."""
    found = figures()
    lines = ["## Checking documents", "", "| what | figure | goal | met | |", "|---|---:|---|---|---|"]
    return "\n".join([*lines, *(figure.row for figure in found), ""]), all(figure.met for figure in found)


def main() -> int:
    text, met = section()
    print(text)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
