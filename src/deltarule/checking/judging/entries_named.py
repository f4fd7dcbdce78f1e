"""Names for the entries of a vector or matrix: [y_1; y_2] = W x, and C = A B where C is [p, q; r, s]."""

from __future__ import annotations

from itertools import product

from deltarule.calculus.rules import contract, delta
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.defining import define, plain_reference
from deltarule.checking.judging.lowered import lowered
from deltarule.language.equation import Declaration, Equation
from deltarule.language.expression import Axis, Delta, Derivative, Expression, Symbol, rename
from deltarule.language.traversal import names, substitute, walk
from deltarule.reading import tree as t
from deltarule.reading.references import Reference
from deltarule.reading.values import Value

__all__ = ["BY_ENTRIES", "entry_not_understood", "names_entries"]

BY_ENTRIES = "by its entries"
"""What a row says of a name that another row made of letters: both hold together."""


def names_entries(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> bool:
    """Whether the row says what names are that stand for entries and have no meaning yet; then they are defined."""
    if (entries := _listed_names(state, left)) is not None:
        return _of_a_list(state, entries, right, row)
    found = plain_reference(state, left)
    if found is None or found.indices or found.sample is not None:
        return False
    entity = state.symbols.entities.get(found.key)
    known = found.key in state.definitions.equations
    if entity is None or not (known or entity.defined) or entity.split or found.key in state.symbols.macros:
        return False
    if known:
        return _of_a_name(state, found.key, right, row)
    _, (value,) = lowered(state, right)
    if not value.rank or value.rank != entity.rank or not _free(state, found.key, [], value.expression):
        return False
    entity.defined = False
    define(state, found, value, row, right)
    row.reason = f"defines {found.key} {BY_ENTRIES}"
    return True


def _listed_names(state: State, left: t.Tree) -> list[t.Tree] | None:
    """The entries of a column or row of plain names: [y_1; y_2]."""
    match left:
        case t.Matrix(rows=rows):
            entries = [e for row in rows for e in row]
        case t.Group(kind="[" | "(", items=items) if len(items) > 1:
            entries = list(items)
        case _:
            return None
    out = [e for e in entries if e is not None and plain_reference(state, e) is not None]
    return out if len(out) == len(entries) else None


def _of_a_list(state: State, entries: list[t.Tree], right: t.Tree, row: DocumentRow) -> bool:
    """[y_1; y_2] = W x defines y_1 and y_2, if none of them is defined."""
    references: list[Reference] = [r for e in entries if (r := plain_reference(state, e)) is not None]
    if any(r.key in state.definitions.equations or state.symbols.entity(r).defined or r.indices for r in references):
        return False
    _, (value,) = lowered(state, right)
    axis = value.row or value.col
    if value.rank != 1 or axis is None or axis.size != len(references) or value.expression.axes != (axis,):
        return False
    if names(value.expression) & {r.key for r in references}:
        return False
    for k, r in enumerate(references, 1):
        define(state, r, Value(_at(value.expression, {axis: k})), row, right)
    row.verdict, row.reason = "definition", f"defines {', '.join(r.key for r in references)}"
    return True


def entry_not_understood(state: State, left: t.Tree) -> str:
    """The C of which a name that has no meaning yet is an entry, where a row says what C is; else ""."""
    found = plain_reference(state, left) if state.entries else None
    return "" if found is None or found.key in state.definitions.equations else state.entries.get(found.key, "")


def _of_a_name(state: State, key: str, right: t.Tree, row: DocumentRow) -> bool:
    """C = A B defines p, q, r, s, if all that is said of C is C = [p, q; r, s] and nothing is made of them yet."""
    own = [a for a in state.definitions.equations[key].left.indices if isinstance(a, Axis)]
    sizes = [a.size for a in own]
    if not own or not all(isinstance(n, int) for n in sizes):
        return False
    listed = state.definitions.equations[key].right
    places = list(product(*(range(1, n + 1) for n in sizes if isinstance(n, int))))
    entries = [_at(listed, dict(zip(own, place, strict=True))) for place in places]
    state.entries.update({e.name: key for e in entries if isinstance(e, Symbol) and not e.indices})
    _, (value,) = lowered(state, right)
    axes = [a for a in (value.row, value.col) if a is not None]
    if [state.symbols.find(a.size) for a in axes] != sizes or set(value.expression.axes) != set(axes):
        return False
    if not _free(state, key, entries, value.expression):
        return False
    for place, entry in zip(places, entries, strict=True):
        assert isinstance(entry, Symbol)
        meaning = _at(value.expression, dict(zip(axes, place, strict=True)))
        state.definitions.define(Equation(entry, meaning))
        state.definitions.declarations[entry.name] = Declaration(entry.name)
        state.symbols.entities[entry.name].defined = True
        state.seen_definition[entry.name] = row.line
    row.verdict, row.reason = "definition", f"defines {key} {BY_ENTRIES}"
    return True


def _at(e: Expression, place: dict[Axis, int]) -> Expression:
    """One entry of a vector or matrix."""
    at = substitute(rename(e, place), lambda n: delta(n.first, n.second) if isinstance(n, Delta) else None)
    return contract(at)


def _free(state: State, key: str, entries: list[Expression], value: Expression) -> bool:
    """Whether the entries are different plain names of which no equation but that of `key` says or uses anything, nor
    the value."""
    used = {n for k, e in state.definitions.equations.items() if k != key for n in names(e.right)}
    behind = names(state.definitions.unfold(value))
    if key in used | behind or not behind or len(set(entries)) != len(entries):
        return False
    taken = {*used, *behind, *state.definitions.equations, *state.symbols.macros}
    return not any(isinstance(n, Derivative) for n in walk(value)) and all(
        isinstance(e, Symbol) and not e.indices and e.name in state.symbols.entities and e.name not in taken
        for e in entries
    )
