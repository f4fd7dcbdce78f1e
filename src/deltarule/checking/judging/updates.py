"""Rows that say what a name becomes: θ_new = θ_old - …, w = w - η …."""

from __future__ import annotations

from deltarule.checking.core.state import State
from deltarule.checking.letters.steps import letter_and_step
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["is_update"]

NEW = ("new", "next", "neu", "nuevo", "nueva", "nouveau", "nuovo", "novo", "新")
"""What marks the value after an update, θ_new."""
RATES = frozenset({"eta", "Delta"})


def is_update(state: State, left: t.Tree, right: t.Tree) -> bool:
    """θ_new = θ_old - …, or w = w - η …: the name on the left stands on the right as well."""
    found = reference(left, state.symbols.usage)
    if found is None or (found.primes and state.symbols.function(found.base) is not None):
        return False
    if any(word in mark.lower() for mark in (found.mark, found.label) for word in NEW):
        return True
    if isinstance(right, t.Terms) and _one_step_on(state, left, right):
        return True
    if not isinstance(right, t.Terms):
        return False
    if found.indices and not any(isinstance(i, t.Num) for i in found.indices) and not _with_a_rate(right):
        return False
    first = reference(right.items[0][1], state.symbols.usage)
    return first is not None and first.key == found.key and first.indices == found.indices and len(right.items) > 1


def _one_step_on(state: State, left: t.Tree, right: t.Terms) -> bool:
    """w(t+1) = w(t) + η δ x, of what is learnt: with a rate, a derivative or a change in it."""
    one, other = letter_and_step(_key(state, left)), letter_and_step(_key(state, right.items[0][1]))
    if one[0] != other[0] or not one[0] or one == other or not state.counted_names >= {_key(state, left)}:
        return False
    return _with_a_rate(right)


def _with_a_rate(right: t.Tree) -> bool:
    """Whether a side has a derivative in it, or a rate."""
    return any(isinstance(n, t.Partial) or (isinstance(n, t.Name) and n.letter in RATES) for n in t.walk(right))


def _key(state: State, tree: t.Tree) -> str:
    found = reference(tree, state.symbols.usage)
    return "" if found is None else found.key
