"""Error signals δ_i = p_i - δ_ic of one class, their powers, and variances σ_j² of each feature.

Every text was written for this test; what is true of each row was worked out by hand.
"""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
NOT_PROVED = frozenset({"refuted", "undecided", "unread", "ill-shaped"})

ONE_CLASS = (
    r"The softmax is $p_i = \frac{e^{u_i}}{\sum_{k=1}^n e^{u_k}}$. The loss for the class $c$ is $C = -\log p_c$. "
    r"The error is $\delta_i = p_i - \delta_{ic}$."
)
LABELS = (
    r"The softmax is $p_i = \frac{e^{u_i}}{\sum_{k=1}^n e^{u_k}}$. The loss is $C = -\sum_{i=1}^n t_i \log p_i$. Here "
    r"$t_i = \delta_{ic}$ where $c$ is the correct label, and the error is $\delta_i = p_i - \delta_{ic}$."
)
LABELS_FIRST = (
    r"The softmax is $p_i = \frac{e^{u_i}}{\sum_{k=1}^n e^{u_k}}$. The labels are $g_i = \delta_{ic}$ where $c$ is the "
    r"correct label, and $C = -\sum_{i=1}^n g_i \log p_i$."
)
CUBES = r"Let $C = \sum_i u_i^3$ and $\delta_i = \frac{\partial C}{\partial u_i}$."
WHOLE = r"Let $C = u^3$ and $\delta = \frac{\partial C}{\partial u}$."
FEATURES = (
    r"Let $\mu_j = \frac1m \sum_{i=1}^m u_{ij}$, $\sigma_j^2 = \frac1m \sum_{i=1}^m (u_{ij} - \mu_j)^2$ and "
    r"$v_{ij} = \frac{u_{ij} - \mu_j}{\sqrt{\sigma_j^2 + \epsilon}}$."
)

ROWS = [
    (ONE_CLASS, r"\frac{\partial C}{\partial u_i} = \delta_i", HOLDS),
    (ONE_CLASS, r"\frac{\partial C}{\partial u_i} = -\delta_i", {"refuted"}),
    (ONE_CLASS, r"\sum_i \delta_i = 0", HOLDS),
    (ONE_CLASS, r"\sum_i \delta_i = 1", NOT_PROVED),
    (ONE_CLASS, r"\sum_c \delta_c = 1 - n", NOT_PROVED),
    (LABELS, r"\frac{\partial C}{\partial u_i} = \delta_i", HOLDS),
    (LABELS, r"\frac{\partial C}{\partial u_i} = 2 \delta_i", NOT_PROVED),
    (LABELS_FIRST, r"C = -\log p_c", HOLDS),
    (LABELS_FIRST, r"C = \log p_c", {"refuted"}),
    (LABELS_FIRST, r"\frac{\partial C}{\partial u_i} = p_i - g_i", HOLDS),
    (LABELS_FIRST, r"\frac{\partial C}{\partial u_i} = g_i - p_i", {"refuted"}),
    (CUBES, r"\delta_i^2 = 9 u_i^4", HOLDS),
    (CUBES, r"\delta_i^2 = 3 u_i^2", {"refuted"}),
    (WHOLE, r"\delta^2 = 9 u^4", HOLDS),
    (WHOLE, r"\delta^2 = 3 u^2", {"refuted"}),
    (FEATURES, r"\frac{\partial \sigma_j^2}{\partial u_{ij}} = \frac2m (u_{ij} - \mu_j)", HOLDS),
    (FEATURES, r"\frac{\partial \sigma_j^2}{\partial u_{ij}} = \frac1m (u_{ij} - \mu_j)", {"refuted"}),
    (FEATURES, r"\sum_{i=1}^m v_{ij} = 0", HOLDS),
    (FEATURES, r"\sum_{i=1}^m v_{ij} = m", NOT_PROVED),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_errors(text: str, row: str, verdicts: frozenset[str]) -> None:
    *_, last = check_text(f"{text}\n\n$${row}$$\n", "note.md").rows
    assert last.verdict in verdicts, (last.verdict, last.reason)
