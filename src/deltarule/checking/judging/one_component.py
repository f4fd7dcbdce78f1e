"""ℓ = -log p_c: a name for what its right side says of one component, which the name does not show."""

from __future__ import annotations

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.language.expression import Symbol
from deltarule.language.traversal import names
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, reference, script_items, trees
from deltarule.reading.statement import Statement
from deltarule.reading.values import Value

__all__ = ["components_at_one", "of_one_component", "with_its_index"]


def with_its_index(statement: Statement, k: int, left: t.Tree, right: t.Tree) -> t.Tree:
    """What s_i is in s_i = g/h = e^{z_i}/Σ_k e^{z_k}: the first side behind it that has the i as well, if any has."""
    below = script_items(left.sub) if isinstance(left, t.Scripted) and left.sup is None and not left.primes else ()
    letters = {i for i in below if isinstance(i, t.Name)}
    if not letters or any(n in letters for n in t.walk(right)):
        return right
    for side, relation in zip(statement.sides[k + 2 :], statement.relations[k + 1 :], strict=False):
        if side.tree is None or relation.symbol not in EQUAL:
            return right
        if letters <= set(t.walk(side.tree)):
            return side.tree
    return right


def of_one_component(state: State, found: Reference, value: Value, right: t.Tree, row: DocumentRow) -> bool:
    """Whether the row defines a name by a right side with an index that the name has not, and nothing is differentiated
    by that name: it then stands for the right side, whichever component that speaks of."""
    letters = {a.name for a in value.expression.axes} - {a.name for a in (value.row, value.col) if a is not None}
    written = {n.letter for n in t.walk(right) if isinstance(n, t.Name)}
    inside = (reference(n, state.symbols.usage) for n in t.walk(right) if isinstance(n, t.Name | t.Scripted))
    written.update(x for r in inside if r is not None for x in state.of_one_component.get(r.key, ()))
    if value.rank > 1 or not letters or not letters <= written or found.sample is not None:
        return False
    if not value.rank and found.base == "delta":
        return False
    if found.key in _differentiated_by(state) or found.key in names(value.expression):
        return False
    state.symbols.macros[found.key] = lambda lowering: lowering.lower(right)
    state.of_one_component[found.key] = letters
    state.seen_definition[found.key] = row.line
    row.verdict, row.reason = "definition", f"defines {found.key}, of one component"
    return True


def components_at_one(state: State, found: Reference, symbol: Symbol, value: Value, row: DocumentRow) -> bool:
    """Whether the row defines components by a right side that also speaks of the right class, as ℓ = -log p_c does:
    e_i = p_i - δ_ic."""
    own = tuple(a.name for a in symbol.axes)
    letters = {a.name for a in value.expression.axes} - set(own)
    if not letters <= set(state.classes).union(*state.of_one_component.values()) or found.sample is not None:
        return False
    if len(own) != len(symbol.indices) or found.key in {*_differentiated_by(state), *state.symbols.indexed}:
        return False
    state.symbols.indexed[found.key] = {own: value.expression}
    state.of_one_component[found.key] = letters
    state.seen_definition[found.key] = row.line
    row.verdict, row.reason = "definition", f"defines {found.key} by its components, for one class"
    return True


def _differentiated_by(state: State) -> set[str]:
    usage = state.symbols.usage
    sides = [side.tree for statement in state.statements for side in statement.sides]
    below = [by for side in sides for node in trees(side) if isinstance(node, t.Partial) for by in node.by]
    return {r.key for by in below if (r := reference(by, usage)) is not None}
