"""A derivation as a complete LaTeX document, for pdflatex with amsmath."""

from __future__ import annotations

from collections.abc import Iterable

from deltarule.calculus.derivation import Derivation
from deltarule.writing.latex import escape, latex
from deltarule.writing.markdown import aligned
from deltarule.writing.outline import Block, Code, Display, Heading, Items, Paragraph, Span, Verdicts, outline

__all__ = ["latex_document"]

_BEFORE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
"""

_SECTIONS = {2: "section", 3: "subsection", 4: "subsubsection"}

_SIGNS = {
    "∂": r"\ensuremath{\partial}", "σ": r"\ensuremath{\sigma}", "δ": r"\ensuremath{\delta}",
    "Σ": r"\ensuremath{\Sigma}",
    "η": r"\ensuremath{\eta}", "θ": r"\ensuremath{\theta}", "ŷ": r"\ensuremath{\hat{y}}", "≥": r"\ensuremath{\geq}",
    "≤": r"\ensuremath{\leq}", "≠": r"\ensuremath{\neq}", "·": r"\ensuremath{\cdot}", "→": r"\ensuremath{\to}",
    "←": r"\ensuremath{\leftarrow}", "′": r"\ensuremath{'}", "×": r"\ensuremath{\times}", "∘": r"\ensuremath{\circ}",
    "½": r"\ensuremath{\tfrac{1}{2}}", "²": r"\ensuremath{^2}", "∈": r"\ensuremath{\in}", "−": r"\ensuremath{-}",
    "⊙": r"\ensuremath{\odot}", "ᵀ": r"\ensuremath{^\top}", "<": r"\ensuremath{<}", ">": r"\ensuremath{>}",
}  # fmt: skip
"""Signs that words may hold and that pdflatex has no letters for."""


def latex_document(derivation: Derivation) -> str:
    """The document, from `\\documentclass` to `\\end{document}`."""
    title, *rest = outline(derivation)
    assert isinstance(title, Heading)
    head = _BEFORE + rf"\title{{{inline(title.spans)}}}" + "\n\\author{}\n\\date{}\n"
    body = "\n\n".join(filter(None, map(_block, rest)))
    return f"{head}\\begin{{document}}\n\\maketitle\n\n{body}\n\n\\end{{document}}\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level=level, spans=spans):
            return rf"\{_SECTIONS.get(level, 'subsubsection')}*{{{inline(spans)}}}"
        case Paragraph(spans=spans):
            return inline(spans)
        case Items(items=items):
            rows = "\n".join(rf"\item {inline(item)}" for item in items)
            return f"\\begin{{itemize}}\n{rows}\n\\end{{itemize}}"
        case Display():
            return _display(block)
        case Verdicts():
            return block.sentence
    raise TypeError(f"not a block: {block!r}")


def inline(spans: Iterable[Span]) -> str:
    out = ""
    for span in spans:
        if isinstance(span, str):
            out += words(span)
        elif isinstance(span, Code):
            out += rf"\texttt{{{words(span.text)}}}"
        else:
            out += f"${latex(span)}$"
    return out


def words(text: str) -> str:
    """Plain text; signs that the fonts lack are set as mathematics, other characters beyond Latin as `?`."""
    return "".join(_SIGNS.get(c) or (escape(c) if ord(c) < 0x180 or c in "–—‘’“”…" else "?") for c in text)


def _display(block: Display) -> str:
    parts = [inline(block.words)] if block.words else []
    lines = block.lines
    if len(lines.rows) > 1:
        parts.append(aligned(lines, boxed=block.final, environment="align*"))
    else:
        parts.append("\\begin{equation*}\n" + aligned(lines, boxed=block.final) + "\n\\end{equation*}")
    if block.numbers:
        rows = " \\\\\n".join(rf"\texttt{{{words(text)}}} & {words(value)}" for text, value in block.numbers)
        parts.append(f"\\begin{{center}}\n\\begin{{tabular}}{{lp{{9cm}}}}\n{rows}\n\\end{{tabular}}\n\\end{{center}}")
    return "\n".join(parts)
