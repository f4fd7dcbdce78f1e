"""How large the error signal is, layer by layer: it vanishes through sigmoids and does not through ReLUs.

    python examples/vanishing_gradients.py [vanishing_gradients.png]

The signals are the equations that deltarule derives, evaluated in NumPy as they are printed.
"""

from __future__ import annotations

import json
import sys

import numpy as np

import deltarule as dr


def error_signals(activation: str, depth: int = 20, width: int = 32, seed: int = 0) -> list[float]:
    """The root mean square of δ by layer, first to last; the weights as Glorot (sigmoid) or He (ReLU) draw them."""
    layers = " -> ".join(f"linear({width}, {width}) -> {activation}" for _ in range(depth))
    network = dr.Network(f"{layers} -> linear({width}, 1) -> squared_error")
    random = np.random.default_rng(seed)
    gain = 2.0 if activation == "relu" else 1.0
    values: dict[str, object] = {"np": np, "x": random.normal(size=width), "y": np.array(1.0)}
    for name in network.parameters:
        shape = network.inner.declarations[name].sizes
        scale = np.sqrt(gain / width) if name.lower().startswith("w") else 0.0
        values[name] = scale * random.normal(size=tuple(int(s) for s in shape))
    for equation in json.loads(network.derive(wrt=["W_1"]).to_json())["equations"]:
        values[equation["name"]] = eval(equation["numpy"], values)  # noqa: S307
    signals = [np.asarray(values[f"delta_a_{k}"]) for k in range(1, depth + 1)]
    return [float(np.sqrt(np.mean(delta**2))) for delta in signals]


def plot(path: str, depth: int = 20) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for activation, label in (("sigmoid", "sigmoid"), ("relu", "ReLU")):
        runs = np.array([error_signals(activation, depth, seed=seed) for seed in range(5)])
        axes.semilogy(range(1, depth + 1), np.exp(np.log(runs).mean(axis=0)), marker="o", markersize=3, label=label)
    axes.set(xlabel="layer", ylabel="|δ| (root mean square)", title="The error signal by depth")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150)
    plt.close(figure)


if __name__ == "__main__":
    target = sys.argv[1] if len(sys.argv) > 1 else "vanishing_gradients.png"
    plot(target)
    print(f"wrote {target}")
