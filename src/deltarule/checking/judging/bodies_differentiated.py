"""`∂s/∂w = ∂(w x + b)/∂w` as the only thing that a text says of s: what is differentiated on the right is what s is.

No equation says so, and a term without w may be left out: what is proved by it holds under that condition, and only
what w leads to is looked into. Where the text differentiates two different things for one name, neither counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.lowered import lowered
from deltarule.checking.judging.mending import mend
from deltarule.language.equation import Equation
from deltarule.language.errors import DeltaruleError
from deltarule.language.expression import Axis, Derivative, Symbol
from deltarule.language.traversal import names, walk
from deltarule.reading import tree as t
from deltarule.reading.references import Reference, reference, trees
from deltarule.reading.statement import Statement
from deltarule.reading.values import IllShaped, Unread

__all__ = ["by_another_name", "equations_by_derivatives"]


def by_another_name(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> str:
    """A name in a row that no equation has, if it may be another name for what stands in the body, or of a term that is
    left out there; empty where there is none. With the d of (d - o)² for the r of a row, the row has to fail as well,
    by a known mistake."""
    known = {n for e in state.definitions.equations.values() for n in (e.name, *names(e.right))}
    written = {f.key: n for s in (left, right) for n in t.walk(s) if (f := _plain(state, n)) is not None}
    partials = (n for s in (left, right) for n in t.walk(s) if isinstance(n, t.Partial))
    below = {f.key for n in partials for x in t.walk(n) if (f := _plain(state, x)) is not None}
    known |= {*below, *state.symbols.macros, *state.symbols.indexed}
    unknown = [key for key in written if key not in known and key in state.symbols.entities]
    inside = {n for key in state.unsaid for n in names(state.unsaid_equations[key].right)} - set(written)
    nodes = (n for s in state.statements for side in s.sides for n in trees(side.tree))
    others = {f.key: n for n in nodes if (f := _plain(state, n)) is not None and f.key in inside}
    for key in unknown:
        explained = False
        for other in others.values():
            trial = replace(row)
            one, two = (t.replaced(s, lambda n, key=key, other=other: other if n == written[key] else None)
                        for s in (left, right))  # fmt: skip
            with suppress(Unread, IllShaped, DeltaruleError):
                claim(state, one, two, trial)
            if trial.verdict != "refuted":
                return key
            mend(state, one, two, trial)
            explained = explained or bool(trial.hint)
        if not explained:
            return key
    return ""


def _plain(state: State, node: t.Tree) -> Reference | None:
    return reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None


def equations_by_derivatives(state: State) -> None:
    """Note the equations that a text leaves out, and gives by what it differentiates."""
    found: dict[str, list[tuple[t.Tree, t.Tree, t.Tree]]] = {}
    for name, body, by in _bodies(state.statements):
        known = _open_name(state, name)
        if known is not None:
            found.setdefault(known.key, []).append((name, body, by))
    for key, some in found.items():
        if len({body for _, body, _ in some}) == 1:
            with suppress(Unread, IllShaped, DeltaruleError):
                equation = _equation(state, *some[0])
                if equation is not None:
                    state.unsaid_equations[key] = equation
                    body = some[0][1]
                    state.unsaid[key] = f"{key} = {' '.join(state.document.text[body.start : body.end].split())}"


def _open_name(state: State, name: t.Tree) -> Reference | None:
    """A name that no equation of the document speaks of."""
    found = reference(name, state.symbols.usage)
    if found is None or found.transposed or found.power is not None or found.primes or found.sample is not None:
        return None
    known = {*state.definitions.equations, *state.symbols.macros, *state.symbols.indexed, *state.explicit}
    return None if found.key in known | state.broken or found.base in state.symbols.functions else found


def _equation(state: State, name: t.Tree, body: t.Tree, by: t.Tree) -> Equation | None:
    _, (left, right, variable) = lowered(state, name, body, by)
    symbol, e = left.expression, right.expression
    if not isinstance(symbol, Symbol) or left.rank or right.rank or symbol.name in names(e):
        return None
    if not all(isinstance(i, Axis) for i in symbol.indices) or len(set(symbol.indices)) < len(symbol.indices):
        return None
    if set(e.axes) - set(symbol.axes) or any(isinstance(n, Derivative) for n in walk(e)):
        return None
    used = names(state.definitions.unfold(e)) | names(e)
    return Equation(symbol, e) if names(variable.expression) & used else None


def _bodies(statements: Sequence[Statement]) -> Iterator[tuple[t.Tree, t.Tree, t.Tree]]:
    """The s, the w x + b and the w of each such row; what stands before both sides alike is left away."""
    for statement in statements:
        for k, relation in enumerate(statement.relations):
            left, right = statement.sides[k].tree, statement.sides[k + 1].tree
            if relation.symbol not in EQUAL or left is None or right is None:
                continue
            left, right = _without_common(left, right)
            match left:
                case t.Partial(of=(t.Name() | t.Scripted()) as name, by=(by,), order=1):
                    body = _differentiated(right, by)
                    if body is not None and not _is_name(body):
                        yield name, body, by


def _differentiated(side: t.Tree, by: t.Tree) -> t.Tree | None:
    """The body of ∂(body)/∂w and of ∂/∂w (body)."""
    match side:
        case t.Partial(of=t.Group(kind="(" | "[", items=(body,)), by=(own,), order=1) if own == by:
            return body
        case t.Partial(of=t.Tree() as body, by=(own,), order=1) if own == by:
            return body
        case t.Factors(items=((_, t.Partial(of=None, by=(own,), order=1)), (_, first), *rest)) if own == by:
            return replace(side, items=(("", first), *rest)) if rest else first
    return None


def _is_name(body: t.Tree) -> bool:
    return isinstance(body, t.Name) or (isinstance(body, t.Scripted) and isinstance(body.base, t.Name))


def _without_common(left: t.Tree, right: t.Tree) -> tuple[t.Tree, t.Tree]:
    """The last factors of two products that are the same before them."""
    if isinstance(left, t.Factors) and isinstance(right, t.Factors) and left.items[:-1] == right.items[:-1]:
        (op, one), (other_op, other) = left.items[-1], right.items[-1]
        return (one, other) if op == other_op and op != "/" else (left, right)
    return left, right
