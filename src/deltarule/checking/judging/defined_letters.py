"""Index letters that stand for a quantity of their own, and so count nothing below others: i = σ(z_i), a gate i_t."""

from __future__ import annotations

from collections.abc import Sequence

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.notation.index_arithmetic import index_relations
from deltarule.reading import tree as t
from deltarule.reading.references import INDEX_LETTERS, letter_of, script_items, trees
from deltarule.reading.statement import Statement

__all__ = ["defined_letters"]


def defined_letters(statements: Sequence[Statement]) -> set[str]:
    """Index letters that an equation makes a quantity: i = σ(z_i), and i_t = σ(z_t) at a step t, if no product has it
    below two factors as well; and Δ of Δ = ∂L/∂A."""
    between = index_relations(statements)
    lefts = [s.sides[0].tree for s in statements if s.relations and s.relations[0].symbol in EQUAL]
    delta = {"Delta"} if t.Name("Delta") in lefts else set[str]()
    found = {
        (letter, isinstance(side.tree, t.Name))
        for statement in statements if statement.start not in between
        for side, other, relation in zip(statement.sides, statement.sides[1:], statement.relations, strict=False)
        if (letter := _plain_letter(side.tree)) in INDEX_LETTERS
        and relation.symbol == "=" and isinstance(other.tree, t.Factors | t.Call | t.Terms)
        and not any(isinstance(n, t.Dots) for n in trees(other.tree))
    }  # fmt: skip
    alone = {letter for letter, bare in found if bare}
    stepped = {letter for letter, _ in found} - alone
    return delta | alone | (stepped - _below_two_factors(statements) if stepped else stepped)


def _below_two_factors(statements: Sequence[Statement]) -> set[str]:
    """The letters that stand below two factors of a product, the p of W_{np} u_p."""
    out: set[str] = set()
    for node in (n for s in statements for side in s.sides for n in trees(side.tree) if isinstance(n, t.Factors)):
        factors = [item.of if isinstance(item, t.Partial) else item for _, item in node.items]
        below = [{letter_of(i) for i in script_items(x.sub)} for x in factors if isinstance(x, t.Scripted)]
        out |= {letter for k, one in enumerate(below) for other in below[k + 1 :] for letter in one & other}
    return out


def _plain_letter(tree: t.Tree | None) -> str:
    """The letter of i, and of i_t and i^{(t)}, but not of t itself."""
    match tree:
        case t.Name(letter=letter, accents=()):
            return letter
        case t.Scripted(base=t.Name(letter=letter, accents=()), sub=sub, sup=sup, primes=0) if letter != "t":
            scripts = [s.items[0] if isinstance(s, t.Group) and len(s.items) == 1 else s for s in (sub, sup)]
            return letter if [s for s in scripts if s is not None] == [t.Name("t")] else ""
    return ""
