"""The mean of the weights over the updates (`ema`): what predicts, while the weights themselves are trained on.

While a training runs, `parameters` are the weights and the optimiser's memory holds their mean. Before and after it is
the other way round: the mean stands where parameters stand, the weights stand in the memory under `TRAINED`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from deltarule.training.updating import AVERAGE, Memory

__all__ = ["TRAINED", "averages_in", "averages_out", "judged_by_averages", "means"]

TRAINED = "trained"
Parameters = Mapping[str, np.ndarray]


def means(parameters: Parameters, memory: Memory) -> dict[str, np.ndarray]:
    """The mean of each parameter; the parameter itself where no update has been made."""
    return {name: memory.arrays.get(name, {}).get(AVERAGE, theta) for name, theta in parameters.items()}


def averages_out(parameters: Parameters, memory: Memory) -> None:
    """After a training: the means in the place of the weights."""
    for name, theta in parameters.items():
        own = memory.arrays.get(name, {})
        if AVERAGE in own:
            mean = own.pop(AVERAGE)
            own[TRAINED] = theta.copy()
            theta[...] = mean


def averages_in(parameters: Parameters, memory: Memory, *, wanted: bool) -> None:
    """Before a training: the weights back in their place. Means that are not `wanted` any more are the weights."""
    for name, theta in parameters.items():
        trained = memory.arrays.get(name, {}).pop(TRAINED, None)
        if trained is not None and wanted:
            memory.arrays[name][AVERAGE] = theta.copy()
            theta[...] = trained


@contextmanager
def judged_by_averages(parameters: Parameters, memory: Memory) -> Iterator[None]:
    """Within it the means stand where the parameters stand."""
    pairs = [(theta, mean) for theta, mean in zip(parameters.values(), means(parameters, memory).values(), strict=True)]
    weights = [theta.copy() for theta, _ in pairs]
    for theta, mean in pairs:
        np.copyto(theta, mean)
    try:
        yield
    finally:
        for (theta, _), weight in zip(pairs, weights, strict=True):
            np.copyto(theta, weight)
