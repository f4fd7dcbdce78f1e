"""The entropy `H(p)` and the cross-entropy `H(p, q)` in one text: a letter with two equations, for one argument and for
two, stands for two functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.products import calls_in
from deltarule.reading.references import base_name
from deltarule.reading.statement import Statement

__all__ = ["by_how_many_arguments"]


def by_how_many_arguments(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a name of its own for each such function of more than one argument, also in ∂H/∂q."""
    counts: dict[str, set[int]] = {}
    given: dict[tuple[str, t.Tree], set[int]] = {}
    for s in statements:
        match s.sides[0].tree if s.relations and s.relations[0].symbol in EQUAL else None:
            case t.Factors(items=((_, t.Name() as f), ("", t.Group(kind="(", items=items)))):
                counts.setdefault(base_name(f), set()).add(len(items))
                for argument in items:
                    given.setdefault((base_name(f), argument), set()).add(len(items))
    several = {f for f, found in counts.items() if len(found) > 1 and 1 in found}
    if not several:
        return statements

    def of_its_own(f: t.Name, number: int) -> t.Name:
        return replace(f, accents=(*f.accents, f"of{number}"))

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Partial) and isinstance(node.of, t.Name) and base_name(node.of) in several:
            found = [given.get((base_name(node.of), x), set[int]()) for x in node.by]
            if found and len(found[0]) == 1 and 1 not in found[0] and all(x == found[0] for x in found):
                return replace(node, of=of_its_own(node.of, next(iter(found[0]))))
        if not isinstance(node, t.Factors):
            return None
        own = {
            id(f): of_its_own(f, len(group.items))
            for f, group in calls_in(node)
            if isinstance(f, t.Name) and base_name(f) in several and len(group.items) > 1
        }
        if not own:
            return None
        return replace(node, items=tuple((op, own.get(id(x)) or t.replaced(x, change)) for op, x in node.items))

    return [s.replaced(change) for s in statements]
