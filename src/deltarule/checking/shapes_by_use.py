"""Shapes that a way of writing shows: the z of softmax(z) is a vector, and so is the E of a loss ½ EᵀE."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from deltarule.checking.declared import declared_names
from deltarule.checking.relations import EQUAL
from deltarule.checking.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import reference, trees
from deltarule.reading.symbols import VECTOR_FUNCTIONS

__all__ = ["lengths", "scores"]


def scores(state: State, sides: Sequence[t.Tree]) -> None:
    """The z of softmax(z), a vector if nothing else is known of it."""
    for node in (node for side in sides for node in trees(side)):
        match node:
            case t.Call(function=t.Name(letter=f), argument=t.Group(kind="(", items=(of,))) if f in VECTOR_FUNCTIONS:
                found = reference(of, state.symbols.usage)
                if found is None or found.indices or found.sample is not None or found.base[:1].isupper():
                    continue
                entity = state.symbols.entity(found)
                if entity.rank is None:
                    state.symbols.shaped(entity, 1)


def lengths(state: State) -> None:
    """The E of J = ½ EᵀE, where J is what is minimised: EᵀE is a number, so the capital stands for a vector."""
    usage = state.symbols.usage
    for statement in state.statements:
        head = statement.sides[0].tree
        left = reference(head, usage) if statement.relations and head is not None else None
        if left is None or left.key not in state.symbols.objectives or statement.relations[0].symbol not in EQUAL:
            continue
        right = statement.sides[1].tree
        if right is None or not isinstance(right, t.Factors):
            continue
        for (_, one), (op, other) in pairwise(right.items):
            turned, plain = reference(one, usage), reference(other, usage)
            if op not in {"", "cdot"} or turned is None or plain is None or turned.key != plain.key:
                continue
            if turned.transposed and not plain.transposed and not plain.indices:
                entity = state.symbols.entity(plain)
                if entity.rank == 2 and plain.key not in declared_names(state):
                    state.symbols.shaped(entity, 1)
