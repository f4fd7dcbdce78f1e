"""W^Q, W^K and W^V of attention, a^z_t and a^r_t of gates: letters above that tell quantities apart."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})
OPEN = frozenset({"undecided", "unread"})

HEAD = (
    r"With $X \in \mathbb{R}^{n \times d}$ and $W^Q, W^K, W^V \in \mathbb{R}^{d \times p}$ let "
    r"$Q = X W^Q$, $K = X W^K$, $V = X W^V$ and $S = Q K^\top$."
)
GATES = (
    r"$$a^z_t = W^z x_t + U^z h_{t-1}$$ $$a^r_t = W^r x_t + U^r h_{t-1}$$"
    r"$$z_t = \sigma(a^z_t), \quad r_t = \sigma(a^r_t)$$ with the sigmoid $\sigma$,"
    r"$\delta^z = \frac{\partial L}{\partial a^z_t}$ and $\delta^r = \frac{\partial L}{\partial a^r_t}$."
)
POWERS = r"$f(x) = c x^a$ and $g(x) = c x^b$ with numbers $a$ and $b$."

ROWS = [
    (HEAD, r"\frac{\partial L}{\partial W^Q} = X^\top \frac{\partial L}{\partial Q}", HOLDS),
    (HEAD, r"\frac{\partial L}{\partial W^Q} = X^\top \frac{\partial L}{\partial K}", WRONG),
    (HEAD, r"S = X W^Q W^{K\top} X^\top", HOLDS),
    (HEAD, r"S = X W^Q W^K X^\top", WRONG),
    (GATES, r"\frac{\partial L}{\partial W^z} = \delta^z x_t^\top", HOLDS),
    (GATES, r"\frac{\partial L}{\partial W^z} = \delta^r x_t^\top", WRONG),
    (GATES, r"\frac{\partial L}{\partial x_t} = W^{z\top} \delta^z + W^{r\top} \delta^r", HOLDS),
    (GATES, r"\frac{\partial L}{\partial x_t} = W^{z\top} \delta^r + W^{r\top} \delta^z", WRONG),
    (GATES, r"\delta^z = \frac{\partial L}{\partial z_t} \odot z_t \odot (1 - z_t)", HOLDS),
    (GATES, r"\delta^z = \frac{\partial L}{\partial z_t} \odot r_t \odot (1 - r_t)", WRONG | OPEN),
    (POWERS, r"\frac{x^a}{x^a} = 1", HOLDS | OPEN),
    (POWERS, r"x^a x^b = x^{a - b}", WRONG | OPEN),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
