"""Checked documents as one HTML page: each document as it reads, its maths drawn, every equality marked.

The marks lead to what is to be said of the equality: below the formula where it needs a look, in the list of all
rows at the end otherwise. No script; nothing is loaded from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from html import escape

from deltarule.checking.core.rows import CheckedDocument, DocumentRow, Finding
from deltarule.checking.report.counterexample import as_words
from deltarule.checking.report.formulas import Formulas
from deltarule.checking.report.page_style import STYLE
from deltarule.checking.report.prose import prose
from deltarule.checking.report.words import (
    CONDITIONS,
    LOOKED_AT,
    MARKS,
    VERDICTS,
    counted,
    headline,
    in_order,
    listed,
    summary,
    totals,
)
from deltarule.language.errors import DeltaruleError
from deltarule.reading.documents import read_document
from deltarule.reading.statements import read_expression, read_statements
from deltarule.reading.tokens import Unreadable
from deltarule.writing.html import page
from deltarule.writing.tree_mathml import drawn, math_element

__all__ = ["as_page", "fragment"]


def as_page(documents: Sequence[CheckedDocument], only: Collection[str] = ()) -> str:
    """The whole page; with `only` the lists hold rows of these verdicts, the marks stand everywhere."""
    many = len(documents) > 1
    title = f"{counted(len(documents), 'document')} checked" if many else f"{_file_name(documents[0])} checked"
    parts: list[str] = []
    if many:
        links = "".join(
            f'<li><a href="#f{k}">{escape(d.name)}</a> {_chips(d.summary) if d.rows else escape(d.error)}</li>'
            for k, d in enumerate(documents)
        )
        parts.append(f"<h1>{escape(title)}</h1>\n<p>{_chips(totals(documents))}</p>")
        parts.append(f'<nav aria-label="Documents"><ul class="files">{links}</ul></nav>')
    parts += [fragment(d, f"f{k}", only) for k, d in enumerate(documents)]
    return page(title, "\n".join(parts), STYLE)


def _file_name(document: CheckedDocument) -> str:
    return "Standard input" if document.name == "-" else document.name.replace("\\", "/").rsplit("/", 1)[-1]


def fragment(document: CheckedDocument, anchor: str = "f0", only: Collection[str] = ()) -> str:
    """One document, without the page around it."""
    return _Article(document, anchor, set(only)).html()


class _Article:
    """One document on its way to HTML."""

    def __init__(self, checked: CheckedDocument, anchor: str, only: set[str]) -> None:
        self.checked, self.anchor = checked, anchor
        self.shown = only or LOOKED_AT

    def html(self) -> str:
        checked = self.checked
        head = f'<article id="{self.anchor}">\n<h1 class="file">{escape(_file_name(checked))}</h1>\n'
        head += f'<p class="verdicts">{_chips(checked.summary) if checked.rows else "no equalities"}</p>\n'
        if checked.error:
            head += f'<p class="error"><strong>Not read whole:</strong> {escape(checked.error)}</p>\n'
        head += self._look() + self._findings()
        try:
            body = self._text()
        except DeltaruleError:  # what cannot be read at all was said already
            body = ""
        return f"{head}{body}{self._all()}</article>"

    def _text(self) -> str:
        if not self.checked.source:
            return ""
        document = read_document(self.checked.source, self.checked.name)
        formulas = Formulas(document, read_statements(document), self.checked.rows, self.anchor, self.shown)

        def display(segment: int) -> str:
            return formulas.display(segment) + self._notes(formulas.rows(segment))

        def after(segments: list[int]) -> str:
            return self._notes([row for segment in segments for row in formulas.rows(segment)])

        text = prose(document, formulas.inline, display, after)
        text = re.sub(r"<(/?)h([1-5])>", lambda m: f"<{m[1]}h{int(m[2]) + 1}>", text)  # h1 is the name of the file
        return f'<section class="text" aria-label="The document">\n{text}</section>\n'

    def _numbered(self) -> Iterator[tuple[int, DocumentRow]]:
        yield from enumerate(self.checked.rows)

    def _look(self) -> str:
        """What needs a look, by verdict and reason, with links to the places."""
        groups: dict[tuple[str, str], list[tuple[int, DocumentRow]]] = {}
        for number, row in self._numbered():
            if row.verdict in self.shown:
                groups.setdefault((row.verdict, _pointed(row)), []).append((number, row))
        if not groups:
            claims = any(r.verdict in {"proved", *LOOKED_AT} for r in self.checked.rows)
            return "<p>Every equality holds.</p>\n" if claims and self.shown == LOOKED_AT else ""
        order = list(VERDICTS)
        items = "".join(
            f'<li class="{verdict}">{_sign(verdict)} <strong>{verdict}</strong>: {escape(words)} '
            f"({self._links(rows)})</li>"
            for (verdict, words), rows in sorted(groups.items(), key=lambda g: order.index(g[0][0]))
        )
        return f'<section class="look"><h2>What to look at</h2><ul>{items}</ul></section>\n'

    def _links(self, rows: Sequence[tuple[int, DocumentRow]]) -> str:
        return listed(f'<a href="#{self.anchor}r{number}">{_place(row)}</a>' for number, row in rows)

    def _findings(self) -> str:
        if not self.checked.findings:
            return ""
        items = "".join(f"<li>{self._finding(f)}</li>" for f in self.checked.findings)
        return f'<section class="findings"><h2>About the document</h2><ul>{items}</ul></section>\n'

    def _finding(self, finding: Finding) -> str:
        first = {row.line: number for number, row in reversed(list(self._numbered()))}
        lines = {
            str(n): f'<a href="#{self.anchor}r{first[n]}">{n}</a>' if n in first else str(n) for n in finding.lines
        }
        said = re.split(r"(\d+)", finding.message)
        rest = [link for line, link in lines.items() if line not in said]
        where = f" (line{'s' if len(rest) > 1 else ''} {listed(rest)})" if rest else ""
        return "".join(lines.get(part) or escape(part) for part in said) + where

    def _notes(self, rows: Sequence[tuple[int, DocumentRow]]) -> str:
        found = [_note(row, f"{self.anchor}r{number}") for number, row in rows if row.verdict in self.shown]
        return f'<div class="notes">{"".join(found)}</div>' if found else ""

    def _all(self) -> str:
        """Every row with its reason: where the marks of the quiet rows lead."""
        if not self.checked.rows:
            return ""
        lines = []
        for number, row in self._numbered():
            where = f' id="{self.anchor}r{number}"' if row.verdict not in self.shown else ""
            domain = f"; where {', '.join(row.where())}" if row.domain else ""
            lines.append(
                f'<tr{where}><td class="number">{_place(row)}</td><td class="{row.verdict}">{_sign(row.verdict)} '
                f"{row.verdict}</td><td>{_formula(row)}</td><td>{escape(headline(row) + domain)}</td></tr>"
            )
        head = '<tr><th scope="col">Line</th><th scope="col">Verdict</th><th scope="col">Equality</th>'
        return (
            f'<details class="all"><summary>All {counted(len(lines), "row")}, with reasons</summary>'
            f'<div class="scroll" tabindex="0" role="region" aria-label="All rows"><table class="rows">'
            f'<thead>{head}<th scope="col">Reason</th></tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
            "</details>"
        )


def _pointed(row: DocumentRow) -> str:
    """What is the matter, and the likely mistake."""
    return f"{headline(row)}; {row.hint}" if row.hint else headline(row)


def _note(row: DocumentRow, anchor: str) -> str:
    parts: list[str] = []
    if row.counterexample:
        values, left, right = as_words(row.counterexample)
        where = f"For instance where {', '.join(f'<code>{escape(v)}</code>' for v in values)}, the" if values else "The"
        parts.append(
            f"<p>{where} left side is <code>{escape(left)}</code> and the right side <code>{escape(right)}</code>.</p>"
        )
    if row.condition is not None and row.condition.kind in CONDITIONS:
        parts.append(f"<p>{escape(CONDITIONS[row.condition.kind])}</p>")
    if row.suggestion:
        parts.append(f"<p><strong>Would hold:</strong> {tex(row.suggestion)}</p>")
    if row.domain:
        parts.append(f"<p>Where {', '.join(f'<code>{escape(d)}</code>' for d in row.where())}.</p>")
    title = f"{_sign(row.verdict)} <strong>{row.verdict}</strong>, {_place(row, words=True)}: {escape(_pointed(row))}"
    if not parts:
        return f'<p class="note {row.verdict}" id="{anchor}" tabindex="-1">{title}</p>'
    return (
        f'<details class="note {row.verdict}" id="{anchor}"><summary>{title}</summary>'
        f'<div class="more">{"".join(parts)}</div></details>'
    )


def tex(source: str) -> str:
    """A formula in TeX, drawn where it can be read, with its source behind it."""
    try:
        inside = math_element(drawn(read_expression(source)), source)
    except (Unreadable, TypeError, RecursionError):
        return f"<code>{escape(source)}</code>"
    return f'{inside} <code class="source">{escape(source)}</code>'


def _formula(row: DocumentRow) -> str:
    source = f"{row.left} {row.relation} {row.right}"
    source = " ".join(source.split())
    return f"<code>{escape(source if len(source) <= 160 else source[:159] + '…')}</code>"


def _place(row: DocumentRow, words: bool = False) -> str:
    cell = f"cell {row.cell}, " if row.cell is not None else ""
    return f"{cell}{'line ' if words or cell else ''}{row.line}"


def _sign(verdict: str) -> str:
    return f'<span class="sign {verdict}" aria-hidden="true">{MARKS[verdict]}</span>'


def _chips(counts: dict[str, int]) -> str:
    words = {v: w for v, w in zip([v for v, _ in in_order(counts)], re.split(r"[,;] ", summary(counts)), strict=True)}
    return " ".join(f'<span class="chip {v}">{_sign(v)} {escape(w)}</span>' for v, w in words.items())
