"""L = ½(ŷ - y)² where ŷ and y are vectors: a loss is one number, so the sum over the components is meant.

The same for -(y log a + (1 - y) log(1 - a)), with the products of vectors taken component by component. Where the other
rows make a vector or a matrix of the names in such a loss, the sum is written out; what follows by it holds for a
network with one output, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.guessing import with_arguments
from deltarule.reading.references import ANY, Reference, reference, usage_of
from deltarule.reading.statement import Statement

__all__ = ["losses_summed"]

LOGARITHMS = frozenset({"log", "ln"})


def losses_summed(state: State, statements: Sequence[Statement]) -> tuple[Sequence[Statement], list[str]]:
    """The statements with the losses that came out as vectors summed over their components, and these losses."""
    losses = {key for key in state.symbols.objectives if _is_vector(state, key)}
    losses -= {_key(state, s.sides[0].tree) for s in statements if len(s.sides) > 1 and _is_summed(s.sides[1].tree)}
    sums = (n for s in statements for side in s.sides if side.tree is not None for n in t.walk(side.tree))
    samples = any(isinstance(n, t.Big) and _of_samples(state, n.body) for n in sums)
    bodies: dict[t.Tree, str] = {}
    changed = []
    for statement in statements:
        sides = list(statement.sides)
        for k, relation in enumerate(statement.relations):
            key = _key(state, sides[k].tree)
            if key not in losses or relation.symbol not in EQUAL:
                continue
            for n in range(k + 1, len(sides)):
                body = sides[n].tree
                if body is None or not _is_loss(body) or (samples and _of_samples(state, body)):
                    break
                bodies[body] = key
                sides[n] = replace(sides[n], tree=_summed(body))
            break
        changed.append(replace(statement, sides=tuple(sides)))

    def change(node: t.Tree) -> t.Tree | None:
        inside = node.of.items[0] if isinstance(node, t.Partial) and isinstance(node.of, t.Group) else None
        if isinstance(node, t.Partial) and (node.of in bodies or inside in bodies):
            return replace(node, of=_summed(node.of))  # type: ignore[arg-type]
        return None

    return [s.replaced(change) for s in changed], sorted(set(bodies.values()))


def _summed(body: t.Tree) -> t.Tree:
    each = t.replaced(body, _by_components)
    return t.Big("sum", None, None, each, start=body.start, end=body.end)


def _by_components(node: t.Tree) -> t.Tree | None:
    """y ⊙ log a for y log a."""
    if not isinstance(node, t.Factors):
        return None
    items = list(node.items)
    for k in range(1, len(items)):
        before = items[k - 1][1]
        vector = isinstance(before, t.Name | t.Scripted | t.Group)
        if vector and items[k][0] in {"", "cdot"} and any(n.letter in LOGARITHMS for n in _heads(items[k][1])):
            items[k] = ("odot", items[k][1])
    return replace(node, items=tuple(items)) if tuple(items) != node.items else None


def _heads(item: t.Tree) -> list[t.Name]:
    """The log of log a."""
    head = item.function if isinstance(item, t.Call) else item
    return [head] if isinstance(head, t.Name) else []


def _is_vector(state: State, key: str) -> bool:
    """Whether a loss was taken for a vector by its equation only, or not understood: nothing shows that it is one."""
    entity = state.symbols.entities.get(key)
    use = usage_of(state.symbols.usage, key)
    declared = {r.key for s in state.statements for x, _ in s.memberships if (r := reference(x, state.symbols.usage))}
    shown = use.transposed or use.bold or use.letters or use.digits or use.double or use.elementwise
    vector = entity is not None and not entity.samples and (entity.rank or key in state.broken)
    return bool(vector) and not shown and key not in declared


def _key(state: State, side: t.Tree | None) -> str:
    """The loss that a side is, also with its arguments."""
    if side is None:
        return ""
    found: Reference | None = reference(side, state.symbols.usage) or with_arguments(state.symbols, side)
    return found.key if found is not None and not found.primes and found.power is None else ""


def _is_summed(body: t.Tree | None) -> bool:
    """Whether a loss is given by a sum or a norm: of a letter with such an equation, another is that of one output."""
    nodes = t.walk(body) if body is not None else ()
    return any(isinstance(n, t.Big) or (isinstance(n, t.Group) and n.kind == "||") for n in nodes)


def _of_samples(state: State, body: t.Tree) -> bool:
    """Whether its letters have the index of a sample, here or elsewhere: what looks like a vector may be all samples
    then, if sums run over them."""
    found = [reference(n, state.symbols.usage) for n in t.walk(body) if isinstance(n, t.Name | t.Scripted)]
    return any(r is not None and (r.label == ANY or r.sample is not None) for r in found)


def _is_loss(body: t.Tree) -> bool:
    """Whether something is squared or a logarithm in it, and it is not summed yet: no sum, no norm, no row first."""
    nodes = list(t.walk(body))
    if any(isinstance(n, t.Big | t.Partial) or (isinstance(n, t.Group) and n.kind in {"|", "||"}) for n in nodes):
        return False
    return any(
        (isinstance(n, t.Scripted) and isinstance(n.base, t.Group) and isinstance(n.sup, t.Num) and n.sup.value == 2)
        or (isinstance(n, t.Name) and n.letter in LOGARITHMS)
        for n in nodes
    )
