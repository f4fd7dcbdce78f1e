"""Signs between two expressions: which claim equality, which update, which claim nothing."""

from __future__ import annotations

__all__ = ["EQUAL", "NAMES_THE_RIGHT", "NO_CLAIM", "ROWS", "SAID", "UPDATES"]

EQUAL = frozenset({"=", "\\equiv", "≡", "\\triangleq", "\\doteq", "\\coloneqq", "\\stackrel"})
UPDATES = frozenset({"\\leftarrow", "\\gets", "←", ":=", "+=", "-="})
NO_CLAIM = frozenset({"\\approx", "≈", "\\propto", "\\sim", "\\simeq", "\\cong", "\\to", "\\rightarrow", "\\mapsto"})
NAMES_THE_RIGHT = frozenset({"=:"})
"""y - t =: δ: the right side gets the left one as its meaning."""
SAID = "\\said"
"""What the words of the text say a name to be; it makes no row."""
ROWS = EQUAL | UPDATES | NO_CLAIM | NAMES_THE_RIGHT
"""Signs that make a row."""

ABOVE = frozenset({">", "\\gt", "\\ge", "\\geq", "\\geqslant", "≥"})
BELOW = frozenset({"<", "\\lt", "\\le", "\\leq", "\\leqslant", "≤"})
COMPARES = ABOVE | BELOW
