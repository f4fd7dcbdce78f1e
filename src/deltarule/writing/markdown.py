"""A derivation as Markdown with TeX maths, as GitHub, Jupyter and Obsidian read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deltarule.calculus.derivation import Derivation
from deltarule.writing.formula import Formula
from deltarule.writing.latex import RELATIONS, escape, latex
from deltarule.writing.lines import Line
from deltarule.writing.outline import Block, Code, Display, Heading, Items, Paragraph, Span, Verdicts, outline

__all__ = ["aligned", "block_markdown", "boxed", "inline", "markdown", "relation"]


def markdown(derivation: Derivation) -> str:
    """The whole derivation; every chain in a `$$` block of its own."""
    return "\n\n".join(filter(None, map(block_markdown, outline(derivation)))) + "\n"


def block_markdown(block: Block) -> str:
    match block:
        case Heading(level=level, spans=spans):
            return f"{'#' * level} {inline(spans)}"
        case Paragraph(spans=spans):
            return inline(spans)
        case Items(items=items):
            return "\n".join(f"- {inline(item)}" for item in items)
        case Display():
            return _display(block)
        case Verdicts():
            return block.sentence
    raise TypeError(f"not a block: {block!r}")


def inline(spans: Iterable[Span]) -> str:
    """A sentence; formulas between single dollars."""
    out = ""
    for span in spans:
        if isinstance(span, str):
            out += _plain(span)
        elif isinstance(span, Code):
            out += f"`{span.text}`"
        else:
            out += f"${latex(span)}$"
    return out


def _plain(text: str) -> str:
    return "".join(f"\\{c}" if c in "*_`$[]<>\\#" else c for c in text)


def _display(block: Display) -> str:
    parts = [inline(block.words)] if block.words else []
    parts.append("$$\n" + aligned(block.lines.left, block.rows, boxed=boxed(block)) + "\n$$")
    if block.numbers:
        rows = [f"| `{text}` | {value} |" for text, value in block.numbers]
        parts.append("\n".join(["| quantity | value |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def relation(sign: str) -> str:
    return RELATIONS.get(sign, sign)


def boxed(block: Display) -> int | None:
    """The row that is the result, to be set in a box."""
    return len(block.lines.rows) - 1 if block.final and block.lines.rows else None


def aligned(left: Formula, rows: Sequence[Line], boxed: int | None = None, environment: str = "aligned") -> str:
    r"""`left &= right && \text{rule} \\ ...`; the right side of row `boxed` in a box.

    A chain of one row without a rule needs no environment.
    """
    first = latex(left)
    if not rows:
        return first
    if len(rows) == 1 and not rows[0].rules and environment == "aligned":
        body = f"{first} {relation(rows[0].relation)} {latex(rows[0].right)}"
        return body if boxed is None else rf"\boxed{{{body}}}"
    lines = [_row(first if k == 0 else "", row, k == boxed) for k, row in enumerate(rows)]
    return rf"\begin{{{environment}}}" + "\n" + " \\\\\n".join(lines) + "\n" + rf"\end{{{environment}}}"


def _row(left: str, row: Line, boxed: bool) -> str:
    right = latex(row.right)
    if boxed:
        right = rf"\boxed{{{right}}}"
    rule = rf" && \text{{{escape(row.rule)}}}" if row.rules else ""
    return f"{left} &{relation(row.relation)} {right}{rule}".strip()
