"""What a normal form is made of: heads, atoms, components, monomials, polynomials.

A *head* is a name or an interned template: a function over the normal form of its argument with slots for indices.
An *atom* is a head with its indices. A *component* is the atoms that bound indices connect, named canonically. A
*monomial* is a sorted tuple of pairs (item, exponent), an item being an atom or a component, and a *polynomial* a
dictionary from monomials to rational coefficients. Everything is interned: equal things are one object.

Indices are integers: an axis has a positive number, the component `c` is `-c`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import count
from typing import Any, TypeAlias

from deltarule.language.expression import Axis, Index

__all__ = [
    "UNIT",
    "Atom",
    "Coefficient",
    "Component",
    "Head",
    "Item",
    "Monomial",
    "Polynomial",
    "Template",
    "atom",
    "axis_of",
    "component",
    "constant",
    "dummy",
    "free_of",
    "head",
    "identifier",
    "index_id",
    "index_of",
    "item_polynomial",
    "monomial",
    "population",
    "reset",
    "scratch",
    "slot",
    "tidy_number",
]

Coefficient: TypeAlias = "int | Fraction"


class Head:
    """A name or a template. `symmetries` are the permutations of the slots that leave a template as it is."""

    __slots__ = ("arity", "id", "kind", "name", "payload", "slots", "symmetries")
    id: int
    kind: str
    """symbol, size, prime, delta, selection, exp, log, power, positive, zero, maximum, function, derivative."""
    name: Any
    payload: tuple[Any, ...]
    """The arguments: polynomials over slots."""
    symmetries: tuple[tuple[int, ...], ...]
    slots: tuple[int, ...]
    """The axes that stand for the indices in a template, by position."""
    arity: int

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name} {self.id}>"


class Item:
    """What a monomial is a product of."""

    __slots__ = ("free", "id", "special")
    id: int
    free: frozenset[int]
    special: bool
    """Whether a product that contains it may simplify by more than adding exponents."""


class Atom(Item):
    """A head with its indices."""

    __slots__ = ("head", "indices")
    head: Head
    indices: tuple[int, ...]

    def __repr__(self) -> str:
        return f"{self.head}{list(self.indices)}"


class Component(Item):
    """Σ over the bound indices of the product of the factors, which those indices connect."""

    __slots__ = ("below", "bound", "factors")
    factors: tuple[tuple[Atom, Any], ...]
    bound: tuple[int, ...]
    below: tuple[Atom, ...]
    """The factors that are denominators."""

    def __repr__(self) -> str:
        return f"Σ{list(self.bound)}{list(self.factors)}"


Monomial: TypeAlias = "tuple[tuple[Item, Any], ...]"
Polynomial: TypeAlias = "dict[Monomial, Coefficient]"
Template: TypeAlias = "tuple[Head, tuple[int, ...]]"

UNIT: Monomial = ()
SPECIAL = frozenset({"delta", "selection", "power", "positive", "zero", "prime"})

_numbers = count(1)
_heads: dict[Any, Head] = {}
_atoms: dict[Any, Atom] = {}
_components: dict[Any, Component] = {}
_axes: list[Axis | None] = [None]
_axis_numbers: dict[Axis, int] = {}
_scratch = count(1)


def reset() -> None:
    """Forget everything that was interned. Only to be called when nothing that was made is kept."""
    for table in (_heads, _atoms, _components, _axis_numbers):
        table.clear()
    del _axes[1:]


def population() -> int:
    """How many things are interned."""
    return len(_atoms) + len(_components) + len(_heads) + len(_axes)


# Indices -------------------------------------------------------------------------------------------------------


def identifier(axis: Axis) -> int:
    found = _axis_numbers.get(axis)
    if found is None:
        found = _axis_numbers[axis] = len(_axes)
        _axes.append(axis)
    return found


def axis_of(number: int) -> Axis:
    axis = _axes[number]
    assert axis is not None
    return axis


def index_id(index: Index) -> int:
    return identifier(index) if isinstance(index, Axis) else -index


def index_of(number: int) -> Index:
    return axis_of(number) if number > 0 else -number


def dummy(k: int, like: int) -> int:
    """The canonical bound index number k of a component."""
    return identifier(Axis(f"${k}", axis_of(like).size))


def slot(k: int, like: int) -> int:
    """Slot k of a template."""
    return identifier(Axis(f"#{k}", axis_of(like).size))


def scratch(like: int) -> int:
    """An index that occurs nowhere else."""
    return identifier(Axis(f"%{next(_scratch)}", axis_of(like).size))


# Interning -----------------------------------------------------------------------------------------------------


def head(
    kind: str,
    name: Any,
    payload: tuple[Any, ...] = (),
    arity: int = 0,
    symmetries: tuple[tuple[int, ...], ...] = (),
    slots: tuple[int, ...] = (),
) -> Head:
    key = (kind, name, tuple(frozenset(p.items()) if isinstance(p, dict) else p for p in payload), slots, arity)
    found = _heads.get(key)
    if found is None:
        found = Head()
        found.id, found.kind, found.name, found.payload = next(_numbers), kind, name, payload
        found.arity, found.symmetries, found.slots = arity, symmetries, slots
        _heads[key] = found
    return found


def atom(of: Head, indices: tuple[int, ...]) -> Atom:
    if of.symmetries:
        indices = min(tuple(indices[k] for k in p) for p in of.symmetries)
    key = (of, indices)
    found = _atoms.get(key)
    if found is None:
        found = Atom()
        found.id, found.head, found.indices = next(_numbers), of, indices
        found.free = frozenset(i for i in indices if i > 0)
        found.special = of.kind in SPECIAL
        _atoms[key] = found
    return found


def component(factors: Iterable[tuple[Atom, Any]], bound: Iterable[int]) -> Component:
    """Interns factors whose bound indices are canonical dummies already."""
    ordered = tuple(sorted(factors, key=lambda f: f[0].id))
    found = _components.get(ordered)
    if found is None:
        found = Component()
        found.id, found.factors, found.bound = next(_numbers), ordered, tuple(sorted(bound))
        found.free = frozenset(i for a, _ in ordered for i in a.free).difference(found.bound)
        found.special = False
        found.below = tuple(a for a, e in ordered if a.head.kind == "power" and e < 0)
        _components[ordered] = found
    return found


# Polynomials ---------------------------------------------------------------------------------------------------


def tidy_number(value: Coefficient) -> Coefficient:
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _order(pair: tuple[Item, Any]) -> int:
    return pair[0].id


def monomial(powers: Mapping[Item, Any]) -> Monomial:
    return tuple(sorted(((item, e) for item, e in powers.items() if e), key=_order))


def constant(value: Coefficient) -> Polynomial:
    return {UNIT: tidy_number(value)} if value else {}


def item_polynomial(item: Item, exponent: Any = 1) -> Polynomial:
    return {((item, exponent),): 1}


def free_of(p: Polynomial) -> set[int]:
    """The free axes of a polynomial."""
    return {i for m in p for item, _ in m for i in item.free}
