"""Several entrants timed in turn, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Timing", "interleaved"]

ROUNDS = (5, 15)
"""At least and at most so many timings of each entrant."""


@dataclass(frozen=True)
class Timing:
    """Seconds for one unit of work."""

    median: float
    least: float
    most: float
    runs: int


def interleaved(entrants: Mapping[str, Callable[[], float]], seconds: float) -> tuple[dict[str, Timing], float]:
    """Each entrant gives its seconds for a unit; they take turns for about so long. Also the part of the processors
    that other processes used meanwhile (0 where the system does not say)."""
    found: dict[str, list[float]] = {name: [] for name in entrants}
    began, busy, own = time.perf_counter(), _busy(), _own()
    for round in range(ROUNDS[1]):
        if round >= ROUNDS[0] and time.perf_counter() - began > seconds:
            break
        if round >= 3 and time.perf_counter() - began > 2 * seconds:  # much slower than planned
            break
        for name, run in entrants.items():
            found[name].append(run())
    passed = time.perf_counter() - began
    others = max(0.0, (_busy() - busy) - (_own() - own)) / passed if busy else 0.0
    timings = {
        name: Timing(statistics.median(values), min(values), max(values), len(values)) for name, values in found.items()
    }
    return timings, others


def _busy() -> float:
    """Seconds of processor that all processes have used together."""
    try:
        values = [int(v) for v in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return 0.0
    user, nice, system, _, _, irq, soft, steal = values
    return (user + nice + system + irq + soft + steal) / 100


def _own() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)
