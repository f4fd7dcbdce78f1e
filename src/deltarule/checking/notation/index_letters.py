"""Letters such as the a and b of `Q_{ia} = X_{ib} W_{ba}` that count, though no sum says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["free_indices", "indices_said"]

INDICES = re.compile(
    r"\b(?:ind(?:ex|ices|exes|izes|izes|ice|ici)|indeks\w*|índices?|index\w*|индекс\w*)\b[^.;:$\n]{0,20}$|"
    r"(?:指标|下标|添字)[^。$\n]{0,6}$",
    re.IGNORECASE,
)
NEAR = 60


def indices_said(statements: Sequence[Statement], text: str) -> set[str]:
    """The letters that the words call indices, "feature indices $a, b$"."""
    out: set[str] = set()
    for s in statements:
        if s.relations or s.memberships or len(s.sides) != 1 or s.sides[0].tree is None:
            continue
        items = s.sides[0].tree.items if isinstance(s.sides[0].tree, t.Group) else (s.sides[0].tree,)
        before = text[max(0, s.start - NEAR) : s.start].rstrip("$ \n(")
        if INDICES.search(before) and all(isinstance(x, t.Name) and not x.accents for x in items):
            out |= {x.letter for x in items if isinstance(x, t.Name)}
    return out


def free_indices(statements: Sequence[Statement]) -> set[str]:
    """The letters below names beside a known index, on both sides of an equation and below several names."""
    beside: dict[str, set[str]] = {}
    both: set[str] = set()
    for s in statements:
        for (one, other), relation in zip(pairwise(s.sides), s.relations, strict=False):
            if relation.symbol in EQUAL:
                left, right = set(_below(one.tree)), set(_below(other.tree))
                both |= {x for _, x in left} & {x for _, x in right}
                for name, letter in left | right:
                    beside.setdefault(letter, set()).add(name)
    scripts = [script_items(n.sub) for s in statements for side in s.sides for n in trees(side.tree)
               if isinstance(n, t.Scripted)]  # fmt: skip
    known = [items for items in scripts if any(isinstance(i, t.Name) and i.letter in INDEX_LETTERS for i in items)]
    pairs = {x.letter for items in known if len(items) > 1 for x in items if isinstance(x, t.Name)}
    return {x for x in both & pairs if len(beside[x]) > 1 and x not in INDEX_LETTERS}


def _below(side: t.Tree | None) -> Iterator[tuple[str, str]]:
    for n in trees(side):
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name):
            for i in script_items(n.sub):
                if isinstance(i, t.Name) and not i.accents and i.style in {"", "it"}:
                    yield base_name(n.base), i.letter
