"""One network on both engines, from the same parameters and rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np

from deltarule.network.network import Network
from deltarule.program import Program, compile_network
from deltarule.training.loop import Plan, run_epochs
from deltarule.training.optimisers import OPTIMISERS
from deltarule.training.updating import Memory

SMALLEST = {"float64": 1e-13, "float32": 2e-5}
"""The relative difference of one step that rounding accounts for in these networks."""


@dataclass
class Both:
    text: str
    dtype: str = "float64"
    policy: str = "accuracy"
    shapes: str | None = None
    roles: dict[str, Any] | None = None

    @cached_property
    def network(self) -> Network:
        return Network.parse(self.text, self.shapes, self.roles)

    @cached_property
    def numpy(self) -> Program:
        return compile_network(self.network, policy=self.policy, dtype=self.dtype)

    @cached_property
    def native(self) -> Any:
        return compile_network(self.network, policy=self.policy, dtype=self.dtype, engine="native")

    def parameters(self, seed: int = 0) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        values = self.numpy.initialise(seed)
        return {n: np.asarray(v + 0.3 * rng.normal(size=v.shape), self.dtype) for n, v in values.items()}

    def rows(self, count: int, seed: int = 1) -> tuple[Any, np.ndarray]:
        """Inputs, masks of 0 and 1, and targets that every loss of a probability, a class or a quantity takes."""
        spec = self.numpy.spec
        rng = np.random.default_rng(seed)
        sizes = {n: [int(z) for z in spec.declarations[n].sizes[1:]] for n in (*spec.inputs, spec.target or "")}
        X = {n: rng.normal(size=(count, *sizes[n])) for n in spec.inputs}
        X |= {n: (X[n] < NormalDist().inv_cdf(p)).astype(float) for n, p in spec.drawn.items()}
        shape = sizes[spec.target or ""]
        Y = rng.uniform(0.05, 0.95, size=(count, *shape))
        if shape and any(word in self.text for word in ("cross_entropy", "nll", "kl", "label_smoothing")):
            Y /= Y.sum(axis=-1, keepdims=True)
        return (X if len(X) > 1 else X[spec.inputs[0]]), Y

    def trained(self, engine: str, rows: int = 50, seed: int = 2, **plan: Any) -> tuple[list[float], dict, Memory]:
        """The losses, the parameters and the memory after a few epochs."""
        X, Y = self.rows(rows)
        parameters, memory = self.parameters(), Memory()
        given = {"optimiser": OPTIMISERS["sgd"], "learning_rate": 0.01, "batch_size": 16, "epochs": 2} | plan
        weight = given.pop("sample_weight", None)
        program = self.native if engine == "native" else self.numpy
        run = run_epochs(program, parameters, X, Y, Plan(seed=seed, **given), sample_weight=weight, memory=memory)
        return run.history["loss"], parameters, memory


def difference(found: Any, expected: Any) -> float:
    """The largest difference over the largest value."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    assert found.shape == expected.shape
    scale = float(np.max(np.abs(expected), initial=0.0))
    return float(np.max(np.abs(found - expected), initial=0.0)) / (scale or 1.0)


def gradients_differ(both: Both, rows: int = 7, *, weighted: bool = False) -> float:
    """The largest relative difference between the engines of the prediction, the loss and every gradient.

    The loss alone is that of the gradients unless the network is something else at prediction."""
    parameters, (X, Y) = both.parameters(), both.rows(rows)
    weight = np.random.default_rng(3).uniform(0.5, 2, rows) if weighted else None
    loss, gradients = both.numpy.gradients(parameters, X, Y, sample_weight=weight)
    own_loss, own = both.native.gradients(parameters, X, Y, sample_weight=weight)
    assert np.isfinite(loss) and both.native.engine == "native"
    scale = max(float(np.max(np.abs(g), initial=0)) for g in gradients.values()) or 1.0
    worst = max(float(np.max(np.abs(own[n] - g), initial=0)) / scale for n, g in gradients.items())
    forward = difference(both.native.forward(parameters, X), both.numpy.forward(parameters, X))
    same = both.numpy.spec.at_prediction is None
    alone = loss if same else both.numpy.loss(parameters, X, Y, sample_weight=weight)
    own_alone = both.native.loss(parameters, X, Y, sample_weight=weight)
    losses = max(abs(own - its) / max(abs(its), 1e-3) for own, its in ((own_loss, loss), (own_alone, alone)))
    return max(worst, forward, losses)
