"""Sums and lists with dots in them."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})
NONE = frozenset({"none"})

NEURON = r"$s = v_1 u_1 + v_2 u_2 + \dots + v_n u_n + c$, $o = \tanh(s)$, $E = (o - r)^2$."
LAYER = r"$y_j = \sum_i x_i w_{ij}$, and $E$ is computed from $y$."
LOSS = r"$E = \frac{1}{2} \sum_{i=1}^n (o_i - r_i)^2$."

ROWS = [
    (NEURON, r"\frac{\partial s}{\partial v_i} = u_i", HOLDS),
    (NEURON, r"\frac{\partial s}{\partial v_i} = v_i", WRONG),
    (NEURON, r"s = v^T u + c", HOLDS),
    (NEURON, r"s = v^T u - c", WRONG),
    (NEURON, r"s = \sum_{i=1}^n v_i u_i + c", HOLDS),
    (NEURON, r"\nabla_v s = [u_1, u_2, \dots, u_n]^T", HOLDS),
    (NEURON, r"\nabla_v s = [v_1, v_2, \dots, v_n]^T", WRONG),
    (NEURON, r"\frac{\partial s}{\partial v} = \begin{bmatrix} u_1 & \cdots & u_n \end{bmatrix}", HOLDS),
    (NEURON, r"\begin{bmatrix} u_1 \\ \vdots \\ u_n \end{bmatrix} = u", HOLDS),
    (NEURON, r"\begin{bmatrix} 2 u_1 \\ \vdots \\ 2 u_n \end{bmatrix} = u", WRONG),
    (NEURON, r"v = [v_1, \dots, v_n]", NONE),
    (NEURON, r"s = v_1 u_1 + v_3 u_3 + \dots + v_n u_n + c", NONE),
    (LAYER, r"\frac{\partial E}{\partial x_i} = \frac{\partial E}{\partial y_1} w_{i1} + \dots"
            r" + \frac{\partial E}{\partial y_m} w_{im}", HOLDS),
    (LAYER, r"\frac{\partial E}{\partial x_i} = \frac{\partial E}{\partial y_1} w_{1i} + \dots"
            r" + \frac{\partial E}{\partial y_m} w_{mi}", WRONG),
    (LAYER, r"\frac{\partial E}{\partial x_i} = \frac{\partial E}{\partial y_1} \frac{\partial y_1}{\partial x_i}"
            r" + \dots + \frac{\partial E}{\partial y_m} \frac{\partial y_m}{\partial x_i}", HOLDS),
    (LOSS, r"\begin{bmatrix} \frac{\partial E}{\partial o_1} \\ \vdots \\ \frac{\partial E}{\partial o_n}"
           r" \end{bmatrix} = \begin{bmatrix} o_1 - r_1 \\ \vdots \\ o_n - r_n \end{bmatrix}", HOLDS),
    (LOSS, r"\left[\frac{\partial E}{\partial o_1} \quad ... \quad \frac{\partial E}{\partial o_n}\right]"
           r" = [r_1 - o_1 \quad ... \quad r_n - o_n]", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_a_matrix_by_its_corners() -> None:
    text = r"""$u \in \mathbb{R}^m$, $v \in \mathbb{R}^n$.

$$u v^T = \begin{bmatrix} u_1 v_1 & \cdots & u_1 v_n \\ \vdots & \ddots & \vdots \\ u_m v_1 & \cdots & u_m v_n
\end{bmatrix}$$
$$v u^T = \begin{bmatrix} u_1 v_1 & \cdots & u_1 v_n \\ \vdots & \ddots & \vdots \\ u_m v_1 & \cdots & u_m v_n
\end{bmatrix}$$
"""
    assert [row.verdict in HOLDS for row in check_text(text, "text.md").rows] == [True, False]
