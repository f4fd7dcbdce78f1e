"""δ_{t,i}, a component of the error signal δ_t of a step, in texts of recurrent networks; it is no Kronecker delta."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

NETWORK = r"""$a_t = W h_{t-1} + U x_t + b$, $h_t = \tanh(a_t)$, $o_t = V h_t + c$, $\hat y_t = \mathrm{softmax}(o_t)$.
$W \in \mathbb{R}^{m \times m}$, $U \in \mathbb{R}^{m \times d}$, $V \in \mathbb{R}^{K \times m}$.
Gradients are columns.
$$L = \sum_{t=1}^{T} L_t, \qquad L_t = -\sum_k y_{t,k} \log \hat y_{t,k}$$
$$\delta_t = \frac{\partial L}{\partial a_t}$$
"""
ROWS = [
    (r"\frac{\partial L}{\partial W_{ij}} = \sum_{t=1}^T \delta_{t,i}\, h_{t-1,j}", {"proved", "conditional"}),
    (r"\frac{\partial L}{\partial W_{ij}} = \sum_{t=1}^T \delta_{t,i}\, h_{t,j}", {"refuted"}),
    (r"\frac{\partial L}{\partial W_{ij}} = \sum_{t=1}^T \delta_{t,j}\, h_{t-1,i}", {"refuted"}),
    (r"\frac{\partial L}{\partial h_0} = W^\top \delta_1", {"proved", "conditional", "undecided"}),
    (r"\frac{\partial L}{\partial h_0} = W \delta_1", {"refuted"}),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_gradient_by_the_components_of_its_signals(row: str, verdicts: set[str]) -> None:
    rows = check_text(f"{NETWORK}\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_an_output_signal_leaves_kronecker_alone() -> None:
    """δ_k = ∂E/∂a_k with a unit k, no step: δ_{kj} in the Jacobian of the softmax is Kronecker's."""
    text = r"""$y_k = \frac{e^{a_k}}{\sum_j e^{a_j}}$, $E = -\sum_k t_k \log y_k$,
$\delta_k = \frac{\partial E}{\partial a_k}$.
$$\frac{\partial y_k}{\partial a_j} = y_k (\delta_{kj} - y_j)$$
$$\frac{\partial y_k}{\partial a_j} = y_k (\delta_{kj} + y_j)$$
"""
    rows = check_text(text, "text.md").rows
    assert [row.verdict for row in rows[-2:]] == ["proved", "refuted"], rows[-2:]
