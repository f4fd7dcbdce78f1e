"""Parts of a document under headings of a higher rank, with the sections below them, and what is declared where.

A section often goes by the equations of the one before it, under the same larger heading. The next chapter may begin
anew: ŷ = σ(wᵀx + b) for one neuron, then z = Wx + b ∈ ℝ^k and ŷ = softmax(z). What is declared there is no declaration
for the chapter before, if each has equations of its own with the letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.documents import Document
from deltarule.reading.references import base_name, is_transpose
from deltarule.reading.segments import Prose
from deltarule.reading.statement import Statement

__all__ = ["Pairs", "chapters", "declared_for"]

Pairs = Sequence[tuple[t.Tree, t.Tree]]


def chapters(document: Document, statements: Sequence[Statement]) -> list[list[Sequence[Statement]]]:
    """The statements by headings of each rank but the lowest, from the highest on; only what parts them."""
    before = [0, *(s.block for s in statements)]
    ranks = [
        [s.level for s in document.segments[block : statement.block] if isinstance(s, Prose) and s.level]
        for block, statement in zip(before, statements, strict=False)
    ]
    out: list[list[Sequence[Statement]]] = []
    for highest in sorted({rank for own in ranks for rank in own})[:-1]:
        parts: list[list[Statement]] = [[]]
        for own, statement in zip(ranks, statements, strict=True):
            if any(rank <= highest for rank in own) and not statement.continues and parts[-1]:
                parts.append([])
            parts[-1].append(statement)
        if len(parts) > 1 and (not out or len(parts) > len(out[-1])):
            out.append(list(parts))
    return out


def declared_for(part: Sequence[Statement], parts: Sequence[Sequence[Statement]]) -> Pairs:
    """What is declared for a part of a document: all that is declared, but for letters that a later one of `parts`
    declares and uses in equations of its own, as this part does; but for parts that give a name of this part other
    sizes; and but for the numbers of other parts that stand here as columns, x ∈ ℝ there and βᵀx here."""
    own = _equations(part)
    here = {id(s) for s in part}
    past, out = False, []
    columns = _columns(part)
    spaces = {x: space for s in part for x, space in s.memberships}
    for other in parts:
        inside = any(id(s) in here for s in other)
        anew = _equations(other) - own if past and not inside else set()
        again = {letter for letter in _letters(anew) if letter in _letters(own)}
        past = past or inside
        pairs = [pair for s in other for pair in s.memberships]
        if not inside and any(spaces.get(x, space) != space for x, space in pairs):
            pairs = []
        kept = [(x, space) for x, space in pairs if _letter(x) not in again]
        out += [(x, space) for x, space in kept if inside or not (_is_number(space) and _letter(x) in columns)]
    here_said = {id(space) for s in part for _, space in s.memberships}
    return [(x, space) for x, space in out if id(space) in here_said or not _of_another_size(part, x, space)]


def _of_another_size(part: Sequence[Statement], x: t.Tree, space: t.Tree) -> bool:
    """Whether the part sums x_i up to B where another says that x ∈ ℝ^n: there x is another vector."""
    sizes = {n.letter for n in t.walk(space) if isinstance(n, t.Name)}
    letter = _letter(x)
    for node in (n for s in part for side in s.sides if side.tree is not None for n in t.walk(side.tree)):
        match node:
            case t.Big(kind="sum", index=t.Compare(sides=(t.Name(letter=index), *_)), upper=t.Name(letter=upper)):
                if upper not in sizes and any(_component(n, letter, index) for n in t.walk(node.body)):
                    return True
    return False


def _component(node: t.Tree, letter: str, index: str) -> bool:
    """Whether a node is x_i."""
    match node:
        case t.Scripted(base=t.Name() as name, sub=t.Name(letter=below)):
            return base_name(name) == letter and below == index
    return False


def _columns(statements: Sequence[Statement]) -> set[str]:
    """The letters that are transposed, or stand behind one that is."""
    out: set[str] = set()
    for node in (n for s in statements for side in s.sides if side.tree is not None for n in t.walk(side.tree)):
        match node:
            case t.Scripted(base=t.Name() as name, sup=t.Tree() as sup) if is_transpose(sup):
                out.add(base_name(name))
            case t.Factors(items=items):
                for (_, first), (op, second) in pairwise(items):
                    turned = isinstance(first, t.Scripted) and first.sup is not None and is_transpose(first.sup)
                    if turned and op in {"", "cdot"} and isinstance(second, t.Name):
                        out.add(base_name(second))
    return out


def _is_number(space: t.Tree) -> bool:
    return isinstance(space, t.Name) and space.letter == "R" and space.style == "bb"


def _equations(statements: Sequence[Statement]) -> set[tuple[t.Tree, t.Tree]]:
    """What gives names their meaning: a name, with scripts or arguments, and what it is."""
    out: set[tuple[t.Tree, t.Tree]] = set()
    for statement in statements:
        if not statement.relations or statement.relations[0].symbol not in EQUAL or statement.continues:
            continue
        left, right = statement.sides[0].tree, statement.sides[1].tree
        match left:
            case t.Name() | t.Scripted() | t.Factors(items=((_, t.Name() | t.Scripted()), ("", t.Group(kind="(")))):
                if right is not None and not isinstance(right, t.Partial):
                    out.add((left, right))
    return out


def _letters(equations: set[tuple[t.Tree, t.Tree]]) -> set[str]:
    return {base_name(n) for pair in equations for side in pair for n in t.walk(side) if isinstance(n, t.Name)}


def _letter(tree: t.Tree) -> str:
    match tree:
        case t.Name():
            return base_name(tree)
        case t.Scripted(base=base):
            return _letter(base)
    return ""
