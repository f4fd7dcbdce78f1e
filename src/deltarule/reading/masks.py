"""The text with everything blanked that holds no mathematics: code, comments, front matter, tags, verbatim text.

The mask has the length of the text and keeps its line ends, so that a place in one is a place in the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from deltarule.reading.macros import read_definitions

__all__ = ["TAG", "masked"]

FRONT_MATTER = re.compile(
    r"\ufeff?(---|\+\+\+)[ \t]*\r?\n(?=[\w\"'#-][^\n]*[:=]|#)(?:.*\n)*?(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)"
)
FENCE = re.compile(r"^[ \t>]*+(?:[-*+] |\d++[.)] )?[ \t]*+(`{3,}+|~{3,}+)[ \t]*+([^\n]*)$", re.M)
MATH_FENCE = re.compile(r"\{?math\}?\b")
TAG = re.compile(
    r"""</?([a-zA-Z][a-zA-Z0-9-]*+)(?:\s++[a-zA-Z_:@.-][\w:@.-]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?+)*+\s*+/?>"""
)
SKIPPED = re.compile(r"<(script|style|pre|code|textarea|svg|head|title)\b", re.I)
MATH_SCRIPT = re.compile(r"""<script[^<>]*?type\s*=\s*["']?math/tex""", re.I)
LATEX_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)(%[^\n]*)")
LATEX_VERBATIM = re.compile(
    r"\\begin\{(verbatim\*?|lstlisting|minted|tikzpicture|comment|Verbatim|algorithmic|thebibliography)\}"
)
LATEX_INLINE_VERBATIM = re.compile(r"\\(?:verb\*?|lstinline)([^\sa-zA-Z{*])[^\n]*?\1")


def masked(text: str, kind: str) -> str:
    """The text of a document of this kind (markdown, latex, html) with what is no mathematics blanked."""
    if kind == "latex":
        text = _latex(text)
    else:
        if kind == "markdown":
            if front := FRONT_MATTER.match(text):
                text = _blank(text, [front.span()])
            text = _blank(text, _fences(text))
        text = _blank(text, _html(text))
        if kind == "markdown":
            text = _blank(text, _code_spans(text))
    return text


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    out: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        begin = max(start, at)
        out += [text[at:begin], re.sub(r"[^\n]", " ", text[begin:end])]
        at = end
    return "".join([*out, text[at:]])


def _fences(text: str) -> list[tuple[int, int]]:
    """Fenced code; of a ```math block nothing, its fences are delimiters."""
    spans: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for fence in FENCE.finditer(text):
        if opened is None:
            if "`" not in fence[2]:
                opened = fence
        elif fence[1][0] == opened[1][0] and len(fence[1]) >= len(opened[1]) and not fence[2].strip():
            if not MATH_FENCE.match(opened[2]):
                spans.append((opened.start(), fence.end()))
            opened = None
    if opened is not None and not MATH_FENCE.match(opened[2]):
        spans.append((opened.start(), len(text)))
    return spans


def _html(text: str) -> list[tuple[int, int]]:
    """Comments, scripts that are no mathematics, styles, code."""
    spans: list[tuple[int, int]] = []
    at = 0
    lower = text.lower()
    unclosed: set[str] = set()
    for opened in re.finditer(r"<!--|" + SKIPPED.pattern, text, re.I):
        if opened.start() < at:
            continue
        name = (opened[1] or "--").lower()
        if name in unclosed or (name == "script" and MATH_SCRIPT.match(text, opened.start())):
            continue
        close = "-->" if name == "--" else f"</{name}"
        end = lower.find(close, opened.end())
        if end < 0:
            unclosed.add(name)
            continue
        tail = len(close) if name == "--" else max(0, text.find(">", end) + 1 - end)
        at = end + tail
        spans.append((opened.start(), at))
    return spans


def _code_spans(text: str) -> list[tuple[int, int]]:
    """`code` between equal runs of backticks of one paragraph, but not the mathematics of $`...`$."""
    spans: list[tuple[int, int]] = []
    for paragraph in re.finditer(r"[^\n]+(?:\n(?![ \t]*\n)[^\n]*)*", text):
        fences = {m.start(1) for m in FENCE.finditer(paragraph[0])}  # of mathematics: the others are blank by now
        runs = [m for m in re.finditer(r"`+", paragraph[0]) if m.start() not in fences]
        if len(runs) < 2:
            continue
        by_length: dict[int, list[int]] = defaultdict(list)
        for k in range(len(runs) - 1, -1, -1):
            by_length[len(runs[k][0])].append(k)
        at = 0
        for k, run in enumerate(runs):
            same = by_length[len(run[0])]
            while same and same[-1] <= max(k, at - 1):
                same.pop()
            if k < at or not same:
                continue
            close = runs[same[-1]]
            at = same[-1] + 1
            base = paragraph.start()
            if (
                text[base + run.start() - 1 : base + run.start()]
                == "$"
                == text[base + close.end() : base + close.end() + 1]
            ):
                continue
            spans.append((base + run.start(), base + close.end()))
    return spans


def _latex(text: str) -> str:
    """Comments, verbatim text, and what stands outside the body of the document."""
    text = _blank(text, [m.span() for m in LATEX_INLINE_VERBATIM.finditer(text)])
    spans: list[tuple[int, int]] = []
    at = 0
    for opened in LATEX_VERBATIM.finditer(text):
        if opened.start() < at:
            continue
        end = text.find(f"\\end{{{opened[1]}}}", opened.end())
        at = len(text) if end < 0 else end
        spans.append((opened.end(), at))
    text = _blank(text, spans)
    text = _blank(text, [m.span(2) for m in LATEX_COMMENT.finditer(text)])
    body = text.find("\\begin{document}")
    if body >= 0:
        end = text.find("\\end{document}", body)
        text = _blank(text, [(0, body + len("\\begin{document}")), (len(text) if end < 0 else end, len(text))])
    return _blank(text, read_definitions(text)[1])
