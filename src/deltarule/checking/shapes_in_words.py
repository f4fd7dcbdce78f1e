"""What the words call a name: "a column vector $x$", "the weight matrix $W$", "$b$ is a scalar", "the rows of $X$".

Such words fill in what nothing else shows; where they contradict each other nothing is taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.segments import Math
from deltarule.reading.statement import Statement

__all__ = ["shapes_in_words"]

VECTOR = (
    r"vectors?|vektor(?:en|s|y|u|em)?|\w+vektor(?:en)?|vecteurs?|vector(?:es)?|vetor(?:es)?|vettor[ei]|wektor\w*|"
    r"вектор\w*|vektör\w*"
)
MATRIX = r"matri(?:x|ces)|\w*matri(?:x|zen)|matri[zs]|matrices?|matric[ei]|macierz\w*|matic\w*|матриц\w*|matris\w*"
OF_A_MATRIX = (
    r"(?:rows|columns) of|zeilen (?:von|der matrix)|spalten (?:von|der matrix)|(?:lignes|colonnes) de(?: la matrice)?|"
    r"(?:filas|columnas) de(?: la matriz)?|righe di|colonne di|wiersz\w* macierzy|строк\w* матрицы"
)
NUMBER = r"scalars?|(?:real )?numbers?|skalar\w*|reelle zahl|scalaires?|nombre réel|escalar(?:es)?|scalar[ei]|скаляр\w*"
WITHOUT_SPACES = {2: "矩阵|行列|행렬", 1: "向量|ベクトル|벡터", 0: "标量|スカラー|스칼라"}
"""The same in languages that put no space between words."""
KINDS = ((2, rf"{OF_A_MATRIX}|{MATRIX}"), (1, VECTOR), (0, NUMBER))
IS = r"(?:is|are|being|be|ist|sind|est|sont|es|son|é|são|è|sono|jest|są|是|为|—|-)"
ARTICLE = r"(?:an?|the|eine?|der|die|das|une?|le|la|des|un[ao]?|el|los|las|os|as|um|uma|il|lo|gli)?"
NOT_ONE = re.compile(r"^\s*(?:-|–|of\b|field|space|function|product|norm|der\b|von\b|de\b|di\b)", re.IGNORECASE)
"""Behind "is a vector": what makes a function, or several, of it."""
JOINED = re.compile(r"\s*(?:,|and|or|und|oder|et|ou|y|e|o|i|и|和|与|、)?\s*(?:the\s*)?$", re.IGNORECASE)
LONGEST = 40
"""Characters of words before a name that are looked at."""


def shapes_in_words(document: Document, statements: Sequence[Statement]) -> tuple[tuple[t.Tree, int], ...]:
    """Each name that the words call a number (0), a vector (1) or a matrix (2), where they call it one thing only."""
    found: dict[t.Tree, set[int]] = {}
    before: tuple[int, int | None] = (0, None)
    for statement in statements:
        segment = document.segments[statement.block]
        tree = statement.sides[0].tree
        if statement.relations or not isinstance(segment, Math) or segment.display or tree is None:
            continue
        if not isinstance(tree, t.Name | t.Scripted) or statement.memberships:
            continue
        if before[0] == segment.end:  # $x, y$
            rank = before[1]
        else:
            rank = _said_before(document.text[max(0, segment.start - LONGEST) : segment.start])
            if rank is None:
                rank = _said_behind(document.text[segment.end : segment.end + LONGEST])
            if rank is None and JOINED.match(document.text[before[0] : segment.start]):
                rank = before[1]
        before = (segment.end, rank)
        if rank is not None:
            found.setdefault(tree, set()).add(rank)
    return tuple((tree, ranks.pop()) for tree, ranks in found.items() if len(ranks) == 1)


def _said_before(words: str) -> int | None:
    for rank, names in KINDS:
        near = re.search(rf"(?:(?<![-\w])(?:{names})|{WITHOUT_SPACES[rank]})[\s(*_]*$", words, re.IGNORECASE)
        if near is not None:
            return rank
    return None


def _said_behind(words: str) -> int | None:
    for rank, names in ((2, MATRIX), (1, VECTOR), (0, NUMBER)):
        near = re.match(rf"\s*{IS}\s+{ARTICLE}\s*(?:[^\W\d]+[ -]){{0,2}}?(?:{names})(?![-\w])", words, re.IGNORECASE)
        if near is not None and not NOT_ONE.match(words[near.end() :]):
            return rank
    return None
