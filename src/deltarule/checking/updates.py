"""Rows that say what a name becomes: θ_new = θ_old - …, w = w - η …."""

from __future__ import annotations

from deltarule.checking.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["is_update"]

NEW = ("new", "next", "neu", "nuevo", "nueva", "nouveau", "nuovo", "novo", "新")
"""What marks the value after an update, θ_new."""


def is_update(state: State, left: t.Tree, right: t.Tree) -> bool:
    """θ_new = θ_old - …, or w = w - η …: the name on the left stands on the right as well."""
    found = reference(left, state.symbols.usage)
    if found is None or (found.primes and state.symbols.function(found.base) is not None):
        return False
    if any(word in mark.lower() for mark in (found.mark, found.label) for word in NEW):
        return True
    if not isinstance(right, t.Terms) or (found.indices and not any(isinstance(i, t.Num) for i in found.indices)):
        return False
    first = reference(right.items[0][1], state.symbols.usage)
    return first is not None and first.key == found.key and first.indices == found.indices and len(right.items) > 1
