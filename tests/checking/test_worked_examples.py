"""Worked examples: equations for any values, and rows with the numbers that come out at the values of the text.

Every text was written for this test; every number was worked out by hand, or with NumPy where it is no fraction.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

CHAIN = (
    "Let $h = \\sigma(w x)$, $\\hat y = v h$ and $L = \\frac12 (\\hat y - y)^2$ with $x = 2$, $w = 0.5$, $v = 1$, "
    "$y = 1$. We have $h = \\sigma(1) = 0.731$ and $\\hat y = 0.731$."
)
NAMED_ONLY = (
    "$a = g(w x + b)$ with $w = 1$, $x = 0.5$, $b = 0$: $a = g(0.5) = 0.4621$ and "
    "$\\frac{\\partial a}{\\partial b} = 0.7864$."
)
LAYER = (
    "$s = Wx + b$ with $W \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^n$, $y = \\tanh(s)$, "
    "$\\delta_y = \\frac{\\partial L}{\\partial y}$, $\\delta_s = \\delta_y \\odot (1 - y \\odot y)$, "
    "$\\delta_x = W^T \\delta_s$, $\\delta_W = \\delta_s x^T$.\n\n"
    "Example: $W = [0.5, -0.5]$, $x = [1, 1]^T$, $b = 0$, $\\delta_y = 2$. Then $s = 0.5 - 0.5 + 0 = 0$."
)
TWO_LAYERS = (
    "Let $h = \\text{ReLU}(W_1 x + b_1)$, $\\hat y = W_2 h$ and $L = \\frac12 (\\hat y - y)^2$ with\n\n"
    "$$x = \\begin{pmatrix} 1 \\\\ -1 \\end{pmatrix}, \\quad W_1 = \\begin{pmatrix} 1 & 2 \\\\ 3 & 1 \\end{pmatrix}, "
    "\\quad b_1 = 0, \\quad W_2 = \\begin{pmatrix} 1 & 0.5 \\end{pmatrix}, \\quad y = 2$$\n\n"
    "$$h = \\begin{pmatrix} 0 \\\\ 2 \\end{pmatrix}, \\quad \\hat y = 1$$"
)
WINDOW = (
    "$y_i = \\sum_{k=0}^{K-1} w_k x_{i+k} + b$, $M = n - K + 1$ and $L = \\frac12 \\sum_{i=0}^{M-1} (y_i - t_i)^2$. "
    "Example: $n = 3$, $K = 2$, $w = (1, -1)$, $b = 0$, $x = (4, 1, 2)$, $t = (1, 0)$, so $y_0 = 3$."
)
PARTS = (
    "$z = \\sum_{i=1}^{2} w_i x_i + b$, $a = \\frac{1}{1+e^{-z}}$, $L = \\frac12 (a - t)^2$. Let $w_1 = 0.5$, "
    "$w_2 = -1$, $x_1 = 2$, $x_2 = 1$, $b = 0$, $t = 1$. Then $z = 0.5 \\cdot 2 - 1 \\cdot 1 = 0$."
)
SOFTMAX = (
    "$p = \\text{softmax}(z)$ and $L = -\\sum_k y_k \\log p_k$. For $z = (1, 2, 0)$ and $y = (0, 1, 0)$ we get "
    "$p = (0.245, 0.665, 0.090)$."
)

ROWS = [
    (CHAIN, r"\frac{\partial L}{\partial v} = \frac{\partial L}{\partial \hat y} h = -0.197", "none"),
    (CHAIN, r"\frac{\partial L}{\partial w} = -0.106", "none"),
    (CHAIN, r"\frac{\partial L}{\partial w} = -0.212", "refuted"),
    (CHAIN, r"\frac{\partial L}{\partial w} = -0.2", "refuted"),
    (NAMED_ONLY, r"\frac{\partial a}{\partial w} = (1 - a^2) x", "conditional"),
    (NAMED_ONLY, r"\frac{\partial a}{\partial w} = 0.3932", "none"),
    (NAMED_ONLY, r"\frac{\partial a}{\partial w} = 0.7864", "refuted"),
    (LAYER, r"\delta_s = 2 \cdot (1 - 0^2)", "proved"),
    (LAYER, r"\delta_x = [1, -1]^T", "proved"),
    (LAYER, r"\delta_x = [1, 1]^T", "refuted"),
    (LAYER, r"\delta_W = [2, 2]", "proved"),
    (TWO_LAYERS, r"\frac{\partial L}{\partial W_1} = \begin{pmatrix} 0 & 0 \\ -0.5 & 0.5 \end{pmatrix}", "proved"),
    (TWO_LAYERS, r"\frac{\partial L}{\partial W_1} = \begin{pmatrix} 0 & 0 \\ 0.5 & 0.5 \end{pmatrix}", "refuted"),
    (WINDOW, r"y_1 = 1 - 2", "proved"),
    (WINDOW, r"\frac{\partial L}{\partial w_0} = 2 \cdot 4 - 1 \cdot 1", "proved"),
    (WINDOW, r"\frac{\partial L}{\partial w_1} = 2 \cdot 4 - 1 \cdot 1", "refuted"),
    (PARTS, r"\frac{\partial L}{\partial w_1} = -0.125 \cdot 2", "proved"),
    (PARTS, r"\frac{\partial L}{\partial w_2} = 0.125", "refuted"),
    (SOFTMAX, r"L = 0.408", "none"),
    (SOFTMAX, r"L = 0.9", "refuted"),
]


@pytest.mark.parametrize(("text", "row", "verdict"), ROWS)
def test_rows_with_numbers_by_the_values_of_the_text(text: str, row: str, verdict: str):
    assert check_text(f"{text}\n\n$$\n{row}\n$$\n", "notes.md").rows[-1].verdict == verdict


def test_a_value_takes_the_shape_that_the_equations_ask_for():
    rows = {row.left: row.verdict for row in check_text(LAYER, "notes.md").rows}
    assert {rows["W"], rows["x"], rows["b"]} <= {"assumption", "definition"}
    assert rows["s"] == "proved"


def test_the_condition_names_the_function_that_the_numbers_show():
    row = check_text(f"{NAMED_ONLY}\n\n$$\n\\frac{{\\partial a}}{{\\partial w}} = (1 - a^2) x\n$$", "notes.md").rows[-1]
    assert row.condition is not None and "g is tanh" in row.condition.text


def test_numbers_behind_an_update_are_not_those_of_the_values_before():
    text = f"{PARTS} The update is $w_1 \\leftarrow w_1 - 0.1 \\cdot (-0.25)$. Now\n\n$$\nL = 0.12\n$$"
    assert check_text(text, "notes.md").rows[-1].verdict != "refuted"
