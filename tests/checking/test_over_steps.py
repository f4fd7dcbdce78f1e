# ruff: noqa: E501
"""Sums over the points in time with a letter for their number: proved for every number, refuted at two; the truth of each
row is told by JAX at four steps."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import deltarule as dr

jax.config.update("jax_enable_x64", True)
T, N, M, K = 4, 3, 2, 2

FORWARD = r"""
For $t = 1, \dots, T$:

$$\mathbf{a}_t = \mathbf{W} \mathbf{h}_{t-1} + \mathbf{U} \mathbf{x}_t + \mathbf{b}$$
$$\mathbf{h}_t = \tanh(\mathbf{a}_t)$$
$$\mathbf{o}_t = \mathbf{V} \mathbf{h}_t + \mathbf{c}$$
$$L_t = \frac{1}{2} \| \mathbf{o}_t - \mathbf{y}_t \|^2$$
$$L = \sum_{t=1}^T L_t$$

"""
RNG = np.random.default_rng(0)
SHAPES = {"W": (N, N), "U": (N, M), "V": (K, N), "b": (N,), "c": (K,), "x": (T, M), "y": (T, K), "h0": (N,)}
POINT = {name: jnp.asarray(RNG.normal(size=shape)) for name, shape in SHAPES.items()}


def run(p: dict, added: dict | None = None) -> dict:
    """Every quantity of every step; `added` is put on top of some, to differentiate by them."""
    added = added or {}
    h, out = p["h0"], {"a": [], "h": [], "o": [], "L": [], "before": []}
    for t in range(T):
        out["before"].append(h)
        a = p["W"] @ h + p["U"] @ p["x"][t] + p["b"] + added.get("a", np.zeros((T, N)))[t]
        h = jnp.tanh(a) + added.get("h", np.zeros((T, N)))[t]
        o = p["V"] @ h + p["c"] + added.get("o", np.zeros((T, K)))[t]
        for name, value in zip("ahoL", (a, h, o, 0.5 * jnp.sum((o - p["y"][t]) ** 2)), strict=True):
            out[name].append(value)
    return {name: jnp.stack(values) for name, values in out.items()}


def by(name: str) -> np.ndarray:
    """∂L/∂ a parameter, or by a quantity of each step."""
    if name in POINT:
        return np.asarray(jax.grad(lambda v: run({**POINT, name: v})["L"].sum())(POINT[name]))
    zero = jnp.zeros((T, K if name == "o" else N))
    return np.asarray(jax.grad(lambda v: run(POINT, {name: v})["L"].sum())(zero))


Q = {name: np.asarray(value) for name, value in run(POINT).items()}
X, Y, W, V = (np.asarray(POINT[k]) for k in ("x", "y", "W", "V"))
D = 1 - Q["h"] ** 2

ROWS: list[tuple[str, Callable[[], tuple[np.ndarray, np.ndarray]]]] = [
    (
        r"\frac{\partial L}{\partial \mathbf{V}} = \sum_{t=1}^T (\mathbf{o}_t - \mathbf{y}_t) \mathbf{h}_t^\top",
        lambda: (by("V"), np.einsum("ti,tj->ij", Q["o"] - Y, Q["h"])),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{V}} = \sum_{t=1}^T (\mathbf{o}_t - \mathbf{y}_t) \mathbf{h}_{t-1}^\top",
        lambda: (by("V"), np.einsum("ti,tj->ij", Q["o"] - Y, Q["before"])),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{W}} = \sum_{t=1}^T \frac{\partial L}{\partial \mathbf{a}_t} \mathbf{h}_{t-1}^\top",
        lambda: (by("W"), np.einsum("ti,tj->ij", by("a"), Q["before"])),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{W}} = \sum_{t=1}^T \frac{\partial L}{\partial \mathbf{a}_t} \mathbf{h}_t^\top",
        lambda: (by("W"), np.einsum("ti,tj->ij", by("a"), Q["h"])),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{b}} = \sum_t \operatorname{diag}(1 - \mathbf{h}_t^2) \frac{\partial L}{\partial \mathbf{h}_t}",
        lambda: (by("b"), np.sum(D * by("h"), axis=0)),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{b}} = \sum_t \frac{\partial L}{\partial \mathbf{h}_t}",
        lambda: (by("b"), np.sum(by("h"), axis=0)),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{h}_t} = \mathbf{V}^\top \frac{\partial L}{\partial \mathbf{o}_t} + \mathbf{W}^\top \operatorname{diag}(1 - \mathbf{h}_{t+1}^2) \frac{\partial L}{\partial \mathbf{h}_{t+1}}",
        lambda: (by("h")[:-1], by("o")[:-1] @ V + (D * by("h"))[1:] @ W),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{h}_t} = \mathbf{V}^\top \frac{\partial L}{\partial \mathbf{o}_t} + \mathbf{W}^\top \operatorname{diag}(1 - \mathbf{h}_t^2) \frac{\partial L}{\partial \mathbf{h}_{t+1}}",
        lambda: (by("h")[:-1], by("o")[:-1] @ V + (D[:-1] * by("h")[1:]) @ W),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{h}_T} = \mathbf{V}^\top \frac{\partial L}{\partial \mathbf{o}_T}",
        lambda: (by("h")[-1], by("o")[-1] @ V),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{h}_t} = \mathbf{V}^\top \frac{\partial L}{\partial \mathbf{o}_t}",
        lambda: (by("h"), by("o") @ V),
    ),
    (
        r"\frac{\partial L}{\partial \mathbf{x}_t} = \mathbf{U}^\top \frac{\partial L}{\partial \mathbf{a}_t}",
        lambda: (by("x"), by("a") @ np.asarray(POINT["U"])),
    ),
]  # fmt: skip


def verdict(row: str, before: str = FORWARD, after: str = "") -> str:
    rows = dr.check(f"{before}$${row}$$\n{after}").rows
    return next(r.verdict for r in reversed(rows) if r.left.startswith((r"\frac{\partial L}{\partial", "h_T - h_0")))


@pytest.mark.parametrize(("row", "sides"), ROWS, ids=[str(k) for k in range(len(ROWS))])
@pytest.mark.slow
def test_a_row_is_judged_as_four_steps_tell(row: str, sides: Callable) -> None:
    left, right = sides()
    holds = left.shape == right.shape and bool(np.allclose(left, right, rtol=1e-9, atol=1e-11))
    said = verdict(row)
    assert said in ({"proved", "conditional"} if holds else {"refuted", "undecided"}), said


SCALAR = r"""
$$a_t = w h_{t-1} + u x_t$$
$$h_t = \tanh(a_t)$$
$$L_t = \frac{1}{2} (h_t - y_t)^2$$
$$L = \sum_{t=1}^T L_t$$

"""


@pytest.mark.parametrize(
    ("row", "allowed"),
    [
        (r"\frac{\partial L}{\partial w} = \sum_{t=1}^T \frac{\partial L}{\partial a_t} h_{t-1}", {"proved"}),
        (r"\frac{\partial L}{\partial w} = \sum_{t=1}^T \frac{\partial L_t}{\partial w}", {"proved"}),
        (r"\frac{\partial L}{\partial w} = \sum_{t=1}^T \frac{\partial L}{\partial a_t} h_t", {"refuted"}),
        (r"\frac{\partial L}{\partial w} = \sum_{t=1}^T \frac{\partial L_t}{\partial a_t} h_{t-1}", {"refuted"}),
        (r"\frac{\partial L}{\partial a_t} = (1 - h_t^2) \frac{\partial L}{\partial h_t}", {"proved"}),
        (r"\frac{\partial L}{\partial h_t} = h_t - y_t", {"refuted"}),
        (r"\frac{\partial L}{\partial h_T} = h_T - y_T", {"proved"}),
        (r"\frac{\partial L}{\partial h_t} = h_t - y_t + w (1 - h_{t+1}^2) \frac{\partial L}{\partial h_{t+1}}", {"proved"}),
        (r"\frac{\partial L}{\partial h_t} = h_t - y_t + w (1 - h_{t+1}^2) \frac{\partial L}{\partial a_{t+1}}", {"refuted"}),
    ],
)  # fmt: skip
def test_numbers_of_every_step(row: str, allowed: set[str]) -> None:
    assert verdict(row, SCALAR) in allowed


def test_a_part_of_the_equations_proves_nothing() -> None:
    """What comes in by an equation that stands below, or that is not understood, is not left out."""
    row = r"\frac{\partial L}{\partial h_t} = w (1 - h_{t+1}^2) \frac{\partial L}{\partial h_{t+1}}"
    before = SCALAR.replace("$$L_t = \\frac{1}{2} (h_t - y_t)^2$$\n", "$$L_t = \\frac{1}{2} (o_t - y_t)^2$$\n")
    assert verdict(row, before, "\n$$o_t = v h_t$$\n") not in {"proved", "conditional"}
    unread = before.replace("$$L = ", "$$o_t = \\operatorname{blur}_{?}(h_t) \\bigstar 3$$\n$$L = ")
    assert verdict(row, unread) not in {"proved", "conditional"}


def test_a_telescoping_sum_is_not_refuted() -> None:
    """Σ (h_t - h_{t-1}) = h_T - h_0 holds, though what is summed is not what stands on the other side."""
    said = verdict(r"h_T - h_0 = \sum_{t=1}^T (h_t - h_{t-1})", SCALAR)
    assert said != "refuted"
