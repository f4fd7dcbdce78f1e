"""Checked documents as JSON for programs and as text for people: the source line, a caret, the verdict, what to do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from textwrap import wrap
from typing import Any

from deltarule.checking.rows import CheckedDocument, DocumentRow

__all__ = ["MARKS", "as_data", "as_text"]

SCHEMA = 1
MARKS = {
    "proved": "✓",
    "conditional": "◐",
    "definition": "·",
    "assumption": "·",
    "none": "·",
    "refuted": "✗",
    "ill-shaped": "✗",
    "undecided": "?",
    "unread": "?",
}
WIDTH = 78


def as_data(documents: Sequence[CheckedDocument], only: Collection[str] = ()) -> dict[str, Any]:
    """The answer of `check --format json`; `only` keeps rows of these verdicts."""
    return {"schema": SCHEMA, "files": [_file(d, only) for d in documents]}


def _file(document: CheckedDocument, only: Collection[str]) -> dict[str, Any]:
    out: dict[str, Any] = {"file": document.name}
    if document.error:
        out["error"] = document.error
    out["summary"] = document.summary
    out["equalities"] = [_row(r) for r in document.rows if not only or r.verdict in only]
    out["document"] = [{"finding": f.finding, "lines": list(f.lines), "message": f.message} for f in document.findings]
    return out


def _row(row: DocumentRow) -> dict[str, Any]:
    out: dict[str, Any] = {"line": row.line, "column": row.column, "end_line": row.end_line}
    if row.cell is not None:
        out["cell"] = row.cell
    out |= {
        "chain": row.chain,
        "step": row.step,
        "left": row.left,
        "right": row.right,
        "relation": row.relation,
        "verdict": row.verdict,
        "reason": row.reason,
    }
    if row.condition is not None:
        out["condition"] = {"kind": row.condition.kind, "text": row.condition.text}
    if row.domain:
        out["domain"] = "; ".join(row.domain)
    if row.counterexample:
        out["counterexample"] = row.counterexample
    if row.hint:
        out["hint"] = row.hint
    if row.suggestion:
        out["suggestion"] = row.suggestion
    return out


def as_text(documents: Sequence[CheckedDocument], only: Collection[str] = ()) -> str:
    """For people: what needs a look in full, then the findings and the count, file by file."""
    shown = set(only) or {"refuted", "ill-shaped", "undecided", "unread", "conditional"}
    lines: list[str] = []
    for document in documents:
        if document.error:
            lines += [f"{document.name}: {document.error}", ""]
            continue
        source = document.text.split("\n")
        for row in document.rows:
            if row.verdict in shown:
                lines += [*_place(document, row, source), ""]
        for finding in document.findings:
            where = f" (line{'s' if len(finding.lines) != 1 else ''} {', '.join(map(str, finding.lines))})"
            lines += wrap(f"note: {finding.message}{where if finding.lines else ''}", WIDTH, subsequent_indent="      ")
        summary = ", ".join(f"{n} {verdict}" for verdict, n in sorted(document.summary.items(), key=lambda p: -p[1]))
        lines += [f"{document.name}: {summary or 'no equalities'}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _place(document: CheckedDocument, row: DocumentRow, source: Sequence[str]) -> list[str]:
    cell = f" cell {row.cell}" if row.cell is not None else ""
    head = f"{MARKS[row.verdict]} {row.verdict}: {document.name}{cell}:{row.line}:{row.column}"
    out = [head]
    if row.cell is None and 0 < row.line <= len(source):
        text = source[row.line - 1]
        left = max(0, min(row.column - 1 - 20, len(text) - WIDTH + 4)) if len(text) > WIDTH - 4 else 0
        out.append("  " + text[left : left + WIDTH - 4])
        length = max(1, min(len(row.right), WIDTH - 4 - (row.column - 1 - left)))
        if row.end_line > row.line:
            length = 1
        out.append("  " + " " * (row.column - 1 - left) + "^" * length)
    else:
        out.append(f"  {row.left} {row.relation} {row.right}"[:WIDTH])
    out += _folded(row.reason)
    if row.counterexample:
        values = ", ".join(f"{k} = {v}" for k, v in row.counterexample.items())
        out += _folded(f"for instance {values}")
    if row.hint:
        out += _folded(f"hint: {row.hint}")
    if row.suggestion:
        out += _folded(f"would hold: {row.suggestion}")
    return out


def _folded(words: str) -> list[str]:
    return wrap(words, WIDTH, initial_indent="  ", subsequent_indent="    ") if words else []
