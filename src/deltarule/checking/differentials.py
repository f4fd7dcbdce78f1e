"""Matrix calculus by differentials: `dL = tr(Gᵀ dZ)`, `dZ = X dW + dX W`.

A differential dQ is Σ_V ∂Q/∂V · dV over the variables V whose differentials the text writes and that are computed from
no other such variable; these dV are free. A row that speaks of some of them only holds where the others are held fixed.
(Magnus and Neudecker, Matrix Differential Calculus, chapter 5.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deltarule.checking.claims import claim
from deltarule.checking.derivative_notation import is_d
from deltarule.checking.gradient_signs import d_parted
from deltarule.checking.rows import Condition, DocumentRow
from deltarule.checking.same_arguments import LOSSES
from deltarule.checking.state import State
from deltarule.checking.total_differentials import varied
from deltarule.reading import tree as t
from deltarule.reading.references import base_name, reference, trees
from deltarule.reading.statement import Statement

__all__ = ["read_as_differentials", "with_others_fixed", "written_differentials"]

WORDS = re.compile(r"differential\w*|différentielle\w*|diferenci\w*|differenzial\w*|różniczk\w*|дифференциал\w*|微分")


def read_as_differentials(statements: Sequence[Statement], text: str) -> tuple[Sequence[Statement], list[str]]:
    """The statements with a differential for each d before a name, and the names; where words speak of differentials,
    or an equation says what dL of a loss L is."""
    parted = d_parted(statements)
    heads = [head for s in parted if s.relations and (head := _head(s.sides[0].tree)) is not None]
    if not heads or not (WORDS.search(text.lower()) or any(base_name(name) in LOSSES for name in heads)):
        return statements, []
    found: set[str] = set()

    def change(node: t.Tree) -> t.Tree | None:
        if not isinstance(node, t.Factors):
            return None
        items: list[tuple[str, t.Tree]] = []
        k = 0
        while k < len(node.items):
            op, item = node.items[k]
            behind = node.items[k + 1] if k + 1 < len(node.items) else None
            if is_d(item) and behind is not None and not behind[0] and _varies(behind[1]):
                of = t.replaced(behind[1], change)
                found.update(base_name(n) for n in t.walk(of) if isinstance(n, t.Name))
                items.append((op, t.Differential(of, start=item.start, end=of.end)))
                k += 2
            else:
                items.append((op, t.replaced(item, change)))
                k += 1
        return items[0][1] if len(items) == 1 else replace(node, items=tuple(items))

    changed = [s.replaced(change) if s.relations else s for s in parted]
    return changed, sorted(found)


def _head(side: t.Tree | None) -> t.Name | None:
    """The L of a side dL."""
    match side:
        case t.Factors(items=((_, d), ("", t.Name() as name))) if is_d(d):
            return name
        case t.Factors(items=((_, d), ("", t.Scripted(base=t.Name() as name)))) if is_d(d):
            return name
    return None


def _varies(tree: t.Tree) -> bool:
    """Whether something is a name, with scripts or without, or stands in parentheses."""
    plain = tree.base if isinstance(tree, t.Scripted) else tree
    return isinstance(plain, t.Name | t.Call) or (isinstance(plain, t.Group) and plain.kind in {"(", "["})


def written_differentials(state: State, sides: Sequence[t.Tree]) -> frozenset[str]:
    """The quantities whose differentials stand somewhere in some sides."""
    return frozenset(key for side in sides for node in trees(side) for key in _keys(state, node))


def _keys(state: State, node: t.Tree) -> Iterator[str]:
    if isinstance(node, t.Differential):
        for n in t.walk(node.of):
            found = reference(n, state.symbols.usage) if isinstance(n, t.Name | t.Scripted) else None
            if found is not None:
                yield found.key


def with_others_fixed(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge a row that does not hold once more with nothing varied but what it names: dL = tr(Gᵀ H dU) for U alone."""
    everything = state.differentials
    here = written_differentials(state, (left, right))
    if row.verdict not in {"refuted", "undecided"} or not here or here == everything:
        return
    trial = replace(row, counterexample=None, condition=None, hint="", suggestion="")
    state.differentials = here
    try:
        free = varied(state.definitions, here)
        claim(state, left, right, trial)
    finally:
        state.differentials = everything
    if trial.verdict in {"proved", "conditional"}:
        said = f"nothing but {', '.join(sorted(free))} varies"
        text = said if trial.condition is None else f"{trial.condition.text}; {said}"
        row.verdict, row.reason, row.domain = "conditional", f"true where {said}", trial.domain
        row.condition, row.counterexample = Condition("definition-elsewhere", text), None
