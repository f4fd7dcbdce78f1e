"""Every known misconception: a row in which it was made, the hint, and the side that would hold."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text
from deltarule.checking.hints.hints import MISCONCEPTIONS
from deltarule.reading.statements import read_expression

LOGISTIC = r"""With $z = w x + b$, $\hat y = \sigma(z)$, $\sigma(s) = \frac{1}{1 + e^{-s}}$ and
$L = -y \log \hat y - (1 - y) \log(1 - \hat y)$: """
SQUARES = r"With $z = w x + b$, $a = g(z)$ and $L = \frac12 (a - y)^2$ for a differentiable $g$: "
INDICES = r"Let $a_j = \sum_i w_{ji} x_i$ and $E = \frac12 \sum_j (a_j - t_j)^2$. "
MATRICES = r"Let $y = W x$ with $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$ and $L = \frac12 \|y - t\|^2$. "
SAMPLES = r"Let $a_i = w x_i + b$ and $J = \frac{1}{2m} \sum_{i=1}^m (a_i - y_i)^2$ over the $m$ samples. "
ROWS_OF_SAMPLES = r"""Let $X \in \mathbb{R}^{m \times n}$ hold the samples in its rows, $w \in \mathbb{R}^n$,
$y \in \mathbb{R}^m$ and $J = \frac{1}{2m} \|X w - y\|^2$. """
VECTORS = r"Let $a^{(i)} = w^\top x^{(i)}$ and $J = \frac{1}{2m} \sum_{i=1}^m (a^{(i)} - y^{(i)})^2$. "
PENALTY = r"Let $a = w x + v u$ and $J = \frac12 (a - y)^2 + \frac{\lambda}{2} w^2$. "
SOFTMAX = r"Let $p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$. "

MASKED = r"Let $d = \frac{1}{1 - p} m \odot r$, where $m, r \in \mathbb{R}^n$. "
RESIDUAL = r"Let $u = \tanh(v x)$ and $y = u + x$ with $L = \frac12 (y - t)^2$. "
KERNEL = r"Let $y_i = \sum_{k=1}^{K} w_k x_{i+k}$ and $\delta_i = \frac{\partial L}{\partial y_i}$. "
RECURRENT = r"Let $p_t = h_t^2 h_{t-1}$. "
LAYERS = r"""In layer $l$ of a network, $z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$, $a^l_j = \sigma(z^l_j)$, and
$\delta^l_j = \frac{\partial C}{\partial z^l_j}$. """

ROWS = [
    # misconception, what the text defines, left side, wrong right side, right side that would hold
    ("sign", LOGISTIC, r"\frac{\partial L}{\partial z}", r"y - \hat y", r"\hat y - y"),
    ("one sign", LOGISTIC, r"\frac{\partial \hat y}{\partial z}", r"\hat y (1 + \hat y)", r"\hat y (1 - \hat y)"),
    ("prime", SQUARES, r"\frac{\partial L}{\partial b}", r"(a - y) g(z)", r"(a - y) g'(z)"),
    ("sum", INDICES, r"\frac{\partial E}{\partial x_i}", r"(a_j - t_j) w_{ji}", r"\sum_{j} (a_j - t_j) w_{ji}"),
    ("no sum", INDICES, r"\frac{\partial E}{\partial a_j}", r"\sum_j (a_j - t_j)", r"(a_j - t_j)"),
    ("transpose", MATRICES, r"\frac{\partial L}{\partial W}", r"(y - t) x", r"(y - t) x^{\top}"),
    ("square", "", r"\tanh'(z)", r"1 - \tanh(z)", r"1 - \tanh^{2}(z)"),
    ("exponent", r"Let $r = (v + e)^{-1/2}$. ", r"\frac{\partial r}{\partial v}", r"-\frac{1}{2} r^2",
     r"-\frac{1}{2} r^{3}"),
    ("exponent", "", r"(1 - \beta) (1 + \beta + \beta^2)", r"1 - \beta^2", r"1 - \beta^{3}"),
    ("2 or ½", SQUARES, r"\frac{\partial L}{\partial a}", r"2 (a - y)", r"(a - y)"),
    ("swapped", LOGISTIC, r"\frac{\partial L}{\partial \hat y}", r"\frac{y - \hat y}{y (1 - y)}",
     r"\frac{\hat y - y}{\hat y (1 - \hat y)}"),
    ("index", INDICES, r"\frac{\partial E}{\partial w_{ji}}", r"(a_i - t_i) x_i", r"(a_{j} - t_{j}) x_i"),
    ("index", INDICES, r"\frac{\partial E}{\partial w_{ji}}", r"(a_j - t_j) x_j", r"(a_j - t_j) x_{i}"),
    ("output", SQUARES, r"\frac{\partial L}{\partial b}", r"(a - y) g'(a)", r"(a - y) g'(z)"),
    ("function", r"Let $h = o \tanh(c)$. ", r"\frac{\partial h}{\partial c}", r"o (1 - c^2)", r"o (1 - \tanh^{2}(c))"),
    ("extra factor", LOGISTIC, r"\frac{\partial L}{\partial b}", r"(\hat y - y) x", r"(\hat y - y)"),
    ("another name", LOGISTIC, r"\frac{\partial L}{\partial w}", r"(\hat y - y) w", r"(\hat y - y) x"),
    ("term", "", r"\tanh'(z)", r"- \tanh^2(z)", r"- \tanh^2(z) + 1"),
    ("term", LOGISTIC, r"\frac{\partial L}{\partial z}", r"\hat y", r"\hat y - y"),
    ("factor", LOGISTIC, r"\frac{\partial L}{\partial w}", r"\hat y - y", r"(\hat y - y) x"),
    ("factor", SQUARES, r"\frac{\partial L}{\partial b}", r"g'(z)", r"g'(z) (a - y)"),
    ("argument", LOGISTIC, r"\tanh(z)", r"2 \sigma(z) - 1", r"2 \sigma(2 z) - 1"),
    ("log", r"Let $D = p \log p - p$. ", r"\frac{\partial D}{\partial p}", "p", r"\log(p)"),
    ("reciprocal", r"Let $C = y \log p$. ", r"\frac{\partial C}{\partial p}", r"\frac{p}{y}", r"\frac{y}{p}"),
    ("diagonal", SOFTMAX, r"\frac{\partial p_i}{\partial z_j}", r"p_i (1 - p_i)", r"p_i (\mathbf{1}[i = j] - p_j)"),
    ("mean", SAMPLES, r"\frac{\partial J}{\partial w}", r"\sum_{i=1}^m (a_i - y_i) x_i",
     r"\frac{1}{m} \sum_{i=1}^m (a_i - y_i) x_i"),
    ("mean", SAMPLES, r"\frac{\partial J}{\partial w}", r"\frac{1}{m^2} \sum_{i=1}^m (a_i - y_i) x_i",
     r"\frac{1}{m} \sum_{i=1}^m (a_i - y_i) x_i"),
    ("mean", ROWS_OF_SAMPLES, r"\frac{\partial J}{\partial w}", r"\frac{1}{m^2} X^\top (X w - y)",
     r"\frac{1}{m} X^\top(X w - y)"),
    ("indices", INDICES, r"\frac{\partial E}{\partial w_{ji}}", r"(a_i - t_i) x_j", r"(a_j - t_j) x_i"),
    ("no index", VECTORS, r"\frac{\partial J}{\partial w_j}", r"\frac{1}{m} \sum_{i=1}^m (a^{(i)} - y^{(i)}) x^{(i)}",
     r"\frac{1}{m} \sum_{i=1}^m (a^{(i)} - y^{(i)}) x_{j}^{(i)}"),
    ("extra term", PENALTY, r"\frac{\partial J}{\partial v}", r"(a - y) u + \lambda w", r"(a - y) u"),
    ("term", PENALTY, r"\frac{\partial J}{\partial w}", r"(a - y) x", r"(a - y) x + \lambda w"),
    ("place of a square", "", r"\tanh'(z)", r"(1 - \tanh z)^2", r"(1 - \tanh^2 z)"),
    ("path", RESIDUAL, r"\frac{\partial L}{\partial x}", r"v (1 - u^2) \frac{\partial L}{\partial u}",
     r"v (1 - u^2) \frac{\partial L}{\partial u} + \frac{\partial L}{\partial y}"),
    ("coefficient", MASKED, r"\frac{\partial L}{\partial r}", r"m \odot \frac{\partial L}{\partial d}",
     r"\frac{1}{1 - p} m \odot \frac{\partial L}{\partial d}"),
    ("sign in an index", KERNEL, r"\frac{\partial L}{\partial x_j}", r"\sum_{k=1}^{K} \delta_{j+k} w_k",
     r"\sum_{k=1}^{K} \delta_{j - k} w_k"),
    ("step", RECURRENT, r"\frac{\partial p_t}{\partial h_{t-1}}", r"h_{t-1}^2", r"h_{t}^2"),
    ("label", LAYERS, r"\frac{\partial C}{\partial w^l_{jk}}", r"a^l_k \delta^l_j", r"a_k^{l - 1} \delta_j^l"),
    ("functions", LOGISTIC, r"\frac{\partial \hat y}{\partial z}", r"z (1 - z)", r"\sigma(z)(1 - \sigma(z))"),
    ("brackets", ROWS_OF_SAMPLES, r"\frac{\partial J}{\partial w}", r"\frac{1}{m} X^\top X w - y",
     r"\frac{1}{m} X^\top (X w - y)"),
    ("factor", SAMPLES, r"\frac{\partial J}{\partial w}", r"\frac{1}{m} \sum_{i=1}^m (a_i - y_i)",
     r"\frac{1}{m} \sum_{i=1}^m (a_i - y_i) x_i"),
    ("base", r"Let $D = p \log_2 p$. ", r"\frac{dD}{dp}", r"\log_2 p + 1", r"\log_2 p + \frac{1}{\ln 2}"),
    ("slope", LOGISTIC, r"\sigma'(z)", r"\sigma(z)", r"\sigma(z) (1 - \sigma(z))"),
]  # fmt: skip


def test_every_misconception_has_a_row():
    assert {m.name for m in MISCONCEPTIONS} == {name for name, *_ in ROWS}


@pytest.mark.parametrize(("name", "given", "left", "wrong", "right"), ROWS)
def test_a_mistake_is_named_and_mended(name: str, given: str, left: str, wrong: str, right: str):
    row = check_text(f"{given}\n\n$${left} = {wrong}$$\n").rows[-1]
    assert row.verdict in {"refuted", "ill-shaped"}, (row.verdict, row.reason)
    says = {m.says: m.name for m in MISCONCEPTIONS}
    assert says.get(row.hint) == name, (row.hint, row.suggestion)
    assert read_expression(row.suggestion) == read_expression(right), row.suggestion
    assert check_text(f"{given}\n\n$${left} = {row.suggestion}$$\n").rows[-1].verdict in {"proved", "conditional"}


def test_a_loss_at_another_layer_makes_no_sign_true():
    text = r"""$z^l = w^l a^{l-1} + b^l$, $a^l = \sigma(z^l)$, $\delta^l = \frac{\partial C}{\partial z^l}$ and
$C = \frac{1}{2} \| a^L - y \|^2$.

$$\frac{\partial C}{\partial w^l} = -\delta^l (a^{l-1})^T$$
"""
    assert check_text(text).rows[-1].verdict not in {"proved", "conditional"}
