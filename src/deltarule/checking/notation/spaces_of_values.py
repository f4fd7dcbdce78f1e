"""`S = A Bᵀ ∈ ℝ^{n×n}`: the space of the value is that of S. `ŷ - y` with ŷ ∈ ℝ^{1×n}: so is y."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.reading import tree as t
from deltarule.reading.references import trees
from deltarule.reading.statement import Statement

__all__ = ["spaces_of_values"]


def spaces_of_values(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with a membership of the name on the left for that of a value on the right, and of y for ŷ."""
    statements = [_of_the_name(s) for s in statements]
    spaces = {x: space for s in statements for x, space in s.memberships}
    accented = {_bare(x): space for x, space in spaces.items() if isinstance(x, t.Name) and x.accents == ("hat",)}
    return [replace(s, memberships=(*s.memberships, *_partners(s, accented, spaces))) for s in statements]


def _partners(
    s: Statement, accented: dict[t.Tree, t.Tree], spaces: dict[t.Tree, t.Tree]
) -> list[tuple[t.Tree, t.Tree]]:
    """The y of ŷ - y, where ŷ alone has a space."""
    out: dict[t.Tree, t.Tree] = {}
    known = {_bare(x) for x in spaces if not (isinstance(x, t.Name) and x.accents)}
    for node in (n for side in s.sides for n in trees(side.tree)):
        match node:
            case t.Terms(items=((_, t.Name() as one), (_, t.Name() as other))):
                for x, beside in ((one, other), (other, one)):
                    apart = not x.accents and beside.accents == ("hat",) and _bare(x) == _bare(beside)
                    if apart and _bare(x) not in known and (space := accented.get(_bare(x))) is not None:
                        out[x] = space
    return list(out.items())


def _bare(x: t.Tree) -> t.Tree:
    return replace(x, accents=(), style="") if isinstance(x, t.Name) else x


def _of_the_name(s: Statement) -> Statement:
    first = s.sides[0].tree
    if not s.memberships or not s.relations or any(r.symbol not in EQUAL for r in s.relations):
        return s
    if not isinstance(first, t.Name) and not (isinstance(first, t.Scripted) and isinstance(first.base, t.Name)):
        return s
    values = [side.tree for side in s.sides[1:] if not isinstance(side.tree, t.Name | t.Scripted)]
    own = [(first, space) for x, space in s.memberships if any(x is value for value in values)]
    known = [x for x, _ in s.memberships]
    return replace(s, memberships=(*s.memberships, *own)) if own and first not in known else s
