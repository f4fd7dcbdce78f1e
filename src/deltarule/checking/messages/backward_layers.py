"""The layers that a person's forward pass may consist of: guessed from the shapes of its inputs, proved by numbers.

A guess is a chain of products `x W (+ b)` with an activation between them. It explains a mistake only where the
messages that follow from it are the right ones, and those that follow from the mistake are the ones that were given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from deltarule.checking.messages.central_differences import Arrays, gradient

__all__ = ["ACTIVATIONS", "Layer", "errors_of_samples", "layers"]

Scalar = Callable[[np.ndarray], np.ndarray]
MOST = 400
"""Guesses that are looked at."""
DEEPEST = 3


def _sigmoid(s: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-s))


ACTIVATIONS: dict[str, tuple[Scalar, Scalar, Scalar, Scalar]] = {
    "sigmoid": (
        _sigmoid,
        lambda s: _sigmoid(s) * (1 - _sigmoid(s)),
        lambda y: np.log(y) - np.log1p(-y),
        lambda y: y * (1 - y),
    ),
    "tanh": (np.tanh, lambda s: 1 - np.tanh(s) ** 2, np.arctanh, lambda y: 1 - y * y),
    "softplus": (lambda s: np.logaddexp(0, s), _sigmoid, lambda y: np.log(np.expm1(y)), lambda y: 1 - np.exp(-y)),
    "exp": (np.exp, np.exp, np.log, lambda y: y),
    "relu": (lambda s: np.maximum(s, 0), lambda s: (s > 0).astype(float), lambda y: y, lambda y: (y > 0).astype(float)),
}
"""Name: the function, its derivative, its inverse, and its derivative written in its output."""


@dataclass(frozen=True)
class Layer:
    """`z` [samples, units] is `left` times the weight, plus the bias; `left` is an input or the activity below."""

    z: np.ndarray
    left: np.ndarray
    W: np.ndarray
    """The weight as it is multiplied, [inputs, units] or [inputs]."""
    weight: str
    transposed: bool
    bias: str | None
    source: str | None
    below: Layer | None = None
    activation: str = ""

    @property
    def names(self) -> set[str]:
        """The inputs of the forward pass that it is made of."""
        own = {n for n in (self.weight, self.bias, self.source) if n is not None}
        return own | (self.below.names if self.below is not None else set())

    def behind(self, error: np.ndarray) -> np.ndarray:
        """What an error at `z` makes at `left`."""
        return error @ self.W.T if self.W.ndim == 2 else np.outer(error, self.W)

    def spread(self, name: str, error: np.ndarray) -> np.ndarray | None:
        """What an error at `z` makes of the message to one of the inputs; None for those that are not behind it."""
        if name == self.weight:
            found = self.left.T @ error
            return found.T if self.transposed else found
        if name == self.bias:
            return np.asarray(error.sum(axis=0))
        if name == self.source:
            return self.behind(error)
        if self.below is None:
            return None
        return self.below.spread(name, self.behind(error) * ACTIVATIONS[self.activation][1](self.below.z))


def layers(point: Mapping[str, np.ndarray]) -> Iterator[Layer]:
    """The guesses, shallow ones first."""
    yield from islice(_layers(point), MOST)


def _layers(point: Mapping[str, np.ndarray]) -> Iterator[Layer]:
    level: list[Layer] = []
    for name, value in point.items():
        if value.ndim == 2:
            level += _on(value, name, None, "", point)
    for _ in range(DEEPEST):
        yield from level
        above: list[Layer] = []
        for layer in level:
            for title, (function, *_) in ACTIVATIONS.items():
                if layer.z.ndim == 2 and len(above) < MOST:
                    with np.errstate(over="ignore"):
                        above += _on(function(layer.z), None, layer, title, point)
        level = above


def _on(
    left: np.ndarray, source: str | None, below: Layer | None, activation: str, point: Mapping[str, np.ndarray]
) -> Iterator[Layer]:
    used = {source} if below is None else below.names
    for weight, value in point.items():
        if weight in used or value.ndim not in (1, 2):
            continue
        for transposed in (False, True):
            W = value.T if transposed else value
            if W.shape[0] != left.shape[1] or (transposed and value.ndim == 1):
                continue
            z = left @ W
            for bias, shift in point.items():
                if bias not in used and bias != weight and shift.shape == z.shape[1:]:
                    yield Layer(z + shift, left, W, weight, transposed, bias, source, below, activation)
            yield Layer(z, left, W, weight, transposed, None, source, below, activation)


def errors_of_samples(
    layer: Layer,
    point: Mapping[str, np.ndarray],
    delta: np.ndarray,
    forward: Callable[[Mapping[str, np.ndarray]], np.ndarray],
    right: np.ndarray,
) -> np.ndarray | None:
    """∂L/∂z of a layer, [samples, units], from batches of one sample; None where the pass takes none.

    `right` is the message to the layer's bias, or to its weight where it has none: the sum over the samples must be it,
    up to the factor that a mean over the batch brings.
    """
    rows = len(layer.left)
    parameters = layer.names - {_lowest(layer).source}
    sliced = [name for name, value in point.items() if value.ndim and len(value) == rows and name not in parameters]
    by = layer.bias or layer.weight
    found = []
    try:
        for row in range(rows):
            one = {n: np.array(v[row : row + 1] if n in sliced else v) for n, v in point.items()}
            weights = delta[row : row + 1] if delta.ndim else delta

            def loss(at: Arrays, weights: np.ndarray = weights) -> float:
                return float(np.sum(weights * forward(at)))

            message = gradient(loss, one, by)
            if layer.bias is None:
                message = message.T if layer.transposed else message
                left = layer.left[row]
                message = left @ message / max(float(left @ left), 1e-300)
            found.append(message)
    except Exception:  # a person's function may take no batch of one
        return None
    errors = np.array(found)
    together = layer.spread(by, errors)
    if together is None or together.shape != right.shape or not together.any():
        return None
    scale = float(np.sum(together * right) / np.sum(together * together))
    return errors * scale


def _lowest(layer: Layer) -> Layer:
    return layer if layer.below is None else _lowest(layer.below)
