"""Rows as they stand in short notes, a right and a wrong one of each, after the equations that notes begin with."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})
NOT_PROVED = frozenset({"refuted", "ill-shaped", "undecided", "unread"})

COLUMN = (
    r"Let $X \in \mathbb{R}^{m \times n}$ hold the rows $x^{(i)\top}$ and $y \in \mathbb{R}^m$ the labels $y^{(i)}$. "
    r"$h = g(X\theta)$ with $g(z) = \frac{1}{1+e^{-z}}$, "
    r"$J = -\frac1m \sum_{i=1}^m [y^{(i)} \log h^{(i)} + (1-y^{(i)}) \log(1-h^{(i)})]$, "
    r"$h^{(i)} = g(\theta^\top x^{(i)})$."
)
MODEL = r"$f(x) = w^\top x + b$, $L = \frac{1}{2N} \sum_{n=1}^N (f(x_n) - y_n)^2$."
SOFTMAX = r"$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$, $\ell = -\sum_k y_k \log p_k$ with $\sum_k y_k = 1$."
SUBSET = r"$J = \frac{1}{N} \sum_{i=1}^N \ell_i$ with $\ell_i = (w^\top x_i - y_i)^2$. $B$ is a mini-batch."
ESTIMATE = SUBSET + r" $g_B = \frac{1}{|B|} \sum_{i \in B} \nabla_w \ell_i$."
ACTIVATION = r"$y = \phi(z)$, $z = w^\top x$, $L = \frac12 (y-t)^2$. Here $\phi$ is the logistic function."
NAMED = r"$y = f(z)$, $z = w^\top x$, $L = \frac12 (y-t)^2$. For f one takes tanh or the logistic function."
DIAGONAL = (
    r"$C = (X - M)^\top (X - M)$, the diagonal entries are $C_{nn} = v_n$. $q = \frac12 \sum_n \sum_m a_n C_{nm} a_m$."
)
WEIGHTED = r"$r = Xw - y$, $S$ is a diagonal matrix with $S_{nn} = s_n$. $J = \frac12 \sum_n s_n r_n^2$."
KL = r"$D(p \| q) = \sum_k p_k \log \frac{p_k}{q_k}$."
SET = r"$J(w) = \sum_{(x,y) \in D} (w x - y)^2$."

ROWS = [
    (COLUMN, r"\nabla J = \frac1m X^\top (h - y)", HOLDS),
    (COLUMN, r"\nabla J = \frac1m X^\top (y - h)", WRONG),
    (MODEL, r"\frac{\partial L}{\partial w} = \frac1N \sum_{n=1}^N (f(x_n) - y_n) x_n", HOLDS),
    (MODEL, r"\frac{\partial L}{\partial w} = \frac1N \sum_{n=1}^N (y_n - f(x_n)) x_n", WRONG),
    (MODEL, r"\frac{\partial L}{\partial b} = \frac1N \sum_{n=1}^N (f(x_n) - y_n)", HOLDS),
    (MODEL, r"\frac{\partial L}{\partial b} = \frac2N \sum_{n=1}^N (f(x_n) - y_n)", WRONG),
    (SOFTMAX, r"\frac{\partial \ell}{\partial z_k} = p_k - y_k", HOLDS),
    (SOFTMAX, r"\frac{\partial \ell}{\partial z_k} = y_k - p_k", WRONG),
    (SOFTMAX, r"\frac{\partial p_i}{\partial z_k} = p_i (\delta_{ik} - p_k)", HOLDS),
    (SOFTMAX, r"\frac{\partial p_i}{\partial z_k} = p_i (\delta_{ik} - p_i)", WRONG),
    (ESTIMATE, r"g_B = \frac{2}{|B|} \sum_{i \in B} (w^\top x_i - y_i) x_i", HOLDS),
    (ESTIMATE, r"g_B = \frac{1}{|B|} \sum_{i \in B} (w^\top x_i - y_i) x_i", WRONG),
    (SUBSET, r"\nabla J = \frac{2}{N} \sum_{i=1}^N (w^\top x_i - y_i) x_i", HOLDS),
    (SUBSET, r"\nabla J = \frac{2}{N} \sum_{i \in B} (w^\top x_i - y_i) x_i", NOT_PROVED),
    (SUBSET, r"\nabla J = \frac{2}{N} \sum_{k \in B} (w^\top x_k - y_k) x_k", NOT_PROVED),
    (ACTIVATION, r"\frac{\partial L}{\partial z} = (y-t) y (1-y)", HOLDS),
    (ACTIVATION, r"\frac{\partial L}{\partial z} = (y-t) y (1+y)", WRONG),
    (NAMED, r"\frac{\partial L}{\partial z} = (y-t) f'(z)", HOLDS),
    (NAMED, r"\frac{\partial L}{\partial z} = (y-t) y (1-y)", NOT_PROVED),
    (DIAGONAL, r"\frac{\partial q}{\partial a_n} = v_n a_n", NOT_PROVED),
    (WEIGHTED, r"\frac{\partial J}{\partial w} = X^\top S (Xw - y)", HOLDS),
    (WEIGHTED, r"\frac{\partial J}{\partial w} = X^\top (Xw - y)", WRONG),
    (KL, r"\frac{\partial D}{\partial q_k} = -\frac{p_k}{q_k}", HOLDS),
    (KL, r"\frac{\partial D}{\partial q_k} = \frac{p_k}{q_k}", WRONG),
    (SET, r"\frac{dJ}{dw} = 2 \sum_{(x,y) \in D} (w x - y) x", HOLDS),
    (SET, r"\frac{dJ}{dw} = 2 \sum_{(x,y) \in D} (w x - y)", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_short_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
