"""Shapes that a way of writing shows: the z of softmax(z) is a vector, so is the E of a loss ½ EᵀE, and a^{(2)} is
what a^{(1)} is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.checking.letters.declared import declared_names
from deltarule.checking.letters.primed_names import PRIME
from deltarule.checking.letters.steps import ENDS
from deltarule.reading import tree as t
from deltarule.reading.references import Survey, base_name, is_transpose, reference, trees
from deltarule.reading.statement import Statement
from deltarule.reading.symbols import VECTOR_FUNCTIONS, WEIGHT_MATRICES, Entity

__all__ = ["averaged", "computed", "layers", "lengths", "samples_lie", "scores"]

BATCHES = frozenset({"X", "H", "A"})
"""Letters of all samples, or of what is computed of them."""
SAMPLE_COUNTS = frozenset({"N", "B"})

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
    """The z^{(1)} and z^{(2)} beside z^{(l)}: vectors where one of them is, and matrices where one is; and W' beside W.
    The last layer, z^{(L)}, may have a number where the others have vectors."""
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
    for key, entity in state.symbols.entities.items():
        other = state.symbols.entities.get(key.replace(PRIME, "")) if PRIME in key else None
        if other is not None and other.rank and entity.rank is None:
            state.symbols.shaped(entity, other.rank)


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


def samples_lie(sides: Sequence[t.Tree]) -> str | None:
    """In which of "row" and "column" each sample lies: in rows where batches stand before their weights, X W."""
    found: set[str] = set()
    for node in (n for side in sides for n in trees(side)):
        for (_, one), (op, other) in pairwise(node.items) if isinstance(node, t.Factors) else ():
            first, second = _letter(one), _letter(other)
            if op in {"", "cdot"} and first in BATCHES and second in WEIGHT_MATRICES:
                found.add("row")
            elif op in {"", "cdot"} and first in WEIGHT_MATRICES and second in BATCHES:
                found.add("column")
    return found.pop() if len(found) == 1 else None


def averaged(sides: Sequence[t.Tree]) -> set[str]:
    """The counts of samples by which a sum is divided, `\\frac{1}{N} \\sum`: C counts classes in such a sum too."""
    found: set[str] = set()
    for node in (n for side in sides for n in trees(side)):
        match node.items if isinstance(node, t.Factors) else ():
            case (("", t.Ratio(numerator=t.Num(), denominator=t.Name() as by)), ("", t.Big(kind="sum")), *_):
                found.add(base_name(by))
            case (("", t.Num()), ("/", t.Name() as by), ("", t.Big(kind="sum")), *_):
                found.add(base_name(by))
    return found & SAMPLE_COUNTS


def _letter(node: t.Tree) -> str:
    """The letter of what is not transposed."""
    if isinstance(node, t.Scripted):
        return "" if node.sup is not None and is_transpose(node.sup) else _letter(node.base)
    return base_name(node) if isinstance(node, t.Name) else ""
