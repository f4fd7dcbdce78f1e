"""A derivation as a complete LaTeX document, for pdflatex with amsmath."""

from __future__ import annotations

from collections.abc import Iterable

from deltarule.calculus.derivation import Derivation
from deltarule.writing.latex import escape, latex
from deltarule.writing.markdown import aligned, boxed
from deltarule.writing.outline import Block, Code, Display, Heading, Items, Paragraph, Span, Verdicts, outline

__all__ = ["latex_document"]

_BEFORE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[margin=15mm]{geometry}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
"""

_SECTIONS = {2: "section", 3: "subsection", 4: "subsubsection"}


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
    """Plain text; a character that neither the fonts nor mathematics have is a `?`."""
    return "".join(c if ord(c) < 0x180 or c == "$" or c in "–—‘’“”…" else "?" for c in escape(text))


def _display(block: Display) -> str:
    parts = [inline(block.words)] if block.words else []
    left = block.lines.left
    if len(block.rows) > 1:
        parts.append(aligned(left, block.rows, boxed(block), environment="align*"))
    else:
        parts.append("\\begin{equation*}\n" + aligned(left, block.rows, boxed(block)) + "\n\\end{equation*}")
    if block.numbers:
        rows = " \\\\\n".join(rf"\texttt{{{words(text)}}} & {words(value)}" for text, value in block.numbers)
        parts.append(f"\\begin{{center}}\n\\begin{{tabular}}{{lp{{9cm}}}}\n{rows}\n\\end{{tabular}}\n\\end{{center}}")
    return "\n".join(parts)
