"""One neuron trained by stochastic gradient descent, one sample at a time, with the derived equations.

python examples/logistic_sgd.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deltarule.api import read_network


def data(samples: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two clouds of points on either side of a line through the origin."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, size=samples).astype(float)
    x = random.normal(size=(samples, 3)) + np.where(y[:, None] > 0, 1.0, -1.0)
    return x, y


def train(epochs: int = 5, learning_rate: float = 0.1) -> tuple[np.ndarray, list[float]]:
    """The weights, and the mean loss before each epoch and after the last."""
    x, y = data()
    program = read_network(str(Path(__file__).with_name("log_likelihood.txt"))).compile()
    parameters = {"w": np.zeros(x.shape[1])}
    losses = [program.loss(parameters, x, y)]
    for _ in range(epochs):
        for k in range(len(x)):
            program.step(parameters, x[k : k + 1], y[k : k + 1], learning_rate)
        losses.append(program.loss(parameters, x, y))
    return parameters["w"], losses


if __name__ == "__main__":
    weights, history = train()
    print("w =", np.round(weights, 3))
    for epoch, loss in enumerate(history):
        print(f"after {epoch} epochs: loss {loss:.4f}")
