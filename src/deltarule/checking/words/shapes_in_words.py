"""What the words call a name: "a column vector $x$", "the weight matrix $W$", "$b$ is a scalar", "the rows of $X$".

Such words fill in what nothing else shows; where they contradict each other nothing is taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import script_items, trees
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
BY_ITS_SIZES = re.compile(
    rf"(?P<several>['’]?s\b)?\s*(?:{IS}\s+)?(?:(?:all|an?|eine?|une?)\s+)?"
    r"[a-z\d]{1,2}(?:[ -]by[ -]|\s?[x×]\s?)[a-z\d]{1,2}\b",
    re.IGNORECASE,
)
"""Behind `$W$`: "is m-by-d", "'s are m × d"."""
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
            sizes = BY_ITS_SIZES.match(document.text, segment.end, segment.end + LONGEST)
            if rank is None and sizes is not None:
                rank = 2
                for other in _of_the_letter(statements, tree) if sizes["several"] else ():
                    found.setdefault(other, set()).add(2)  # the $W$'s are W_i and W_f
            if rank is None and JOINED.match(document.text[before[0] : segment.start]):
                rank = before[1]
        before = (segment.end, rank)
        if rank is not None:
            found.setdefault(tree, set()).add(rank)
    numbers = _sums_of_components(statements)
    return tuple((x, next(iter(ranks))) for x, ranks in found.items() if len(ranks) == 1 and x not in numbers)


def _of_the_letter(statements: Sequence[Statement], letter: t.Tree) -> set[t.Tree]:
    """The names that have one letter and something below it."""
    nodes = (n for s in statements for side in s.sides for n in trees(side.tree))
    return {t.Scripted(n.base, n.sub, None) for n in nodes if isinstance(n, t.Scripted) and n.base == letter and n.sub}


def _sums_of_components(statements: Sequence[Statement]) -> set[t.Tree]:
    """The names that an equation makes a number, whatever is said before them: μ = 1/N Σ_i X_i in `the mean of all
    components of the vector μ`."""
    out: set[t.Tree] = set()
    for s in statements:
        if len(s.sides) > 1 and isinstance(s.sides[0].tree, t.Name) and s.sides[1].tree is not None:
            nodes = list(t.walk(s.sides[1].tree))
            sums = [n for n in nodes if isinstance(n, t.Big) and n.kind == "sum" and n.index is not None]
            bound = {x.letter for n in sums if n.index is not None for x in t.walk(n.index) if isinstance(x, t.Name)}
            indexed = [n for n in nodes if isinstance(n, t.Scripted) and n.sub is not None]
            below = [i for n in indexed for i in script_items(n.sub)]
            apart = [x for n in indexed for x in t.walk(n)]
            apart += [x for n in sums for script in (n.index, n.upper) if script is not None for x in t.walk(script)]
            others = [n for n in nodes if isinstance(n, t.Name) and not any(n is x for x in apart)]
            counted = all(isinstance(i, t.Name) and i.letter in bound for i in below)
            if sums and counted and all(n in out or (len(n.letter) == 1 and n.letter.isupper()) for n in others):
                out.add(s.sides[0].tree)
    return out


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
