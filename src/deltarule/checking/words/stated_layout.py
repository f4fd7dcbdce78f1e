"""The layout that a text announces: "in denominator layout", "gradients are column vectors", "the gradient of a weight
matrix has the same shape as the matrix"."""

from __future__ import annotations

import re

__all__ = ["named_layout", "stated_layout"]

_SLOPE = r"\b(?:gradient\w*|derivative\w*|ableitung\w*|dérivées?|derivadas?|derivat[ae])\b"
_IS = r"\b(?:as|are|is|be|als|sind|ist|werden|en|sont|est|como|son|sono|come)\s+(?:\w+\s+){0,2}?"
_LIES = {
    "column": r"(?:columns?\b(?! of)|spalten?(?:vektor\w*)?\b|colonnes?\b|(?:vecteurs?|vettori?\w*)[ -]colonn\w+|"
    r"(?:vector\w*[ -])?columnas?\b)",
    "row": r"(?:rows?\b(?! of)|zeilen?(?:vektor\w*)?\b|lignes?\b|(?:vecteurs?)[ -]lignes?|(?:vector\w*[ -])?filas?\b)",
}
_BY_NAME = {
    "column": r"\bdenominator[ -]layout\b|\bnenner-?layout\b",
    "row": r"\bnumerator[ -]layout\b|\bz(?:ä|ae)hler-?layout\b",
}
_LIKE = (
    rf"{_SLOPE}[^.!?\n]{{0,80}}\b(?:same\s+(?:shape|size|dimensions?)\s+as\b|(?:has|have|takes?|gets?|with)\s+the\s+"
    r"(?:shape|size|dimensions?)\s+of\s+(?:the|that|this|what|its|whatever)\b)"
)
_NOT = re.compile(r"\b(?:not|never|nicht|nie|pas|no)\b|n't\b", re.IGNORECASE)


def stated_layout(text: str) -> str | None:
    """ "column" for gradients that lie as what they are taken by (denominator layout), "row" for their transposes
    (numerator layout); None where the text says nothing of it, or both, or calls gradients rows without that name:
    people who do so often write the gradient by a matrix with the shape of the matrix all the same."""
    said = set()
    for lies, name in _BY_NAME.items():
        patterns = [name, rf"{_SLOPE}[^.!?\n]{{0,40}}?{_IS}{_LIES[lies]}"]
        if lies == "column":
            patterns.append(_LIKE)
        for pattern in patterns:
            if any(not _NOT.search(found[0]) for found in re.finditer(pattern, text, re.IGNORECASE)):
                said.add(lies)
    by_name = re.search(_BY_NAME["row"], text, re.IGNORECASE)
    return None if len(said) != 1 or (said == {"row"} and not by_name) else said.pop()


def named_layout(text: str) -> bool:
    """Whether a layout is called by its name: what is said of gradients alone says nothing of Jacobians."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in _BY_NAME.values())
