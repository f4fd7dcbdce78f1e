"""Shapes that a way of writing shows: the z of softmax(z) is a vector, so is the E of a loss ½ EᵀE, and a^{(2)} is
what a^{(1)} is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from deltarule.checking.declared import declared_names
from deltarule.checking.relations import EQUAL
from deltarule.checking.state import State
from deltarule.checking.steps import ENDS
from deltarule.reading import tree as t
from deltarule.reading.references import Survey, reference, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import VECTOR_FUNCTIONS, Entity

__all__ = ["computed", "layers", "lengths", "scores"]

_PLACE = re.compile(r"(.+)\^[(\[<]?([A-Za-z]?)(?:[+-]?\d+)?[)\]>]?")


def computed(statements: Sequence[Statement]) -> set[t.Tree]:
    """The names that an equation gives as a sum or a product: the z of z = h W + b."""
    return {
        s.sides[0].tree
        for s in statements
        if s.relations and s.relations[0].symbol in EQUAL and isinstance(s.sides[0].tree, t.Name | t.Scripted)
        if isinstance(s.sides[1].tree, t.Terms | t.Factors)
    }


def scores(state: State, sides: Sequence[t.Tree], others: Collection[t.Tree] = ()) -> None:
    """The z of softmax(z), a vector if nothing else is known of it, and it is none of the others."""
    for node in (node for side in sides for node in trees(side)):
        match node:
            case t.Call(function=t.Name(letter=f), argument=t.Group(kind="(", items=(of,))) if f in VECTOR_FUNCTIONS:
                found = reference(of, state.symbols.usage)
                if (
                    of in others
                    or found is None
                    or found.indices
                    or found.sample is not None
                    or found.base[:1].isupper()
                ):
                    continue
                entity = state.symbols.entity(found)
                if entity.rank is None:
                    state.symbols.shaped(entity, 1)


def layers(state: State) -> None:
    """The z^{(1)} and z^{(2)} beside z^{(l)}: vectors where one of them is, and matrices where one is. The last layer,
    z^{(L)}, may have a number where the others have vectors."""
    usage = state.symbols.usage
    steps = usage.steps - ENDS if isinstance(usage, Survey) else set()
    alike: dict[str, dict[str, list[Entity]]] = {}
    for key, entity in state.symbols.entities.items():
        if (place := _PLACE.fullmatch(key)) is not None and place[2] in {"", *steps}:
            alike.setdefault(place[1], {}).setdefault(place[2], []).append(entity)
    for own in alike.values():
        members = [entity for some in own.values() for entity in some]
        ranks = {entity.rank for entity in members if entity.rank is not None}
        if len(own) > 1 and len(ranks) == 1 and ranks != {0}:
            for entity in members:
                if entity.rank is None:
                    state.symbols.shaped(entity, *ranks)


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
