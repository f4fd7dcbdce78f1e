"""Signs before names that stand for gradients without words: dW, δz, and a nabla that stands alone."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

FORWARD = (
    r"$X \in \mathbb{R}^{N \times p}$, $U \in \mathbb{R}^{p \times q}$, $V \in \mathbb{R}^{q \times c}$, "
    r"$T \in \mathbb{R}^{N \times c}$ has one-hot rows. $s = X U + b_1$, $h = \text{ReLU}(s)$, $z = h V + b_2$, "
    r"$y = \text{softmax}(z)$, $L = - \frac{1}{N} \sum_{i=1}^N \sum_{k=1}^c T_{ik} \log y_{ik}$."
)
CAPITAL = FORWARD.replace("y_{ik}", "Y_{ik}")
DELTA = r" $\delta z = \frac{y - T}{N}$, $\nabla_V = h^T \delta z$, $\delta h = \delta z V^T$."
LETTER_D = r" $dz = \frac{y - T}{N}$, $dV = h^T dz$, $dh = dz V^T$."
CHANGES = r"$y = w x$, $L = \frac12 (y - t)^2$, $dL = (y - t) dy$, $dy = x dw$."

ROWS = [
    (FORWARD + DELTA, r"\delta z = \frac{y - T}{N}", HOLDS),
    (FORWARD + DELTA, r"\delta z = \frac{y + T}{N}", WRONG),
    (CAPITAL + DELTA, r"\delta z = \frac{Y - T}{N}", HOLDS),
    (CAPITAL + DELTA, r"\nabla_{b_2} = \sum_i \delta z_{i:}", HOLDS),
    (FORWARD + DELTA, r"\nabla_{b_2} = \sum_i \delta z_{i:}", HOLDS),
    (FORWARD + DELTA, r"\nabla_{b_2} = 2 \sum_i \delta z_{i:}", WRONG),
    (FORWARD + DELTA, r"\delta s = \delta h \odot 1[s > 0]", HOLDS),
    (FORWARD + DELTA, r"\delta s = \delta h \odot s", WRONG),
    (FORWARD + DELTA, r"\nabla_U = X^T \delta s", HOLDS),
    (FORWARD + LETTER_D, r"ds = dh \odot 1[s > 0]", HOLDS),
    (FORWARD + LETTER_D, r"db_2 = \sum_i dz_{i:}", HOLDS),
    (FORWARD + LETTER_D, r"db_2 = \frac1N \sum_i dz_{i:}", WRONG),
    (CHANGES, r"dw = \frac{dy}{x}", HOLDS | {"definition", "undecided"}),
    (CHANGES, r"dw = x \, dy", WRONG | {"definition", "undecided"}),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
