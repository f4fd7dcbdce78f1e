"""The formulas of a checked document as MathML: each relation with the mark of its verdict behind its right side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from html import escape

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.judging.one_pass import claimed
from deltarule.checking.report.words import MARKS, headline
from deltarule.reading.documents import Document
from deltarule.reading.segments import Math
from deltarule.reading.statement import Side, Statement
from deltarule.writing.tree_mathml import drawn, math_element, sign

__all__ = ["Formulas"]


class Formulas:
    """The formulas of one document, by their place in its segments."""

    def __init__(
        self,
        document: Document,
        statements: Sequence[Statement],
        rows: Sequence[DocumentRow],
        anchor: str,
        shown: Collection[str],
    ) -> None:
        self.document, self.anchor, self.shown = document, anchor, shown
        self._statements: dict[int, list[Statement]] = defaultdict(list)
        self._rows: dict[tuple[int, int], tuple[int, DocumentRow]] = {}
        for statement in statements:
            self._statements[statement.block].append(statement)
        for number, (row, (statement, k)) in enumerate(zip(rows, claimed(statements), strict=False)):
            self._rows[id(statement), k] = (number, row)

    def rows(self, segment: int) -> list[tuple[int, DocumentRow]]:
        """The rows of a formula, with their numbers."""
        return [
            self._rows[id(s), k]
            for s in self._statements[segment]
            for k in range(max(len(s.relations), 1))
            if (id(s), k) in self._rows
        ]

    def inline(self, segment: int) -> str:
        """A formula in a line of words."""
        statements = self._statements[segment]
        if not statements or any(side.tree is None and side.text for s in statements for side in s.sides):
            marks = "".join(self._mark(number, row) for number, row in self.rows(segment))
            return f"<code>{escape(self._source(segment))}</code>{marks}"
        parts: list[str] = []
        for statement in statements:
            words = [w for w in (statement.words_before, statement.words_after) if w]
            out = f"{escape(words.pop(0))} " if statement.words_before else ""
            first = "" if statement.continues or statement.opens else self._side(statement, 0)
            for k, relation in enumerate(statement.relations):
                shown = f"{first}<mo>{escape(sign(relation.symbol))}</mo>{self._side(statement, k + 1)}"
                out += self._marked(statement, k, math_element(f"<mrow>{shown}</mrow>", self._text(statement, k)))
                first = ""
            if first:
                out += math_element(first, statement.sides[0].text)
            parts.append(out + (f" {escape(words[0])}" if words else ""))
        return ", ".join(parts)

    def _marked(self, statement: Statement, k: int, math: str) -> str:
        found = self._rows.get((id(statement), k))
        if found is None:
            return math
        number, row = found
        return f'<span class="eq {row.verdict}">{math}{self._mark(number, row)}</span>'

    def display(self, segment: int) -> str:
        """A formula that stands by itself: a relation a line, below each other as in a derivation."""
        lines = [line for statement in self._statements[segment] for line in self._lines(statement)]
        source = self._source(segment)
        if not lines:
            return f'<pre class="maths"><code>{escape(source.strip())}</code></pre>'
        label = escape(" ".join(source.split())[:200], quote=True)
        table = f'<table class="chain">{"".join(lines)}</table>'
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{table}</div>'

    def _lines(self, statement: Statement) -> list[str]:
        lines: list[str] = []
        if statement.words_before:
            lines.append(_words(statement.words_before))
        carried = statement.continues or statement.opens
        left = "" if carried else self._cell(statement, 0)
        if not statement.relations:
            found = self._rows.get((id(statement), 0))
            mark = self._mark(*found) if found else ""
            lines.append(f'<tr><td class="lone" colspan="4">{left}</td><td class="mark">{mark}</td></tr>')
        last = len(statement.relations) - 1
        for k, relation in enumerate(statement.relations):
            found = self._rows.get((id(statement), k))
            mark = self._mark(*found) if found else ""
            verdict = found[1].verdict if found else ""
            tag = f"({escape(statement.tag)})" if k == last and statement.tag else ""
            lines.append(
                f'<tr class="{verdict}"><td class="left">{left if k == 0 else ""}</td>'
                f'<td class="sign"><math><mo>{escape(sign(relation.symbol))}</mo></math></td>'
                f'<td class="right">{self._cell(statement, k + 1)}</td><td class="rule">{tag}</td>'
                f'<td class="mark">{mark}</td></tr>'
            )
        if statement.words_after:
            lines.append(_words(statement.words_after))
        return lines

    def _cell(self, statement: Statement, k: int) -> str:
        side = statement.sides[k]
        if side.tree is None:
            return f"<code>{escape(side.text)}</code>" if side.text else ""
        return math_element(self._side(statement, k), side.text, display=True)

    def _side(self, statement: Statement, k: int) -> str:
        """A side, and what it is said to lie in: x ∈ ℝ."""
        side = statement.sides[k]
        inside = drawn(side.tree) if side.tree is not None else f"<mtext>{escape(side.text)}</mtext>"
        spaces = {space.start: space for element, space in statement.memberships if _within(element.start, side)}
        return inside + "".join(f"<mo>∈</mo>{drawn(space)}" for space in spaces.values())

    def _text(self, statement: Statement, k: int) -> str:
        return f"{statement.sides[k].text} {statement.relations[k].symbol} {statement.sides[k + 1].text}"

    def _source(self, segment: int) -> str:
        math = self.document.segments[segment]
        assert isinstance(math, Math)
        return self.document.text[math.body_start : math.body_end]

    def _mark(self, number: int, row: DocumentRow) -> str:
        words = escape(f"{row.verdict}: {headline(row)}", quote=True)
        return (
            f'<a class="mark {row.verdict}" href="#{self.anchor}r{number}" title="{words}">'
            f'<span aria-hidden="true">{MARKS[row.verdict]}</span><span class="hidden">{words}</span></a>'
        )


def _words(words: str) -> str:
    return f'<tr><td class="words" colspan="5">{escape(words)}</td></tr>'


def _within(place: int, side: Side) -> bool:
    return side.start <= place < max(side.end, side.start + 1)
