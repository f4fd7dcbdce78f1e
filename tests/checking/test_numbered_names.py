"""Layers told apart by a number below, with components behind a comma, and other names made of several signs."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

LAYERS = (
    r"$W_1 \in \mathbb{R}^{q \times d}$, $W_2 \in \mathbb{R}^{c \times q}$, $x \in \mathbb{R}^d$, $u_1 = W_1 x$, "
    r"$o_1 = \tanh(u_1)$, $u_2 = W_2 o_1$, $p = \text{softmax}(u_2)$, $E = -\sum_{i=1}^c t_i \log p_i$ "
    r"with a one-hot $t$, $g_2 = \frac{\partial E}{\partial u_2}$."
)

WORDS = r"$net = v1h a1 + v2h a2$, $out = \frac{1}{1 + e^{-net}}$."

ROWS = [
    (WORDS, r"\frac{\partial net}{\partial v1h} = a1", HOLDS),
    (WORDS, r"\frac{\partial net}{\partial v1h} = a2", WRONG),
    (WORDS, r"\frac{\partial out}{\partial v2h} = out (1 - out) a2", HOLDS),
    (WORDS, r"\frac{\partial out}{\partial v2h} = out (1 + out) a2", WRONG),
    ("", r"\frac{\partial}{\partial v3} \left(5 v3^2\right) = 2 \cdot 5 v3^{(2 - 1)}", HOLDS),
    ("", r"\frac{\partial}{\partial v3} \left(5 v3^2\right) = 5 v3^{(2 - 1)}", WRONG),
    (LAYERS, r"p_i = \frac{e^{u_{2,i}}}{\sum_{j=1}^c e^{u_{2,j}}}", HOLDS),
    (LAYERS, r"p_i = \frac{e^{u_{2,i}}}{\sum_{j=1}^c e^{-u_{2,j}}}", WRONG),
    (LAYERS, r"\frac{\partial E}{\partial u_{2,i}} = p_i - t_i", HOLDS),
    (LAYERS, r"\frac{\partial E}{\partial u_{2,i}} = t_i - p_i", WRONG),
    (LAYERS, r"o_{1,k} = \tanh(u_{1,k})", HOLDS),
    (LAYERS, r"o_{1,k} = \tanh(u_{1,k})^2", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
