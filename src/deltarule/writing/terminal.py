"""A derivation for the terminal: 80 columns, colour only where it is wanted, ASCII where Unicode cannot be shown.

W₁ x + b₁                                       a row stands below the `=` of the row before it
∂L/∂w = ∂L/∂z · ∂z/∂w                                                    chain rule ✓
      = (ŷ - y) h₁                                    substitute, inner derivative ✓
"""

from __future__ import annotations

import os
import sys
import textwrap
import unicodedata
from collections.abc import Iterable
from typing import TextIO

from deltarule.calculus.derivation import Derivation
from deltarule.language.errors import DeltaruleError
from deltarule.writing.formula import Formula
from deltarule.writing.linear import ASCII, UNICODE, Signs, linear, relation_sign
from deltarule.writing.lines import Line
from deltarule.writing.outline import Block, Code, Display, Heading, Items, Paragraph, Span, Verdicts, outline
from deltarule.writing.text import matrix_text

__all__ = ["plain", "print_derivation", "render"]

WIDTH = 80

_MARKS = {"proved": "✓", "refuted": "✗", "ill-shaped": "✗", "undecided": "?", "conditional": "~"}
_PLAIN_MARKS = {"✓": "ok", "✗": "NO"}
_STYLES = {"✓": "green", "✗": "bold red", "?": "yellow", "~": "yellow"}

Piece = tuple[str, str]
"""Text and its style in the words of rich; empty for none."""


def plain(derivation: Derivation, width: int = WIDTH, unicode: bool = True) -> str:
    """The derivation without colour."""
    lines = render(derivation, width, UNICODE if unicode else ASCII)
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines) + "\n"


def print_derivation(derivation: Derivation, file: TextIO | None = None) -> None:
    """Print the derivation, in colour on a terminal (unless NO_COLOR is set), in ASCII where it shows no Unicode."""
    file = file or _standard_output()
    unicode = _shows_unicode(file)
    if not file.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        file.write(plain(derivation, WIDTH if not file.isatty() else _columns(), unicode))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=file, highlight=False)
    for line in render(derivation, min(console.width, 120), UNICODE if unicode else ASCII):
        console.print(Text.assemble(*(piece for piece in line)), soft_wrap=True)


def _standard_output() -> TextIO:
    if sys.stdout is None:  # a program without a console
        raise DeltaruleError("there is no standard output to print to")
    return sys.stdout


def _columns() -> int:
    try:
        return min(os.get_terminal_size().columns, 120)
    except OSError:
        return WIDTH


def _shows_unicode(file: TextIO) -> bool:
    try:
        "∂Σ⊙σ′ŷ₁ᵀ✓".encode(getattr(file, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def render(derivation: Derivation, width: int = WIDTH, signs: Signs = UNICODE) -> list[list[Piece]]:
    """The lines, each a list of pieces with their styles."""
    out: list[list[Piece]] = []
    blocks = outline(derivation)
    for before, block in zip((None, *blocks), blocks, strict=False):
        lines = _block(block, max(width, 40), signs)
        if _short(before) and _short(block):
            lines = lines[1:]  # a run of single equations stands together
        if isinstance(block, Paragraph) and isinstance(before, Items | Display):
            lines = [[], *lines]
        out += lines
    return out


def _short(block: Block | None) -> bool:
    if not isinstance(block, Display) or block.words or block.numbers or block.values or block.final:
        return False
    return len(block.lines.rows) < 2 and all(row.rule in {"", "definition"} for row in block.lines.rows)


def _block(block: Block, width: int, signs: Signs) -> list[list[Piece]]:
    match block:
        case Heading(level=level, spans=spans):
            title = _filled(inline(spans, signs), width)
            rule = ("═" if level == 1 else "─") if signs.unicode else ("=" if level == 1 else "-")
            under = (rule * max(map(measure, title)), "dim")
            style = "bold cyan" if level == 2 else "bold"
            lines: list[list[Piece]] = [*([(line, style)] for line in title), [under]]
            return [*lines, []] if level == 1 else [[], *lines]
        case Paragraph(spans=spans):
            return [[(line, "")] for line in _filled(inline(spans, signs), width)]
        case Items(items=items):
            bullet = "•" if signs.unicode else "-"
            return [[(line, "")] for item in items for line in _filled(f"{bullet} {inline(item, signs)}", width, 2)]
        case Display():
            return _display(block, width, signs)
        case Verdicts(counts=counts):
            bad = any(verdict in {"refuted", "ill-shaped"} for verdict, _ in counts)
            return [[], [(block.sentence, "bold red" if bad else "bold green")]]
    raise TypeError(f"not a block: {block!r}")


def inline(spans: Iterable[Span], signs: Signs) -> str:
    out = "".join(s if isinstance(s, str) else s.text if isinstance(s, Code) else linear(s, signs) for s in spans)
    return out if signs.unicode else ascii_words(out)


_WORDS = {"δ": "delta", "σ": "sigma", "Σ": "sum", "η": "eta", "θ": "theta", "∂": "d", "′": "'", "·": "*", "→": "->"} | {
    "≥": ">=", "≤": "<=", "≠": "!=",
    "−": "-", "±": "+-", "√": "sqrt", "∞": "inf", "←": "<-", "½": "1/2", "²": "^2", "×": "x", "∘": " o ", "ŷ": "y_hat",
    "–": "-", "’": "'", "“": '"', "”": '"', "…": "...", "ᵀ": "^T", "⊙": "*", "∈": "in",
}  # fmt: skip


def ascii_words(text: str) -> str:
    """Words with ASCII alone."""
    out = "".join(_WORDS.get(c) or _letter(c) for c in text)
    return unicodedata.normalize("NFKD", out).encode("ascii", "ignore").decode()


def _letter(c: str) -> str:
    """A Greek letter by its name."""
    return unicodedata.name(c).rpartition(" ")[2].lower() if c in _GREEK else c


_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"


def _filled(text: str, width: int, indent: int = 0) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=" " * indent, break_long_words=False) or [""]


def measure(text: str) -> int:
    """The columns that a text takes: combining characters take none."""
    return sum(not unicodedata.combining(c) for c in text)


def _display(block: Display, width: int, signs: Signs) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[]]
    if block.words:
        lines += [[(line, "")] for line in _filled(inline(block.words, signs), width)]
    left = shown(block.lines.left, None, signs)
    indent = 2 + measure(left) if measure(left) <= width // 3 else 6
    if not block.rows:
        return [*lines, [("  " + left, "")]]
    if indent != 2 + measure(left):
        lines.append([("  " + left, "")])
    last = len(block.lines.rows) - 1
    for k, row in enumerate(block.rows):
        head = "  " + left if k == 0 and indent == 2 + measure(left) else " " * indent
        lines += _row(head, row, block.final and k == last, width, signs)
    lines += [[(f"      {text} = {value}", "dim")] for text, value in block.numbers]
    return lines


def shown(formula: Formula, row: Line | None, signs: Signs) -> str:
    """A formula in one line; in ASCII what has a matrix form is text notation."""
    if not signs.unicode and row is not None and row.arranged is not None:
        return matrix_text(row.arranged)
    return linear(formula, signs)


def _row(head: str, row: Line, final: bool, width: int, signs: Signs) -> list[list[Piece]]:
    """`head = right ... rule ✓`: the rule at the right edge, or on a line of its own where there is no room."""
    start = f"{head} {relation_sign(row.relation, signs)} "
    right = shown(row.right, row, signs)
    mark = _MARKS.get(row.verdict, " ")
    sign = mark if signs.unicode else _PLAIN_MARKS.get(mark, mark)
    rule = row.rule if signs.unicode else ascii_words(row.rule)
    column = 1 if signs.unicode else 2
    tail = f"{rule} {sign:<{column}}" if row.rules else sign  # marks stand in a column of their own
    body = _broken(right, width - measure(start))
    style = "bold" if final else ""
    out: list[list[Piece]] = [[(start, ""), (body[0], style)]]
    out += [[(" " * measure(start), ""), (line, style)] for line in body[1:]]
    if not tail.strip():
        return out
    marked = bool(sign.strip())
    words = tail.rstrip().removesuffix(sign) if marked else tail
    lines = [words] if measure(words) < width - 8 else _filled(words.rstrip(), width - 12)
    if len(lines) > 1:
        lines[-1] += " " * (measure(words) - measure(words.rstrip()))
    ends = width - (measure(sign) if marked else 0)
    for k, line in enumerate(lines):
        if len(lines) > 1 or ends - sum(measure(text) for text, _ in out[-1]) - measure(line) < 2:
            out.append([])
        last = k == len(lines) - 1
        gap = (ends if last else width - column - 1) - sum(measure(text) for text, _ in out[-1]) - measure(line)
        out[-1] += [(" " * max(gap, 0), ""), (line, "dim")]
    if marked:
        out[-1].append((sign, _STYLES.get(mark, "")))
    return out


def _broken(text: str, width: int) -> list[str]:
    """A long formula over several lines, broken before a sign of its outermost sum or product that fits."""
    out: list[str] = []
    while measure(text) > max(width, 20):
        place = _break_place(text, max(width, 20))
        if place is None:
            break
        out.append(text[:place].rstrip())
        text = "  " + text[place:].lstrip()
    return [*out, text]


_SIGNS = {"+ ", "- ", "· ", "⊙ ", "* ", "@ ", "/ "}


def _break_place(text: str, width: int) -> int | None:
    depth, best, best_depth = 0, None, 99
    columns = 0
    for k, c in enumerate(text):
        columns += not unicodedata.combining(c)
        if columns > width:
            break
        depth += (c in "([{") - (c in ")]}")
        if (
            k > 4
            and c == " "
            and text[k + 1 : k + 3] in {"+ ", "- ", "· ", "⊙ ", "* ", "@ ", "/ "}
            and depth <= best_depth
        ):
            best, best_depth = k, depth
    return best
