"""Networks over time, by components: y_{t,k} is component k at time t, and what does not go from step to step is
differentiated at one step.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

STEPS = (
    "At each step, for $s_t \\in \\mathbb{R}^d$, $s_t = \\tanh(W s_{t-1} + U x_t)$ and $g_t = V s_t$, with outputs\n"
    "$\\hat{y}_{t,i} = \\frac{\\exp(g_{t,i})}{\\sum_{j=1}^C \\exp(g_{t,j})}$ and the loss\n"
    "$L_t = -\\sum_{k=1}^C y_{t,k} \\log \\hat{y}_{t,k}$. Assume $\\sum_{k=1}^C y_{t,k} = 1$.\n\n"
)
COUNTED = STEPS + "Later, $q_k = q_{k-1} + 1$ for the steps $k$.\n\n"  # k counts steps there


def last(text: str, claim: str) -> str:
    return check_text(f"{text}$$\n{claim}\n$$\n", "notes.md").rows[-1].verdict


@pytest.mark.parametrize("text", [STEPS, COUNTED])
@pytest.mark.parametrize(
    ("claim", "verdicts"),
    [
        (
            r"\frac{\partial L_t}{\partial g_{t,i}} = \sum_{k=1}^C \frac{\partial L_t}{\partial \hat{y}_{t,k}} "
            r"\frac{\partial \hat{y}_{t,k}}{\partial g_{t,i}}",
            {"proved"},
        ),
        (r"\frac{\partial L_t}{\partial g_{t,i}} = \hat{y}_{t,i} - y_{t,i}", {"proved"}),
        (r"\frac{\partial L_t}{\partial g_{t,i}} = y_{t,i} - \hat{y}_{t,i}", {"refuted"}),
        (r"\frac{\partial L_t}{\partial V} = (\hat{y}_t - y_t) s_t^T", {"conditional"}),
        (r"\frac{\partial L_t}{\partial V} = (\hat{y}_t - y_t) s_{t-1}^T", {"refuted", "undecided"}),
        (r"\frac{\partial L_t}{\partial W} = \frac{\partial L_t}{\partial s_t} s_{t-1}^T", {"undecided", "refuted"}),
    ],
)
def test_components_at_a_step(text: str, claim: str, verdicts: set[str]):
    assert last(text, claim) in verdicts
