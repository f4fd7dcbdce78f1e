"""y = W x, where nothing says whether these are numbers: ∂L/∂x = W ∂L/∂y holds for numbers, and for a matrix W it does
not. What holds for numbers only, though the document reads as well with matrices and columns, is not proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from deltarule.checking.core.state import State
from deltarule.checking.judging.sections import HOLDS
from deltarule.language.expression import Number
from deltarule.reading import tree as t
from deltarule.reading.guessing import MATRICES
from deltarule.reading.references import Reference, reference, trees

__all__ = ["hold_for_matrices"]

Said = tuple[tuple[t.Tree, int], ...]


def hold_for_matrices(whole: State, judged: Callable[[Said], State]) -> None:
    """Leave rows open that hold for numbers and fail for matrices; `judged` reads the document with these ranks."""
    said = tuple(dict.fromkeys(_open_products(whole)))
    if not said or not any(row.verdict in HOLDS for row in whole.rows):
        return
    other = judged(said)
    fits = all(
        own.verdict == row.verdict or own.verdict in HOLDS
        for row, own in zip(whole.rows, other.rows, strict=True)
        if row.verdict == "definition"
    )
    if not fits:
        return  # with matrices the text does not make sense
    names = " and ".join(dict.fromkeys(r.key for x, rank in said if rank == 2 and (r := _name(whole, x)) is not None))
    for row, own in zip(whole.rows, other.rows, strict=True):
        if row.verdict in HOLDS and own.verdict in {"refuted", "ill-shaped"}:
            row.verdict, row.condition, row.hint, row.suggestion = "undecided", None, own.hint, own.suggestion
            row.reason = f"it holds for numbers, and {names} may be a matrix: {own.reason or 'then it does not hold'}"


def _open_products(state: State) -> Iterator[tuple[t.Tree, int]]:
    """The W and the x of products W x of which nothing says what they are."""
    for node in (n for s in state.statements for side in s.sides for n in trees(side.tree)):
        for (_, first), (op, second) in pairwise(node.items if isinstance(node, t.Factors) else ()):
            one, other = _name(state, first), _name(state, second)
            if op not in {"", "cdot"} or one is None or other is None or one.base not in MATRICES | {"W", "Theta"}:
                continue
            if other.base[:1].islower() and not any(_is_known(state, r.key) for r in (one, other)):
                yield first, 2
                yield second, 1


def _name(state: State, tree: t.Tree) -> Reference | None:
    found = reference(tree, state.symbols.usage) if isinstance(tree, t.Name | t.Scripted) else None
    if found is None or found.indices or found.power is not None or found.primes or found.sample is not None:
        return None
    return found if not found.transposed and found.base not in state.symbols.functions else None


def _is_known(state: State, key: str) -> bool:
    """Whether a name is no number, or has a number for its value."""
    entity, equation = state.symbols.entities.get(key), state.definitions.equations.get(key)
    return bool(entity is not None and entity.rank) or (equation is not None and isinstance(equation.right, Number))
