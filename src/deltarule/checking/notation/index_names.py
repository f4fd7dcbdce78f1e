"""What a letter below a name says, where the formula itself does not show it.

`E_n = ½ Σ_k (y_k - t_k)²` is the error of one pattern: n says which, and nothing in it depends on n. `I_{kj}`, where
the text speaks of the identity matrix and nothing defines I, is 1 where k = j. The x of `Σ_x exp(u_xᵀ v)` counts
there, whatever x is elsewhere. The vector z_i of β^T z_i, beside components z_{mi}, is a column of z.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.notation.named_sizes import sizes_named
from deltarule.reading import tree as t
from deltarule.reading.references import (
    COLUMN,
    INDEX_LETTERS,
    base_name,
    is_index,
    is_transpose,
    label_text,
    running,
    script_items,
    trees,
)
from deltarule.reading.statement import Side, Statement
from deltarule.reading.survey import step_letters

__all__ = ["indices_told_apart"]

OBJECTIVES = frozenset({"E", "L", "J", "C", "ell", "cal_L", "cal_E", "cal_J"})
IDENTITY = re.compile(
    r"identity|identidad|identité|identità|identidade|einheitsmatrix|единичн|单位矩阵|單位矩陣|単位行列", re.I
)
COUNTING = "jklpqrsmn"


def indices_told_apart(statements: Sequence[Statement], text: str) -> Sequence[Statement]:
    """The statements with such letters as marks, with I_{kj} as a condition, and with letters that always count."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    marks = _marks(statements) | sizes_named(statements)
    unit = IDENTITY.search(text) is not None and not any(
        base_name(x.base) == "I"
        for s in statements if s.sides and (x := s.sides[0].tree) is not None
        if isinstance(x, t.Scripted) and isinstance(x.base, t.Name)
    )  # fmt: skip
    used = {n.letter for side in sides for n in trees(side) if isinstance(n, t.Name)}
    columns = _columns(statements)
    free = [x for x in COUNTING if x not in used] or [x for x in COUNTING if x not in "mn"]

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Big(kind="sum" | "prod") if (letter := running(node)) and (found := _renamed(node, letter, free)):
                return t.replaced(found, change)
            case t.Scripted(base=t.Name(letter="I", accents=()), sub=t.Tree() as sub, sup=None) if unit:
                items = script_items(sub)
                if len(items) == 2 and all(isinstance(i, t.Name) and is_index(i) for i in items):
                    same = t.Compare(items, (t.Relation("="),), start=node.start, end=node.end)
                    return t.Group("[", (same,), start=node.start, end=node.end)
            case t.Scripted(base=t.Name(), sub=t.Name(letter=letter) as sub) if (_key(node), letter) in columns:
                return replace(node, sub=t.Group("", (COLUMN, sub), start=sub.start, end=sub.end))
            case t.Scripted(base=t.Name() as name, sub=t.Name(letter=letter) as sub) if (
                base_name(name),
                letter,
            ) in marks:
                return replace(node, sub=t.Words(letter, start=sub.start, end=sub.end))
        return None

    return [replace(s, sides=tuple(one.replaced(change) for one in _plain_head(s.sides))) for s in statements]


def _plain_head(sides: tuple[Side, ...]) -> tuple[Side, ...]:
    """E(w_1, …, w_K) = Σ … as an equation of E."""
    if len(sides) < 2 or sides[1].tree is None:
        return sides
    right = sides[1].tree
    match sides[0].tree:
        case t.Factors(items=((_, t.Name() as name), ("", t.Group(kind="(", items=items)))):
            listed = any(isinstance(x, t.Dots) for x in items)
            said = not any(isinstance(n, t.Dots) or n == name for n in trees(right))
            if base_name(name) in OBJECTIVES and listed and said:
                return (replace(sides[0], tree=name), *sides[1:])
    return sides


def _marks(statements: Sequence[Statement]) -> set[tuple[str, str]]:
    """(E, n) for E_n = … without n on the right, where no sum runs over E_n and E_n stands with no other index."""
    out: set[tuple[str, str]] = set()
    for s in statements:
        for side, other, relation in zip(s.sides, s.sides[1:], s.relations, strict=False):
            if relation.symbol not in EQUAL or other.tree is None:
                continue
            match side.tree:
                case t.Scripted(base=t.Name() as name, sub=t.Name(letter=letter), sup=None, primes=0):
                    pass
                case t.Factors(
                    items=((_, t.Scripted(base=t.Name() as name, sub=t.Name(letter=letter), sup=None)), ("", t.Group()))
                ):
                    pass
                case _:
                    continue
            inside = {n.letter for n in trees(other.tree) if isinstance(n, t.Name)}
            if base_name(name) in OBJECTIVES and letter in INDEX_LETTERS and letter not in inside and len(inside) > 1:
                out.add((base_name(name), letter))
    for s in statements:
        for side in s.sides:
            for node in trees(side.tree):
                match node:
                    case t.Big() if letter := running(node):
                        out -= {(base, letter) for base, _ in _below(node.body)}
                    case t.Scripted(base=t.Name() as name, sub=t.Tree() as sub):
                        known = {(b, x) for b, x in out if b == base_name(name)}
                        if known and is_index(sub) and sub not in [t.Name(x) for _, x in known]:
                            out -= known
    return out


def _key(node: t.Scripted) -> str:
    """The name of a quantity with what stands above it, a transpose aside."""
    assert isinstance(node.base, t.Name)
    above = "" if node.sup is None or is_transpose(node.sup) else label_text(node.sup)
    return f"{base_name(node.base)}^{above}"


def _columns(statements: Sequence[Statement]) -> set[tuple[str, str]]:
    """(z, i) where i is the second index of z_{mi}, and never the first: in the equations of z, if it has any."""
    sides = [side.tree for s in statements for side in s.sides if side.tree is not None]
    steps = step_letters(sides)
    heads = [s.sides[0].tree for s in statements if s.relations and s.sides[0].tree is not None and not s.continues]
    everywhere, told = _pairs(n for side in sides for n in trees(side)), _pairs(heads)
    out: set[tuple[str, str]] = set()
    for key, pairs in everywhere.items():
        known = told.get(key, pairs)
        out |= {(key, i) for _, i in known if i not in steps and i not in {m for m, _ in known}}
    return out & {found for side in sides for n in trees(side) for found in _as_vectors(n)}


def _as_vectors(node: t.Tree) -> Iterator[tuple[str, str]]:
    """The (z, i) of z_iᵀ, of βᵀ z_i and of ⟨β, z_i⟩, which are vectors."""
    match node:
        case t.Scripted(base=t.Name(), sub=t.Name(letter=letter), sup=t.Tree() as sup) if is_transpose(sup):
            yield _key(node), letter
        case t.Group(kind="<", items=items):
            for item in items:
                match item:
                    case t.Scripted(base=t.Name(), sub=t.Name(letter=letter)):
                        yield _key(item), letter
        case t.Factors(items=items):
            for (_, before), (op, one) in pairwise(items):
                turned = isinstance(before, t.Scripted) and before.sup is not None and is_transpose(before.sup)
                match one:
                    case t.Scripted(base=t.Name(), sub=t.Name(letter=letter)) if turned and op in {"", "cdot"}:
                        yield _key(one), letter


def _pairs(nodes: Iterable[t.Tree]) -> dict[str, set[tuple[str, str]]]:
    """Each name with the pairs of letters that stand below it."""
    out: dict[str, set[tuple[str, str]]] = {}
    for node in nodes:
        items = script_items(node.sub) if isinstance(node, t.Scripted) and isinstance(node.base, t.Name) else ()
        match items:
            case (t.Name(letter=first) as one, t.Name(letter=second) as other) if is_index(one) and is_index(other):
                assert isinstance(node, t.Scripted)
                out.setdefault(_key(node), set()).add((first, second))
    return out


def _below(body: t.Tree) -> set[tuple[str, str]]:
    return {
        (base_name(n.base), i.letter)
        for n in trees(body)
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)
        for i in script_items(n.sub)
        if isinstance(i, t.Name)
    }  # fmt: skip


def _renamed(node: t.Big, letter: str, free: Sequence[str]) -> t.Big | None:
    """The sum with a letter that always counts for its own, where that only counts."""
    if letter in INDEX_LETTERS or len(letter) != 1 or not letter.islower() or node.index is None:
        return None
    counting = {id(i) for n in trees(node.body) if isinstance(n, t.Scripted) for i in script_items(n.sub)}
    own = [n for n in trees(node.body) if isinstance(n, t.Name) and n.letter == letter]
    if not own or any(id(n) not in counting for n in own):
        return None
    inside = {n.letter for n in trees(node) if isinstance(n, t.Name)}
    new = next((x for x in free if x not in inside), None)
    if new is None:
        return None

    def change(n: t.Tree) -> t.Tree | None:
        return replace(n, letter=new) if isinstance(n, t.Name) and n.letter == letter and not n.accents else None

    return replace(node, index=t.replaced(node.index, change), body=t.replaced(node.body, change))
