"""What a differential is by the definitions of a document: dQ = Σ_V ∂Q/∂V · dV over the variables V that are varied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deltarule.calculus.definitions import Definitions
from deltarule.checking.core.rows import Condition, DocumentRow
from deltarule.checking.core.state import State
from deltarule.language.equation import Declaration, Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import ZERO, Expression, Symbol
from deltarule.language.traversal import names
from deltarule.reading import tree as t
from deltarule.reading.differentials import PREFIX, differential_of
from deltarule.reading.references import reference, trees

__all__ = ["only_what_varies", "with_differentials", "written_differentials"]


def _varied(defs: Definitions, written: frozenset[str]) -> set[str]:
    """The names with a differential in the text that are computed from no other of them: these are free."""
    return {v for v in written if not any(other != v and defs.depends(v, other) for other in written)}


def written_differentials(state: State, sides: Sequence[t.Tree]) -> frozenset[str]:
    """The quantities whose differentials stand somewhere in some sides."""
    return frozenset(key for side in sides for node in trees(side) for key in _keys(state, node))


def _keys(state: State, node: t.Tree) -> Iterator[str]:
    if isinstance(node, t.Differential):
        for n in t.walk(node.of):
            found = reference(n, state.symbols.usage) if isinstance(n, t.Name | t.Scripted) else None
            if found is not None:
                yield found.key


def _held_fixed(defs: Definitions, written: frozenset[str], names_here: frozenset[str]) -> set[str]:
    """What the differentials of some names rest on and is not varied: the X of Z = XW, where the text has no dX."""
    free, out = _varied(defs, written), set[str]()
    waiting, seen = list(names_here), set[str]()
    while waiting:
        if (name := waiting.pop()) in seen | free:
            continue
        seen.add(name)
        waiting += defs.mentions(name)
        if name not in defs.equations and name in defs.declarations:
            out.add(name)
    return out


def only_what_varies(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Say of a row that holds what it holds fixed, if it does: no differential of that stands in the text."""
    here = written_differentials(state, (left, right)) if state.differentials else frozenset[str]()
    if row.verdict not in {"proved", "conditional"} or not _held_fixed(state.definitions, state.differentials, here):
        return
    said = f"nothing but {', '.join(sorted(_varied(state.definitions, state.differentials)))} varies"
    text = said if row.condition is None else f"{row.condition.text}; {said}"
    row.verdict, row.reason, row.condition = (
        "conditional",
        f"true where {said}",
        Condition("definition-elsewhere", text),
    )


def with_differentials(state: State, defs: Definitions, a: Expression, b: Expression) -> tuple[Definitions, str]:
    """The definitions with an equation for each differential in the two sides that is not free; and why nothing is
    refuted by them, if nothing says what something whose differential is given is computed from."""
    found = sorted({name.removeprefix(PREFIX) for e in (a, b) for name in names(e) if name.startswith(PREFIX)})
    if not found:
        return defs, ""
    free = _varied(defs, state.differentials)
    out = Definitions.of(defs.equations.values(), dict(defs.declarations))
    out.signals.update(defs.signals)
    out.values.update(defs.values)
    given = {e.name.removeprefix(PREFIX) for e in (a, b) if isinstance(e, Symbol)} | set(state.symbols.objectives)
    unknown = [name for name in found if name in given and name not in defs.equations]
    waiting, done = list(found), set[str]()
    while waiting:
        if (name := waiting.pop()) in done:
            continue
        done.add(name)
        of, change = defs.symbol(name), ZERO
        if name in free:
            out.declarations[PREFIX + name] = Declaration(PREFIX + name, defs.sizes(name))
            continue
        if name in defs.equations and any(defs.depends(name, v) for v in free):
            try:
                change = differential_of(defs.definition(name, of.indices), defs.symbol)
            except DeltaruleError:  # of a derivative
                unknown.append(name)
                continue
        waiting += [x.removeprefix(PREFIX) for x in names(change) if x.startswith(PREFIX)]
        out.define(Equation(Symbol(PREFIX + name, of.indices), change))
    return out, f"nothing says what {unknown[0]} is computed from" if unknown else ""
