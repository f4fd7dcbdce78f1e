"""`a_2 = σ(z_2) = ŷ` and `ŷ = a^{[2]}`: two names of one quantity, of which a text uses now the one and now the other.

Where the second name is only said to be the first, it is read as the first: ∂L/∂a_2 of L = ½(ŷ - y)² is ∂L/∂ŷ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from deltarule.checking.relations import EQUAL
from deltarule.checking.state import State
from deltarule.checking.updates import is_update
from deltarule.reading import tree as t
from deltarule.reading.references import ANY, INDEX_LETTERS, Reference, Survey, reference
from deltarule.reading.statement import Statement

__all__ = ["under_one_name"]


@dataclass(frozen=True)
class _Named:
    """A quantity by its name alone: as it stands, and what it refers to."""

    node: t.Tree
    found: Reference


def under_one_name(state: State, statements: Sequence[Statement]) -> Iterator[tuple[Sequence[Statement], str]]:
    """The statements with one of two such names in place of the other, for each such pair, and what is said of it."""
    seen: set[frozenset[str]] = set()
    for one, other in _pairs(state, statements):
        both = {one.found.key, other.found.key}
        work = next((w for s in statements if (w := _work(state, s, both)) is not None), None)
        if frozenset(both) in seen or work is None:
            continue
        seen.add(frozenset(both))
        once = [_once(state, s, both, work) for s in statements]
        for kept, gone in ((one, other), (other, one)):
            changed = [s.replaced(lambda node, a=kept, b=gone: _renamed(state, node, a, b)) for s in once]
            if not any(_names(state, side.tree, gone) for s in changed for side in s.sides):
                yield changed, f"{gone.found.key} is read as another name of {kept.found.key}"


def _pairs(state: State, statements: Sequence[Statement]) -> Iterator[tuple[_Named, _Named]]:
    """The names that a chain equates, if one of them is given a meaning there and nowhere else."""
    given = [_bare(state, s.sides[0].tree) for s in statements if s.relations and not s.continues]
    keys = [named.found.key for named in given if named is not None]
    for statement in statements:
        sides = [side.tree for side in statement.sides]
        if statement.continues or not statement.relations or None in sides:
            continue
        if any(r.symbol not in EQUAL for r in statement.relations):
            continue
        if statement.start in state.supposed | state.conditional:
            continue  # where ŷ = y the loss is 0
        one = _bare(state, sides[0])
        if one is None or keys.count(one.found.key) > 1 or is_update(state, sides[0], sides[1]):  # type: ignore[arg-type]
            continue
        for other in (named for side in sides[1:] if (named := _bare(state, side)) is not None):
            same_kind = other.found.base[:1].isupper() == one.found.base[:1].isupper()
            if one.found.key != other.found.key and same_kind:  # of X and x one is a matrix
                yield one, other


def _work(state: State, statement: Statement, names: set[str]) -> t.Tree | None:
    """What the names are said to be, σ(z): the first side that is no name, in a chain that begins with one of them."""
    sides = [side.tree for side in statement.sides]
    first = _bare(state, sides[0])
    if first is None or first.found.key not in names or any(r.symbol not in EQUAL for r in statement.relations):
        return None
    return next((x for x in sides[1:] if x is not None and _bare(state, x) is None), None)


def _once(state: State, statement: Statement, names: set[str], work: t.Tree) -> Statement:
    """The chain that equates the two with σ(z) in place of the second, so that it does not say ŷ = ŷ."""
    found = [_bare(state, side.tree) for side in statement.sides]
    places = [k for k, named in enumerate(found) if named is not None and named.found.key in names]
    if len(places) < 2 or not statement.relations:
        return statement
    own = _work(state, statement, names) or work
    sides = [replace(side, tree=own) if k in places[1:] else side for k, side in enumerate(statement.sides)]
    return replace(statement, sides=tuple(sides))


def _bare(state: State, side: t.Tree | None) -> _Named | None:
    found = reference(side, state.symbols.usage) if isinstance(side, t.Name | t.Scripted) else None
    if found is None or found.indices or found.primes or found.transposed or found.inverse or found.power is not None:
        return None
    if found.sample is not None or found.base in state.symbols.functions or found.key in state.symbols.macros:
        return None
    usage = state.symbols.usage
    steps = usage.steps - {"L"} if isinstance(usage, Survey) else set()
    stepped = steps & set(re.findall("[A-Za-z]+", f"{found.mark} {found.label}"))
    assert isinstance(side, t.Tree)
    return None if stepped or found.base in INDEX_LETTERS else _Named(side, found)


def _names(state: State, side: t.Tree | None, named: _Named) -> bool:
    """Whether a name stands in a side that could not be put under the other."""
    nodes = t.walk(side) if side is not None else ()
    return any(
        (r := reference(n, state.symbols.usage)) is not None and r.key == named.found.key
        for n in nodes
        if isinstance(n, t.Name | t.Scripted)
    ) and not isinstance(named.node, t.Name)


def _renamed(state: State, node: t.Tree, kept: _Named, gone: _Named) -> t.Tree | None:
    """A name, with its scripts, under the other name."""
    found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
    other = gone.found
    if found is None or (found.base, found.mark) != (other.base, other.mark) or found.primes or found.inverse:
        return None
    if found.column or found.label not in {other.label, ""}:
        return None
    if found.label != other.label and not (other.label == ANY and found.sample is not None):
        return None
    name = kept.node.base if isinstance(kept.node, t.Scripted) else kept.node
    sub, sup = (kept.node.sub, kept.node.sup) if isinstance(kept.node, t.Scripted) else (None, None)
    if found.indices:
        if sub is not None:
            return None
        sub = found.indices[0] if len(found.indices) == 1 else t.Group("", found.indices)
    above: list[t.Tree] = [] if sup is None else [sup]
    above += [] if found.sample is None else [t.Group("(", (found.sample,))]
    above += [t.Name("T")] if found.transposed else []
    script = above[0] if len(above) == 1 else t.Factors(tuple(("", x) for x in above)) if above else None
    plain = script is None and sub is None
    whole = name if plain else t.Scripted(name, sub, script, start=node.start, end=node.end)
    if found.power is None:
        return replace(whole, start=node.start, end=node.end)
    return t.Scripted(t.Group("(", (whole,)), None, found.power, start=node.start, end=node.end)
