"""What the verdicts and the conditions mean, in a student's words: one row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from deltarule.checking.core.rows import CheckedDocument, DocumentRow

__all__ = ["CONDITIONS", "MARKS", "VERDICTS", "counted", "headline", "in_order", "listed", "summary", "totals"]

MARKS = {
    "proved": "✓",
    "conditional": "◐",
    "definition": "≔",
    "assumption": "≔",
    "none": "·",
    "refuted": "✗",
    "ill-shaped": "✗",
    "undecided": "?",
    "unread": "?",
}

VERDICTS = {
    "refuted": "the two sides are not equal",
    "ill-shaped": "the two sides cannot have one shape",
    "conditional": "true under a condition that the text leaves unsaid",
    "undecided": "neither proved nor refuted",
    "unread": "not understood",
    "proved": "equal wherever both sides are defined",
    "definition": "gives a symbol its meaning",
    "assumption": "taken for granted from here on",
    "none": "claims no equality",
}
"""In the order in which they matter to a reader."""

CONDITIONS = {
    "layout": "Whether a gradient stands as a column or as a row is a convention; say which one you keep.",
    "sign": "Whether the quantity is minimised or maximised decides the sign; say which one it is.",
    "normalised-targets": "One-hot targets add up to 1; say so.",
    "probabilities": "A prediction strictly between 0 and 1 keeps the logarithms and fractions defined; say so.",
    "kink": "At the kink the derivative is a convention; say which value you take there.",
    "scale": "A mean, a sum or a factor ½ in the loss changes the gradient by a constant; say which one it is.",
    "logarithm": "The base of the logarithm changes the result by a constant; say which one it is.",
    "implied-sum": "An index that occurs twice is summed only where the text says so; write the Σ, or say so.",
    "definition-elsewhere": "The line uses a definition that the document does not give at that place; give it.",
}
"""Why something is a condition, and what the writer can do about it."""


def headline(row: DocumentRow) -> str:
    """What is the matter with a row, in one sentence without a full stop."""
    if row.verdict == "conditional" and row.condition is not None:
        if row.condition.text in _LAYOUTS:
            return _LAYOUTS[row.condition.text]
        return row.reason or f"true under: {row.condition.text}"
    if row.verdict in {"refuted", "conditional", "ill-shaped"}:
        return row.reason or VERDICTS[row.verdict]
    if row.reason and row.verdict != "proved":
        return f"{VERDICTS[row.verdict]}: {row.reason}" if row.verdict in LOOKED_AT else row.reason
    return VERDICTS[row.verdict]


_LAYOUTS = {
    "denominator layout": "true where gradients are columns (denominator layout)",
    "numerator layout": "true where gradients are rows (numerator layout)",
}

LOOKED_AT = frozenset({"refuted", "ill-shaped", "conditional", "undecided", "unread"})
"""The verdicts that a reader has to look at."""


def in_order(summary: Mapping[str, int]) -> list[tuple[str, int]]:
    """Verdicts with how many rows have each: claims first, the best first."""
    order = [
        "proved",
        "conditional",
        "refuted",
        "ill-shaped",
        "undecided",
        "unread",
        "definition",
        "assumption",
        "none",
    ]
    return [(v, summary[v]) for v in order if summary.get(v)]


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(items: Iterable[object]) -> str:
    """`1`, `1 and 2`, `1, 2 and 3`."""
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}" if most else last


_NOUNS = {"definition": "definition", "assumption": "assumption", "none": "row without a claim"}


def summary(counts: Mapping[str, int]) -> str:
    """`12 proved, 1 refuted; 3 definitions`; `rows without a claim` in the plural where there are several."""
    claims = [f"{n} {v}" for v, n in in_order(counts) if v not in _NOUNS]
    others = [
        counted(n, _NOUNS[v]) if v != "none" or n == 1 else f"{n} rows without a claim"
        for v, n in in_order(counts)
        if v in _NOUNS
    ]
    return "; ".join(", ".join(part) for part in (claims, others) if part) or "no equalities"


def totals(documents: Sequence[CheckedDocument]) -> dict[str, int]:
    """How many rows of all documents have each verdict."""
    out: dict[str, int] = {}
    for document in documents:
        for verdict, number in document.summary.items():
            out[verdict] = out.get(verdict, 0) + number
    return out
