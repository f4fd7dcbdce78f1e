"""Matrix calculus by differentials: `dL = tr(Gᵀ dZ)`, `dZ = X dW + dX W`.

A differential dQ is Σ_V ∂Q/∂V · dV over the variables V whose differentials the text writes and that are computed from
no other such variable; these dV are free. A row that speaks of some of them only holds where the others are held fixed.
(Magnus and Neudecker, Matrix Differential Calculus, chapter 5.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.gradient_signs import d_parted
from deltarule.checking.judging.sections import take
from deltarule.checking.judging.total_differentials import written_differentials
from deltarule.checking.letters.derivative_notation import is_d
from deltarule.checking.letters.same_arguments import LOSSES
from deltarule.reading import tree as t
from deltarule.reading.products import neighbours_joined, subscript_kept
from deltarule.reading.references import base_name
from deltarule.reading.statement import Statement

__all__ = ["read_as_differentials", "with_others_fixed"]

WORDS = re.compile(r"differential\w*|différentielle\w*|diferenci\w*|differenzial\w*|różniczk\w*|дифференциал\w*|微分")


def read_as_differentials(statements: Sequence[Statement], text: str) -> tuple[Sequence[Statement], list[str]]:
    """The statements with a differential for each d before a name, and the names; where words speak of differentials,
    or an equation says what dL of a loss L is."""
    parted = d_parted(statements)
    heads = [head for s in parted if s.relations and (head := _head(s.sides[0].tree)) is not None]
    if not heads or not (WORDS.search(text.lower()) or any(base_name(name) in LOSSES for name in heads)):
        return statements, []
    found: set[str] = set()

    def joined(sign: t.Tree, behind: t.Tree) -> t.Tree | None:
        if not is_d(sign) or not _varies(behind):
            return None
        of = t.replaced(behind, change)
        found.update(base_name(n) for n in t.walk(of) if isinstance(n, t.Name))
        return t.Differential(of, start=sign.start, end=of.end)

    def change(node: t.Tree) -> t.Tree | None:
        return subscript_kept(node, change) or neighbours_joined(node, joined, change)

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


def with_others_fixed(state: State, left: t.Tree, right: t.Tree, row: DocumentRow) -> None:
    """Judge a row that does not hold once more with nothing varied but what it names: dL = tr(Gᵀ H dU) for U alone."""
    everything = state.differentials
    here = written_differentials(state, (left, right))
    if row.verdict not in {"refuted", "undecided"} or not here or here == everything:
        return
    trial = replace(row, counterexample=None, condition=None, hint="", suggestion="")
    state.differentials = here
    try:
        claim(state, left, right, trial)
    finally:
        state.differentials = everything
    if trial.verdict in {"proved", "conditional"}:
        take(row, trial, trial.reason)
