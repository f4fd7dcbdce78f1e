"""One letter for the output of a model and for its target: the loss does not vanish.

Every text was written for this test; what is true of each row was worked out by hand.
"""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
SAMPLES = r"The model is $$g = \sum_{j=1}^d v_j u_j.$$ $$E = \frac{1}{2m} \sum_{i=1}^m (v^T u^{(i)} - g^{(i)})^2$$"
LINE = r"We fit the line $g = a u + c$ with $E = \frac{1}{2} \sum_{i=1}^m (g_i - (a u_i + c))^2$."
ONE = r"We fit $g = a u + c$. The error is $E = \frac12 (g - a u - c)^2$."
BY_NAME = r"With $h = a u + c$ we want $g = h$, and $E = \frac12 (g - h)^2$."
HAT = r"Let $\hat g = a u$, $E = \frac12 (\hat g - g)^2$ and $g = a u$ in the best case."
RESIDUAL = r"We predict $g = a u$. The error is $e = g - a u$ and $E = e^2$."
ABSOLUTE = r"We predict $g = a u$. The error is $E = |g - a u|$."
OTHER = r"Let $g = a u^2$ and $E = \frac12 (g - a u)^2$."

ROWS = [
    (SAMPLES, r"\nabla_v E = \frac1m \sum_{i=1}^m (v^T u^{(i)} - g^{(i)}) u^{(i)}", HOLDS),
    (SAMPLES, r"\nabla_v E = \frac2m \sum_{i=1}^m (v^T u^{(i)} - g^{(i)}) u^{(i)}", {"refuted"}),
    (SAMPLES, r"\frac{\partial g}{\partial v_j} = u_j", HOLDS),
    (LINE, r"\frac{\partial E}{\partial a} = -\sum_{i=1}^m (g_i - a u_i - c) u_i", HOLDS),
    (LINE, r"\frac{\partial E}{\partial a} = \sum_{i=1}^m (g_i - a u_i - c) u_i", {"refuted"}),
    (ONE, r"\frac{\partial E}{\partial c} = -(g - a u - c)", HOLDS),
    (ONE, r"\frac{\partial E}{\partial c} = 5 (g - a u - c)", {"refuted"}),
    (ONE, r"E = 5 (g - a u - c)^2", {"refuted"}),
    (
        ONE,
        r"\frac{\partial E}{\partial a} = \frac{\partial E}{\partial g} \frac{\partial g}{\partial a}",
        {"undecided"},
    ),
    (BY_NAME, r"\frac{\partial E}{\partial a} = -(g - h) u", HOLDS),
    (BY_NAME, r"\frac{\partial E}{\partial a} = 7 (g - h) u", {"refuted"}),
    (HAT, r"\frac{\partial E}{\partial a} = (\hat g - g) u", HOLDS),
    (HAT, r"\frac{\partial E}{\partial a} = 7 (\hat g - g) u", {"refuted"}),
    (RESIDUAL, r"\frac{\partial E}{\partial a} = -2 e u", HOLDS),
    (RESIDUAL, r"\frac{\partial E}{\partial a} = 7 e u", {"refuted"}),
    (ABSOLUTE, r"E = 5 |g - a u|", {"refuted"}),
    (OTHER, r"\frac{\partial E}{\partial a} = (g - a u) (u^2 - u)", HOLDS),
    (OTHER, r"\frac{\partial E}{\partial a} = (g - a u) u", {"refuted"}),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_loss_that_would_vanish(text: str, row: str, verdicts: frozenset[str]) -> None:
    *_, last = check_text(f"{text}\n\n$${row}$$\n", "note.md").rows
    assert last.verdict in verdicts, (last.verdict, last.reason)
