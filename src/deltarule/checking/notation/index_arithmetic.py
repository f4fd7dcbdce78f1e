"""Indices that are computed, as people write them: the 2j of h_{2j} beside h_{2j-1} is twice j and not a row and a
column, the n_k of u_{n_k} says which u is meant for each k, and `t = i + a - 1` relates indices and defines no t."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, SELECTED, base_name, is_index, multiple_of, script_items, trees
from deltarule.reading.shifted import is_shifted
from deltarule.reading.statement import Statement

__all__ = ["index_relations", "indices_computed"]


def indices_computed(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with multiples as sums of one term, and with those that a list of indices selects under a
    name of their own, counted as the list is."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    named = [n for n in nodes if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]
    multiples = {_letter(n) for n in named if isinstance(n.sub, t.Terms) and is_shifted(n.sub)}
    multiples -= {_letter(n) for n in named if not _is_multiple(n.sub) and _by_number(script_items(n.sub))}
    summed = {n.letter for big in nodes if isinstance(big, t.Big) for n in trees(big.index) if isinstance(n, t.Name)}
    lists = {found for n in named if (found := _list_of_indices(n.sub)) and found[1] in summed}
    lists = {found for found in lists if found[0] not in _quantities(statements)} if lists else lists

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name(), sub=t.Factors() as sub) if _letter(node) in multiples and _is_multiple(sub):
                return replace(node, sub=t.Terms((("+", sub),), start=sub.start, end=sub.end))
            case t.Scripted(base=t.Name() as name, sub=t.Scripted(base=t.Name(letter=list_), sub=counts) as sub) if (
                _list_of_indices(sub) in lists
            ):
                return replace(node, base=replace(name, letter=f"{name.letter}{SELECTED}{list_}"), sub=counts)
        return None

    return [s.replaced(change) for s in statements] if multiples or lists else statements


def index_relations(statements: Sequence[Statement]) -> set[int]:
    """Where the statements stand that are equations between letters that only count: t = i + a - 1."""
    found = [s for s in statements if _of_sums(s)]
    if not found:
        return set()
    mine = {id(s) for s in found}
    counting: set[str] = set()
    inside: set[int] = set()
    others = [n for s in statements if id(s) not in mine for side in s.sides for n in trees(side.tree)]
    for node in others:
        match node:
            case t.Scripted(sub=t.Tree() as sub):
                parts = [(x, isinstance(item, t.Terms)) for item in script_items(sub) for x in trees(item)]
            case t.Big(index=t.Tree() as index):
                parts = [(x, True) for x in trees(index)]
            case t.Group(items=items) if any(isinstance(one, t.Dots) for one in items):  # i = 1, …, N
                parts = [(one, False) for one in items]
            case _:
                continue
        inside.update(id(x) for x, _ in parts)
        counting |= {x.letter for x, sure in parts if isinstance(x, t.Name) and (sure or x.letter in INDEX_LETTERS)}
    whole = {id(side.tree) for s in statements for side in s.sides}
    loose = {n.letter for n in others if isinstance(n, t.Name) and id(n) not in inside | whole}
    return {s.start for s in found if _letters(s) <= counting - loose}


def _letters(statement: Statement) -> set[str]:
    return {n.letter for side in statement.sides for n in trees(side.tree) if isinstance(n, t.Name)}


def _of_sums(statement: Statement) -> bool:
    """Whether a statement is an equation of one letter with a sum of letters and whole numbers."""
    sides = [side.tree for side in statement.sides]
    if len(sides) != 2 or statement.relations[0].symbol != "=" or not all(map(_is_sum, sides)):
        return False
    alone, summed = (any(isinstance(side, kind) for side in sides) for kind in (t.Name, t.Terms))
    return alone and summed and len(_letters(statement)) > 1


def _is_sum(side: t.Tree | None) -> bool:
    """Letters, multiples of letters and whole numbers, added."""
    parts = [one for _, one in side.items] if isinstance(side, t.Terms) else [side]
    return all(
        isinstance(one, t.Num) or _is_multiple(one) or (isinstance(one, t.Name) and len(one.letter) == 1)
        for one in parts
    )


def _letter(node: t.Scripted) -> str:
    return base_name(node.base) if isinstance(node.base, t.Name) else ""


def _by_number(items: Sequence[t.Tree]) -> bool:
    """Whether one of several indices is a number, the row 2 of w_{2,j}: w_{2j} may be that as well."""
    return len(items) > 1 and any(isinstance(item, t.Num) for item in items)


def _is_multiple(node: t.Tree | None) -> bool:
    return node is not None and multiple_of(node) is not None


def _list_of_indices(sub: t.Tree | None) -> tuple[str, str] | None:
    """(n, k) for n_k, a letter that is counted."""
    match sub:
        case t.Scripted(base=t.Name() as name, sub=t.Name() as inner, sup=None, primes=0):
            single = len(name.letter) == 1 and not name.accents
            return (name.letter, inner.letter) if single and is_index(inner) else None
    return None


def _quantities(statements: Sequence[Statement]) -> set[str]:
    """The letters that stand for something in an equation: not those that only select, below others or in a list of
    indices n_1, …, n_K."""
    out: set[str] = set()
    for root, related in ((side.tree, bool(s.relations)) for s in statements for side in s.sides):
        nodes = list(trees(root))
        inside = {id(x) for n in nodes if isinstance(n, t.Scripted) for x in (*trees(n.sub), *trees(n.sup))}
        listed = any(isinstance(n, t.Dots) for n in nodes) or (isinstance(root, t.Scripted) and not related)
        if not listed:
            out |= {n.letter for n in nodes if isinstance(n, t.Name) and id(n) not in inside}
    return out
