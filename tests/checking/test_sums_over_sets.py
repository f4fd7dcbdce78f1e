"""Sums over the indices that meet a condition, and over the pairs of a set; matrices given by their diagonal."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

HINGE = r"$J(w) = \frac{1}{N} \sum_{n=1}^N \max(0, 1 - m_n)$ with $m_n = y_n w^\top x_n$."
PAIRS = r"$J = \frac12 \sum_{(u,i) \in \Omega} (r_{ui} - p_u^\top q_i)^2$."
BATCH = r"The cost of a batch is $J(w) = \frac{1}{|B|} \sum_{i \in B} (w^\top x_i - y_i)^2$."
NEWTON = (
    r"$\mu_n = \sigma(w^\top x_n)$ with the sigmoid $\sigma$, $\ell(w) = \sum_{n=1}^N [y_n \log \mu_n + (1-y_n) \log "
    r"(1-\mu_n)]$. The $x_n^\top$ are the rows of $X$, $S$ is diagonal with $S_{nn} = \mu_n (1 - \mu_n)$."
)

ROWS = [
    (HINGE, r"\nabla J = -\frac{1}{N} \sum_{n : m_n < 1} y_n x_n", HOLDS),
    (HINGE, r"\nabla J = -\frac{1}{N} \sum_{n \mid m_n < 1} y_n x_n", HOLDS),
    (HINGE, r"\nabla J = \frac{1}{N} \sum_{n : m_n < 1} y_n x_n", WRONG),
    (HINGE, r"\nabla J = -\frac{1}{N} \sum_{n} y_n x_n", WRONG),
    (PAIRS, r"\frac{\partial J}{\partial p_u} = -\sum_{i \in \Omega_u} (r_{ui} - p_u^\top q_i) q_i", HOLDS),
    (PAIRS, r"\frac{\partial J}{\partial q_i} = -\sum_{u : (u,i) \in \Omega} (r_{ui} - p_u^\top q_i) p_u", HOLDS),
    (PAIRS, r"\frac{\partial J}{\partial q_i} = -\sum_{u \in \Omega^i} (r_{ui} - p_u^\top q_i) p_u", HOLDS),
    (PAIRS, r"\frac{\partial J}{\partial p_u} = \sum_{i \in \Omega_u} (r_{ui} - p_u^\top q_i) q_i", WRONG),
    (PAIRS, r"\frac{\partial J}{\partial p_u} = -\sum_{i \in \Omega_u} (r_{ui} - p_u^\top q_i) p_u", WRONG),
    (BATCH, r"\nabla J = \frac{2}{|B|} \sum_{i \in B} (w^\top x_i - y_i) x_i", HOLDS),
    (BATCH, r"\nabla J = 2 \sum_{i \in B} (w^\top x_i - y_i) x_i", WRONG),
    (NEWTON, r"\nabla^2 \ell(w) = -X^\top S X", HOLDS),
    (NEWTON, r"\nabla^2 \ell(w) = X^\top S X", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_with_such_a_sum(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
