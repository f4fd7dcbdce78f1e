"""Targets of a regression: which losses take them standardised, and which take positive ones only."""

from __future__ import annotations

import numpy as np

from deltarule.language.errors import DeltaruleError
from deltarule.network import Network

__all__ = ["refuse_targets_out_of_range", "takes_standardised"]

STANDARDISED = {"squared_error", "absolute_error", "huber", "smooth_l1", "log_cosh", "quantile"}
"""Losses of differences: after a linear layer another unit of the target only moves and stretches its weights."""
LOWEST: dict[str, tuple[str, bool]] = {
    # loss: what its targets are, whether 0 is one of them
    "poisson": ("counts or rates, 0 or more", True),
    "poisson_with_log_rate": ("counts or rates, 0 or more", True),
    "gamma": ("positive", False),
}


def takes_standardised(network: Network) -> bool:
    """Whether the network ends in a linear layer and a loss of differences."""
    kinds = [module.kind for module in network.modules[-2:]]
    return len(kinds) == 2 and kinds[0] == "linear" and kinds[1] in STANDARDISED


def refuse_targets_out_of_range(network: Network, Y: np.ndarray) -> None:
    """Raise `DeltaruleError` for targets that the loss of the network has no value for."""
    kind = network.modules[-1].kind if network.modules else ""
    if kind not in LOWEST:
        return
    words, zero = LOWEST[kind]
    wrong = np.flatnonzero((Y < 0 if zero else Y <= 0).reshape(len(Y), -1).any(axis=1))
    if len(wrong):
        value = float(np.min(Y[wrong[0]]))
        raise DeltaruleError(
            f"targets of {kind} must be {words}; row {wrong[0] + 1} has {value:g}, and {len(wrong)} of {len(Y)} rows "
            "are such\nremedy: huber or squared_error for values of both signs, or leave these rows out"
        )
