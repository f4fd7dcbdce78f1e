"""A small convolutional network and a multilayer perceptron on scikit-learn's digits, images of 8 by 8.

python examples/digits.py
"""

from __future__ import annotations

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import deltarule as dr

NETWORKS = {
    "convolutional": "reshape(8, 8) -> conv2d(1, 16, 3, padding=1) -> relu -> max_pool2d(2) -> flatten "
    "-> linear(256, 10)",
    "perceptron": "linear(64, 40) -> relu -> linear(40, 10)",
}


def train(name: str, epochs: int = 20) -> tuple[float, int]:
    """The share of 450 held-out digits that are recognised, and the number of parameters."""
    X, y = load_digits(return_X_y=True)
    X, held_out, y, wanted = train_test_split(X, y, test_size=450, random_state=0, stratify=y)
    model = dr.Classifier(
        f"{NETWORKS[name]} -> softmax -> cross_entropy",
        optimiser="adam",
        learning_rate=0.005,
        epochs=epochs,
        batch_size=32,
    )
    model.fit(X, y)
    return model.score(held_out, wanted), sum(a.size for a in model.parameters_.values())


if __name__ == "__main__":
    for name, chain in NETWORKS.items():
        accuracy, parameters = train(name)
        print(f"{name}: {chain}\n  {accuracy:.1%} of the held-out digits, {parameters} parameters")
