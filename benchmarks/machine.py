"""What was measured on what: the facts that a figure means nothing without."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("deltarule", "python-flint", "numpy", "scipy", "scikit-learn", "jax", "torch", "sympy")

__all__ = ["facts"]


def facts() -> list[str]:
    """Lines of Markdown: processor, memory, load, versions."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return [
        f"- Processor: {_processor()}, {_processors()} usable cores, load {load} when the run began "
        "(above the number of cores, figures are too high)",
        f"- Memory: {_memory()}",
        f"- System: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"- Packages: {', '.join(f'{name} {_version(name)}' for name in PACKAGES)}",
    ]


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return "unknown"
    return f"{pages * size / 2**30:.0f} GiB"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"
