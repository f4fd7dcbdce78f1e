"""Matrices with a number, spaces of values, sizes such as d_k, the softmax of rows, and examples one after another."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

ATTENTION = (
    r"Attention: $Q, K \in \mathbb{R}^{n \times d_k}$, $V \in \mathbb{R}^{n \times d_v}$, "
    r"$S = Q K^T / \sqrt{d_k}$, $P = \text{softmax}(S)$, $O = P V$."
)
SCALED = r"With $A, B \in \mathbb{R}^{n \times h}$ and $d_k$ a number, $G = \frac{A B^T}{d_k}$."
NUMBERED = (
    r"With $M \in \mathbb{R}^{p \times q}$ and $A_1, A_2 \in \mathbb{R}^{q \times p}$, $C_1 = M A_1$, $C_2 = A_2 M$. "
    r"Let $A \in \mathbb{R}^{p \times q}$ and $C = A \odot M$, where $C_{ij}$ goes by $A_{ij}$ and not by $A^T$."
)
EXAMPLES = (
    r"Let $y = X v$. Then $\frac{\partial L}{\partial X} = \frac{\partial L}{\partial y} v^T$." + "\n\n"
    r"Let $X, W \in \mathbb{R}^{n \times m}$ and let $Y = X \odot W$."
)
TOGETHER = r"Let $y = X v$ and $Y = X \odot W$, where $X, W \in \mathbb{R}^{n \times m}$."
TWO_PARTS = (
    "# One\n\n"
    r"With $W \in \mathbb{R}^{m \times d}$, $h = W x$, $h^T h = \sum_i h_i^2$." + "\n\n# Two\n\n"
    r"With $A, B \in \mathbb{R}^{k \times h}$ let $W = A B^T \in \mathbb{R}^{k \times k}$ and $Z = W A$."
)

ROWS = [
    (ATTENTION, r"\frac{\partial L}{\partial V} = P^T \frac{\partial L}{\partial O}", HOLDS),
    (ATTENTION, r"\frac{\partial L}{\partial P} = \frac{\partial L}{\partial O} V^T", HOLDS),
    (
        ATTENTION,
        r"\frac{\partial L}{\partial S_{ij}} = P_{ij} \left(\frac{\partial L}{\partial P_{ij}} - "
        r"\sum_l P_{il} \frac{\partial L}{\partial P_{il}}\right)",
        HOLDS,
    ),
    (
        ATTENTION,
        r"\frac{\partial L}{\partial S_{ij}} = P_{ij} \left(\frac{\partial L}{\partial P_{ij}} - "
        r"\sum_l P_{lj} \frac{\partial L}{\partial P_{lj}}\right)",
        WRONG,
    ),
    (ATTENTION, r"\frac{\partial L}{\partial K} = \frac{1}{\sqrt{d_k}} (\frac{\partial L}{\partial S})^T Q", HOLDS),
    (ATTENTION, r"\frac{\partial L}{\partial K} = \frac{1}{d_k} (\frac{\partial L}{\partial S})^T Q", WRONG),
    (ATTENTION, r"S_{ij} = \frac{1}{\sqrt{d_k}} \sum_{c=1}^{d_k} Q_{ic} K_{jc}", HOLDS),
    (ATTENTION, r"S_{ij} = \frac{1}{d_k} \sum_{c=1}^{d_k} Q_{ic} K_{jc}", WRONG),
    (SCALED, r"\frac{\partial L}{\partial A} = \frac{1}{d_k} \frac{\partial L}{\partial G} B", HOLDS),
    (SCALED, r"\frac{\partial L}{\partial A} = d_k \frac{\partial L}{\partial G} B", WRONG),
    (NUMBERED, r"\frac{\partial L}{\partial A_1} = M^T \frac{\partial L}{\partial C_1}", HOLDS),
    (NUMBERED, r"\frac{\partial L}{\partial A_2} = \frac{\partial L}{\partial C_2} M^T", HOLDS),
    (NUMBERED, r"\frac{\partial L}{\partial A_2} = \frac{\partial L}{\partial C_2} M", WRONG),
    (EXAMPLES, r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} \odot W", HOLDS),
    (EXAMPLES, r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} \odot X", WRONG),
    (TOGETHER, r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} \odot W", WRONG),
    (TWO_PARTS, r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial Z} A^T", HOLDS),
    (TWO_PARTS, r"\frac{\partial L}{\partial W} = -\frac{\partial L}{\partial Z} A^T", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_with_matrices(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\nThen $${row}$$\n").rows
    assert rows[-1].verdict in verdicts, rows[-1].reason
