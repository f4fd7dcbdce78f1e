# ruff: noqa: E501
"""Products over the steps between two, and sums of them: proved from any step to the next, refuted between neighbours.
The truth of the rows was worked out by hand; the scalar ones are true at numbers too."""

from __future__ import annotations

import math

import pytest

from deltarule.checking.files import check_text

SCALAR = r"Scalars: $p_t = r s_{t-1} + m x_t$ and $s_t = \tanh(p_t)$, with $E_t = \frac12 (s_t - y_t)^2$." + "\n\n"
VECTOR = r"""
$$\mathbf{s}_t = \tanh(\mathbf{A} \mathbf{s}_{t-1} + \mathbf{B} \mathbf{x}_t)$$
$$E_t = \frac12 \| \mathbf{s}_t - \mathbf{y}_t \|^2$$

"""
TWO = r"Scalars: $c_t = f c_{t-1} + s_{t-1}$ and $s_t = \tanh(c_t)$." + "\n\n"
DS = r"\frac{\partial s_t}{\partial s_k}"
DV = r"\frac{\partial \mathbf{s}_t}{\partial \mathbf{s}_k}"


@pytest.mark.parametrize(
    ("text", "row", "verdicts"),
    [
        (SCALAR, rf"{DS} = \prod_{{i=k+1}}^{{t}} \frac{{\partial s_i}}{{\partial s_{{i-1}}}}", "proved conditional"),
        (SCALAR, rf"{DS} = \prod_{{t \ge i > k}} \frac{{\partial s_i}}{{\partial s_{{i-1}}}}", "proved conditional"),
        (SCALAR, rf"{DS} = \prod_{{i=k}}^{{t}} \frac{{\partial s_i}}{{\partial s_{{i-1}}}}", "refuted"),
        (SCALAR, rf"{DS} = r^{{t-k}} \prod_{{j=k+1}}^{{t}} (1 - s_j^2)", "proved"),
        (SCALAR, rf"{DS} = r^{{t-k-1}} \prod_{{j=k+1}}^{{t}} (1 - s_j^2)", "refuted"),
        (SCALAR, rf"{DS} = r^{{t-k}} \prod_{{j=k+1}}^{{t}} (1 - s_{{j-1}}^2)", "refuted"),
        (SCALAR, rf"{DS} = r^{{t-k}} (1 - s_t^2)", "undecided unread"),  # true where k = t - 1 only
        (SCALAR, rf"\frac{{\partial E_t}}{{\partial s_k}} = (s_t - y_t) {DS}", "proved conditional"),
        (SCALAR, rf"\frac{{\partial E_t}}{{\partial m}} = \sum_{{k=1}}^t (s_t - y_t) {DS} \frac{{\partial s_k}}{{\partial m}}", "conditional"),
        (SCALAR, rf"\frac{{\partial E_t}}{{\partial m}} = \sum_{{k=1}}^t (s_t + y_t) {DS} \frac{{\partial s_k}}{{\partial m}}", "undecided unread refuted"),
        (SCALAR, rf"\frac{{\partial E_t}}{{\partial m}} = \sum_{{k=0}}^{{t-1}} (s_t - y_t) {DS} \frac{{\partial s_k}}{{\partial m}}", "undecided unread"),
        (SCALAR, r"\frac{\partial s_i}{\partial s_{i-1}} = r (1 - s_i^2)", "proved"),
        (VECTOR, rf"{DV} = \prod_{{i=k+1}}^t \text{{diag}}(1 - \mathbf{{s}}_i^2) \mathbf{{A}}", "conditional"),
        (VECTOR, rf"{DV} = \prod_{{i=k+1}}^t \text{{diag}}(1 - \mathbf{{s}}_i^2) \mathbf{{A}}^\top", "refuted undecided ill-shaped"),
        (VECTOR, rf"{DV} = \mathbf{{A}}^{{t-k}} \prod_{{i=k+1}}^t \text{{diag}}(1 - \mathbf{{s}}_i^2)", "refuted undecided unread"),
        (TWO, r"\frac{\partial s_t}{\partial s_k} = \prod_{i=k+1}^t \frac{\partial s_i}{\partial s_{i-1}}", "undecided unread"),
    ],
)  # fmt: skip
def test_products_over_steps(text: str, row: str, verdicts: str):
    assert check_text(f"{text}$${row}$$\n", "notes.md").rows[-1].verdict in verdicts.split()


def test_the_product_at_numbers():
    """What the rows above call true, by differences at three steps."""
    g, m, xs = 0.7, 0.3, (0.2, -0.5, 0.9)

    def states(s: float) -> list[float]:
        out = [s]
        for x in xs:
            out.append(math.tanh(g * out[-1] + m * x))
        return out

    h = 1e-6
    slope = (states(0.4 + h)[-1] - states(0.4 - h)[-1]) / (2 * h)
    assert slope == pytest.approx(math.prod(g * (1 - s * s) for s in states(0.4)[1:]), rel=1e-6)
