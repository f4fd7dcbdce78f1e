"""A model of a file that predicts and nothing else: scikit-learn is not imported, and no gradient is derived.

The estimators of `estimators` predict the same numbers by the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from deltarule.network import Network
from deltarule.program import Program
from deltarule.training.deciding import DecidesClasses, DecidesValues
from deltarule.training.fitting import compiled
from deltarule.training.predicting import Predicting

__all__ = ["FittedClassifier", "FittedRegressor"]


class _OfFile(Predicting):
    """What both share: the settings, which a model keeps to be trained further, and the program."""

    settings: Mapping[str, Any]

    def __init__(self, network: Network, **settings: Any) -> None:
        self.network, self.settings = network, MappingProxyType(settings)
        self.policy, self.dtype, self.engine = settings["policy"], settings["dtype"], settings["engine"]

    def _compiled(self, auto: str = "numpy") -> Program:
        network = self.network_
        if network.prediction_equation is None:  # else the equation belongs to the loss
            network = replace(network, loss=None)
        return compiled(network, self.policy, self.dtype, auto if self.engine == "auto" else self.engine)


class FittedClassifier(_OfFile, DecidesClasses):
    """See `deltarule.training.Classifier`."""


class FittedRegressor(_OfFile, DecidesValues):
    """See `deltarule.training.Regressor`."""
