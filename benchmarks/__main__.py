"""Benchmarks: writes docs/performance.md, says what is over its goal.

python -m benchmarks               all of them
python -m benchmarks training ...  these alone; the other sections of the page stay as they are
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path

from benchmarks.machine import facts

SECTIONS = {
    # name: the heading of its section; `section()` of the module gives it as Markdown, and whether its goals were met
    "derivation": "Derivation and proof",
    "shelf": "Shelf",
    "checking": "Checking documents",
    "tables": "Tables",
    "large_files": "Files larger than memory, sparse tables",
    "estimators": "Estimators",
    "training": "Training",
    "convolution": "Convolution",
}

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
HEAD = """# Performance

Written by `make bench` (`python -m benchmarks training` renews one section); each section says when it was measured and
on what. Times are the shortest of several runs where nothing else is said.
"""


def main(names: list[str]) -> int:
    unknown = [n for n in names if n not in SECTIONS]
    if unknown:
        print(f"no benchmark is named {unknown[0]}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    kept = _sections(PAGE.read_text(encoding="utf-8")) if PAGE.is_file() else {}
    met = True
    for name in names or list(SECTIONS):
        about = [f"Measured on {date.today().isoformat()}.", "", *facts(), ""]
        section: Callable[[], tuple[str, bool]] = import_module(f"benchmarks.{name}").section
        text, good = section()
        met &= good
        heading, _, rest = text.partition("\n")
        text = "\n".join([heading, "", *about, rest.strip(), ""])
        print(text, flush=True)
        kept[SECTIONS[name]] = text
        order = [title for title in SECTIONS.values() if title in kept]
        order += [title for title in kept if title not in order]
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text("\n".join([HEAD, *(kept[title] for title in order)]).rstrip() + "\n", encoding="utf-8")
    print(f"wrote {PAGE}")
    if not met:
        print("some goals were not met: see the rows with **no**", file=sys.stderr)
    return 0


def _sections(page: str) -> dict[str, str]:
    """What stands under each heading of the second level, the heading included."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].removeprefix("## ").strip(): part for part in parts}


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    sys.exit(main(sys.argv[1:]))
