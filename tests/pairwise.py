"""Cases that hold every pair of choices of every two factors: far fewer than the product, and the same on each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations, product
from random import Random
from typing import Any


def every_pair(factors: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows such that any two choices of two factors stand together in one of them (greedy, deterministic)."""
    return _covering(factors, 2)


def every_triple(factors: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows such that any three choices of three factors stand together in one of them."""
    return _covering(factors, 3)


def _covering(factors: Mapping[str, Sequence[Any]], strength: int) -> list[dict[str, Any]]:
    names = list(factors)
    missing = {
        tuple(zip(some, choice, strict=True))
        for some in combinations(names, strength)
        for choice in product(*(range(len(factors[name])) for name in some))
    }
    rows = []
    random = Random(0)
    for group in sorted(missing, key=lambda group: tuple((names.index(n), i) for n, i in group)):
        if group not in missing:
            continue
        chosen = dict(group)
        for name in names:
            if name in chosen:
                continue
            options = random.sample(range(len(factors[name])), len(factors[name]))  # the first of equals is taken
            chosen[name] = max(options, key=partial(_gain, names, missing, chosen, strength, name))
        missing -= set(combinations(sorted(chosen.items(), key=lambda pair: names.index(pair[0])), strength))
        rows.append({name: factors[name][chosen[name]] for name in names})
    return rows


def _gain(names: list[str], missing: set[Any], chosen: Mapping[str, int], strength: int, name: str, choice: int) -> int:
    """How many missing groups the choice would complete."""
    return sum(
        tuple(sorted((*others, (name, choice)), key=lambda pair: names.index(pair[0]))) in missing
        for others in combinations(chosen.items(), strength - 1)
    )
