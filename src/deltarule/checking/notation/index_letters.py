"""Letters such as the a and b of `Q_{ia} = X_{ib} W_{ba}` that count, though no sum says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["free_indices", "indices_said", "sized_indices"]

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


def sized_indices(statements: Sequence[Statement]) -> set[str]:
    """The d and c of `W_{dc}` where W ∈ ℝ^{D×C} is declared: each runs up to the size whose small letter it is."""
    sizes: dict[str, tuple[str, ...]] = {}
    for element, space in (pair for s in statements for pair in s.memberships):
        match space:
            case t.Scripted(base=t.Name(letter="R", style="bb"), sup=t.Factors(items=items)):
                above = [x for _, x in items]
            case t.Scripted(base=t.Name(letter="R", style="bb"), sup=t.Name() as only):
                above = [only]
            case _:
                continue
        head, letters = _head(element), tuple(x.letter for x in above if isinstance(x, t.Name))
        if head is not None and len(letters) == len(above):
            sizes[base_name(head)] = letters
    out: set[str] = set()
    for node in (n for s in statements for side in s.sides for n in trees(side.tree) if isinstance(n, t.Scripted)):
        items, head = script_items(node.sub), _head(node.base)
        own = sizes.get(base_name(head), ()) if head is not None else ()
        letters = [x.letter for x in items if isinstance(x, t.Name) and not x.accents and x.letter.islower()]
        if own and len(own) == len(items) == len(letters):
            out |= {x for x, size in zip(letters, own, strict=True) if x.upper() == size and x not in INDEX_LETTERS}
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
        if isinstance(n, t.Scripted) and (head := _head(n.base)) is not None:
            for i in script_items(n.sub):
                if isinstance(i, t.Name) and not i.accents and i.style in {"", "it"}:
                    yield base_name(head), i.letter


def _head(base: t.Tree) -> t.Name | None:
    """The W of W, of W_1 and of (W_1)."""
    match base:
        case t.Scripted(base=t.Name() as name):
            return name
        case t.Group(kind="(", items=(only,)):
            base = only.base if isinstance(only, t.Scripted) else only
    return base if isinstance(base, t.Name) else None
