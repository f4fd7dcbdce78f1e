"""Vectors of which the components have meanings of their own: defined or named one by one, or by an index."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product as combinations
from typing import TYPE_CHECKING

from deltarule.calculus.rules import delta
from deltarule.language.arithmetic import add, multiply
from deltarule.language.expression import Axis, Derivative, Expression, Symbol, fresh, rename
from deltarule.language.traversal import substitute
from deltarule.reading import tree as t
from deltarule.reading.gradients import orientation
from deltarule.reading.references import Reference
from deltarule.reading.shifted import Places
from deltarule.reading.symbols import Entity, Symbols
from deltarule.reading.values import Unread, Value, transpose

if TYPE_CHECKING:
    from deltarule.reading.lowering import Lowering

__all__ = ["assembled", "at_components", "gathered", "lies_across"]


def at_components(low: Lowering, r: Reference, start: int) -> Value:
    """A derivative named by component, at other components."""
    meanings = low.symbols.indexed[r.key]
    places = Places(low, r.indices)
    indices = places.indices
    written = tuple(i.name for i in indices if isinstance(i, Axis))
    if written not in meanings and len(meanings) > 1:
        raise Unread(f"{r.key} with indices of more than one meaning", start)
    letters, e = (written, meanings[written]) if written in meanings else next(iter(meanings.items()))
    if not indices and len(letters) == 1 and len(e.axes) == 1:
        e = low.resized(Value(e)).expression
        row = fresh(e.axes[0].size)
        value = _as_the_derivative(low, r, Value(rename(e, {e.axes[0]: row}), row))
        return transpose(value) if r.transposed else value
    if not indices and len(letters) == 2 and {a.name for a in e.axes} == set(letters):  # D of D_ij = ∂L/∂E_ij
        e = low.resized(Value(e)).expression
        of = {a.name: a for a in e.axes}
        row, column = (fresh(of[letter].size) for letter in letters)
        value = _as_the_derivative(low, r, Value(rename(e, {of[letters[0]]: row, of[letters[1]]: column}), row, column))
        return transpose(value) if r.transposed else value
    if ({a.name for a in e.axes} - set(letters)) & set(written):
        raise Unread(f"{r.key} at the index that its meaning speaks of", start)
    if len(indices) != len(letters):
        raise Unread(f"{r.key} with {len(indices)} indices", start)
    e = low.resized(Value(e)).expression
    sizes = {a.name: a.size for a in e.axes}
    placed = {
        Axis(name, sizes[name]): low.sized(i, sizes[name])
        for name, i in zip(letters, indices, strict=True)
        if name in sizes
    }
    return places.selected(Value(one_by_one(low, rename(e, placed))))


def gathered(low: Lowering, value: Value, items: Sequence[t.Tree]) -> Value | None:
    """(2 a_ij)_ij: the matrix with these entries, and (2 a_i)_i the column; None where the letters are not its own."""
    letters = [item.letter if isinstance(item, t.Name) and not item.accents else "" for item in items]
    of = {a.name: a for a in value.expression.axes}
    if value.rank or len(items) > 2 or len(set(letters)) < len(items) or not all(x in of for x in letters):
        return None
    value = low.resized(value)
    of = {a.name: a for a in value.expression.axes}
    placed = [fresh(of[letter].size) for letter in letters]
    e = rename(value.expression, {of[letter]: axis for letter, axis in zip(letters, placed, strict=True)})
    return Value(e, *placed)


def _as_the_derivative(low: Lowering, r: Reference, value: Value) -> Value:
    """δ_E of δ_{E_ij} = ∂L/∂E_ij lies as ∂L/∂E does."""
    e = value.expression
    if not r.mark or not isinstance(e, Derivative) or not isinstance(e.of, Symbol):
        return value
    return transpose(value) if orientation(low, e.of.name, e.by.name) == "row" else value


def lies_across(symbols: Symbols, entity: Entity, of: str) -> bool:
    """Whether the rows of a matrix are the columns of the quantity in its mark, as of δ_Y = ∂L/∂Y in a text that says
    that it has numerator layout."""
    quantity = symbols.entities.get(of)
    if symbols.layout != "row" or quantity is None or not entity.rank == quantity.rank == 2:
        return False
    own, its = ([symbols.find(size) for size in x.sizes] for x in (entity, quantity))
    return own == its[::-1]


def one_by_one(low: Lowering, e: Expression) -> Expression:
    """The expression with the names of components that were defined one by one: ∂L/∂y_i is ∂L/∂y_1 at i = 1."""

    def named(u: Expression) -> Expression | None:
        if isinstance(u, Derivative):
            by = substitute(u.by, named)
            return Derivative(substitute(u.of, named), by, u.held) if isinstance(by, Symbol) else None
        if not isinstance(u, Symbol) or not u.indices or any(isinstance(i, Axis) for i in u.indices):
            return None
        entity = low.symbols.entities.get(u.name)
        name = entity.split.get(tuple(int(i) for i in u.indices if isinstance(i, int))) if entity else None
        return None if name is None else Symbol(name)

    return substitute(e, named) if any(entity.split for entity in low.symbols.entities.values()) else e


def assembled(low: Lowering, entity: Entity, start: int) -> Value:
    """A vector or matrix whose components were defined one by one, if all of them were."""
    sizes = [low.symbols.find(size) for size in entity.sizes[: entity.rank or 0]]
    places = list(combinations(*(range(1, size + 1) for size in sizes if isinstance(size, int))))
    if any(not isinstance(size, int) for size in sizes) or any(p not in entity.split for p in places):
        raise Unread(f"not every component of {entity.key} is defined", start)
    axes = [fresh(size) for size in sizes]
    terms = [multiply(Symbol(entity.split[p]), *(delta(a, k) for a, k in zip(axes, p, strict=True))) for p in places]
    row = axes[0] if entity.rank == 2 or entity.orientation == "column" else None
    return Value(add(*terms), row, axes[-1] if entity.rank == 2 or row is None else None)
