"""What is worth saying about data without ending anything: each thing once."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

__all__ = ["DataWarning", "Notes", "TrainingWarning", "heard_by"]


class DataWarning(UserWarning):
    """Something in the data that a person would want to know of."""


class TrainingWarning(UserWarning):
    """Something in a training that went wrong without ending it."""


def _warned(text: str, category: type[Warning]) -> None:
    """A Python warning, at the line outside this package that led to it."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("deltarule."):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, category, stacklevel=level)


_hearer: ContextVar[Callable[[str], object] | None] = ContextVar("hearer", default=None)
"""None: Python warnings."""


@contextmanager
def heard_by(hear: Callable[[str], object]) -> Iterator[None]:
    """Inside, what is said goes to `hear` instead of becoming Python warnings."""
    token = _hearer.set(hear)
    try:
        yield
    finally:
        _hearer.reset(token)


@dataclass
class Notes:
    """Says each thing once."""

    said: dict[Hashable, str] = field(default_factory=dict)

    def say(self, key: Hashable, text: str, category: type[Warning] = DataWarning) -> None:
        if key in self.said:
            return
        self.said[key] = text
        hear = _hearer.get()
        if hear is None:
            _warned(text, category)
        else:
            hear(text)
