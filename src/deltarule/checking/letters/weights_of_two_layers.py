"""`a_j = Σ_i w_ij x_i` and `s_k = Σ_j w_jk h_j`: one letter for the weights of two layers, told apart by their indices,
where the units have letters of their own."""

from __future__ import annotations

from collections.abc import Iterator

from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, reference, running

__all__ = ["weights_of_two_layers"]


def weights_of_two_layers(state: State) -> set[str]:
    """The letters of such weights: what they make and what they are applied to differ, and so do the indices."""
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for left, right, _ in state.judged:
        made = _of_one_index(state, left)
        if made is None:
            continue
        for node in t.walk(right):
            if isinstance(node, t.Big) and node.kind == "sum" and (summed := running(node)):
                for weights, units in _weighted(state, node.body, made[1], summed):
                    found.setdefault(weights, []).append((made[0], made[1], units, summed))
    return {
        weights
        for weights, uses in found.items()
        if any(
            a != c and made != other and x != y and units != others
            for made, a, units, x in uses
            for other, c, others, y in uses
        )
    }


def _weighted(state: State, body: t.Tree, own: str, summed: str) -> Iterator[tuple[str, str]]:
    """The w and the x of w_ij x_i."""
    for node in t.walk(body):
        if not isinstance(node, t.Factors):
            continue
        items = [reference(x, state.symbols.usage) for _, x in node.items if isinstance(x, t.Scripted)]
        weights = [r for r in items if r is not None and set(_letters(r)) == {own, summed}]
        units = [r for r in items if r is not None and _letters(r) == [summed]]
        if len(weights) == 1 == len(units):
            yield weights[0].base, units[0].base


def _of_one_index(state: State, left: t.Tree) -> tuple[str, str] | None:
    found = reference(left, state.symbols.usage) if isinstance(left, t.Scripted) else None
    letters = _letters(found) if found is not None else []
    return (found.base, letters[0]) if found is not None and len(letters) == 1 else None


def _letters(found: Reference) -> list[str]:
    return [i.letter for i in found.indices if isinstance(i, t.Name)]
