"""`a := b` says what a is, unless a stands in b, which is an update: `w := w - η g`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, reference
from deltarule.reading.statement import Side, Statement

__all__ = ["DEFINES", "defined_by_sign", "no_update_after_all", "used_before"]

DEFINES = "\\coloneqq"
"""What := is called where it says what something is."""


def defined_by_sign(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The statements with the := that define told from those that update."""

    def sign(statement: Statement, k: int, relation: t.Relation) -> t.Relation:
        if relation.symbol != ":=" or _updates(statement.sides[k], statement.sides[k + 1]):
            return relation
        return replace(relation, symbol=DEFINES)

    return [
        replace(s, relations=tuple(sign(s, k, relation) for k, relation in enumerate(s.relations)))
        if any(relation.symbol == ":=" for relation in s.relations)
        else s
        for s in statements
    ]


def _updates(left: Side, right: Side) -> bool:
    """Whether what is on the left stands on the right as it is, or with a mark and something added to it."""
    if left.tree is None or right.tree is None:
        return False
    first = right.tree.items[0][1] if isinstance(right.tree, t.Terms) else None
    if (letter := _letter(left.tree)) is not None and first is not None and _letter(first) == letter:
        return True  # θ_{k+1} := θ_k - …
    plain = base_name(left.tree) if isinstance(left.tree, t.Name) else None
    return any(n == left.tree or (isinstance(n, t.Name) and base_name(n) == plain) for n in t.walk(right.tree))


def _letter(tree: t.Tree) -> str | None:
    base = tree.base if isinstance(tree, t.Scripted) else tree
    return base_name(base) if isinstance(base, t.Name) else None


def used_before(state: State, left: t.Tree) -> bool:
    """Whether a name without an equation went into others further up: := gives it another value then."""
    found = reference(left, state.symbols.usage)
    if found is None or found.key in state.counted_names or found.key in state.definitions.equations:
        return False
    return bool(state.definitions.users(found.key))


def no_update_after_all(state: State, left: t.Tree, row: DocumentRow) -> None:
    """What does not hold by an earlier meaning is no claim behind := but another meaning, or another value."""
    if row.verdict in {"refuted", "ill-shaped", "undecided"}:
        row.verdict, row.reason = "none", "gives it another meaning or value than before"
        row.condition, row.counterexample, row.hint, row.suggestion = None, None, "", ""
        if (found := reference(left, state.symbols.usage)) is not None:
            state.broken.add(found.key)
