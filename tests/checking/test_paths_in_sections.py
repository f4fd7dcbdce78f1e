"""A path of the chain rule that is missing under a heading, beside a loss of another heading."""

import pytest

from deltarule.checking.files import check_text

TEXT = """# Loss

With $\\hat{R} = F K$ the loss is $L = \\frac{1}{2} \\|\\hat{R} - R\\|^2$.

# Block

A block maps $P \\in \\mathbb{R}^{m \\times d}$ by $Q = P + \\phi(S)$ and $S = P K_1$ with
$K_1 \\in \\mathbb{R}^{d \\times d}$.
We write $D = \\frac{\\partial L}{\\partial Q}$.

$$\\frac{\\partial L}{\\partial S} = D \\odot \\phi'(S)$$

"""
HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted"})

ROWS = [
    (r"\frac{\partial L}{\partial P} = D + (D \odot \phi'(S)) K_1^T", HOLDS),
    (r"\frac{\partial L}{\partial P} = (D \odot \phi'(S)) K_1^T", WRONG),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_row_of_the_block(row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{TEXT}$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
