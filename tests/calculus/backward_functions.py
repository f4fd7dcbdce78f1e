"""Backward functions of PyTorch, as mathematics: torch/_decomp/decompositions.py (2.13) and derivatives.yaml.

Each row is a forward equation in the text notation and, for each input, what PyTorch's function computes; `g` is the
gradient of the output (`grad_output`), names of the forward pass may be used. Reductions are sums.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Backward:
    """`equations` with `shapes`; `formulas` by input."""

    name: str
    equations: str
    formulas: dict[str, str]
    shapes: str = "x: n"
    positive: tuple[str, ...] = ()
    """Names with values above 0."""
    also: tuple[str, ...] = field(default=())
    """Further registrations that compute the same: `.out` twins, other back ends."""
    note: str = ""


B = Backward
_BATCH = (
    "mu = mean(x, axis=0); d = x - outer(ones(m), mu); v = mean(d**2, axis=0); r = (v + 0.00001)**(-1/2); "
    "y = d @ diag(r * gamma) + outer(ones(m), beta)"
)
_BATCH_FORMULAS = {
    "x": "(g - d @ diag(sum(g * d, axis=0) / m * r * r) - outer(ones(m), sum(g, axis=0) / m)) @ diag(r * gamma)",
    "gamma": "sum(g * d, axis=0) * r",
    "beta": "sum(g, axis=0)",
}

DECOMPOSITIONS = [
    B("tanh_backward", "y = tanh(x)", {"x": "g * (1 - y * y)"}),
    B("sigmoid_backward", "y = sigmoid(x)", {"x": "g * (y * (1 - y))"}),
    B("softplus_backward", "y = softplus(x)", {"x": "g * exp(x) / (exp(x) + 1)"}, note="below its threshold of 20"),
    B("elu_backward", "y = where(x > 0, x, exp(x) - 1)", {"x": "where(x <= 0, g * exp(x), g)"},
      note="is_result=False; with the result: below"),
    B("elu_backward, is_result", "y = elu(x)", {"x": "where(x <= 0, g * (y + 1), g)"}),
    B("hardsigmoid_backward", "y = hard_sigmoid(x)", {"x": "where(x > -3, where(x < 3, g / 6, 0*g), 0*g)"}),
    B("hardtanh_backward", "y = hard_tanh(x)", {"x": "where(x <= -1, 0*g, where(x >= 1, 0*g, g))"}),
    B("hardswish_backward", "y = hard_swish(x)",
      {"x": "where(x <= 3, where(x < -3, 0*g, g * (x / 3 + 0.5)), g)"},
      note="off -3, where ours is 0 and theirs -½, and off 3"),
    B("threshold_backward", "y = where(x > 0.3, x, 2 + 0*x)", {"x": "where(x <= 0.3, 0*g, g)"}),
    B("leaky_relu_backward", "y = leaky_relu(x, 0.01)", {"x": "where(x > 0, g, g * 0.01)"}),
    B("gelu_backward", "y = gelu(x)",
      {"x": "g * (0.5 * (1 + erf(x / sqrt(2))) + x * exp(-x * x / 2) / sqrt(2 * pi))"}),
    B("gelu_backward, tanh", "u = sqrt(2 / pi) * (x + 0.044715 * x**3); t = tanh(u); y = 0.5 * x * (1 + t)",
      {"x": "g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * sqrt(2 / pi) * (1 + 3 * 0.044715 * x * x))"}),
    B("mish_backward", "y = mish(x)",
      {"x": "g * (tanh(softplus(x)) + x * sigmoid(x) * (1 - tanh(softplus(x)) * tanh(softplus(x))))"}),
    B("silu_backward", "y = silu(x)", {"x": "g * sigmoid(x) * (1 + x * (1 - sigmoid(x)))"}),
    B("_prelu_kernel_backward", "y = where(x > 0, x, a * x)",
      {"x": "where(x > 0, g, a * g)", "a": "where(x > 0, 0*g, x * g)"}, "x: n, a: n"),
    B("rrelu_with_noise_backward", "y = noise * x", {"x": "g * noise"}, "x: n, noise: n", note="training=True"),
    B("log_sigmoid_backward", "y = log_sigmoid(x)",
      {"x": "g * (where(x < 0, 1 + 0*x, 0*x) - where(x < 0, 1 + 0*x, -1 + 0*x)"
            " * (exp(-abs(x)) / (1 + exp(-abs(x)))))"}),
    B("mse_loss_backward", "y = sum((x - t)**2)", {"x": "2 * (x - t) * g"}, "x: n, t: n"),
    B("smooth_l1_loss_backward", "e = x - t; y = sum(where(abs(e) < 0.5, e**2 / 1, abs(e) - 0.25))",
      {"x": "where(abs(x - t) < 0.5, g * (x - t) / 0.5, g * sign(x - t))"}, "x: n, t: n",
      also=("smooth_l1_loss_backward.grad_input",), note="beta = ½"),
    B("huber_loss_backward", "e = x - t; y = sum(where(abs(e) < 2, e**2 / 2, 2 * (abs(e) - 1)))",
      {"x": "where(abs(x - t) < 2, (x - t) * g, 2 * g * sign(x - t))"}, "x: n, t: n",
      also=("huber_loss_backward.out",), note="delta = 2; its two cases beyond delta are one here, with the sign"),
    B("glu_backward", "y = a * sigmoid(b)",
      {"a": "sigmoid(b) * g", "b": "(1 - sigmoid(b)) * sigmoid(b) * a * g"}, "a: n, b: n"),
    B("nll_loss_backward", "y = -sum(w * t * x)", {"x": "-t * w * g"}, "x: n, t: n, w: n",
      note="t marks the class; ignore_index is the weight 0"),
    B("nll_loss2d_backward", "y = -sum(t * x)", {"x": "-t * g"}, "x: n p, t: n p"),
    B("binary_cross_entropy_backward", "y = -sum(w * (t * log(x) + (1 - t) * log(1 - x)))",
      {"x": "g * (x - t) / (x * (1 - x)) * w"}, "x: n, t: n, w: n", ("x",), note="where x (1 - x) ≥ 1e-12"),
    B("soft_margin_loss_backward", "y = sum(log(1 + exp(-x * t)))", {"x": "t * g * (sigmoid(t * x) - 1)"},
      "x: n, t: n"),
    B("diagonal_backward", "y = diagonal(x)", {"x": "diag(g)"}, "x: n n"),
    B("_softmax_backward_data", "y = softmax(x)", {"x": "g * y - y * sum(g * y)"}),
    B("_log_softmax_backward_data", "y = log_softmax(x)", {"x": "g - exp(y) * sum(g)"}),
    B("native_dropout_backward", "y = x * mask * s", {"x": "g * (mask * s)"}, "x: n, mask: n, s:"),
    B("logit_backward", "y = log(x / (1 - x))", {"x": "g / (x * (1 - x))"}, positive=("x",)),
    B("embedding_dense_backward", "y = e @ x", {"x": "outer(e, g)"}, "x: p n, e: p",
      note="e marks the entry"),
    B("native_group_norm_backward",
      "mu = mean(x, axis=1); d = x - outer(mu, ones(q)); v = mean(d**2, axis=1); r = (v + 0.00001)**(-1/2); "
      "y = (diag(r) @ d) * gamma + beta",
      {"x": "diag(r) @ (g * gamma) + diag((sum(g * gamma, axis=1) * mu - sum(g * x * gamma, axis=1)) * r**3 / q) @ x"
            " + outer(-(sum(g * gamma, axis=1) * mu - sum(g * x * gamma, axis=1)) * r**3 / q * mu"
            " - sum(g * gamma, axis=1) * r / q, ones(q))",
       "gamma": "diag(r) @ (g * x) - diag(r * mu) @ g", "beta": "g"}, "x: p q, gamma: p q, beta: p q",
      also=("native_group_norm_backward.out",), note="p groups of q channels, one place"),
    B("native_layer_norm_backward",
      "mu = mean(x); v = mean((x - mu)**2); r = (v + 0.00001)**(-1/2); h = (x - mu) * r; y = gamma * h + beta",
      {"x": "r / n * (g * gamma * n - sum(g * gamma) - h * sum(g * gamma * h))", "gamma": "g * h", "beta": "g"},
      "x: n, gamma: n, beta: n", also=("native_layer_norm_backward.out",)),
    B("_fused_rms_norm_backward", "r = (mean(x**2) + 0.00001)**(-1/2); h = x * r; y = h * gamma",
      {"x": "(g * gamma - h / n * sum(h * (g * gamma))) * r", "gamma": "g * h"}, "x: n, gamma: n"),
    B("native_batch_norm_backward", _BATCH, _BATCH_FORMULAS, "x: m n, gamma: n, beta: n",
      also=("native_batch_norm_backward.out", "batch_norm_backward", "miopen_batch_norm_backward",
            "cudnn_batch_norm_backward"), note="train=True"),
    B("native_batch_norm_backward, eval",
      "y = (x - outer(ones(m), c)) @ diag((w + 0.00001)**(-1/2) * gamma) + outer(ones(m), beta)",
      {"x": "g @ diag((w + 0.00001)**(-1/2) * gamma)",
       "gamma": "sum(g * (x - outer(ones(m), c)), axis=0) * (w + 0.00001)**(-1/2)", "beta": "sum(g, axis=0)"},
      "x: m n, gamma: n, beta: n, c: n, w: n", ("w",), note="train=False"),
]  # fmt: skip

WITHOUT = {
    "slice_backward": "no slices in the notation",
    "select_backward": "no components in the notation",
    "unfold_backward": "no windows of a tensor as a tensor",
    "reflection_pad1d_backward": "no padding by reflection",
    "reflection_pad2d_backward": "no padding by reflection",
    "reflection_pad3d_backward": "no padding by reflection",
    "max_pool2d_with_indices_backward": "pooling is a module here: see tests/program",
}
"""Registrations that have no row, and why."""
