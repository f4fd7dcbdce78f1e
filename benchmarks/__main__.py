"""All benchmarks in one run: writes docs/performance.md, says what is over its goal.

python -m benchmarks
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from benchmarks import checking, derivation, tables
from benchmarks.machine import facts

SECTIONS = (derivation.section, checking.section, tables.section)
"""Each gives its section as Markdown, and whether every goal in it was met."""

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> int:
    machine = facts()
    found = [section() for section in SECTIONS]
    head = f"Written by `make bench` on {date.today().isoformat()}; times are the shortest of several runs."
    text = "\n".join(["# Performance", "", head, "", *machine, "", *(section for section, _ in found)])
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text.rstrip() + "\n", encoding="utf-8")
    print(text)
    print(f"wrote {PAGE}")
    if not all(met for _, met in found):
        print("some goals were not met: see the rows with **no**", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
