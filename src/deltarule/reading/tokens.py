"""What a formula is made of: tokens with their places, and which brackets belong together."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Token", "Unreadable", "pairs"]


class Unreadable(Exception):
    """What cannot be read, and where. It never leaves the package: it becomes a Problem."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message, self.offset = message, offset


@dataclass(frozen=True, slots=True)
class Token:
    """One sign. kind says what it does, text which one it is; accents and style belong to names."""

    kind: str
    text: str
    start: int
    end: int
    style: str = ""
    accents: tuple[str, ...] = ()


def pairs(tokens: list[Token]) -> list[int]:
    """For every bracket, brace, \\begin its partner and the other way round; -1 for what has none.

    Braces and environments close only themselves; brackets may mix ([0, 1)), but only those of one brace group pair.
    """
    partner = [-1] * len(tokens)
    frames: list[tuple[int, list[int]]] = [(-1, [])]  # an open brace or environment, and the brackets open inside it
    for k, token in enumerate(tokens):
        opened, brackets = frames[-1]
        match token.kind:
            case "{" | "begin":
                frames.append((k, []))
            case "open":
                brackets.append(k)
            case "}" | "end" if opened >= 0 and _closes(tokens[opened], token):
                partner[k], partner[opened] = opened, k
                frames.pop()
            case "close" if brackets and _fit(tokens[brackets[-1]].text, token.text):
                partner[k] = brackets.pop()
                partner[partner[k]] = k
    return partner


def _closes(opened: Token, closed: Token) -> bool:
    return (opened.kind == "{") == (closed.kind == "}") and (closed.kind == "}" or opened.text == closed.text)


def _fit(opened: str, closed: str) -> bool:
    return opened == closed or "." in (opened, closed) or {opened, closed} == {"(", "["}
