"""Indices that stand above letters, S^{ij} = Q^{ia} K^{ja}, δ^i_j, ∂L/∂x^j: written below, where they are read as such.

No one differentiates by a power x^j, and no one has an exponent ij. The superscripts of a document are taken for
indices where the same letters stand above both sides of an equation, above a δ, or above what is differentiated by;
only letters that stand for nothing else, and only above names that have such letters above them everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, is_transpose, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import KNOWN_FUNCTIONS

__all__ = ["indices_below"]

NEVER = frozenset({"e", "pi", *KNOWN_FUNCTIONS})
TURNED = frozenset("tT")


def indices_below(statements: Sequence[Statement]) -> tuple[Sequence[Statement], set[str]]:
    """The statements with such indices below their letters, before those that stand there; and all such indices."""
    nodes = [n for s in statements for side in s.sides for n in trees(side.tree)]
    named = [n for n in nodes if isinstance(n, t.Scripted) and isinstance(n.base, t.Name)]
    found: dict[str, list[tuple[str, ...]]] = {}
    others: set[str] = set()
    for n in named:
        if (letters := _above(n)) is not None:
            found.setdefault(_letter(n), []).append(letters)
        elif n.sup is not None and not is_transpose(n.sup):
            others.add(_letter(n))
    letters = _indices(statements, found) - _quantities(statements) - _counters(named)
    if not letters:
        return statements, set()
    bases = {
        base for base, scripts in found.items()
        if base not in others | NEVER and {x for script in scripts for x in script} <= letters
    }  # fmt: skip
    names = _names_below(nodes, bases) if bases - {"delta"} else set()
    if not bases:
        return statements, set()

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Scripted) or not isinstance(node.base, t.Name):
            return None
        if node in names and isinstance(node.sub, t.Name):
            return replace(node, sub=t.Words(node.sub.letter, start=node.sub.start, end=node.sub.end))
        if _letter(node) not in bases:
            return None
        if node.sup is None or _above(node) is None:
            return None
        items = (*script_items(node.sup), *script_items(node.sub))
        below = items[0] if len(items) == 1 else t.Group("", items, start=node.sup.start, end=node.sup.end)
        return replace(node, sub=below, sup=None)

    return [s.replaced(change) for s in statements], letters


def _counters(named: Sequence[t.Scripted]) -> set[str]:
    """The letters above names that count layers or steps: the l of z^l beside z^{l-1}, and any l by itself."""
    out: set[str] = set()
    pairs: set[str] = set()
    for n in named:
        items = n.sup.items if isinstance(n.sup, t.Group) else (n.sup,)
        for item in items:
            if isinstance(item, t.Terms):
                out |= {x.letter for _, x in item.items if isinstance(x, t.Name)}
        above = _above(n) or ()
        pairs |= set(above) if len(above) > 1 else set()
    return out | ({"l"} - pairs)


def _names_below(nodes: Sequence[t.Tree], bases: set[str]) -> set[t.Scripted]:
    """The d_k whose k is always the same, and no index, as those stand above: nothing is differentiated by it."""
    found: dict[str, set[t.Scripted]] = {}
    for n in nodes:
        if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and n.sup is None and not n.primes:
            found.setdefault(_letter(n), set()).add(n)
    varied = {x for n in nodes if isinstance(n, t.Partial) for x in (n.of, *n.by)}
    only = {next(iter(own)) for base, own in found.items() if len(own) == 1 and base not in bases | {"delta"}}
    return {n for n in only - varied if n.sub is not None and _plain(n.sub)}


def _indices(statements: Sequence[Statement], found: dict[str, list[tuple[str, ...]]]) -> set[str]:
    """The letters above names that are indices by what the equations say, with those that stand beside them."""
    out: set[str] = set()
    for s in statements:
        for node in (n for side in s.sides for n in trees(side.tree)):
            match node:
                case t.Partial(of=of, by=by, order=1):
                    own = {x for one in by for x in _above(one) or ()}
                    out |= own | set(_above(of) or ()) if own else own
                case t.Scripted(base=t.Name(letter="delta"), sub=t.Name() as below):
                    above = _above(node) or ()
                    out |= set(above) if len(above) == 1 and _plain(below) else set()
        for one, other, relation in zip(s.sides, s.sides[1:], s.relations, strict=False):
            own = _above(one.tree) or ()
            if relation.symbol in EQUAL and len(own) > 1 and set(own) <= _letters_above(other.tree):
                out |= set(own)
    while more := {x for scripts in found.values() for one in scripts if out.intersection(one) for x in one} - out:
        out |= more  # the a of Q^{ia} beside S^{ij}
    return out


def _letters_above(root: t.Tree | None) -> set[str]:
    return {x for n in trees(root) for x in _above(n) or ()}


def _above(node: t.Tree | None) -> tuple[str, ...] | None:
    """The letters above a name, where nothing but single small letters stands there."""
    if not isinstance(node, t.Scripted) or not isinstance(node.base, t.Name) or node.sup is None or node.primes:
        return None
    match node.sup:
        case t.Name() | t.Factors() | t.Scripted(sub=None, sup=None):
            items = script_items(node.sup)
        case t.Group(kind="", items=items):
            pass
        case _:
            return None
    letters = tuple(_plain(i) for i in items)
    return letters if all(letters) and not (len(letters) == 1 and letters[0] in TURNED) else None


def _plain(item: t.Tree) -> str:
    """The letter of j and of j'."""
    match item:
        case t.Name(letter=letter, accents=(), style="") if len(letter) == 1 and letter.islower():
            return letter
        case t.Scripted(base=t.Name() as base, sub=None, sup=None):
            return _plain(base)
    return ""


def _letter(node: t.Scripted) -> str:
    return base_name(node.base) if isinstance(node.base, t.Name) else ""


def _quantities(statements: Sequence[Statement]) -> set[str]:
    """The letters that stand somewhere by themselves, neither above nor below another, nor under a sum."""
    out: set[str] = set()
    for root in (side.tree for s in statements if s.relations for side in s.sides):
        if isinstance(root, t.Name) or any(isinstance(n, t.Dots) for n in trees(root)):
            continue  # i = 1, …, n
        inside = {id(x) for n in trees(root) for script in _scripts(n) for x in trees(script)}
        out |= {n.letter for n in trees(root) if isinstance(n, t.Name) and id(n) not in inside}
    return out


def _scripts(node: t.Tree) -> Iterator[t.Tree | None]:
    match node:
        case t.Scripted(base=base, sub=sub, sup=sup):
            yield from (sub, sup) if isinstance(base, t.Name) else (sub,)
        case t.Call(function=t.Scripted(sub=sub)):
            yield sub
        case t.Big(index=index):
            yield index
        case t.Group(kind="[" | "{", items=(t.Compare() as same,)):
            yield same
