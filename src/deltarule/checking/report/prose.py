"""The words of a document as HTML, with a sign in the place of each formula; LaTeX and HTML by way of Markdown.

Only what Markdown itself says becomes a tag: everything else that looks like HTML is shown as text, links lose their
target and pictures become their words, so that the page asks nothing of the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape
from typing import Any

from markdown_it import MarkdownIt

from deltarule.reading.documents import Document
from deltarule.reading.macros import read_definitions
from deltarule.reading.masks import FRONT_MATTER
from deltarule.reading.segments import Math

__all__ = ["prose"]

_FIRST, _LAST = "\ue000", "\ue001"
_PLACE = re.compile(f"{_FIRST}([dic])(\\d+){_LAST}")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_BLOCK_END = re.compile(f"{_PLACE.pattern}|(<p>)|(</(?:p|h[1-6]|li|table|blockquote)>)")

_LATEX_COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?")
_LATEX_SECTION = re.compile(r"\\(part|chapter|section|subsection|subsubsection|paragraph)\*?\s*(?:\[[^\]]*\])?\{")
_LATEX_MARKS = {"emph": "*", "textit": "*", "textbf": "**", "texttt": "`", "textsl": "*"}
_LATEX_LEVELS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
_LATEX_DROPPED = re.compile(
    r"\\(?:begin|end)\s*\{[^{}]*\}(?:\[[^\]]*\]|\{[^{}]*\})*|\\(?:label|cite|ref|eqref|vspace|hspace|input|include)\*?\{[^{}]*\}"
    r"|\\(?:maketitle|noindent|clearpage|newpage|tableofcontents|centering|medskip|bigskip|smallskip|par)(?![a-zA-Z])"
)

_HTML_SKIPPED = re.compile(r"<(script|style|head|title|svg|textarea)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_HTML_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_HTML_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`"}
_HTML_BLOCKS = frozenset(["p", "div", "section", "article", "ul", "ol", "table", "tr", "pre", "blockquote", "body"])


def prose(
    document: Document, inline: Callable[[int], str], display: Callable[[int], str], after: Callable[[list[int]], str]
) -> str:
    """The document as HTML. `inline` and `display` give the HTML of a formula by its place in `document.segments`;
    `after` what follows the paragraph (or heading, item, table) in which the inline formulas of those places stand."""
    text = _marked(document)
    if document.kind == "latex":
        text = _from_latex(text)
    elif document.kind == "html":
        text = _from_html(text)
    else:
        if front := FRONT_MATTER.match(text):
            text = text[front.end() :]
        text = _COMMENT.sub("", text)
    return _placed(_markdown().render(text), inline, display, after)


def _marked(document: Document) -> str:
    """The text with a sign for each formula, and one where each cell of a notebook begins."""
    pieces: list[str] = []
    at = 0
    cells = dict(document.cells)
    for k, segment in enumerate(document.segments):
        if not isinstance(segment, Math):
            continue
        pieces.append(_with_cells(document.text, at, segment.start, cells))
        pieces.append(f"{_FIRST}{'d' if segment.display else 'i'}{k}{_LAST}")
        at = segment.end
    pieces.append(_with_cells(document.text, at, len(document.text), cells))
    return "".join(pieces)


def _with_cells(text: str, start: int, end: int, cells: dict[int, int]) -> str:
    clean = str.maketrans({_FIRST: "\ufffd", _LAST: "\ufffd"})
    out, at = "", start
    for begin in sorted(b for b in cells if start <= b < end or b == start == end):
        out += text[at:begin].translate(clean) + f"\n\n{_FIRST}c{cells.pop(begin)}{_LAST}\n\n"
        at = begin
    return out + text[at:end].translate(clean)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

    def nothing(*_: Any) -> str:
        return ""

    def words(_: Any, tokens: Sequence[Any], place: int, *__: Any) -> str:
        from html import escape

        return f'<span class="picture">[{escape(tokens[place].content) or "picture"}]</span>'

    markdown.add_render_rule("link_open", nothing)
    markdown.add_render_rule("link_close", nothing)
    markdown.add_render_rule("image", words)
    return markdown


def _placed(
    html: str, inline: Callable[[int], str], display: Callable[[int], str], after: Callable[[list[int]], str]
) -> str:
    """Formulas in their places. No block may stand in a paragraph, so it is closed before one and opened behind it."""
    out: list[str] = []
    waiting: list[int] = []
    inside = False
    at = 0
    for found in _BLOCK_END.finditer(html):
        out.append(html[at : found.start()])
        at = found.end()
        kind, number, opened, closed = found.groups()
        if opened:
            inside = True
            out.append(opened)
        elif closed:
            item = closed == "</li>"
            notes = after(waiting) if waiting and (not inside or closed == "</p>" or item) else ""
            waiting = [] if notes else waiting
            out.append(notes + closed if item else closed + notes)
            inside = inside and closed != "</p>"
        elif kind == "i":
            waiting.append(int(number))
            out.append(inline(int(number)))
        else:
            block = display(int(number)) if kind == "d" else f'<div class="cell">cell {number}</div>'
            notes = after(waiting) if waiting and inside else ""
            waiting = [] if inside else waiting
            out.append(f"</p>{notes}{block}<p>" if inside else block)
    out.append(html[at:])
    if waiting:
        out.append(after(waiting))
    return re.sub(r"<p>\s*(?:[.,;]\s*)?</p>", "", "".join(out))


def _from_latex(text: str) -> str:
    begin = text.find("\\begin{document}")
    if begin >= 0:
        end = text.find("\\end{document}", begin)
        title = re.search(r"\\title\{([^{}]*)\}", text[:begin])
        text = text[begin + len("\\begin{document}") : len(text) if end < 0 else end]
        text = f"\\chapter{{{title[1]}}}\n{text}" if title else text
    text = _LATEX_COMMENT.sub("", text)
    for start, end in reversed(read_definitions(text)[1]):
        text = text[:start] + text[end:]
    text = re.sub(r"(?<!\\)([*_#`<>])", r"\\\1", text)
    text = "\n".join(line.strip() for line in text.split("\n"))  # an indent would be code
    for command, mark in _LATEX_MARKS.items():
        text = _command(text, re.compile(rf"\\{command}\s*\{{"), mark, mark)
    text = _LATEX_SECTION.sub(lambda m: f"\n\n{'#' * _LATEX_LEVELS[m[1]]} \\heading{{", text)
    text = _command(text, re.compile(r"\\heading\{"), "", "\n\n")
    text = _LATEX_DROPPED.sub("\n", text)
    text = re.sub(
        r"^\s*\\item\b\s*(?:\[([^\]]*)\])?", lambda m: "\n- " + (f"{m[1]} " if m[1] else ""), text, flags=re.M
    )
    text = text.replace("~", " ").replace("``", "“").replace("''", "”").replace("\\\\", "\n\n")
    return re.sub(r"\\([%&$ {}])", r"\1", text)


def _command(text: str, opener: re.Pattern[str], before: str, behind: str) -> str:
    """Each `\\command{words}` as the words between two marks."""
    out: list[str] = []
    at = 0
    while found := opener.search(text, at):
        depth, k = 1, found.end()
        while k < len(text) and depth:
            depth += (text[k] == "{") - (text[k] == "}")
            k += 1
        out += [text[at : found.start()], before, text[found.end() : k - 1].strip(), behind]
        at = k
    return "".join([*out, text[at:]])


def _from_html(text: str) -> str:
    text = _COMMENT.sub("", text)
    text = _HTML_SKIPPED.sub(lambda m: "".join(p[0] for p in _PLACE.finditer(m[0])), text)
    text = re.sub(r"[ \t]+", " ", text)
    text = "\n".join(line.strip() for line in text.split("\n"))

    def said(tag: re.Match[str]) -> str:
        closes, name = tag[1], tag[2].lower()
        if re.fullmatch(r"h[1-6]", name):
            return "\n\n" if closes else f"\n\n{'#' * int(name[1])} "
        if name in _HTML_MARKS:
            return _HTML_MARKS[name]
        if name == "li":
            return "\n" if closes else "\n- "
        return "\n\n" if name in _HTML_BLOCKS or name == "br" else " " if name in {"td", "th"} else ""

    return unescape(_HTML_TAG.sub(said, text))
