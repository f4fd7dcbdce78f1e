"""One sample and all of them: `ŷ = σ(wᵀx + b)` in a document of x^{(i)} is an equation of each ŷ^{(i)}, and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import ANY, Reference, Survey, base_name, reference, trees
from deltarule.reading.statement import Statement

__all__ = ["at_any_sample", "at_each_sample", "made_of_samples", "with_index"]


def at_each_sample(state: State, found: Reference, right: t.Tree) -> tuple[t.Tree, t.Tree] | None:
    """The equation of `ŷ` with the sample index in all that has one; None where ŷ^{(i)} has its own or never occurs."""
    usage = state.symbols.usage
    if not isinstance(usage, Survey) or found.label != ANY or found.name is None or found.base in state.explicit:
        return None
    letter = next((x for u in (usage.get(found.base),) if u is not None for x in sorted(u.sample_letters)), "i")
    index = t.Group("(", (t.Name(letter),))
    left = t.Scripted(found.name, _below(found), index)
    body = with_index(state, right, index)
    return None if body is None else (left, body)


def with_index(state: State, tree: t.Tree, index: t.Group) -> t.Tree | None:
    """A side with the index of a sample in all that has one elsewhere; None where that cannot be said."""
    lost = False

    def change(node: t.Tree) -> t.Tree | None:
        nonlocal lost
        found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
        if found is None or found.name is None:
            return None
        if found.sample is not None:
            return node
        sub = node.sub if isinstance(node, t.Scripted) else None
        if found.label == ANY:
            if found.transposed:
                return t.Scripted(found.name, sub, t.Factors((("", index), ("", t.Name("T")))))
            plain = t.Scripted(found.name, sub, index)
            return plain if found.power is None else t.Scripted(t.Group("(", (plain,)), None, found.power)
        written = state.written.get(found.key)
        if written is not None and not found.indices and _mentions_any(state, written, {found.key}):
            inside = with_index(state, written, index)
            if inside is None or found.transposed or found.power is not None:
                lost = True
                return None
            return t.Group("(", (inside,))
        return None

    out = t.replaced(tree, change)
    return None if lost else out


def made_of_samples(statements: Sequence[Statement], each: Collection[str]) -> set[str]:
    """The letters of which there is one for each sample, with those that are given component by component by them:
    the a_j of a_j = Σ_i w_ji x_i beside x^{(n)}."""
    out = set(each)
    given = [
        (base_name(left.base), {base_name(n) for n in trees(right) if isinstance(n, t.Name)})
        for s in statements
        for side, other, relation in zip(s.sides, s.sides[1:], s.relations, strict=False)
        if relation.symbol in EQUAL
        if isinstance(left := side.tree, t.Scripted) and isinstance(left.base, t.Name) and left.sup is None
        if left.sub is not None and not left.primes and isinstance(right := other.tree, t.Tree)
        if not any(isinstance(n, t.Partial) for n in trees(right))
    ]
    while out and (more := {base for base, inside in given if inside & out} - out):
        out |= more
    return out


def _mentions_any(state: State, tree: t.Tree, seen: set[str]) -> bool:
    for node in t.walk(tree):
        found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
        if found is None:
            continue
        if found.label == ANY:
            return True
        written = state.written.get(found.key)
        if written is not None and found.key not in seen and _mentions_any(state, written, seen | {found.key}):
            return True
    return False


def at_any_sample(state: State, found: Reference, right: t.Tree) -> tuple[t.Tree, t.Tree] | None:
    """The equation of `ŷ^{(i)}` without the index; None where ŷ has its own or never occurs, or other samples go in."""
    usage = state.symbols.usage
    plain = f"{found.base}^{ANY}"
    if not isinstance(usage, Survey) or found.base not in usage.sampled or found.name is None:
        return None
    if plain in state.explicit or not isinstance(found.sample, t.Name):
        return None
    letter = found.sample.letter
    if any(isinstance(n, t.Big) and any(x == t.Name(letter) for x in t.walk(n.index or n)) for n in t.walk(right)):
        return None
    body = t.replaced(right, _without_index(state, letter))
    return (found.name if not found.indices else t.Scripted(found.name, _below(found), None)), body


def _below(found: Reference) -> t.Tree | None:
    """The indices below a name as they are written."""
    if len(found.indices) < 2:
        return found.indices[0] if found.indices else None
    return t.Group("", tuple(found.indices))


def _without_index(state: State, letter: str) -> Callable[[t.Tree], t.Tree | None]:
    def change(node: t.Tree) -> t.Tree | None:
        found = reference(node, state.symbols.usage) if isinstance(node, t.Scripted) else None
        if found is None or found.sample != t.Name(letter) or found.name is None or not isinstance(node, t.Scripted):
            return None
        sup = t.Name("T") if found.transposed else None
        return found.name if node.sub is None and sup is None else t.Scripted(found.name, node.sub, sup)

    return change
