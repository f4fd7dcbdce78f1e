"""Components of what stands at a step, with their index below the step or outside of it; sums without their sign."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

UNIT = r"$u_t = A g_{t-1} + B x_t$, $g_t = \tanh(u_t)$."

ROWS = [
    (UNIT, r"\frac{\partial {g_t}_k}{\partial {u_t}_j} = \delta_{kj} (1 - {g_t}_k^2)", HOLDS),
    (UNIT, r"\frac{\partial {g_t}_k}{\partial {u_t}_j} = \delta_{kj} (1 + {g_t}_k^2)", WRONG),
    (UNIT, r"\frac{\partial g_{t_k}}{\partial u_{t_j}} = \delta_{kj} (1 - g_{t_k}^2)", HOLDS),
    (UNIT, r"\frac{\partial g_{t_k}}{\partial u_{t_j}} = 1 - g_{t_k}^2", WRONG),
    (UNIT, r"\frac{\partial {u_t}_k}{\partial {g_{t-1}}_j} = A_{kj}", HOLDS),
    (UNIT, r"\frac{\partial {u_t}_k}{\partial {g_{t-1}}_j} = A_{jk}", WRONG),
    ("", r"\frac{\partial}{\partial A_{ij}} (A_{kl} g_l + c_k) = \delta_{ik} g_j", HOLDS),
    (r"$P, Q \in \mathbb{R}^{n \times n}$, $r = \mathrm{tr}(P Q)$.", r"\frac{\partial r}{\partial P} = Q^T", HOLDS),
    (r"$P, Q \in \mathbb{R}^{n \times n}$, $r = \mathrm{tr}(P Q)$.", r"\frac{\partial r}{\partial P} = n Q^T", WRONG),
    (r"$u = A g + c$.", r"\frac{\partial}{\partial A_{ij}} (A_{kl} g_l + c_k) = \delta_{jk} g_i", WRONG),
    (UNIT, r"\frac{\partial (A_{kl} {g_{t-1}}_l)}{\partial A_{ij}} = \delta_{ik} {g_{t-1}}_j"
           r" + A_{kl} \frac{\partial {g_{t-1}}_l}{\partial A_{ij}}", HOLDS),
    (UNIT, r"\frac{\partial (A_{kl} {g_{t-1}}_l)}{\partial A_{ij}} = \delta_{ik} {g_{t-1}}_j"
           r" + 2 A_{kl} \frac{\partial {g_{t-1}}_l}{\partial A_{ij}}", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
