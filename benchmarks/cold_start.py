"""Seconds from a cold shell: the best of several runs of each command, each a new process, and what of it is computing.

python -m benchmarks.cold_start
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

NETWORK = "linear(2, 2) -> relu -> linear(2, 1) -> sigmoid -> bce"
RUNS = 7

COMMANDS: dict[str, tuple[list[str], float | None]] = {
    # what is run, and the seconds that it may take
    "bare Python": (["-c", "pass"], None),
    "import deltarule": (["-c", "import deltarule"], None),
    "deltarule --version": (["-m", "deltarule", "--version"], None),
    "deltarule --help": (["-m", "deltarule", "--help"], None),
    "deltarule derive": (["-m", "deltarule", "derive", NETWORK], 0.5),
    "deltarule modules": (["-m", "deltarule", "modules"], None),
    "deltarule functions": (["-m", "deltarule", "functions"], None),
}
IMPORT_LIMIT = 0.15
"""Seconds that `import deltarule` may add to bare Python."""

_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Modules are compiled once, as everywhere; the first run does it."""


def seconds(arguments: list[str], runs: int = RUNS) -> tuple[float, float]:
    """The shortest of several runs, the others waited for something else: seconds passed, seconds of processor."""
    passed, computed = float("inf"), float("inf")
    for _ in range(runs):
        began, before = time.perf_counter(), os.times()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True, env=_ENVIRONMENT)
        after = os.times()
        passed = min(passed, time.perf_counter() - began)
        used = after.children_user + after.children_system - before.children_user - before.children_system
        computed = min(computed, used)
    return passed, computed


def measured() -> dict[str, tuple[float, float]]:
    """Seconds passed and seconds of processor, by command."""
    return {name: seconds(arguments) for name, (arguments, _) in COMMANDS.items()}


def main() -> int:
    found = measured()
    slow = []
    print(f"{'':22} {'passed':>8} {'processor':>10} {'limit':>8}")
    for name, (took, computed) in found.items():
        limit = COMMANDS[name][1]
        if name == "import deltarule":
            limit = found["bare Python"][0] + IMPORT_LIMIT
        print(f"{name:22} {took:6.3f} s {computed:8.3f} s" + (f" {limit:6.3f} s" if limit else ""))
        if limit is not None and took > limit:
            slow.append(name)
    if slow:
        print(f"too slow: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
