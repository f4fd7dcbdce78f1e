"""What rows of the shelf are called in PyTorch, over a batch, where it has them. Only for measurements: PyTorch is not
among the requirements, and the tests do without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

__all__ = ["rows", "torch_gradients"]


def rows(torch: Any) -> tuple[dict[str, Callable[..., Any]], dict[str, Callable[..., Any]]]:
    """Modules `f(x, parameters, masks)` and losses `f(prediction, target, weight)`, by the names of the tables."""
    F, nn = torch.nn.functional, torch.nn

    def entries(f: Callable[..., Any], **more: Any) -> Callable[..., Any]:
        """A loss that PyTorch gives for each unit: summed over these, averaged over the samples."""
        return lambda p, y, w: f(p, y, reduction="none", **more).sum(-1).mean()

    def weighed(f: Callable[..., Any], **more: Any) -> Callable[..., Any]:
        return lambda p, y, w: (w * f(p, y, reduction="none", **more)).sum() / w.sum()

    def classes(p: Any, y: Any, w: Any, log: bool) -> Any:
        """nll_loss takes indices of classes: a target that is no index is the mixture of its classes."""
        given = p if log else p.log()
        parts = [
            y[:, k] * w[:, k] * F.nll_loss(given, torch.full((len(y),), k), reduction="none") for k in range(y.shape[1])
        ]
        return torch.stack(parts).sum() / (w * y).sum()

    plain = {
        "identity": lambda x: x,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": F.relu,
        "leaky_relu": F.leaky_relu,
        "softplus": nn.Softplus(threshold=1e9),
        "softmax": nn.Softmax(-1),
        "log_softmax": nn.LogSoftmax(-1),
        "softmin": nn.Softmin(-1),
        "elu": F.elu,
        "selu": F.selu,
        "celu": F.celu,
        "gelu": F.gelu,
        "gelu_tanh": nn.GELU(approximate="tanh"),
        "silu": F.silu,
        "mish": F.mish,
        "softsign": F.softsign,
        "log_sigmoid": F.logsigmoid,
        "hard_tanh": F.hardtanh,
        "hard_sigmoid": F.hardsigmoid,
        "hard_swish": F.hardswish,
        "relu6": F.relu6,
        "tanh_shrink": F.tanhshrink,
        "hard_shrink": F.hardshrink,
        "soft_shrink": F.softshrink,
        "threshold": nn.Threshold(0.0, 0.0),
        "l1_penalty": lambda x: 0.01 * x.abs().sum(-1),
        "l2_penalty": lambda x: 0.005 * (x**2).sum(-1),
    }
    modules: dict[str, Callable[..., Any]] = {name: (lambda x, p, m, f=f: f(x)) for name, f in plain.items()}
    modules |= {
        "linear": lambda x, p, m: F.linear(x, p[0], p[1]),
        "prelu": lambda x, p, m: F.prelu(x, p[0]),
        "layer_norm": lambda x, p, m: F.layer_norm(x, (x.shape[-1],), p[0], p[1], 1e-5),
        "rms_norm": lambda x, p, m: F.rms_norm(x, (x.shape[-1],), p[0], 1e-5),
        "batch_norm": lambda x, p, m: F.batch_norm(x, None, None, p[0], p[1], True, 0.1, 1e-5),
        "dropout": lambda x, p, m: x * m[0] / 0.5,
        "embedding": lambda x, p, m: F.linear(x, p[0]),
        "bilinear": lambda x, p, m: F.bilinear(x, x, p[0], p[2]) + F.linear(x, p[1]),
        "glu": lambda x, p, m: F.glu(torch.cat([F.linear(x, p[0], p[1]), F.linear(x, p[2], p[3])], -1)),
        "swiglu": lambda x, p, m: F.linear(x, p[0], p[1]) * F.silu(F.linear(x, p[2], p[3])),
        "geglu": lambda x, p, m: F.linear(x, p[0], p[1]) * F.gelu(F.linear(x, p[2], p[3])),
        "reglu": lambda x, p, m: F.linear(x, p[0], p[1]) * F.relu(F.linear(x, p[2], p[3])),
        "cosine": lambda x, p, m: F.cosine_similarity(x[:, None, :], p[0][None], -1, eps=0.0),
        "scale": lambda x, p, m: x * p[0] + p[1],
    }
    one = None
    losses: dict[str, Callable[..., Any]] = {
        "bce": entries(F.binary_cross_entropy),
        "bce_with_logits": entries(F.binary_cross_entropy_with_logits),
        "cross_entropy": lambda p, y, w: F.cross_entropy(p.log(), y),
        "nll": lambda p, y, w: -(y * p).sum(-1).mean(),
        "squared_error": lambda p, y, w: entries(F.mse_loss)(p, y, one) / 2,
        "absolute_error": entries(F.l1_loss),
        "huber": entries(F.huber_loss),
        "smooth_l1": entries(F.smooth_l1_loss),
        "poisson": entries(F.poisson_nll_loss, log_input=False, eps=0.0),
        "poisson_with_log_rate": entries(F.poisson_nll_loss),
        "logistic": lambda p, y, w: F.soft_margin_loss(p, y, reduction="none").sum(-1).mean(),
        "kl": lambda p, y, w: F.kl_div(p.log(), y, reduction="batchmean"),
        "label_smoothing": lambda p, y, w: F.cross_entropy(p.log(), y, label_smoothing=0.1),
        "cosine_distance": lambda p, y, w: (1 - F.cosine_similarity(p, y, -1)).mean(),
        "weighted_bce": weighed(F.binary_cross_entropy),
        "weighted_bce_with_logits": weighed(F.binary_cross_entropy_with_logits),
        "weighted_squared_error": lambda p, y, w: weighed(F.mse_loss)(p, y, w) / 2,
        "weighted_absolute_error": weighed(F.l1_loss),
        "weighted_huber": weighed(F.huber_loss),
        "weighted_cross_entropy": lambda p, y, w: classes(p, y, w, log=False),
        "weighted_nll": lambda p, y, w: classes(p, y, w, log=True),
    }
    return modules, losses


def torch_gradients(
    torch: Any, name: str, text: str, values: Mapping[str, np.ndarray], parameters: tuple[str, ...]
) -> dict[str, np.ndarray] | None:
    """PyTorch's gradients of the network that `shelf_networks` makes of a row; None where it has no such row."""
    modules, losses = rows(torch)
    if "->" not in text:
        return _several(torch, name, values, parameters)
    if name not in modules and name not in losses:
        return None
    given = {n: torch.tensor(v, dtype=torch.float64, requires_grad=n != "y") for n, v in values.items()}
    masks = [given[n] for n in given if n.startswith("mask")]
    first, second, *own = [given[n] for n in parameters]
    if (name in losses and name != "squared_error") or text.startswith("linear(4"):
        out = torch.nn.functional.linear(given["x"], first, second)
        for link in text.split(" -> ")[1:-1]:
            out = modules[link](out, [], [])
        loss = losses[name](out, given["y"], given.get("weight"))
    else:
        out = modules[name](given["x"] * first + second, own, masks)
        loss = 0.5 * ((out - given["y"]) ** 2).reshape(len(out), -1).sum(-1).mean()
    loss.backward()
    return {n: v.grad.numpy() for n, v in given.items() if v.grad is not None}


def _several(
    torch: Any, name: str, values: Mapping[str, np.ndarray], parameters: tuple[str, ...]
) -> dict[str, np.ndarray] | None:
    """The same of rows that take something else than one vector: their outputs, the first against the target."""
    F = torch.nn.functional
    given = {n: torch.tensor(v, dtype=torch.float64, requires_grad=n != "y") for n, v in values.items()}
    x = [given[n] for n in given if n.startswith("x_")]
    p = {n: given[n] for n in parameters}

    def stacked(letter: str, gates: str) -> Any:
        return torch.cat([p[f"{letter}_{g}"] for g in gates])

    def gru() -> Any:
        zero = torch.zeros_like(p["d_g"])
        biases = stacked("b", "rzg"), torch.cat([zero, zero, p["d_g"]])
        return torch.gru_cell(x[0], x[1], stacked("W", "rzg"), stacked("U", "rzg"), *biases)

    def lstm() -> Any:
        b = stacked("b", "ifgo")
        return torch.lstm_cell(x[0], (x[1], x[2]), stacked("W", "ifgo"), stacked("U", "ifgo"), b, 0 * b)

    found: dict[str, Callable[[], Any]] = {
        "add": lambda: x[0] + x[1],
        "multiply": lambda: x[0] * x[1],
        "bilinear_pair": lambda: F.bilinear(x[0], x[1], p["A"], p["b"]),
        "rnn_cell": lambda: torch.rnn_tanh_cell(x[0], x[1], p["W"], p["U"], p["b"], 0 * p["b"]),
        "gru_cell": gru,
        "lstm_cell": lstm,
        "attention": lambda: F.scaled_dot_product_attention(x[0] @ p["W_q"], x[0] @ p["W_k"], x[0] @ p["W_v"]),
        "group_norm": lambda: F.group_norm(
            x[0].flatten(1), x[0].shape[1], p["gamma"].flatten(), p["beta"].flatten(), 1e-5
        ).reshape(x[0].shape),
    }
    if name not in found:
        return None
    outputs = found[name]()
    outputs = list(outputs) if isinstance(outputs, tuple) else [outputs]
    rows = len(outputs[0])
    loss = 0.5 * ((outputs[0] - given["y"]) ** 2).sum() / rows + sum(0.5 * (o**2).sum() / rows for o in outputs[1:])
    loss.backward()
    return {n: v.grad.numpy() for n, v in given.items() if v.grad is not None}
