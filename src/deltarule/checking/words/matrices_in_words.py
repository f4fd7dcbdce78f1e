"""What the words say of a matrix or a vector: a symmetric matrix $A$, $Q$ ist orthogonal, $u$ is a unit vector."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deltarule.algebra import Facts
from deltarule.calculus.rules import delta
from deltarule.checking.core.state import State
from deltarule.checking.words.reach import Written
from deltarule.language.arithmetic import multiply
from deltarule.language.expression import ONE, Expression, Symbol, fresh
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["said_of_matrices"]

SYMMETRIC = r"symmetri\w*|symétri\w*|simétri\w*|simmetri\w*|symetri\w*|symetryczn\w*|симметричн\w*|对称\w*"
ORTHOGONAL = r"orthogonal\w*|ortogonal\w*|ortogonáln\w*|ортогональн\w*|正交\w*"
UNIT = (
    r"unit vectors?|einheitsvektor\w*|vecteurs? unitaires?|vector(?:es)? unitarios?|versor\w*|"
    r"jednotkov\w+ vektor\w*|единичн\w+ вектор\w*"
)
NOT = re.compile(
    r"\b(?:not|no|non|nicht|keine?\w*|pas|nie|ne|need|without|ohne|sans|sin|senza|bez|skew|anti\w*|schief\w*|не)\b|"
    r"ne(?:symetri|ortog)|\b(?:un|a|non-?|in|asi|ası)sym|\b(?:non|un|as)symm|asymm|asym|不|非|反",
    re.I,
)
BEFORE, BEHIND = 45, 45


def said_of_matrices(state: State, written: Written) -> Iterator[tuple[int, Facts]]:
    """The statements that name such a matrix or vector, with what is said of it."""
    for place, statement in enumerate(written.statements):
        segment = written.segment(statement)
        if segment.display or statement.relations:
            continue
        tree = statement.sides[0].tree if not statement.memberships else statement.memberships[0][0]
        found = reference(tree, state.symbols.usage) if isinstance(tree, t.Name | t.Scripted) else None
        entity = state.symbols.entities.get(found.key) if found is not None else None
        if found is None or entity is None or found.transposed or found.indices or entity.samples:
            continue
        first, last = written.sentence(segment.start, segment.end)
        before = written.text[max(first, segment.start - BEFORE) : segment.start].rpartition("$")[2]
        behind = written.text[segment.end : min(last, segment.end + BEHIND)].partition("$")[0]
        said = next((kind for kind, words in KINDS if _says(words, before, behind)), None)
        if said is None:
            continue
        sizes = state.symbols.sizes(entity)
        if said == "unit" and entity.rank == 1:
            i = fresh(sizes[0])
            u = Symbol(entity.key, (i,))
            yield place, Facts((), ((multiply(u, u, bound=(i,)), ONE),))
        elif entity.rank == 2 and state.symbols.unify(*entity.sizes[:2]):
            yield place, Facts((), tuple(_of_a_matrix(entity.key, state.symbols.sizes(entity)[0], said)))


def _of_a_matrix(key: str, size: int | str, said: str) -> Iterator[tuple[Expression, Expression]]:
    i, j, k = (fresh(size) for _ in range(3))
    if said == "symmetric":
        yield Symbol(key, (i, j)), Symbol(key, (j, i))
    else:
        yield multiply(Symbol(key, (k, i)), Symbol(key, (k, j)), bound=(k,)), delta(i, j)
        yield multiply(Symbol(key, (i, k)), Symbol(key, (j, k)), bound=(k,)), delta(i, j)


def _says(words: str, before: str, behind: str) -> bool:
    """Whether the words stand near a name, with nothing that denies them."""
    near = re.search(rf"\b(?:{words})(?:\W+\w+){{0,4}}\W*$", before, re.I)
    if near is not None and not NOT.search(before):
        return re.search(r"[,;:]", before[near.start() :]) is None
    near = re.match(rf"\W{{0,3}}(?:[^\W\d_]+\W+){{0,3}}?(?:{words})", behind, re.I)
    return near is not None and not NOT.search(near[0])


KINDS = (("symmetric", SYMMETRIC), ("orthogonal", ORTHOGONAL), ("unit", UNIT))
