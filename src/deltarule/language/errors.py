"""Errors made for people: what was wrong, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["DeltaruleError", "NotationError", "ShapeError", "nearest"]


class DeltaruleError(ValueError):
    """Wrong input from a user. The command line prints it without a traceback and exits with 2."""


class NotationError(DeltaruleError):
    """Text that cannot be read: the message, the line with a caret under the place, and a remedy."""

    def __init__(self, message: str, text: str = "", position: int | None = None, remedy: str = "") -> None:
        self.message, self.text, self.position, self.remedy = message, text, position, remedy
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        lines = [self.message]
        if self.position is not None and self.text:
            start = self.text.rfind("\n", 0, self.position) + 1
            end = self.text.find("\n", self.position)
            line = self.text[start : len(self.text) if end < 0 else end]
            column = self.position - start
            left = max(0, column - 60)  # a window: a line can be 100,000 characters long
            number = self.text.count("\n", 0, self.position) + 1
            lines += [f"  line {number}, column {column + 1}", "  " + line[left : left + 76]]
            lines.append("  " + " " * (column - left) + "^")
        if self.remedy:
            lines.append(self.remedy)
        return lines


class ShapeError(NotationError):
    """Axes that do not fit: the expression, its axes and their sizes are in the message."""


def nearest(name: str, names: Iterable[str]) -> str:
    """'; did you mean …?' for the known names closest to an unknown one, or an empty string."""
    found = difflib.get_close_matches(name.lower(), list(names), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(found)}?" if found else ""
