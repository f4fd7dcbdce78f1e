"""Letters that no sum runs over and that still say which component: the class c of log p_c, the f of p_f and q_f."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, base_name, is_index, is_transpose, script_items, trees

__all__ = ["channels", "compared", "places_in_vectors", "summed_vectors"]

CHANNELS = re.compile(
    r"\b(?:channels?|(?:multiple|several|many|[A-Z$]+|the)\s+filters|feature\s+maps?|multi-?channel|filtres|kan[aä]len?|canal|canaux|canales|canali)\b",
    re.I,
)


def places_in_vectors(
    sides: Sequence[t.Tree],
    listed: Collection[str],
    summed: Collection[str] = frozenset(),
    classes: Collection[str] = frozenset(),
) -> set[str]:
    """The letters below names, none of them an index letter, that say which component: every name that they stand
    below has components elsewhere, and they stand below two of them, below one that is a vector for each letter of a
    sum, or beside an index, as in δ_{ck} and 1[k = c].

    `listed` are the names that the text puts into some ℝ^n, `summed` other letters that some sum runs over, `classes`
    letters that the text calls the right class: one name is enough for them, or δ_{ic} alone.
    """
    below: dict[str, set[str]] = {}
    have = {name for name in listed if name}
    beside: set[str] = set()
    vectors = summed_vectors(sides)
    for side in sides:
        for node in trees(side):
            match node:
                case t.Scripted(base=t.Name(letter="delta", accents=()), sub=sub) if len(script_items(sub)) == 2:
                    beside |= _other(script_items(sub))
                case t.Scripted(base=t.Name() as name, sub=(t.Name(accents=(), style="") as letter)):
                    if letter.letter in INDEX_LETTERS or letter.letter in summed or "·" in name.letter:
                        have.add(base_name(name))  # also the P(· | c) with o, from P(o | c)
                    if letter.letter in INDEX_LETTERS:
                        continue
                    if len(letter.letter) == 1 and letter.letter.islower():
                        below.setdefault(letter.letter, set()).add(base_name(name))
            beside |= _other(tuple(compared(node)))
    several = set(classes) | {x for x, names in below.items() if len(names) > 1 or names & vectors}
    alone = {x for x in beside & set(classes) if x not in below}
    return alone | {x for x, names in below.items() if names <= have and x in several | beside}


def channels(sides: Sequence[t.Tree], text: str) -> set[str]:
    """The c of y_{c,i} and w_{c,a,k} where the words speak of channels: a letter beside others that alone stands in its
    place, below two names or more. Of b_{f,i} and b_{o,i}, the f and the o say which."""
    if CHANNELS.search(text) is None:
        return set()
    slots: dict[tuple[str, int, int], set[str]] = {}
    for node in (n for side in sides for n in trees(side)):
        match node:
            case t.Scripted(base=t.Name() as name, sub=t.Group(kind="", items=items)) if len(items) > 1:
                for k, item in enumerate(items):
                    plain = isinstance(item, t.Name) and not item.accents and not item.style
                    slots.setdefault((base_name(name), len(items), k), set()).add(
                        item.letter if isinstance(item, t.Name) and plain else ""
                    )
    found: dict[str, set[str]] = {}
    for (base, _, _), letters in slots.items():
        for letter in letters - INDEX_LETTERS:
            if len(letter) == 1 and letter.islower():
                found.setdefault(letter, set()).add(base if letters - INDEX_LETTERS == {letter} else "")
    return {letter for letter, bases in found.items() if len(bases) > 1 and "" not in bases}


def summed_vectors(sides: Sequence[t.Tree]) -> set[str]:
    """The u of Σ_w exp(u_wᵀ v): a vector for each w, and u_o is another of them."""
    out: set[str] = set()
    for node in (n for side in sides for n in trees(side)):
        match node:
            case t.Big(index=t.Name(letter=letter) | t.Compare(sides=(t.Name(letter=letter), *_)), body=body):
                out |= {
                    base_name(n.base)
                    for n in trees(body)
                    if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and n.sub == t.Name(letter)
                    and n.sup is not None and is_transpose(n.sup)
                }  # fmt: skip
    return out


def compared(node: t.Tree) -> Iterator[t.Tree]:
    """The two letters of 1[k = c] and of a case "if i ≠ c", one of which counts."""
    match node:
        case t.Case(conditions=conditions):
            for condition in conditions:
                match condition:
                    case t.Compare(sides=(t.Name() as one, t.Name() as other), relations=(t.Relation(symbol=sign),)):
                        if sign in {"=", "\\ne"} and (is_index(one) or is_index(other)):
                            yield from (one, other)
        case t.Group(kind="[" | "(" | "{", items=(t.Compare(sides=(t.Name() as one, t.Name() as other)),)):
            if is_index(one) or is_index(other):
                yield from (one, other)


def _other(pair: Sequence[t.Tree]) -> set[str]:
    """The letter beside an index letter."""
    letters = {i.letter for i in pair if isinstance(i, t.Name) and not i.accents and not i.style}
    return letters - INDEX_LETTERS if letters & INDEX_LETTERS else set()
