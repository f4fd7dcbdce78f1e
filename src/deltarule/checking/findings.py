"""What shows only in the document as a whole: layouts mixed, names never introduced."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.rows import Finding
from deltarule.checking.state import State
from deltarule.reading import tree as t
from deltarule.reading.documents import line_column
from deltarule.reading.references import reference

__all__ = ["about", "displayed"]

GOOD = frozenset({"proved", "conditional", "definition"})


def displayed(state: State, words: str) -> None:
    """A derivative that was shown as a column or a row (written out, or in words) keeps that orientation: so does every
    derivative that the chain at hand equates with it."""
    said = "column" if "column" in words else "row" if "row vector" in words else None
    if not state.chain:
        return
    sides = [state.chain[0][0], *(right for _, _, right in state.chain)]
    good = [row.verdict in GOOD for _, row, _ in state.chain]
    shapes: list[str | None] = [_written_shape(side.tree) for side in sides]
    shapes[-1] = shapes[-1] or said
    for k, side in enumerate(sides):
        tree = side.tree
        if not isinstance(tree, t.Partial) or tree.of is None or len(tree.by) != 1:
            continue
        reached = [k]
        for j in range(k, len(good)):
            if not good[j]:
                break
            reached.append(j + 1)
        for j in range(k - 1, -1, -1):
            if not good[j]:
                break
            reached.append(j)
        shape = next((shapes[j] for j in reached if shapes[j] is not None), None)
        of, by = (reference(x, state.symbols.usage) for x in (tree.of, tree.by[0]))
        if shape is not None and of is not None and by is not None:
            line = line_column(state.document, side.start)[0]
            state.symbols.orientations.setdefault((of.key, by.key), (shape, line))


def about(state: State) -> None:
    """Findings about the whole document."""
    if state.layouts["column"] or any(o == "column" for o, _ in state.symbols.orientations.values()):
        lines = sorted(set(state.layouts["row"]) | {r.line for r in state.rows if r.verdict == "ill-shaped"})
        if lines:
            columns = sorted(
                set(state.layouts["column"]) | {n for o, n in state.symbols.orientations.values() if o == "column"}
            )
            state.findings.append(
                Finding(
                    "mixed-layout",
                    tuple(lines),
                    "Gradients are columns (denominator layout) on lines "
                    f"{_listed(columns)} and rows (numerator layout) on lines {_listed(lines)}; keep one.",
                )
            )
    for key in state.missing:
        lines = [r.line for r in state.rows if "never introduced" in r.reason or (r.condition is not None
                 and r.condition.kind == "definition-elsewhere")]  # fmt: skip
        state.findings.append(Finding("never-introduced", tuple(lines), f"{key} is used but never introduced"))


def _listed(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines))


def _written_shape(tree: t.Tree | None) -> str | None:
    match tree:
        case t.Matrix(rows=rows) if len(rows) > 1 and all(len(r) == 1 for r in rows):
            return "column"
        case t.Matrix(rows=(row,)) if len(row) > 1:
            return "row"
        case t.Group(kind="[", items=items) if len(items) > 1:
            return "row"
    return None
