"""Signs between two expressions: which claim equality, which update, which claim nothing."""

from __future__ import annotations

__all__ = ["EQUAL", "NO_CLAIM", "UPDATES"]

EQUAL = frozenset({"=", "\\equiv", "≡", "\\triangleq", "\\doteq", "\\coloneqq", "\\stackrel"})
UPDATES = frozenset({"\\leftarrow", "\\gets", "←", ":=", "+=", "-="})
NO_CLAIM = frozenset({"\\approx", "≈", "\\propto", "\\sim", "\\simeq", "\\cong", "\\to", "\\rightarrow", "\\mapsto"})
