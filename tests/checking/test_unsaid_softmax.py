"""p = softmax(z) that only the words say: rows hold under it, and once one does, rows that break it are refuted."""

import pytest

from deltarule.checking.files import check_text

LOSS = "The last layer is a softmax with output $p$ of the logits $z$, the loss $L = -\\sum_k y_k \\log p_k$.\n\n"
JACOBIAN = "$$\\frac{\\partial p_j}{\\partial z_i} = p_j (\\delta_{ij} - p_i)$$\n"


@pytest.mark.parametrize(
    "row, verdict",
    [
        ("\\frac{\\partial L}{\\partial z_i} = p_i \\sum_k y_k - y_i", "conditional"),
        ("\\frac{\\partial L}{\\partial z_i} = p_i - y_i", "conditional"),
        ("\\frac{\\partial L}{\\partial z_i} = y_i - p_i", "refuted"),
        ("\\frac{\\partial p_j}{\\partial z_i} = p_i (\\delta_{ij} - p_i)", "refuted"),
    ],
)
def test_rows_beside_one_that_holds_for_the_softmax(row: str, verdict: str) -> None:
    rows = check_text(f"{LOSS}{JACOBIAN}$${row}$$\n", "a.md").rows
    assert rows[-2].verdict == "conditional"
    assert rows[-1].verdict == verdict
    said = rows[-1].condition.text if rows[-1].condition is not None else rows[-1].reason
    assert "p = softmax(z)" in said


def test_without_the_word_nothing_is_known_of_p() -> None:
    rows = check_text(f"{LOSS}{JACOBIAN}".replace("softmax", "layer"), "a.md").rows
    assert rows[-1].verdict == "undecided"
