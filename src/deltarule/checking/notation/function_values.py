"""`h = g(Xθ)` beside the function h_θ(x) = g(θᵀx): the column of its values for all samples, a name of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import base_name
from deltarule.reading.statement import Statement

__all__ = ["values_apart"]

ALL = "check"
"""The accent that tells the column of values from the function."""


def values_apart(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a name of its own for an h that has an equation without an argument beside that of h(x)."""
    heads = [s.sides[0].tree for s in statements if s.relations and s.relations[0].symbol in EQUAL and s.sides[0].tree]
    functions = {found for head in heads if (found := _function(head))}
    values = {
        base_name(s.sides[0].tree)
        for s in statements
        if len(s.sides) > 1 and isinstance(s.sides[0].tree, t.Name) and s.relations[0].symbol in EQUAL
        if s.sides[1].tree is not None and _of_all_samples(s.sides[1].tree)
    }
    both = functions & values
    if not both:
        return statements

    def named(name: t.Tree) -> t.Tree:
        own = isinstance(name, t.Name) and base_name(name) in both
        return replace(name, accents=(*name.accents, ALL)) if own and isinstance(name, t.Name) else name

    def change(node: t.Tree) -> t.Tree | None:
        match node:
            case t.Scripted(base=t.Name()):
                return node
            case t.Factors(items=items):
                out: list[tuple[str, t.Tree]] = []
                for k, (op, item) in enumerate(items):
                    after = items[k + 1] if k + 1 < len(items) else None
                    called = after is not None and not after[0] and isinstance(after[1], t.Group)
                    out.append((op, item if called and isinstance(item, t.Name) else t.replaced(item, change)))
                return replace(node, items=tuple(out))
            case t.Name() if base_name(node) in both:
                return named(node)
        return None

    return [s.replaced(change) for s in statements]


def _function(head: t.Tree) -> str:
    """The h of h(x) and of h_θ(x)."""
    match head:
        case t.Factors(items=((_, t.Name() as name), ("", t.Group(kind="(", items=(_,))))):
            return base_name(name)
        case t.Factors(
            items=((_, t.Scripted(base=t.Name() as name, sup=None, primes=0)), ("", t.Group(kind="(", items=(_,))))
        ):
            return base_name(name)
    return ""


def _of_all_samples(body: t.Tree) -> bool:
    """Whether a product of a capital and a small letter stands in it, X θ."""
    for node in t.walk(body):
        match node:
            case t.Factors(items=((_, t.Name(letter=first)), (_, t.Name(letter=second)))) if (
                len(first) == 1 and first.isupper() and second.islower()
            ):
                return True
    return False
