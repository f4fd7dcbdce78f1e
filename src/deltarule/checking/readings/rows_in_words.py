"""A text that says that its vectors are rows, "the row vector s", and speaks of no columns: then sᵀ s is a matrix, and
y sᵀ a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.state import State
from deltarule.checking.letters.row_vectors import row_space
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Statement

__all__ = ["rows_said"]

ROWS = re.compile(
    r"\brow[- ]vectors?\b|\bzeilenvektor\w*|\bvecteurs?[- ]lignes?\b|\bvector(?:es)? fila\b|\bvetor(?:es)? linha\b|"
    r"\bvettor[ei] riga\b|\bwektor\w* wierszow\w*|\bвектор\w*[- ]строк\w*|行向量|行ベクトル|행벡터",
    re.IGNORECASE,
)
COLUMNS = re.compile(
    r"\bcolumn[- ]vectors?\b|\bspaltenvektor\w*|\bvecteurs?[- ]colonnes?\b|\bvector(?:es)? columna\b|"
    r"\bvetor(?:es)? coluna\b|\bvettor[ei] colonna\b|\bwektor\w* kolumnow\w*|\bвектор\w*[- ]столб\w*|"
    r"列向量|列ベクトル|열벡터",
    re.IGNORECASE,
)


def rows_said(state: State, statements: Sequence[Statement]) -> tuple[Sequence[Statement], list[str]]:
    """The statements with a declaration of every vector as a row, and their names."""
    text = state.document.text
    if not ROWS.search(text) or COLUMNS.search(text):
        return statements, []
    rows: dict[str, t.Tree] = {}
    for node in (n for s in statements for side in s.sides for n in trees(side.tree)):
        found = reference(node, state.symbols.usage) if isinstance(node, t.Name) else None
        entity = state.symbols.entities.get(found.key) if found is not None else None
        if found is not None and entity is not None and entity.rank == 1 and found.base not in state.symbols.functions:
            rows.setdefault(found.key, node)
    declared = tuple((node, row_space(k)) for k, node in enumerate(rows.values()))
    first = statements[0]
    return [replace(first, memberships=(*first.memberships, *declared)), *statements[1:]], sorted(rows)
