"""`check_backward` accepts right passes, refuses every wrong one, and names the mistake that was put in."""

from __future__ import annotations

import numpy as np
import pytest

from deltarule.checking.messages.backward import check_backward
from deltarule.language.errors import DeltaruleError


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def sigmoid_slope(s):
    return sigmoid(s) * (1 - sigmoid(s))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def linear(x, W, b):
    return x @ W + b


LINEAR = "x: m n, W: n k, b: k"


def affine_tanh(x, W, b):
    return np.tanh(x @ W + b)


def through_tanh(d, x, W):
    return {"x": d @ W.T, "W": x.T @ d, "b": d.sum(axis=0)}


def fused(z, t):
    return -np.mean(np.sum(t * np.log(softmax(z)), axis=1))


def network_fused(x, W, b, t):
    return fused(x @ W + b, t)


def bce_logits(z, t):
    return np.mean(np.logaddexp(0, z) - t * z)


def mse(p, t):
    return np.mean((p - t) ** 2)


def half_mse_of_samples(p, t):
    return 0.5 * np.sum((p - t) ** 2) / len(p)


def regression(x, w, b, t):
    return np.mean((x @ w + b - t) ** 2)


def one_neuron(x, w, b, t):
    return 0.5 * np.mean((sigmoid(x @ w + b) - t) ** 2)


def neuron_gradients(d, x):
    return {"w": x.T @ d / len(x), "b": d.mean()}


ONE_HOT = np.eye(3)[[0, 1, 2, 1, 0]]
TARGETS = {"t": ONE_HOT}


def relu_in_place(x, W):
    x[x < 0] = 0
    return x @ W


def sin_then_scaled(x):
    y = np.sin(x)
    x *= 2
    return y


RIGHT = {
    "linear": (linear, lambda d, x, W, b: (d @ W.T, x.T @ d, d.sum(0)), LINEAR, {}),
    "tanh layer": (
        affine_tanh,
        lambda d, x, W, b: through_tanh(d * (1 - np.tanh(x @ W + b) ** 2), x, W),
        LINEAR,
        {},
    ),
    "cache": (
        lambda x, W: (x @ W, (x, W)),
        lambda d, cache: {"dx": d @ cache[1].T, "dW": cache[0].T @ d},
        "x: m n, W: n k",
        {},
    ),
    "relu at zero": (
        lambda x: np.maximum(x, 0),
        lambda d, x: d * (x > 0),
        {"x": (2, 2)},
        {"x": [[0.0, 1.0], [-1.0, 0.0]]},
    ),
    "absolute value at zero": (abs, lambda d, x: d * np.sign(x), {"x": (3,)}, {"x": [0.0, 0.5, -2.0]}),
    "fused": (
        fused,
        lambda z, t: {"z": (softmax(z) - t) / len(z)},
        {"z": (5, 3), "t": (5, 3)},
        TARGETS,
    ),
    "mse": (mse, lambda p, t: {"p": 2 * (p - t) / p.size}, "p: m k, t: m k", {}),
    "scalar loss that takes a delta": (mse, lambda d, p, t: d * 2 * (p - t) / p.size, "p: m k, t: m k", {}),
    "maximum of a row": (
        lambda x: x.max(axis=1),
        lambda d, x: d[:, None] * (x == x.max(axis=1, keepdims=True)),
        "x: m n",
        {},
    ),
    "batch norm without its scale": (
        lambda x: (x - x.mean(0)) / x.std(0),
        lambda d, x: (d - d.mean(0) - (x - x.mean(0)) / x.std(0) * (d * (x - x.mean(0)) / x.std(0)).mean(0)) / x.std(0),
        "x: m n",
        {},
    ),
}  # fmt: skip

WRONG = [
    # The derivative of the activation, taken at the output or written in the output with the input put in.
    ("activation-at-output", affine_tanh,
     lambda d, x, W, b: through_tanh(d * (1 - np.tanh(np.tanh(x @ W + b)) ** 2), x, W), LINEAR, {}),
    ("activation-at-output", sigmoid, lambda d, x: d * x * (1 - x), "x: m n", {}),
    ("activation-at-output", sigmoid, lambda d, x: d * sigmoid_slope(sigmoid(x)), "x: m n", {}),
    ("activation-at-output", np.sin, lambda d, x: d * np.cos(np.sin(x)), "x: m n", {}),
    ("activation-at-output", affine_tanh,
     lambda d, x, W, b: through_tanh(d * (1 - (x @ W + b) ** 2), x, W), LINEAR, {}),
    ("activation-at-output", one_neuron,
     lambda x, w, b, t: neuron_gradients((sigmoid(x @ w + b) - t) * sigmoid_slope(sigmoid(x @ w + b)), x),
     "x: m n, w: n, b:, t: m", {}),
    ("activation-missing", affine_tanh, lambda d, x, W, b: through_tanh(d, x, W), LINEAR, {}),
    # The mean over the batch.
    ("mean-twice", linear, lambda d, x, W, b: (d @ W.T, x.T @ d / len(x), d.mean(0)), LINEAR, {}),
    ("mean-forgotten", network_fused,
     lambda x, W, b, t: through_tanh(softmax(x @ W + b) - t, x, W), {"x": (5, 4), "W": (4, 3), "b": (3,), "t": (5, 3)},
     TARGETS),
    ("mean-twice", network_fused,
     lambda x, W, b, t: through_tanh((softmax(x @ W + b) - t) / len(x) ** 2, x, W),
     {"x": (5, 4), "W": (4, 3), "b": (3,), "t": (5, 3)}, TARGETS),
    ("mean-forgotten", bce_logits, lambda z, t: {"z": sigmoid(z) - t}, "z: m, t: m", {"t": [0.0, 1, 1, 0, 1]}),
    # The softmax (or sigmoid) left out of a fused loss.
    ("softmax-omitted", fused, lambda z, t: {"z": (z - t) / len(z)}, {"z": (5, 3), "t": (5, 3)}, TARGETS),
    ("softmax-omitted", network_fused, lambda x, W, b, t: through_tanh((x @ W + b - t) / len(x), x, W),
     {"x": (5, 4), "W": (4, 3), "b": (3,), "t": (5, 3)}, TARGETS),
    ("softmax-omitted", bce_logits, lambda z, t: {"z": (z - t) / len(z)}, "z: m, t: m", {"t": [0.0, 1, 1, 0, 1]}),
    # Transposes.
    ("transpose", lambda x, W: x @ W, lambda d, x, W: {"W": d.T @ x}, "x: m n, W: n k", {}),
    ("transpose", lambda x, W: x @ W, lambda d, x, W: {"x": d @ W, "W": x.T @ d}, {"x": (5, 3), "W": (3, 3)}, {}),
    ("transpose", lambda x, W: x @ W.T, lambda d, x, W: {"x": d @ W.T}, {"x": (5, 3), "W": (3, 3)}, {}),
    ("transpose", lambda x, W: x @ W, lambda d, x, W: {"W": x @ d}, {"x": (3, 3), "W": (3, 3)}, {}),
    # Signs.
    ("sign", fused, lambda z, t: {"z": (t - softmax(z)) / len(z)}, {"z": (5, 3), "t": (5, 3)}, TARGETS),
    ("sign", np.cos, lambda d, x: d * np.sin(x), "x: m", {}),
    ("sign", mse, lambda p, t: (2 * (p - t) / p.size, 2 * (p - t) / p.size), "p: m k, t: m k", {}),
    # The bias, or another parameter that every sample uses, not summed over the batch.
    ("not-summed-over-batch", linear, lambda d, x, W, b: (d @ W.T, x.T @ d, d), LINEAR, {}),
    ("not-summed-over-batch", linear, lambda d, x, W, b: (d @ W.T, x.T @ d, d[0]), LINEAR, {}),
    ("not-summed-over-batch", lambda x, g: x * g, lambda d, x, g: (d * g, d * x), "x: m n, g: n", {}),
    # An input that the forward pass changes in place.
    ("input-mutated", sin_then_scaled, lambda d, x: d * np.cos(x), "x: m n", {}),
    ("input-mutated", relu_in_place, lambda d, x, W: {"x": d @ W.T * (x >= 0), "W": np.maximum(x, 0).T @ d},
     "x: m n, W: n k", {}),
    # A squared error summed in one pass, averaged in the other.
    ("squared-error-sum-or-mean", mse, lambda p, t: {"p": 2 * (p - t)}, "p: m k, t: m k", {}),
    ("squared-error-sum-or-mean", lambda p, t: np.sum((p - t) ** 2), lambda p, t: {"p": 2 * (p - t) / p.size},
     "p: m k, t: m k", {}),
    ("squared-error-sum-or-mean", mse, lambda p, t: {"p": 2 * (p - t) / len(p)}, "p: m k, t: m k", {}),
    ("mean-forgotten", half_mse_of_samples, lambda p, t: {"p": p - t}, "p: m k, t: m k", {}),
    ("factor-two", mse, lambda p, t: {"p": (p - t) / p.size}, "p: m k, t: m k", {}),
    # Others.
    ("zero", linear, lambda d, x, W, b: (d @ W.T, np.zeros_like(W), d.sum(0)), LINEAR, {}),
    ("order", lambda x, y: (x * y).sum(axis=1), lambda d, x, y: (d[:, None] * x, d[:, None] * y), "x: m n, y: m n", {}),
]  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_backward_pass_is_accepted(name):
    forward, backward, shapes, values = RIGHT[name]
    report = check_backward(forward, backward, shapes, values=values)
    assert report.all_right and bool(report), str(report)


@pytest.mark.parametrize("number", range(len(WRONG)))
@pytest.mark.parametrize("seed", [0, 1])
def test_a_wrong_backward_pass_is_refused_and_its_mistake_named(number, seed):
    kind, forward, backward, shapes, values = WRONG[number]
    report = check_backward(forward, backward, shapes, values=values, seed=seed)
    assert not report.all_right
    if forward is relu_in_place:  # the mask is lost with the values: putting the input back makes it right
        assert report.mutated == ("x",)
    assert set(report.mistakes) == {kind}, str(report)


def test_the_place_and_the_factor_are_those_of_the_one_wrong_element():
    def backward(d, x):
        found = d * np.exp(x)
        found[2, 1] *= 3
        return found

    report = check_backward(np.exp, backward, {"x": (4, 2)})
    message = report["x"]
    assert message.index == (2, 1) and message.factor == pytest.approx(3, rel=1e-8)
    assert message.mistake is None and "none of the usual mistakes" in str(report)


def test_kinks_are_moved_from_and_that_is_said():
    report = check_backward(lambda x: np.maximum(x, 0), lambda d, x: d * (x > 0), {"x": (2,)}, values={"x": [0.0, 1.0]})
    assert report.all_right and [k.name for k in report.moved] == ["x"] and report.moved[0].index == (0,)
    assert "x[0] was 0, a kink" in str(report)


def test_a_kink_inside_the_network_is_moved_from():
    report = check_backward(
        lambda x, W: np.maximum(x @ W, 0),
        lambda d, x, W: {"x": (d * (x @ W > 0)) @ W.T, "W": x.T @ (d * (x @ W > 0))},
        {"x": (2, 2), "W": (2, 3)},
        values={"x": [[0.0, 0.0], [1.0, 2.0]]},
    )
    assert report.all_right and report.moved


def test_only_the_messages_given_or_asked_for_are_checked():
    report = check_backward(linear, lambda d, x, W, b: (None, x.T @ d), LINEAR)
    assert [m.name for m in report.messages] == ["W"] and report.all_right
    assert check_backward(linear, lambda d, x, W, b: (d, x.T @ d, d.sum(0)), LINEAR, wrt=["W", "b"]).all_right


@pytest.mark.parametrize(
    ("shapes", "backward", "words"),
    [
        ("x: m n; W", lambda d, x: d, "is no shape"),
        ("x: m n", lambda d, x: {"z": d}, "gives 'z'; the inputs are x"),
        ("x: m n", lambda d, x: (d, d), "2 messages for 1 inputs"),
        ("x: m n", lambda d, x: {}, "no message at all"),
    ],
)
def test_a_wrong_call_is_answered(shapes, backward, words):
    with pytest.raises(DeltaruleError, match=words):
        check_backward(np.sin, backward, shapes)


def test_pytorch_functions_are_checked_too():
    torch = pytest.importorskip("torch")
    report = check_backward(
        lambda x, W: torch.tanh(x @ W),
        lambda d, x, W: {"W": x.T @ (d * (1 - torch.tanh(torch.tanh(x @ W)) ** 2))},
        "x: m n, W: n k",
        arrays="torch",
    )
    assert report.mistakes == ("activation-at-output",)


def test_a_layer_of_pytorch_and_its_backward_pass_by_hand():
    torch = pytest.importorskip("torch")

    def forward(x, W, b):
        return torch.relu(torch.nn.functional.linear(x, W, b))

    def backward(delta, x, W, b, factor=1.0):
        delta = delta * (forward(x, W, b) > 0)
        return {"x": delta @ W, "W": delta.T @ x, "b": factor * delta.sum(0)}

    shapes = "x: m n, W: k n, b: k"
    assert check_backward(forward, backward, shapes, arrays="torch").all_right
    wrong = check_backward(forward, lambda *a: backward(*a, factor=-1.0), shapes, arrays="torch")
    assert wrong["x"].right and wrong["W"].right and wrong.mistakes == ("sign",)
    kink = check_backward(
        forward,
        backward,
        {"x": (2, 2), "W": (1, 2), "b": (1,)},
        arrays="torch",
        values={"x": np.zeros((2, 2)), "b": [0.0]},
    )
    assert kink.all_right and kink.moved


def test_autograd_of_pytorch_is_accepted_and_a_wrong_function_of_autograd_refused():
    torch = pytest.importorskip("torch")

    class Swish(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * torch.sigmoid(x)

        @staticmethod
        def backward(ctx, delta):
            (x,) = ctx.saved_tensors
            y = torch.sigmoid(x)
            return delta * (y + x * y * (1 - y) * Swish.factor)

    def backward(delta, x):
        x = x.detach().requires_grad_()
        Swish.apply(x).backward(delta)
        return x.grad

    for factor, right in ((1.0, True), (2.0, False)):
        Swish.factor = factor
        assert check_backward(Swish.apply, backward, {"x": (4, 3)}, arrays="torch").all_right is right
