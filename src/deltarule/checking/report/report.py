"""Checked documents as JSON for programs. For people: `terminal` and `page`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from deltarule.checking.core.rows import CheckedDocument, DocumentRow
from deltarule.checking.report.counterexample import as_decimals
from deltarule.checking.report.words import headline

__all__ = ["as_data", "row_data"]

SCHEMA = 1


def as_data(documents: Sequence[CheckedDocument], only: Collection[str] = ()) -> dict[str, Any]:
    """The answer of `check --format json`; `only` keeps rows of these verdicts."""
    return {"schema": SCHEMA, "files": [_file(d, only) for d in documents]}


def _file(document: CheckedDocument, only: Collection[str]) -> dict[str, Any]:
    out: dict[str, Any] = {"file": document.name}
    if document.error:
        out["error"] = document.error
    out["summary"] = document.summary
    out["equalities"] = [row_data(r) for r in document.rows if not only or r.verdict in only]
    out["document"] = [{"finding": f.finding, "lines": list(f.lines), "message": f.message} for f in document.findings]
    return out


def row_data(row: DocumentRow) -> dict[str, Any]:
    """One row; what it has nothing of is left out."""
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
        "reason": row.reason or headline(row),
    }
    if row.condition is not None:
        out["condition"] = {"kind": row.condition.kind, "text": row.condition.text}
    if row.domain:
        out["domain"] = "; ".join(row.domain)
    if row.counterexample:
        out["counterexample"] = as_decimals(row.counterexample)
    if row.hint:
        out["hint"] = row.hint
    if row.suggestion:
        out["suggestion"] = row.suggestion
    return out
