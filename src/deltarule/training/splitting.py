"""Rows to train on and rows to judge by, drawn from a seed."""

from __future__ import annotations

import numpy as np

from deltarule.language.errors import DeltaruleError

__all__ = ["split"]


def split(rows: int, share: float, seed: int, strata: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Two ascending arrays of row indices: those to train on and `share` of them held out, drawn from `seed`.

    With `strata` (a class for each row) every class is held out in proportion, to within one row; a class never loses
    its last row of training.

    >>> training, held_out = split(10, 0.2, seed=0)
    >>> len(training), len(held_out)
    (8, 2)
    """
    rng = np.random.default_rng([seed, 1])  # stream 1: the shuffling of the epochs draws from another
    wanted = round(share * rows)
    if not 0 < wanted < rows:
        noun = "sample" if rows == 1 else "rows"
        raise DeltaruleError(
            f"holding out {share:g} of {rows} {noun} leaves {rows - wanted} to train on and {wanted} to judge by"
            "\nremedy: more rows, or another share (--validation)"
        )
    groups = [np.arange(rows)] if strata is None else [np.flatnonzero(strata == c) for c in np.unique(strata)]
    exact = np.array([share * len(g) for g in groups])
    room = np.array([len(g) if strata is None else len(g) - 1 for g in groups])
    counts = np.minimum(np.floor(exact).astype(int), room)
    for k in np.argsort(counts - exact, kind="stable"):  # the largest remainders first
        if counts.sum() < wanted and counts[k] < room[k]:
            counts[k] += 1
    held_out = np.sort(np.concatenate([rng.permutation(g)[:c] for g, c in zip(groups, counts, strict=True)]))
    if not len(held_out):
        raise DeltaruleError(f"no row can be held out: each of the {len(groups)} classes has one row only")
    return np.setdiff1d(np.arange(rows), held_out), held_out
