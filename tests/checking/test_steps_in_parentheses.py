"""Points in time behind a letter, h_i(t), x(t-1), δ_i(t+1), e_m(T). What is true of each row was worked out by hand."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

GOOD = {"proved", "conditional"}
WRONG = {"refuted", "ill-shaped"}

UNITS = r"""
Unit $i$ gets $a_i(t) = \sum_j W_{ij} h_j(t-1) + \sum_k U_{ik} x_k(t) + b_i$ and fires with
$h_i(t) = \tanh(a_i(t))$, where $h_i(0) = 0$. The output is $y_m(t) = \sum_i V_{mi} h_i(t)$, the error
$$E = \frac{1}{2} \sum_{t=1}^{T} \sum_m e_m(t)^2, \qquad e_m(t) = y_m(t) - d_m(t).$$
Let $\delta_i(t) = \partial E / \partial a_i(t)$.
"""
VECTORS = r"""
El estado es $h(t) = \tanh(u(t))$ con $u(t) = W h(t-1) + U x(t) + b$, la salida $o(t) = V h(t)$, y
$$E = \sum_{t=1}^{T} E(t), \qquad E(t) = \frac{1}{2} \|o(t) - y(t)\|^2.$$
"""
COMPONENTS = r"""
$$s_{t,i} = \tanh\Big(\sum_j W_{ij} s_{t-1,j} + u_i x_t\Big), \qquad
E = \frac{1}{2} \sum_{t=1}^{T} \sum_i (s_{t,i} - d_{t,i})^2$$
"""
NUMBER = r"Let $s(t) = \tanh(w s(t-1) + u x(t))$ with $s(0) = 0$."
ROWS = [
    (UNITS, r"\delta_i(T) = (1 - h_i(T)^2) \sum_m V_{mi} e_m(T)", True),
    (UNITS, r"\delta_i(T) = (1 - h_i(T)^2) \sum_m V_{im} e_m(T)", False),
    (UNITS, r"\delta_i(t) = (1 - h_i(t)^2) \left[\sum_m V_{mi} e_m(t) + \sum_j W_{ji} \delta_j(t+1)\right]", True),
    (UNITS, r"\delta_i(t) = (1 - h_i(t)^2) \left[\sum_m V_{mi} e_m(t) + \sum_j W_{ij} \delta_j(t+1)\right]", False),
    (UNITS, r"\frac{\partial E}{\partial b_i} = \sum_{t=1}^{T} \delta_i(t)", True),
    (UNITS, r"\frac{\partial E}{\partial W_{ij}} = \sum_{t=1}^{T} \delta_i(t) h_j(t)", False),
    (VECTORS, r"\frac{\partial E}{\partial h(T)} = V^\top (o(T) - y(T))", True),
    (VECTORS, r"\frac{\partial E}{\partial h(T)} = V^\top (o(T) + y(T))", False),
    (
        COMPONENTS,
        r"\frac{\partial E}{\partial u_i} = \sum_{t=1}^T \frac{\partial E}{\partial s_{t,i}} (1 - s_{t,i}^2)",
        False,
    ),
    (NUMBER, r"\frac{\partial s(t)}{\partial s(t-1)} = w (1 - s(t)^2)", True),
    (NUMBER, r"\frac{\partial s(t)}{\partial s(t-1)} = w (1 - s(t-1)^2)", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "claim", "holds"), ROWS)
def test_what_holds_is_proved_and_what_does_not_is_refuted(text: str, claim: str, holds: bool):
    row = check_text(f"{text}\n$$\n{claim}\n$$\n", "notes.md").rows[-1]
    assert row.verdict in (GOOD if holds else WRONG), row.reason
