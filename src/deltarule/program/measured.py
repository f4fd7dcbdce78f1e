"""The errors that were measured, as `tools/accuracy.py` left them: what `show` and the documentation say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["FILE", "Measured", "every_float32", "measured", "said", "said_count"]

FILE = Path(__file__).with_name("accuracy.json")

every_float32 = 2 * 0x7F800000
"""So many float32 numbers are finite."""


@dataclass(frozen=True)
class Measured:
    """The largest error of one subject on one engine under one policy, float32."""

    subject: str
    engine: str
    policy: str
    ulps: float
    """Units in the last place; infinite where a result is NaN and should not be."""
    at: float
    """The argument at which the error is that."""
    inputs: int
    """How many arguments were tried."""


@lru_cache(maxsize=1)
def _all() -> tuple[Measured, ...]:
    rows = json.loads(FILE.read_text(encoding="utf-8"))["rows"] if FILE.is_file() else []
    return tuple(Measured(**row | {"ulps": float(row["ulps"])}) for row in rows)


def measured(subject: str | None = None) -> list[Measured]:
    """What was measured of a subject (`sigmoid`, `sigmoid′`), or all of it."""
    return [m for m in _all() if subject is None or m.subject == subject]


def said(ulps: float) -> str:
    """An error as a person reads it."""
    if ulps < 0.005:
        return "exact"
    if ulps < 1000:
        return f"{ulps:.2f}" if ulps < 100 else f"{ulps:.0f}"
    return "not finite" if ulps == float("inf") else f"{ulps:.1e}".replace("e+0", "e").replace("e+", "e")


def said_count(inputs: int) -> str:
    return "every float32 number" if inputs == every_float32 else f"{inputs:,} float32 numbers"
