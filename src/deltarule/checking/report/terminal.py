"""Checked documents for the terminal: the source line, what of it is meant, what is the matter, what to do.

✗ refuted: the two sides are not equal
  --> answer.md:12:38
   │
12 │ $$\\frac{\\partial L}{\\partial z} = y - \\hat y$$
   │                                   ^^^^^^^^^^
   = for instance where y = 1/2, z = 3/4
     the left side is 0.179179, the right side is -0.179179
   = hint: the sign is flipped
   = would hold: \\hat y - y
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence
from textwrap import wrap

from deltarule.checking.core.rows import CheckedDocument, DocumentRow, Finding
from deltarule.checking.report.counterexample import as_words
from deltarule.checking.report.words import (
    CONDITIONS,
    LOOKED_AT,
    MARKS,
    counted,
    headline,
    in_order,
    listed,
    summary,
    totals,
)

__all__ = ["Style", "as_text", "document_lines", "plain", "total_lines"]

WIDTH = 80
MOST_LINES = 6
"""Of a counterexample: a deep network has more values than anyone reads."""
COLOURS = {
    "proved": "green",
    "refuted": "red",
    "ill-shaped": "red",
    "conditional": "yellow",
    "undecided": "yellow",
    "unread": "yellow",
}

Style = Callable[..., str]
"""`style(text, "bold", "red")`: the text in a style, where there is any."""


def plain(text: str, *_: str) -> str:
    """No style."""
    return text


def as_text(
    documents: Sequence[CheckedDocument],
    only: Collection[str] = (),
    width: int = WIDTH,
    style: Style = plain,
    errors: bool = True,
) -> str:
    """All of it: file by file what needs a look, the findings, the count; at the end the count of all. `errors` is
    False where what could not be read is said elsewhere."""
    lines = [line for document in documents for line in document_lines(document, only, width, style, errors)]
    lines += total_lines(documents, width, style)
    return ("\n".join(lines).rstrip() + "\n").lstrip("\n")


def document_lines(
    document: CheckedDocument,
    only: Collection[str] = (),
    width: int = WIDTH,
    style: Style = plain,
    errors: bool = True,
) -> list[str]:
    """One file."""
    lines: list[str] = []
    shown = set(only) or LOOKED_AT
    for rows in _groups([row for row in document.rows if row.verdict in shown]):
        lines += [*_group(document, rows, width, style), ""]
    for finding in document.findings:
        lines += [*_finding(document, finding, width, style), ""]
    if document.error and errors:
        lines += [*_folded(f"{document.name}: {document.error}", width, "", "  "), ""]
    if document.rows or not document.error:
        lines += [*_summary(document.name, document.summary, width, style), ""]
    return lines


def total_lines(documents: Sequence[CheckedDocument], width: int = WIDTH, style: Style = plain) -> list[str]:
    """The count of several files."""
    if len(documents) < 2:
        return []
    failed = sum(1 for d in documents if d.error)
    files = counted(len(documents), "file") + (f" ({failed} not read, or not whole)" if failed else "")
    return _summary(files, totals(documents), width, style)


def _summary(name: str, counts: dict[str, int], width: int, style: Style) -> list[str]:
    lines = _folded(f"{name}: {summary(counts)}", width, "", "  ")
    for verdict, number in in_order(counts):
        for k, line in enumerate(lines):
            words = f"{number} {verdict}"
            if verdict in COLOURS and (place := line.find(words, len(name) + 1 if k == 0 else 0)) >= 0:
                lines[k] = line[:place] + style(words, COLOURS[verdict]) + line[place + len(words) :]
                break
    return [style(name, "bold") + lines[0].removeprefix(name), *lines[1:]]


def _groups(rows: Sequence[DocumentRow]) -> list[list[DocumentRow]]:
    """Rows of which the same is to be said stand together, where the first of them stands; refuted rows alone."""
    groups: dict[object, list[DocumentRow]] = {}
    for row in rows:
        alone = row.verdict == "refuted" or row.hint or row.suggestion or row.counterexample
        groups.setdefault(id(row) if alone else (row.verdict, row.reason, row.condition), []).append(row)
    return list(groups.values())


def _group(document: CheckedDocument, rows: Sequence[DocumentRow], width: int, style: Style) -> list[str]:
    row = rows[0]
    colour = [COLOURS[row.verdict]] if row.verdict in COLOURS else []
    title = f"{MARKS[row.verdict]} {row.verdict}"
    first, *more = _folded(f"{title}: {headline(row)}", width, "", "  ")
    out = [style(title, "bold", *colour) + style(first.removeprefix(title), "bold")]
    out += [style(line, "bold") for line in more]
    cell = f" cell {row.cell}" if row.cell is not None else ""
    digits = len(str(row.line))
    out.append(f"{' ' * digits}{style('-->', 'cyan')} {document.name}{cell}:{row.line}:{row.column}")
    bar = style(" " * (digits + 1) + "│", "cyan")
    note = style(" " * (digits + 1) + "=", "cyan")
    text = source_line(document, row)
    if text is None:
        out += [bar, f"{bar} {row.left} {row.relation} {row.right}"[: width + len(bar) - digits - 3]]
    else:
        shown, carets = _window(text, row.column - 1, _length(row, text), width - digits - 3)
        out += [bar, f"{style(f'{row.line} │', 'cyan')} {shown}", f"{bar} {style(carets, 'bold', *colour)}"]
        if row.left and row.left not in text[: row.column - 1]:
            out += _note(note, f"beside {_one_line(row.left)}", width, digits)
    if row.counterexample:
        out += _instance(note, row, width, digits)
    if row.condition is not None and row.condition.kind in CONDITIONS:
        out += _note(note, CONDITIONS[row.condition.kind], width, digits)
    if row.domain and row.verdict in {"proved", "conditional"}:
        out += _note(note, "where " + ", ".join(row.where()), width, digits)
    if row.hint:
        out += _note(note, f"hint: {row.hint}", width, digits)
    if row.suggestion:
        out += _note(note, f"would hold: {row.suggestion}", width, digits)
    if len(rows) > 1:
        out += _note(note, f"the same {_places(rows[1:])}", width, digits)
    return out


def source_line(document: CheckedDocument, row: DocumentRow) -> str | None:
    """The line of the text in which the right side of a row begins."""
    if not 0 <= row.start <= len(document.text):
        return None
    begin = document.text.rfind("\n", 0, row.start) + 1
    end = document.text.find("\n", row.start)
    line = document.text[begin : len(document.text) if end < 0 else end].rstrip("\r")
    return line if row.column <= len(line) + 1 else None


def _length(row: DocumentRow, text: str) -> int:
    return max(1, min(row.end - row.start, len(text) - row.column + 1))


def _window(text: str, column: int, length: int, room: int) -> tuple[str, str]:
    """What of a line fits, and the carets below what is meant; … stands for what does not fit."""
    first = max(0, column - 2 * room)  # a line can be a million characters long
    cut = len(text) > column + 3 * room
    text, column = text[first : column + 3 * room], column - first
    text = "".join(" " if c.isspace() else c for c in text)
    if first == 0:
        indent = min(len(text) - len(text.lstrip()), column)
        text, column = text[indent:], column - indent
    left = 0
    if first or cut or _wide(text) > room:
        before = max(room - min(length, room * 2 // 3) - 2, 0) * 2 // 3
        left = column
        while left and _wide(text[left - 1 : column]) <= before:
            left -= 1
        while left and not cut and _wide(text[left - 1 :]) < room:
            left -= 1
        left = 0 if left == 1 and not first else left
    head = "…" if left or first else ""
    shown = head + text[left:]
    start, stop = column - left + len(head), column - left + len(head) + length
    if cut or _wide(shown) > room:
        while _wide(shown) > room - 1:
            shown = shown[:-1]
        shown, stop = shown + "…", min(stop, len(shown))
    return shown, " " * _wide(shown[:start]) + "^" * max(_wide(shown[start:stop]), 1)


def _wide(text: str) -> int:
    """The columns that a text takes: two for Chinese, none for a combining accent."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _instance(note: str, row: DocumentRow, width: int, digits: int) -> list[str]:
    values, left, right = as_words(row.counterexample or {})
    kept = ", ".join(v.replace(" ", "\0") if len(v) < width // 2 else v for v in values)  # `n = 2` stays whole
    out = _note(note, "for instance where " + kept, width, digits) if values else []
    out = [line.replace("\0", " ") for line in out]
    if len(out) > MOST_LINES:
        out = [*out[: MOST_LINES - 1], " " * (digits + 3) + "… (--format json has every value)"]
    sides = f"the left side is {left}, the right side is {right}"
    if not values:
        return [*out, *_note(note, sides, width, digits)]
    return [*out, *_folded(sides, width, " " * (digits + 3), " " * (digits + 3))]


def _places(rows: Sequence[DocumentRow]) -> str:
    """`on lines 31, 36 and 40`; in a notebook with the cells."""
    cells: dict[int | None, list[int]] = {}
    for row in rows:
        lines = cells.setdefault(row.cell, [])
        if row.line not in lines:
            lines.append(row.line)
    said: list[str] = []
    for cell, lines in cells.items():
        where = "" if cell is None else f"in cell {cell} "
        said.append(f"{where}on line{'s' if len(lines) > 1 else ''} {listed(lines)}")
    return ", ".join(said)


def _finding(document: CheckedDocument, finding: Finding, width: int, style: Style) -> list[str]:
    lines = [n for n in dict.fromkeys(finding.lines) if str(n) not in finding.message]
    where = f" (line{'s' if len(lines) > 1 else ''} {listed(lines)})" if lines else ""
    first, *more = _folded(f"note: {finding.message}{where}", width, "", "      ")
    return [style("note", "bold", "cyan") + first.removeprefix("note"), *more]


def _note(note: str, words: str, width: int, digits: int) -> list[str]:
    first, *more = wrap(words, max(width - digits - 3, 20), break_long_words=False, break_on_hyphens=False) or [""]
    return [f"{note} {first}", *(" " * (digits + 3) + line for line in more)]


def _folded(words: str, width: int, first: str, later: str) -> list[str]:
    return wrap(
        words, width, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    ) or [""]


def _one_line(text: str, most: int = 300) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
