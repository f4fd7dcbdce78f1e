"""Functions without their argument beside quantities: σ' x for σ'(z) x, where the text has σ at z.

Such a row is read with the function at each argument that the text gives it. What holds in one of these readings holds,
and the reading is named; what fails in every one of them is refuted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.language.errors import DeltaruleError
from deltarule.reading import tree as t
from deltarule.reading.references import reference
from deltarule.reading.values import IllShaped, Unread

__all__ = ["with_their_arguments"]

MOST = 4
"""Arguments of one function that are tried."""


def with_their_arguments(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge an open row in which a function stands without its argument with those that the text gives it."""
    if row.verdict not in {"undecided", "unread"}:
        return
    alone = [node for side in (left, right) for node in _alone(state, side)]
    functions = {base for node in alone if (base := _base(state, node)) is not None}
    if len(functions) != 1:
        return
    (name,) = functions
    found = list(
        dict.fromkeys(a for s in state.statements for side in s.sides for a in _arguments(state, side.tree, name))
    )
    f = state.symbols.function(name)
    arguments = [a for a in found if f is None or not f.defined or _key(state, a) != f.parameter]
    if not arguments or len(arguments) > MOST:
        return
    places = {id(node) for node in alone}
    trials = [(a, _at(state, left, right, row, places, a)) for a in arguments]
    held = [(a, trial) for a, trial in trials if trial.verdict in {"proved", "conditional"}]
    if held:
        argument, trial = held[0]
        row.verdict, row.condition, row.domain = trial.verdict, trial.condition, trial.domain
        row.reason = f"{trial.reason}, with {name} taken at {_text(state, argument)}"
    elif all(trial.verdict == "refuted" for _, trial in trials):
        row.verdict, row.counterexample = "refuted", trials[0][1].counterexample
        at = " or ".join(_text(state, a) for a in arguments)
        row.reason = f"the two sides are not equal, with {name} taken at {at}"


def _at(state: State, left: t.Tree, right: t.Tree, row: DocumentRow, places: set[int], argument: t.Tree) -> DocumentRow:
    """The row with the functions at those places taken at the argument."""

    def called(node: t.Tree) -> t.Tree | None:
        if id(node) not in places:
            return None
        return t.Factors((("", node), ("", t.Group("(", (argument,)))), start=node.start, end=node.end)

    trial = replace(row, verdict="undecided", condition=None, counterexample=None, hint="", suggestion="")
    try:
        claim(state, t.replaced(left, called), t.replaced(right, called), trial)
    except (Unread, IllShaped, DeltaruleError):
        trial.verdict = "unread"
    return trial


def _base(state: State, node: t.Tree) -> str | None:
    found = reference(node, state.symbols.usage) if isinstance(node, t.Name | t.Scripted) else None
    return found.base if found is not None and _is_function(state, found.base) else None


def _is_function(state: State, base: str) -> bool:
    symbols = state.symbols
    return base in symbols.functions and base not in symbols.entities and base not in symbols.quantities


def _key(state: State, argument: t.Tree) -> str | None:
    found = reference(argument, state.symbols.usage) if isinstance(argument, t.Name | t.Scripted) else None
    return found.key if found is not None else None


def _calls(node: t.Tree) -> Iterator[tuple[t.Tree, t.Tree]]:
    """The heads of calls in a formula, with what stands in their parentheses."""
    for inner in t.walk(node):
        if isinstance(inner, t.Call):
            yield inner.function, inner.argument
        elif isinstance(inner, t.Factors):
            for (_, head), (op, group) in pairwise(inner.items):
                inside = group.base if isinstance(group, t.Scripted) else group
                if not op and isinstance(inside, t.Group) and inside.kind in {"(", "["}:
                    yield head, inside


def _alone(state: State, side: t.Tree) -> Iterator[t.Tree]:
    """The functions of a side that stand without their argument; not in a derivative, ∂σ/∂z."""
    heads = {id(head) for head, _ in _calls(side)}
    inside = {id(x) for n in t.walk(side) if isinstance(n, t.Partial) for x in t.walk(n) if x is not n}
    inside |= {id(n.base) for n in t.walk(side) if isinstance(n, t.Scripted)}
    heads |= {id(n.base) for n in t.walk(side) if isinstance(n, t.Scripted) and id(n) in heads}
    for node in t.walk(side):
        if id(node) not in heads | inside and isinstance(node, t.Name | t.Scripted) and _base(state, node) is not None:
            yield node


def _arguments(state: State, side: t.Tree | None, name: str) -> Iterator[t.Tree]:
    for head, group in _calls(side) if side is not None else ():
        if _base(state, head) != name:
            continue
        items = group.items if isinstance(group, t.Group) else (group,)
        if len(items) == 1:
            yield items[0]


def _text(state: State, argument: t.Tree) -> str:
    return state.document.text[argument.start : argument.end]
