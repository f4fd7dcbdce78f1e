"""Indices that are computed: x_{i+a-1} of a convolution, h_{2j} of a pooling, u_{n_k} of negative samples.

What is true of each row was worked out by hand; beside the true rows stand some with another index, sign or factor.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

GOOD = {"proved", "conditional"}
WRONG = {"refuted", "ill-shaped"}

FILTER = r"""
Inputs $x_1, \dots, x_n$ and a filter $w_1, \dots, w_k$ give
$$y_i = b + \sum_{a=1}^{k} w_a x_{i+a-1}, \qquad i = 1, \dots, N$$
with $N = n - k + 1$. Input $x_t$ is seen by the outputs with $t = i + a - 1$. Write
$\delta_i = \frac{\partial L}{\partial y_i}$. $$\frac{\partial L}{\partial b} = \sum_{i=1}^{N} \delta_i$$
"""
SMALL = FILTER + "For $n = 3$ and $k = 2$: "
KERNEL = r"""
Die Faltung mit dem Kern $f$ ist
$$s_t = c + \sum_{u=0}^{m-1} f_u x_{t+u}$$
und das Fehlersignal $\delta_t = \frac{\partial E}{\partial s_t}$.
"""
LAGS = r"$$z_t = \sum_{\tau=0}^{m-1} w_\tau x_{t+\tau}, \qquad \delta_t = \frac{\partial E}{\partial z_t}$$"
IMAGE = r"""
$$y_{ij} = \sum_{a=1}^{m} \sum_{b=1}^{m} K_{ab} x_{i+a-1, j+b-1}, \qquad \delta_{ij} = \partial L / \partial y_{ij}$$
"""
MEAN = r"""
Let $h_i = \max(0, y_i)$ and $p_j = \frac{h_{2j-1} + h_{2j}}{2}$, and let the loss be $L$.
"""
STRIDE = r"$$v_j = \sum_{c=1}^{3} g_c x_{2j+c-2}, \qquad L = \frac{1}{2} \sum_{j=1}^{M} v_j^2$$"
NEGATIVE = r"""
With $\sigma(a) = \frac{1}{1 + e^{-a}}$, $h \in \mathbb{R}^d$ and negative samples $n_1, \dots, n_K$ let
$$\ell = -\log \sigma(u_o^\top h) - \sum_{k=1}^{K} \log \sigma(-u_{n_k}^\top h)$$
"""
ROWS = [
    (FILTER, r"\frac{\partial y_i}{\partial w_a} = x_{i+a-1}", True),
    (FILTER, r"\frac{\partial y_i}{\partial w_a} = x_{i+a}", False),
    (FILTER, r"\frac{\partial L}{\partial w_a} = \sum_{i=1}^{N} \delta_i x_{i+a-1}", True),
    (FILTER, r"\frac{\partial L}{\partial x_t} = \sum_{a=1}^{k} w_a \delta_{t-a+1}", True),
    (FILTER, r"\frac{\partial L}{\partial x_t} = \sum_{a=1}^{k} w_a \delta_{t+a-1}", False),
    (SMALL, r"y_2 = w_1 x_2 + w_2 x_3 + b", True),
    (SMALL, r"y_2 = w_1 x_1 + w_2 x_3 + b", False),
    (SMALL, r"\frac{\partial L}{\partial x_2} = \delta_1 w_2 + \delta_2 w_1", True),
    (SMALL, r"\frac{\partial L}{\partial w_2} = \delta_1 x_2 + \delta_2 x_2", False),
    (KERNEL, r"\frac{\partial E}{\partial x_v} = \sum_{u=0}^{m-1} f_u \delta_{v-u}", True),
    (KERNEL, r"\frac{\partial E}{\partial x_v} = \sum_{u=0}^{m-1} f_u \delta_{v+u}", False),
    (LAGS, r"\frac{\partial E}{\partial w_\tau} = \sum_t \delta_t x_{t+\tau}", True),
    (LAGS, r"\frac{\partial E}{\partial w_\tau} = \sum_t \delta_t x_{t-\tau}", False),
    (IMAGE, r"\frac{\partial L}{\partial x_{uv}} = \sum_{a=1}^{m} \sum_{b=1}^{m} K_{ab} \delta_{u-a+1, v-b+1}", True),
    (IMAGE, r"\frac{\partial L}{\partial x_{uv}} = \sum_{a=1}^{m} \sum_{b=1}^{m} K_{ab} \delta_{u-a+1, v+b-1}", False),
    (MEAN, r"\frac{\partial p_j}{\partial h_{2j}} = \frac{1}{2}", True),
    (MEAN, r"\frac{\partial p_j}{\partial h_{2j}} = 1", False),
    (MEAN, r"\frac{\partial L}{\partial h_{2j}} = \frac{\partial L}{\partial h_{2j-1}}", True),
    (MEAN, r"\frac{\partial L}{\partial h_{2j-1}} = \frac{1}{2} \frac{\partial L}{\partial p_j}", True),
    (MEAN, r"\frac{\partial L}{\partial h_{2j-1}} = \frac{\partial L}{\partial p_j}", False),
    (STRIDE, r"\frac{\partial L}{\partial g_c} = \sum_{j=1}^{M} v_j x_{2j+c-2}", True),
    (STRIDE, r"\frac{\partial L}{\partial g_c} = \sum_{j=1}^{M} v_j x_{j+c-2}", False),
    (NEGATIVE, r"\frac{\partial \ell}{\partial u_{n_k}} = \sigma(u_{n_k}^\top h) h", True),
    (NEGATIVE, r"\frac{\partial \ell}{\partial u_{n_k}} = -\sigma(u_{n_k}^\top h) h", False),
    (
        NEGATIVE,
        r"\frac{\partial \ell}{\partial h} = (\sigma(u_o^\top h) - 1) u_o "
        r"+ \sum_{k=1}^{K} \sigma(u_{n_k}^\top h) u_{n_k}",
        True,
    ),
]


@pytest.mark.parametrize(("text", "claim", "holds"), ROWS)
def test_what_holds_is_proved_and_what_does_not_is_refuted(text: str, claim: str, holds: bool):
    row = check_text(f"{text}\n$$\n{claim}\n$$\n", "notes.md").rows[-1]
    assert row.verdict in (GOOD if holds else WRONG), row.reason


def test_an_equation_between_indices_defines_nothing():
    rows = check_text(FILTER, "notes.md").rows
    assert next(r for r in rows if r.left == "t").verdict == "assumption"


def test_two_letters_below_stay_two_indices():
    """The 2j of w_{2j}, where w has two indices elsewhere, is the second row."""
    text = r"$$a_i = \sum_{j=1}^{n} w_{ij} x_j$$" + "\n\n" + r"$$\frac{\partial a_2}{\partial x_j} = w_{2j}$$"
    assert check_text(text, "notes.md").rows[-1].verdict == "proved"
