"""From scores to probabilities and back: what the last function of a network is, read from its equations.

Scores are what stands before that function (logits, mostly). Logarithms of probabilities are taken from them, so that
they keep their digits where the probabilities are 0 or 1 in floating point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from deltarule.language.expression import Apply, Symbol
from deltarule.network import Network

__all__ = ["Link", "link_of"]


@dataclass(frozen=True)
class Link:
    """The prediction is `function` of the activity `scores`; `exp`: the scores are logarithms of probabilities."""

    function: Literal["sigmoid", "softmax", "exp"]
    scores: str

    def logarithms(self, scores: np.ndarray) -> np.ndarray:
        """log p of the probabilities that the network gives for these scores, in their shape."""
        if self.function == "sigmoid":
            return -np.logaddexp(0, -scores)
        if self.function == "exp":
            return scores
        top = scores.argmax(axis=1)[:, None]
        shifted = scores - np.take_along_axis(scores, top, axis=1)
        rest = np.exp(shifted)
        np.put_along_axis(rest, top, 0.0, axis=1)
        return shifted - np.log1p(rest.sum(axis=1, keepdims=True))


def link_of(network: Network) -> Link | None:
    """The link of a network; None where its prediction comes from none of these functions.

    >>> link_of(Network.parse("linear(3, 1) -> sigmoid -> bce"))
    Link(function='sigmoid', scores='z')
    """
    for module in network.modules:
        if module.kind == "softmax" and module.output == network.prediction:
            return Link("softmax", module.inputs[0])
    equations = [*network.equations, *([network.prediction_equation] if network.prediction_equation else [])]
    for equation in equations:
        match equation.right:
            case Apply(function="sigmoid" | "exp" as function, arguments=(Symbol() as scores,)):
                if equation.name == network.prediction and scores.indices == equation.left.indices:
                    return Link(function, scores.name)
    return None
