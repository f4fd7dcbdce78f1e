"""A letter that means two things: the vector z of `z^T H z ≥ 0`, and the number of `z = θ^T x` further down, or the
variable of g in `g'(z) = g(z) (1 - g(z))`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from deltarule.checking.core.relations import EQUAL
from deltarule.checking.core.state import State
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, trees
from deltarule.reading.statement import Statement

__all__ = ["letters_apart"]

OTHER_SHAPE = re.compile(r"\S+ has \d axes, the right side is ")
HERE = "here"
"""What marks the letter where it means something else."""


def letters_apart(state: State, statements: Sequence[Statement]) -> tuple[Sequence[Statement], list[str]]:
    """The statements with such letters as names of their own, and the letters."""
    anew: dict[str, int] = {}
    for left, right, row in state.judged:
        if (
            not any(isinstance(n, t.Name) for n in trees(right))
            or (isinstance(left, t.Name) and base_name(left)) in state.symbols.objectives
        ):
            continue  # a value, or a loss of a vector
        if isinstance(left, t.Name) and row.verdict in {"ill-shaped", "undecided"} and OTHER_SHAPE.search(row.reason):
            anew.setdefault(base_name(left), left.start)
    for s in statements:  # Ŷ_{ik} behind Ŷ = softmax(Z) is a component of it
        for n in (n for side in s.sides for n in trees(side.tree)):
            if isinstance(n, t.Scripted) and isinstance(n.base, t.Name) and n.sub is not None:
                anew = {key: at for key, at in anew.items() if key != base_name(n.base) or n.start < at}
    variables = _variables(state, statements)
    if not anew and not variables:
        return statements, []
    changed = [_renamed(s, {key for key, start in anew.items() if s.start >= start} | _own(s, variables))
               for s in statements]  # fmt: skip
    letters = {*anew, *(key for s in statements for key in _own(s, variables))}
    return changed, sorted(letters)


def _renamed(s: Statement, letters: set[str]) -> Statement:
    if not letters:
        return s

    def change(node: t.Tree) -> t.Tree | None:
        if isinstance(node, t.Scripted) and isinstance(node.base, t.Name) and node.sub is not None:
            return node  # z_i is a component of the vector
        if isinstance(node, t.Name) and base_name(node) in letters:
            return t.Name(node.letter, (*node.accents, HERE), node.style, start=node.start, end=node.end)
        return None

    return s.replaced(change)


def _variables(state: State, statements: Sequence[Statement]) -> dict[str, str]:
    """Each function of one number with its variable, as in g(z) = …, where that letter is a vector elsewhere."""
    out: dict[str, str] = {}
    for s in statements:
        match _called(s.sides[0].tree) if s.relations and s.relations[0].symbol in EQUAL else None:
            case (f, z) if (f := base_name(f)) in state.symbols.functions:
                entity = state.symbols.entities.get(base_name(z))
                if entity is not None and entity.rank:
                    out.setdefault(f, base_name(z))
    return out


def _own(s: Statement, variables: dict[str, str]) -> set[str]:
    """The variable z where a statement gives g(z) or g'(z), and z stands in it as the variable of g only."""
    found = _called(s.sides[0].tree) if s.relations else None
    if found is None or variables.get(base_name(found[0])) != base_name(found[1]):
        return set()
    turned = any(isinstance(n, t.Scripted) and n.base == found[1] for side in s.sides for n in trees(side.tree))
    return set() if turned else {base_name(found[1])}


def _called(side: t.Tree | None) -> tuple[t.Name, t.Name] | None:
    """The g and the z of g(z) and g'(z)."""
    match side:
        case t.Factors(
            items=(
                (_, (t.Name() as f) | t.Scripted(base=t.Name() as f, sub=None, sup=None)),
                ("", t.Group(kind="(", items=(t.Name() as z,))),
            )
        ):
            return f, z
    return None
