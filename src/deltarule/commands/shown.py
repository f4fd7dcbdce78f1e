"""One row in full, as it is shown: a derivation, and lines of text before and after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deltarule.calculus.derivation import Derivation
from deltarule.commands.printing import deliver, in_style
from deltarule.writing.terminal import plain, print_derivation

__all__ = ["Shown", "heading"]


@dataclass(frozen=True)
class Shown:
    """A derivation for people, `data` for programs; `after` gives blocks of lines, each with a heading."""

    derivation: Derivation | None
    data: Callable[[], dict[str, Any]]
    after: Sequence[tuple[str, Sequence[str]]] = ()
    title: str = ""
    """Stands where there is no derivation."""

    def print(self) -> None:
        """On standard output, in colour where that is wanted."""
        if self.derivation is not None:
            print_derivation(self.derivation)
        deliver(self._blocks(in_style))

    def text(self) -> str:
        """The same without colour."""
        head = plain(self.derivation) if self.derivation is not None else ""
        return head + self._blocks(lambda text, *_: text)

    def _blocks(self, style: Callable[..., str]) -> str:
        out = [] if self.derivation is not None else heading(self.title, style, 1)
        for title, lines in self.after:
            out += ["", *heading(title, style), *lines]
        return "\n".join(out) + "\n" if out else ""


def heading(title: str, style: Callable[..., str], level: int = 2) -> list[str]:
    """As in the terminal form of a derivation."""
    rule = ("═" if level == 1 else "─") * len(title)
    return [style(title, "bold", *(["cyan"] if level == 2 else [])), style(rule, "dim")]
