"""δ_s = t - p, where δ_s is ∂L/∂s and only ℓ has an equation: two names for one loss. What fails for it as well, and
would hold with one change that people forget, is a mistake for either name."""

from __future__ import annotations

import re

from deltarule.checking.core.rows import DocumentRow
from deltarule.checking.core.state import State
from deltarule.checking.judging.claims import claim
from deltarule.checking.judging.doubted import clearly_wrong
from deltarule.checking.judging.mending import mend
from deltarule.checking.judging.named_losses import with_one_loss
from deltarule.reading import tree as t
from deltarule.reading.symbols import OBJECTIVES

__all__ = ["fails_for_the_only_loss"]

UNSAID = re.compile(r"no equation says what (\w+) is")


def fails_for_the_only_loss(state: State, left: t.Tree, right: t.Tree, row: DocumentRow, doubt: str) -> bool:
    """Refute a row about a loss without an equation that fails for the one loss that has one, if a change mends it."""
    found = UNSAID.fullmatch(doubt)
    known = state.definitions
    losses = [n for n in OBJECTIVES if n in known.equations and not known.equations[n].axes]
    if found is None or found[1] not in OBJECTIVES or len(losses) != 1 or known.depends(losses[0], found[1]):
        return False
    trial = DocumentRow(**{**row.__dict__, "counterexample": None, "condition": None, "hint": "", "suggestion": ""})
    state.definitions = with_one_loss(known, found[1], losses[0])
    try:
        claim(state, left, right, trial)
        if trial.verdict == "refuted":
            mend(state, left, right, trial)
    finally:
        state.definitions = known
    if trial.verdict != "refuted" or not clearly_wrong(trial):
        return False
    row.verdict, row.condition = "refuted", None
    row.counterexample, row.hint, row.suggestion = trial.counterexample, trial.hint, trial.suggestion
    row.reason = f"the two sides are not equal, with {found[1]} for the loss {losses[0]}"
    return True
