"""Σ of a text about covariances is symmetric: Σ_ij = Σ_ji goes without saying there."""

from __future__ import annotations

import re
from dataclasses import replace

from deltarule.checking.core.state import State
from deltarule.language.expression import Symbol, fresh

__all__ = ["with_covariances"]

WORDS = re.compile(r"covarian|kovarian|gaussian|normal distribution|gauß|normalverteil|协方差|高斯", re.I)


def with_covariances(state: State) -> None:
    """Make the matrices called Σ symmetric, where the document speaks of covariances."""
    if not WORDS.search(state.document.text):
        return
    for key, entity in state.symbols.entities.items():
        if key.split("_")[0] != "Sigma" or entity.rank != 2 or entity.samples:
            continue
        if state.symbols.unify(*entity.sizes[:2]):
            i, j = (fresh(state.symbols.find(entity.sizes[0])) for _ in range(2))
            fact = (Symbol(key, (i, j)), Symbol(key, (j, i)))
            state.facts = replace(state.facts, equal=(*state.facts.equal, fact))
