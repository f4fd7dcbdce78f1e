"""`a := b` says what a is, unless a stands in b, which is an update: `w := w - η g`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.rows import DocumentRow
from deltarule.checking.state import State
from deltarule.checking.steps import letter_and_step
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, reference
from deltarule.reading.statement import Side, Statement

__all__ = ["DEFINES", "defined_by_sign", "is_update", "no_update_after_all", "used_before"]

DEFINES = "\\coloneqq"
"""What := is called where it says what something is."""

NEW = ("new", "next", "neu", "nuevo", "nueva", "nouveau", "nuovo", "novo", "新")
"""What marks the value after an update, θ_new."""
RATES = frozenset({"eta", "Delta"})


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


def is_update(state: State, left: t.Tree, right: t.Tree) -> bool:
    """θ_new = θ_old - …, or w = w - η …: the name on the left stands on the right as well."""
    found = reference(left, state.symbols.usage)
    if found is None or (found.primes and state.symbols.function(found.base) is not None):
        return False
    if any(word in mark.lower() for mark in (found.mark, found.label) for word in NEW):
        return True
    if isinstance(right, t.Terms) and _one_step_on(state, left, right):
        return True
    if not isinstance(right, t.Terms) or (found.indices and not any(isinstance(i, t.Num) for i in found.indices)):
        return False
    first = reference(right.items[0][1], state.symbols.usage)
    return first is not None and first.key == found.key and first.indices == found.indices and len(right.items) > 1


def _one_step_on(state: State, left: t.Tree, right: t.Terms) -> bool:
    """w(t+1) = w(t) + η δ x, of what is learnt: with a rate, a derivative or a change in it."""
    one, other = letter_and_step(_key(state, left)), letter_and_step(_key(state, right.items[0][1]))
    if one[0] != other[0] or not one[0] or one == other or not state.counted_names >= {_key(state, left)}:
        return False
    return any(isinstance(n, t.Partial) or (isinstance(n, t.Name) and n.letter in RATES) for n in t.walk(right))


def _key(state: State, tree: t.Tree) -> str:
    found = reference(tree, state.symbols.usage)
    return "" if found is None else found.key


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
