"""A batch with a sample in each row, through a softmax: small letters may be matrices, and slices have a colon."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

BATCH = (
    r"$X \in \mathbb{R}^{N \times p}$, $U \in \mathbb{R}^{p \times q}$, $V \in \mathbb{R}^{q \times c}$, "
    r"$T \in \mathbb{R}^{N \times c}$ has one-hot rows. $s = X U + b_1$, $h = \text{ReLU}(s)$, $z = h V + b_2$, "
    r"$y = \text{softmax}(z)$, $L = - \frac{1}{N} \sum_{i=1}^N \sum_{k=1}^c T_{ik} \log y_{ik}$."
)
PLAIN = r"$A \in \mathbb{R}^{m \times n}$, $B \in \mathbb{R}^{m \times k}$, $C \in \mathbb{R}^{k \times n}$, $A = B C$."

ROWS = [
    (BATCH, r"\frac{\partial L}{\partial z} = \frac{y - T}{N}", HOLDS),
    (BATCH, r"\frac{\partial L}{\partial z} = \frac{T - y}{N}", WRONG),
    (BATCH, r"\frac{\partial L}{\partial V} = h^T \frac{\partial L}{\partial z}", HOLDS),
    (BATCH, r"\frac{\partial L}{\partial h} = \frac{\partial L}{\partial z} V^T", HOLDS),
    (BATCH, r"\frac{\partial L}{\partial h} = \frac{\partial L}{\partial z} V", WRONG),
    (BATCH, r"\frac{\partial L}{\partial s} = \frac{\partial L}{\partial h} \odot \mathbb{1}[s > 0]", HOLDS),
    (BATCH, r"\frac{\partial L}{\partial b_2} = \sum_i \frac{\partial L}{\partial z_{i,:}}", HOLDS),
    (BATCH, r"\frac{\partial L}{\partial b_2} = \sum_i \frac{\partial L}{\partial z_{i:}}", HOLDS),
    (BATCH, r"\frac{\partial L}{\partial b_2} = \frac1N \sum_i \frac{\partial L}{\partial z_{i:}}", WRONG),
    (PLAIN, r"A_{i:} = B_{i:} C", HOLDS),
    (PLAIN, r"A_{:,j} = B C_{:j}", HOLDS),
    (PLAIN, r"A_{i:} = 2 B_{i:} C", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_a_letter_alone_does_not_say_what_is_counted() -> None:
    """N may count classes: a softmax is taken over the other axis only where a mean over N is taken."""
    text = r"$U, V \in \mathbb{R}^{m \times N}$, $P = \text{softmax}(U)$, $L = - \sum_{i} \sum_{k} V_{ik} \log P_{ik}$."
    unknown = check_text(f"{text}\n\n$$\\frac{{\\partial L}}{{\\partial U}} = P - V$$\n", "text.md")
    assert unknown.rows[-1].verdict in {"undecided", "unread"}
    assert not any(f.finding == "softmax-over" for f in unknown.findings)
    mean = check_text(text.replace("- ", r"- \frac{1}{N} ") + "\n\n$$P \\geq 0$$\n", "text.md")
    assert [f.message for f in mean.findings if f.finding == "softmax-over"] == [
        "the softmax of a matrix is taken over the classes, not over the N that a mean is taken of"
    ]
    rows = check_text(f"{BATCH}\n\n$$h \\geq 0$$\n", "text.md")
    assert any(f.finding == "softmax-over" and "over each row" in f.message for f in rows.findings)
