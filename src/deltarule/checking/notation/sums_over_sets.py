"""Sums over the indices that meet a condition, or that lie in a set: `Σ_{i: m_i < 1}`, `Σ_{(u,i) ∈ Ω}`, `Σ_{i ∈ Ω_u}`.

A condition becomes a factor 1[m_i < 1], a set of pairs a matrix Ω_{ui} of which nothing is known: what holds for any
matrix holds for the one with a 1 for each pair of the set. A set of samples becomes a factor B_i where there is a sum
over all of them too: without one, what is meant by all is that set. The number of members, |B|, is a number of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_index, running, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["over_conditions"]

COMPARES = frozenset({"<", ">", "\\le", "\\leq", "\\ge", "\\geq", "≤", "≥", "=", "\\ne", "\\neq", "≠"})
SUCH_THAT = frozenset({":", "\\colon", "\\mid", "|"})
IN = frozenset({"\\in", "∈"})


def over_conditions(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with such sums over all indices."""
    sums = [n for s in statements for side in s.sides for n in trees(side.tree) if isinstance(n, t.Big)]
    pairs = {base_name(found[2]): found for n in sums if (found := _pair(n)) is not None}
    sets = {base_name(x) for n in sums if (x := _set(n.index)) is not None}
    everywhere = _of_all(statements, sums)

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Big(kind="sum", upper=None, index=t.Group(kind="(", items=items) as both) if len(items) > 1 and all(
                isinstance(x, t.Name) and is_index(x) for x in items
            ):  # Σ_{(i, j)}
                return replace(node, index=replace(both, kind=""), body=t.replaced(node.body, change))
            case t.Big(kind="sum", upper=None, index=t.Tree() as index):
                found = _own(node, index, pairs, everywhere)
                if found is None:
                    return None
                letters, factor = found
                body = t.replaced(node.body, change)
                inside: t.Tree = t.Factors((("", factor), ("", t.Group("(", (body,)))), start=body.start, end=body.end)
                for letter in reversed(letters):
                    inside = replace(node, index=letter, body=inside)
                return inside
            case t.Group(kind="|", items=(t.Name() as name,)) if base_name(name) in sets:
                return t.Scripted(t.Name("n"), t.Words(base_name(name)), None, start=node.start, end=node.end)
        return None

    if not sums:
        return statements
    return [s.replaced(change) for s in statements]


def _own(
    node: t.Big, index: t.Tree, pairs: dict[str, tuple[t.Name, t.Name, t.Name]], everywhere: set[tuple[str, int]]
) -> tuple[tuple[t.Name, ...], t.Tree] | None:
    """The letters that a sum runs over, and the factor that says which of them are meant."""
    if (pair := _pair(node)) is not None:
        one, other, name = pair
        return (one, other), _entry(name, one, other)
    if (such := _such_that(index)) is not None:
        letter, condition = such
        match condition:
            case t.Compare(
                sides=(t.Group(items=(t.Name() as one, t.Name() as other)), t.Name() as name), relations=(relation,)
            ) if relation.symbol in IN:
                return (letter,), _entry(name, one, other)
            case t.Compare(relations=relations) if all(r.symbol in COMPARES for r in relations):
                return (letter,), t.Factors((("", t.Name("1", (), "bold")), ("", t.Group("[", (condition,)))))
    match index:
        case t.Compare(
            sides=(t.Name() as letter, t.Scripted(base=t.Name() as name) as part), relations=(relation,)
        ) if relation.symbol in IN and base_name(name) in pairs:
            below, above = part.sub, part.sup
            if isinstance(below, t.Name) and above is None:
                first, second = pairs[base_name(name)][:2]
                turned = letter == first or below == second
                return (letter,), _entry(name, letter, below) if turned else _entry(name, below, letter)
            if isinstance(above, t.Name) and below is None:
                return (letter,), _entry(name, letter, above)
        case t.Compare(sides=(t.Name() as letter, *_)) if (name := _set(index)) and everywhere & _places(
            node.body, letter.letter
        ):
            return (letter,), t.Scripted(name, letter, None, start=name.start, end=name.end)
    return None


def _pair(node: t.Big) -> tuple[t.Name, t.Name, t.Name] | None:
    """The u, i and Ω of (u, i) ∈ Ω, where both letters count; the (x, y) ∈ D of a set of samples do not."""
    match node.index:
        case t.Compare(
            sides=(t.Group(kind="(", items=(t.Name() as one, t.Name() as other)), t.Name() as name),
            relations=(relation,),
        ) if relation.symbol in IN:
            below = {i.letter for n in trees(node.body) for i in _letters(n)}
            return (one, other, name) if {one.letter, other.letter} <= below else None
    return None


def _of_all(statements: Sequence[Statement], sums: Sequence[t.Big]) -> set[tuple[str, int]]:
    """The places at which the letter of a sum over all counts, those in the equation of its terms among them."""
    out = {place for n in sums if _set(n.index) is None for place in _places(n.body, running(n))}
    terms = [
        (place, _places(other.tree, letter))
        for s in statements
        if s.relations and not s.continues and (head := s.sides[0].tree) is not None
        for letter in {i.letter for i in _letters(head)}
        for place in _places(head, letter)
        for other in s.sides[1:]
        if other.tree is not None
    ]
    while more := {place for head, inside in terms if head in out for place in inside} - out:
        out |= more
    return out


def _places(tree: t.Tree, letter: str) -> set[tuple[str, int]]:
    """The names below which a letter counts, and in which place; above them, place -1."""
    out: set[tuple[str, int]] = set()
    for n in trees(tree):
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name):
            items = script_items(n.sub)
            out |= {(base_name(n.base), k) for k, i in enumerate(items) if isinstance(i, t.Name) and i.letter == letter}
            match n.sup:
                case t.Group(items=(t.Name(letter=above),)) if above == letter:
                    out.add((base_name(n.base), -1))
    return out


def _letters(node: t.Tree) -> list[t.Name]:
    return [i for i in script_items(node.sub) if isinstance(i, t.Name)] if isinstance(node, t.Scripted) else []


def _such_that(index: t.Tree) -> tuple[t.Name, t.Compare] | None:
    """The i and the condition of `i : m_i < 1` and of `i | m_i < 1`."""
    match index:
        case t.Compare(sides=(t.Name() as letter, *sides), relations=(first, *rest)) if (
            first.symbol in SUCH_THAT and len(sides) > 1
        ):
            return letter, t.Compare(tuple(sides), tuple(rest), start=index.start, end=index.end)
        case t.Given(of=t.Name() as letter, by=(t.Compare() as condition,)):
            return letter, condition
    return None


def _set(index: t.Tree | None) -> t.Name | None:
    """The B of i ∈ B."""
    match index:
        case t.Compare(sides=(t.Name(), t.Name() as name), relations=(relation,)) if relation.symbol in IN:
            return name
    return None


def _entry(name: t.Name, one: t.Tree, other: t.Tree) -> t.Tree:
    return t.Scripted(name, t.Group("", (one, other)), None, start=name.start, end=name.end)
