"""Dots between the terms of a sum and between the entries of a vector.

Every text was written for this test; what is true of each row was worked out by hand.
"""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
OPEN = frozenset({"undecided", "unread", "none"})

NEURON = r"Let $s = v_1 u_1 + v_2 u_2 + \cdots + v_d u_d + c$ and $q = \sigma(s)$ with the sigmoid $\sigma$."
WITH_BIAS = r"Let $s = v_0 + v_1 u_1 + v_2 u_2 + \ldots$"
ERROR = r"The error is $E = \frac12 ((r_1 - g_1)^2 + (r_2 - g_2)^2 + \dots + (r_K - g_K)^2)$."
PLAIN = r"Let $z = u_1 + u_2 + \dots + u_n$."
OTHER_ENDS = r"Let $s = v_1 u_1 + v_2 u_2 + \cdots + v_d u_e$."
INNER = r"Let $\mathbf{u}, \mathbf{v} \in \mathbb{R}^n$ and $f = \mathbf{u}^T \mathbf{v}$."
COLUMN = r"Let $a = \begin{bmatrix} \tanh(z_1) \\ \vdots \\ \tanh(z_n) \end{bmatrix}$."
FROM_ZERO = (
    r"The cost is $$E = \frac{1}{2m} \sum_{i=1}^m \left(\sum_{j=0}^n v_j u_j^{(i)} - g^{(i)}\right)^2.$$"
    r"$$\nabla_{\mathbf{v}} E = \left(\frac{\partial E}{\partial v_0}, \dots, \frac{\partial E}{\partial v_n}\right)$$"
)
NABLA = r"\nabla_{\mathbf{u}} f = "
RESIDUALS = r"(\mathbf{v}^T \mathbf{u}^{(i)} - g^{(i)})"
GRADIENT = r"\nabla_{\mathbf{v}} E ="
FIRST, LAST = (rf"\frac{{\partial f}}{{\partial u_{k}}}" for k in "1n")

ROWS = [
    (NEURON, r"\frac{\partial s}{\partial v_j} = u_j", HOLDS),
    (NEURON, r"\frac{\partial s}{\partial v_j} = v_j", {"refuted"}),
    (NEURON, r"s = \sum_{j=1}^d v_j u_j + c", HOLDS),
    (NEURON, r"s = \sum_{j=1}^d v_j u_j - c", {"refuted"}),
    (NEURON, r"\frac{\partial q}{\partial v_j} = q (1 - q) u_j", HOLDS),
    (NEURON, r"s = u_1 v_1 + \dots + u_d v_d + c", HOLDS),
    (WITH_BIAS, r"\frac{\partial s}{\partial v_0} = 1", HOLDS),
    (WITH_BIAS, r"\frac{\partial s}{\partial v_1} = u_1", HOLDS),
    (WITH_BIAS, r"\frac{\partial s}{\partial v_1} = u_2", {"refuted"}),
    (ERROR, r"\frac{\partial E}{\partial r_k} = r_k - g_k", HOLDS),
    (ERROR, r"\frac{\partial E}{\partial r_k} = 2 (r_k - g_k)", {"refuted"}),
    (PLAIN, r"\frac{\partial z}{\partial u_i} = 1", HOLDS),
    (PLAIN, r"\frac{\partial z}{\partial u_i} = u_i", {"refuted"}),
    (OTHER_ENDS, r"\frac{\partial s}{\partial v_j} = u_j", OPEN),
    (INNER, rf"{NABLA} ({FIRST}, \ldots, {LAST})^T", HOLDS),
    (INNER, rf"{NABLA} \begin{{pmatrix}} {FIRST} \\ \vdots \\ {LAST} \end{{pmatrix}} = \mathbf{{v}}", HOLDS),
    (INNER, rf"{NABLA} \begin{{pmatrix}} {FIRST} \\ \vdots \\ {LAST} \end{{pmatrix}} = 2 \mathbf{{v}}", {"refuted"}),
    (INNER, rf"{NABLA} [u_1, \ldots, u_n]", {"refuted"}),
    (INNER, r"\mathbf{u} = (u_1, \ldots, u_n)^T", OPEN),
    (INNER, rf"{NABLA} ({FIRST}, \ldots, {FIRST})^T", OPEN),
    (INNER, rf"{NABLA} ({FIRST}, \ldots, \frac{{\partial f}}{{\partial u_m}})^T", OPEN),
    (COLUMN, r"\frac{\partial a_i}{\partial z_i} = 1 - a_i^2", HOLDS),
    (COLUMN, r"\frac{\partial a_i}{\partial z_i} = 1 + a_i^2", {"refuted"}),
    (FROM_ZERO, rf"{GRADIENT} \frac1m \sum_{{i=1}}^m {RESIDUALS} \mathbf{{u}}^{{(i)}}",
     HOLDS),
    (FROM_ZERO, rf"{GRADIENT} \frac2m \sum_{{i=1}}^m {RESIDUALS} \mathbf{{u}}^{{(i)}}",
     {"refuted"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_what_the_dots_leave_out(text: str, row: str, verdicts: frozenset[str]) -> None:
    *_, last = check_text(f"{text}\n\n$${row}$$\n", "note.md").rows
    assert last.verdict in verdicts, (last.verdict, last.reason)


def test_a_list_of_gradients_in_several_rows() -> None:
    rows = check_text(
        FROM_ZERO
        + r"""
        $$\begin{aligned} \nabla_{\mathbf{v}} E
        &= \left(\frac{\partial E}{\partial v_0}, \frac{\partial E}{\partial v_1}, \dots,
            \frac{\partial E}{\partial v_n}\right) \\
        &= \left(\frac1m \sum_{i=1}^m (\mathbf{v}^T \mathbf{u}^{(i)} - g^{(i)}) u_0^{(i)}, \dots,
            \frac1m \sum_{i=1}^m (\mathbf{v}^T \mathbf{u}^{(i)} - g^{(i)}) u_n^{(i)}\right) \end{aligned}$$""",
        "note.md",
    ).rows
    assert [row.verdict for row in rows[-2:]] == ["proved", "proved"]
