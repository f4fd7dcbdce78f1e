"""Thirty wrong backward passes of whole networks: ten kinds of mistakes, each in three networks of two layers.

They were written without looking at how mistakes are recognised: each is the right pass with one line changed.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from deltarule.checking.messages.backward import check_backward

SHAPES = {"x": (6, 4), "W1": (4, 5), "b1": (5,), "W2": (5, 3), "b2": (3,), "t": (6, 3)}


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class ReluSoftmax:
    """Classification: relu, softmax and cross-entropy, fused."""

    values: ClassVar[dict[str, Any]] = {"t": np.eye(3)[[0, 1, 2, 2, 1, 0]]}

    def activation(self, a):
        return np.maximum(a, 0)

    def slope(self, a):
        return (a > 0).astype(float)

    slope_at_output = slope  # of relu it is the same: tanh stands in for that one

    def loss(self, z, t):
        return -np.mean(np.sum(t * np.log(softmax(z)), axis=1))

    def delta(self, z, t):
        return (softmax(z) - t) / len(z)

    def raw_delta(self, z, t):
        return (z - t) / len(z)


class TanhSoftmax(ReluSoftmax):
    def activation(self, a):
        return np.tanh(a)

    def slope(self, a):
        return 1 - np.tanh(a) ** 2

    def slope_at_output(self, a):
        return 1 - np.tanh(np.tanh(a)) ** 2


class TanhSquares(TanhSoftmax):
    """Regression: tanh and half the squared error, its mean over the samples."""

    values: ClassVar[dict[str, Any]] = {}

    def loss(self, z, t):
        return 0.5 * np.sum((z - t) ** 2) / len(z)

    def delta(self, z, t):
        return (z - t) / len(z)


class SigmoidLogits(TanhSoftmax):
    """Labels: sigmoid hidden units, binary cross-entropy from logits, summed over the labels."""

    values: ClassVar[dict[str, Any]] = {
        "t": np.array([[0, 1, 1], [1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 1]], float)
    }

    def activation(self, a):
        return sigmoid(a)

    def slope(self, a):
        return sigmoid(a) * (1 - sigmoid(a))

    def slope_at_output(self, a):
        h = sigmoid(a)
        return sigmoid(h) * (1 - sigmoid(h))

    def loss(self, z, t):
        return np.mean(np.sum(np.logaddexp(0, z) - t * z, axis=1))

    def delta(self, z, t):
        return (sigmoid(z) - t) / len(z)


def passes(net, fault=""):
    """Forward and backward pass; `fault` names the line that is wrong."""

    def forward(x, W1, b1, W2, b2, t):
        a = x @ W1 + b1
        h = net.activation(a)
        z = h @ W2 + b2
        if fault == "mutated":
            x *= 0.5
        return net.loss(z, t)

    def backward(x, W1, b1, W2, b2, t):
        a = x @ W1 + b1
        h = net.activation(a)
        z = h @ W2 + b2
        delta = net.raw_delta(z, t) if fault == "raw" else net.delta(z, t)
        if fault == "sum":
            delta = delta * len(x)
        if fault == "mean":
            delta = delta / len(x)
        if fault == "sign":
            delta = -delta
        grad = {"W2": h.T @ delta, "b2": delta.sum(axis=0)}
        if fault == "unsummed":
            grad["b2"] = delta
        if fault == "transposed":
            grad["W2"] = delta.T @ h
        delta = delta @ W2.T
        if fault == "output":
            delta = delta * net.slope_at_output(a)
        elif fault == "linear":
            pass
        elif fault == "twice":
            delta = delta * net.slope(a) ** 2
        else:
            delta = delta * net.slope(a)
        return grad | {"W1": x.T @ delta, "b1": delta.sum(axis=0), "x": delta @ W1.T}

    return forward, backward


CASES = [
    # kind, what the pass is changed by, networks
    ("activation-at-output", "output", (TanhSoftmax, TanhSquares, SigmoidLogits)),
    ("activation-missing", "linear", (ReluSoftmax, TanhSquares, SigmoidLogits)),
    ("activation-twice", "twice", (TanhSoftmax, TanhSquares, SigmoidLogits)),
    ("mean-forgotten", "sum", (ReluSoftmax, TanhSquares, SigmoidLogits)),
    ("mean-twice", "mean", (ReluSoftmax, TanhSquares, SigmoidLogits)),
    ("softmax-omitted", "raw", (ReluSoftmax, TanhSoftmax, SigmoidLogits)),
    ("transpose", "transposed", (ReluSoftmax, TanhSquares, SigmoidLogits)),
    ("sign", "sign", (ReluSoftmax, TanhSquares, SigmoidLogits)),
    ("not-summed-over-batch", "unsummed", (ReluSoftmax, TanhSquares, SigmoidLogits)),
    ("input-mutated", "mutated", (ReluSoftmax, TanhSquares, SigmoidLogits)),
]
ROWS = [(kind, fault, net) for kind, fault, nets in CASES for net in nets]


@pytest.mark.parametrize("net", [ReluSoftmax, TanhSoftmax, TanhSquares, SigmoidLogits])
@pytest.mark.parametrize("seed", range(5))
def test_the_right_passes_are_accepted(net, seed):
    forward, backward = passes(net())
    assert check_backward(forward, backward, SHAPES, values=net.values, seed=seed)


def test_of_thirty_wrong_passes_none_is_accepted_and_the_kind_of_nearly_all_is_named():
    assert len(ROWS) == 30 and len({kind for kind, _, _ in ROWS}) == 10
    reports = [check_backward(*passes(net(), fault), SHAPES, values=net.values) for _, fault, net in ROWS]
    assert not any(report.all_right for report in reports)
    named = [kind in report.mistakes for (kind, _, _), report in zip(ROWS, reports, strict=True)]
    missed = [
        (kind, net.__name__, r.mistakes) for (kind, _, net), r, n in zip(ROWS, reports, named, strict=True) if not n
    ]
    assert sum(named) >= 27, missed  # all thirty are
    strange = [(kind, r.mistakes) for (kind, _, _), r in zip(ROWS, reports, strict=True) if set(r.mistakes) - {kind}]
    assert not strange, strange
