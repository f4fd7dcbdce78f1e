"""One-dimensional convolutions, filters and pooling, as notes write them that count from 0.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

RANGE = r"$$y_i = \sum_{k=0}^{K-1} w_k x_{i+k} + b \qquad (i = 0, \dots, n-K)$$"
WORDS = "Let $g_i$ be the gradient $\\partial L / \\partial y_i$. We set $g_i = 0$ for $i$ outside of $0..n-K$."
STEPS = (
    "On a $u_t = \\sum_{j=0}^{m-1} a_j s_{t+j}$ pour $t = 0, \\dots, N-1$. On note $d_t$ la dérivée "
    "$\\frac{\\partial E}{\\partial u_t}$, et $d_t = 0$ hors de cet intervalle."
)
SIGNAL = (
    r"A filter $y[n] = \sum_{k=0}^{P} h[k] x[n-k]$ has the error $e[n] = d[n] - y[n]$ and "
    r"$J = \frac12 \sum_{n=0}^{N-1} e[n]^2$."
)
OF_TIME = r"$$y(t) = \sum_{k=0}^{K-1} w(k) x(t+k) + b \qquad (t = 0, \ldots, M-1)$$"
CHANNELS = (
    r"Several channels: $$y_{c,i} = b_c + \sum_{a=1}^{A} \sum_{k=0}^{K-1} w_{c,a,k} x_{a,i+k}$$ With "
    r"$g_{c,i} = \frac{\partial L}{\partial y_{c,i}}$."
)
STRIDE = r"With stride 2: $y_i = \sum_{k=0}^{K-1} w_k x_{2i+k}$ and $\delta_i = \frac{\partial L}{\partial y_i}$."
THREE = r"$y_i = \sum_{k=0}^{2} w_k x_{i+k}$ for $i = 0, \dots, 3$, and $\delta_i = \frac{\partial L}{\partial y_i}$."
MEAN = r"Pooling: $p_i = \frac{1}{2} (y_{2i} + y_{2i+1})$ with loss $L$."
LARGEST = r"Pooling: $q_i = \max(y_{2i}, y_{2i+1})$."
GIVEN = RANGE + "\n\n" + WORDS + " For $n = 3$ and $K = 2$ this is:"

CARDS = (
    RANGE + "\n\n## Mean and variance\n\n$m = \\frac1N \\sum_{i=1}^N z_i$ and $v_i = (z_i - m)^2$.\n\n"
    "## The layer once more\n\nWith $g_i = \\partial L / \\partial y_i$:"
)
"""Under one heading the letters count from 1, and from 0 in the sections around it."""

ROWS = [
    (RANGE + WORDS, r"\frac{\partial y_i}{\partial w_k} = x_{i+k}", "proved"),
    (RANGE + WORDS, r"\frac{\partial y_i}{\partial x_j} = w_{j-i}", "proved"),
    (RANGE + WORDS, r"\frac{\partial y_i}{\partial x_j} = w_{i-j}", "refuted"),
    (RANGE + WORDS, r"\frac{\partial L}{\partial w_k} = \sum_{i=0}^{n-K} g_i x_{i+k}", "proved"),
    (RANGE + WORDS, r"\frac{\partial L}{\partial b} = \sum_{i=0}^{n-K} g_i", "proved"),
    (RANGE + WORDS, r"\frac{\partial L}{\partial x_j} = \sum_{k=0}^{K-1} g_{j-k} w_k", "proved"),
    (RANGE + WORDS, r"\frac{\partial L}{\partial x_j} = \sum_{k=0}^{K-1} g_{j+k} w_k", "refuted"),
    (CARDS, r"\frac{\partial L}{\partial w_k} = \sum_{i=0}^{n-K} g_i x_{i+k}", "proved"),
    (CARDS, r"\frac{\partial L}{\partial w_k} = \sum_{i=0}^{n-K} g_i x_{i-k}", "refuted"),
    (CARDS, r"\frac{\partial m}{\partial z_j} = \frac1N", "proved"),
    (CARDS, r"\frac{\partial m}{\partial z_j} = 1", "refuted"),
    (STEPS, r"\frac{\partial E}{\partial a_j} = \sum_{t=0}^{N-1} d_t s_{t+j}", "proved"),
    (STEPS, r"\frac{\partial E}{\partial a_j} = \sum_{t=0}^{N-1} d_t s_{t-j}", "refuted"),
    (STEPS, r"\frac{\partial E}{\partial s_r} = \sum_{t=0}^{N-1} d_t a_{r-t}", "proved"),
    (SIGNAL, r"\frac{\partial J}{\partial h[k]} = -\sum_{n=0}^{N-1} e[n] x[n-k]", "proved"),
    (SIGNAL, r"\frac{\partial J}{\partial h[k]} = -\sum_{n=0}^{N-1} e[n] x[n+k]", "refuted"),
    (OF_TIME, r"\frac{\partial y(t)}{\partial w(k)} = x(t+k)", "proved"),
    (OF_TIME, r"\frac{\partial y(t)}{\partial w(k)} = x(t)", "refuted"),
    (CHANNELS, r"\frac{\partial L}{\partial w_{c,a,k}} = \sum_{i=0}^{M-1} g_{c,i} x_{a,i+k}", "proved"),
    (CHANNELS, r"\frac{\partial L}{\partial b_c} = \sum_{i=0}^{M-1} g_{c,i}", "proved"),
    (CHANNELS, r"\frac{\partial L}{\partial x_{a,j}} = \sum_{c=1}^{C} \sum_{k=0}^{K-1} g_{c,j-k} w_{c,a,k}", "proved"),
    (CHANNELS, r"\frac{\partial L}{\partial x_{a,j}} = \sum_{k=0}^{K-1} g_{c,j-k} w_{c,a,k}", "refuted"),
    (STRIDE, r"\frac{\partial L}{\partial w_k} = \sum_{i=0}^{M-1} \delta_i x_{2i+k}", "proved"),
    (STRIDE, r"\frac{\partial L}{\partial x_j} = \sum_{i=0}^{M-1} \delta_i w_{j-2i}", "proved"),
    (STRIDE, r"\frac{\partial L}{\partial x_j} = \sum_{i=0}^{M-1} \delta_i w_{j-i}", "refuted"),
    (THREE, r"y_1 = w_0 x_1 + w_1 x_2 + w_2 x_3", "proved"),
    (THREE, r"y_1 = w_0 x_0 + w_1 x_1 + w_2 x_2", "refuted"),
    (THREE, r"\frac{\partial L}{\partial w_0} = \sum_{i=0}^{3} \delta_i x_i", "proved"),
    (THREE, r"\frac{\partial L}{\partial x_1} = \delta_0 w_1 + \delta_1 w_0", "proved"),
    (THREE, r"\frac{\partial L}{\partial x_1} = \delta_0 w_0 + \delta_1 w_1", "refuted"),
    (MEAN, r"\frac{\partial L}{\partial y_{2i+1}} = \frac{1}{2} \frac{\partial L}{\partial p_i}", "proved"),
    (MEAN, r"\frac{\partial p_i}{\partial y_{2i}} = \frac{1}{4}", "refuted"),
    (LARGEST, r"\frac{\partial q_i}{\partial y_{2i}} = \begin{cases} 1 & y_{2i} > y_{2i+1} \\ 0 & y_{2i} < y_{2i+1} "
              r"\end{cases}", "proved"),
    (LARGEST, r"\frac{\partial q_i}{\partial y_{2i}} = \begin{cases} 1 & y_{2i} < y_{2i+1} \\ 0 & y_{2i} > y_{2i+1} "
              r"\end{cases}", "refuted"),
    (GIVEN, r"\frac{\partial L}{\partial x_1} = g_0 w_1 + g_1 w_0", "proved"),
    (GIVEN, r"y_1 = w_0 x_1 + w_1 x_2 + b", "proved"),
    (GIVEN, r"\frac{\partial L}{\partial x_2} = g_1 w_0", "refuted"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdict"), ROWS)
def test_windows_are_counted_from_zero(text: str, row: str, verdict: str):
    assert check_text(f"{text}\n\n$$\n{row}\n$$\n", "notes.md").rows[-1].verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        r"with $w_j = 0$ if $j \notin \{0, \dots, K-1\}$",
        r"and $w_j = 0$ for $j < 0$ or $j \geq K$",
        r"where $w_j = 0$ outside of the kernel",
        r"außerhalb ist $w_j = 0$",
        r"avec $w_j = 0$ si $j \notin \{0, \dots, K-1\}$",
    ],
)
def test_zero_outside_of_a_range_defines_nothing(text: str):
    rows = check_text(
        f"{RANGE}\n\n{text}.\n\n$$\\frac{{\\partial y_i}}{{\\partial x_j}} = w_{{j-i}}$$ $$y_i = b$$", "notes.md"
    ).rows
    assert [row.verdict for row in rows[1:3]] == ["assumption", "proved"]
    assert rows[3].verdict not in {"proved", "conditional"}


def test_a_counterexample_counts_as_the_text_does():
    (row,) = check_text(THREE + r" $$\frac{\partial y_i}{\partial w_0} = x_1$$", "notes.md").rows[-1:]
    assert row.verdict == "refuted" and row.counterexample is not None
    assert int(row.counterexample["index i"]) in range(4)
    assert {"x[0]", "x[2]"} & row.counterexample.keys()


def test_a_counterexample_counts_as_its_section_does():
    text = f"# Layers\n\n## One\n\n{THREE} $$\\frac{{\\partial y_i}}{{\\partial w_0}} = x_1$$\n\n## Two\n\n"
    rows = check_text(
        text + r"$m = \frac1N \sum_{i=1}^N z_i$ and $\frac{\partial m}{\partial z_1} = z_1$.", "n.md"
    ).rows
    assert [row.verdict for row in rows if row.counterexample] == ["refuted", "refuted"]
    first, second = (row.counterexample for row in rows if row.counterexample)
    assert first is not None and second is not None
    assert int(first["index i"]) in range(4) and {"x[0]", "x[2]"} & first.keys()
    assert not {key for key in second if key.startswith(("x", "z[0"))}
