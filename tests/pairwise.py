"""Cases that hold every pair of choices of every two factors: far fewer than the product, and the same on each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations, product
from random import Random
from typing import Any


def every_pair(factors: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows such that any two choices of two factors stand together in one of them (greedy, deterministic)."""
    names = list(factors)
    missing = {
        ((a, i), (b, j))
        for a, b in combinations(names, 2)
        for i, j in product(range(len(factors[a])), range(len(factors[b])))
    }
    rows = []
    random = Random(0)
    while missing:
        chosen = dict(min(missing, key=lambda pair: tuple((names.index(n), i) for n, i in pair)))
        for name in names:
            if name in chosen:
                continue
            options = random.sample(range(len(factors[name])), len(factors[name]))  # the first of equals is taken
            chosen[name] = max(options, key=partial(_gain, names, missing, chosen, name))
        missing -= {_ordered(names, p, q) for p, q in combinations(chosen.items(), 2)}
        rows.append({name: factors[name][chosen[name]] for name in names})
    return rows


def every_combination(factors: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The whole product."""
    return [dict(zip(factors, choice, strict=True)) for choice in product(*factors.values())]


def _gain(names: list[str], missing: set[Any], chosen: Mapping[str, int], name: str, choice: int) -> int:
    """How many missing pairs the choice would complete."""
    return sum(_ordered(names, (name, choice), other) in missing for other in chosen.items())


def _ordered(names: list[str], p: tuple[str, int], q: tuple[str, int]) -> tuple[tuple[str, int], tuple[str, int]]:
    return (p, q) if names.index(p[0]) < names.index(q[0]) else (q, p)
