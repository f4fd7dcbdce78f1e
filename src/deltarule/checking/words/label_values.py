"""Labels: their usual names, and the two numbers that one can be, as the text declares them: y ∈ {0, 1}."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import reference

__all__ = ["TARGETS", "label_values"]

TARGETS = ("y", "t", "y^*", "t^*", "y_star", "t_star", "y_true")
"""Names of the labels, whose sum may be 1."""


def label_values(state: State) -> Iterator[tuple[str, list[Fraction]]]:
    """The names of which the text says that they are one of two numbers."""
    for pairs in (state.declared, *(statement.memberships for statement in state.statements)):
        for element, space in pairs:
            found = reference(element, state.symbols.usage) if isinstance(element, t.Name | t.Scripted) else None
            if found is None or found.key not in state.symbols.entities:
                continue
            match space:
                case t.Group(kind="{", items=(one, other)):
                    numbers = [n for n in map(_number, (one, other)) if n is not None]
                    if len(numbers) == 2:
                        yield found.key, numbers


def _number(tree: t.Tree) -> Fraction | None:
    match tree:
        case t.Num(value=value):
            return value
        case t.Terms(items=((sign, t.Num(value=value)),)) if sign in {"+", "-"}:
            return -value if sign == "-" else value
    return None
