"""Text of the notation before it is parsed: limits, brackets, statements; each piece knows where it stands."""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from deltarule.language.errors import NotationError

__all__ = ["MAX_DEPTH", "MAX_NODES", "MAX_TEXT", "Piece", "check_text", "parsed", "pieces"]

MAX_TEXT = 20_000
MAX_DEPTH = 100
MAX_NODES = 5_000

_CLOSES = {")": "(", "]": "[", "}": "{"}
_COMMENT = re.compile(r"#[^\n]*")
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Piece:
    """`text[start:end]`, without white space around it."""

    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return self.text[self.start : self.end]

    def part(self, start: int, end: int) -> Piece:
        """The part between two positions of the whole text, stripped."""
        body = self.text[start:end]
        return Piece(
            self.text, start + len(body) - len(body.lstrip()), max(start, end - len(body) + len(body.rstrip()))
        )

    def error(self, message: str, remedy: str = "", position: int | None = None) -> NotationError:
        return NotationError(message, self.text, self.start if position is None else position, remedy)


def check_text(text: str, what: str = "expression") -> str:
    """The text with comments blanked, after the checks that need no parser: length, characters, brackets, depth."""
    if len(text) > MAX_TEXT:
        raise NotationError(
            f"the {what} has {len(text):,} characters; the limit is {MAX_TEXT:,}", text, MAX_TEXT, "Name parts of it."
        )
    for position, character in enumerate(text):
        if character == "\0" or "\ud800" <= character <= "\udfff":
            raise NotationError(f"a character that is no text ({character!r})", text, position)
    text = _COMMENT.sub(lambda comment: " " * len(comment.group()), text)
    stack: list[int] = []
    for position, character in enumerate(text):
        if character in "([{":
            stack.append(position)
            if len(stack) > MAX_DEPTH:
                raise NotationError(f"brackets are nested deeper than {MAX_DEPTH}", text, position, "Name parts of it.")
        elif character in _CLOSES:
            if not stack:
                raise NotationError(
                    f"this `{character}` closes nothing", text, position, "Remove it, or open it before."
                )
            if text[stack[-1]] != _CLOSES[character]:
                raise NotationError(f"`{text[stack[-1]]}` is closed by `{character}`", text, position)
            stack.pop()
    if stack:
        raise NotationError(f"this `{text[stack[-1]]}` is never closed", text, stack[-1], "Add the closing bracket.")
    return text


def pieces(whole: Piece, separator: str) -> Iterator[Piece]:
    """The parts of a piece between separators (a regular expression) that stand outside brackets, also empty ones."""
    found = re.compile(rf"[(\[{{]|[)\]}}]|{separator}")
    depth, start = 0, whole.start
    for match in found.finditer(whole.text, whole.start, whole.end):
        if match.group() in {"(", "[", "{"}:
            depth += 1
        elif match.group() in {")", "]", "}"}:
            depth -= 1
        elif depth == 0:
            yield whole.part(start, match.start())
            start = match.end()
    yield whole.part(start, whole.end)


class Parsed:
    """The tree of a piece, with the place of every node in the whole text."""

    def __init__(self, piece: Piece, tree: ast.expr) -> None:
        self.piece, self.tree = piece, tree
        self._lines = [piece.start]
        self._bytes = not str(piece).isascii()
        for match in re.finditer(r"\n", str(piece)):
            self._lines.append(piece.start + match.end())

    def _position(self, line: int, column: int) -> int:
        start = self._lines[line - 1]
        if self._bytes:  # columns of `ast` count bytes
            end = self._lines[line] if line < len(self._lines) else self.piece.end
            column = len(self.piece.text[start:end].encode()[:column].decode(errors="ignore"))
        return start + column

    def start(self, node: ast.AST) -> int:
        return self._position(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        return self._position(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def text(self, node: ast.AST) -> str:
        return self.piece.text[self.start(node) : self.end(node)]

    def error(self, node: ast.AST, message: str, remedy: str = "") -> NotationError:
        return self.piece.error(message, remedy, self.start(node))


def parsed(piece: Piece) -> Parsed:
    """The Python expression of a piece as a tree, its size within the limits."""
    text = str(piece)
    if not text:
        raise piece.error("an expression is missing here")
    for word in _WORD.finditer(text):
        if keyword.iskeyword(word.group()) and word.group() not in {"True", "False", "None"}:
            raise piece.error(
                f"`{word.group()}` is a word of Python and no name",
                f"Write `{word.group()}_`; for cases write where(u > v, a, b).",
                piece.start + word.start(),
            )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        lines = text.split("\n")
        line = min(max(error.lineno or 1, 1), len(lines))
        column = error.offset - 1 if error.offset else len(lines[line - 1])  # 0: the end came too early
        position = sum(len(row) + 1 for row in lines[: line - 1]) + column
        reason = (error.msg or "invalid syntax").split(". ")[0]
        raise piece.error(
            f"this cannot be read: {reason}", _hint(text), piece.start + min(position, len(text))
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise piece.error("this is nested too deeply to be read", "Name parts of it.") from None
    result = Parsed(piece, tree)
    _measure(result)
    return result


def _hint(text: str) -> str:
    if "^" in text or "²" in text:
        return "A power is written x**2."
    if re.search(r"\d\s*[^\W\d]|\)\s*\(|[^\W\d]\s+[^\W\d]", text):
        return "A product is written with `*`, as in 2*x."
    return ""


def _measure(result: Parsed) -> None:
    """Refuse trees that are too deep or too large. A long sum or product is not deep: its left spine counts once."""
    count = 0
    stack: list[tuple[ast.AST, int]] = [(result.tree, 1)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise result.error(node, f"the expression is nested deeper than {MAX_DEPTH}", "Name parts of it.")
        if count > MAX_NODES:
            raise result.error(node, f"the expression has more than {MAX_NODES:,} parts", "Name parts of it.")
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                spine = isinstance(node, ast.BinOp) and isinstance(child, ast.BinOp) and child is node.left
                stack.append((child, depth if spine else depth + 1))
