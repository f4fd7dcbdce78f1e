"""Names that one equation speaks of for several letters, W_z, W_r and W_h: what one of them is, a matrix or a vector,
the others are as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.checking.core.relations import SAID
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import Entity

__all__ = ["alike_in_families"]


def alike_in_families(state: State) -> bool:
    """Give names the rank that the others of their family have; whether there was anything to give."""
    changed = False
    for first, *others in _copies(state.statements):
        for names in zip(*(_names(s) for s in (first, *others)), strict=True):
            entities = [e for n in names if (e := _entity(state, n)) is not None]
            ranks = {e.rank for e in entities if e.rank}
            for entity in entities if len(ranks) == 1 else ():
                if entity.rank is None:
                    state.symbols.shaped(entity, next(iter(ranks)))
                    changed = True
    return changed


def _copies(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
    """An equation with the same said of the other letters behind it."""
    out: list[Statement] = []
    for s in statements:
        if out and s.relations and s.relations[0].symbol == SAID and s.start == out[0].start:
            out.append(s)
            continue
        if len(out) > 1:
            yield out
        out = [s] if len(s.relations) == 1 else []
    if len(out) > 1:
        yield out


def _names(statement: Statement) -> list[t.Tree]:
    return [n for side in statement.sides for n in trees(side.tree) if isinstance(n, t.Scripted)]


def _entity(state: State, name: t.Tree) -> Entity | None:
    found = reference(name, state.symbols.usage)
    if found is None or found.indices or found.power is not None:
        return None
    return state.symbols.entity(found)
