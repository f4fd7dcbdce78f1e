"""Different indices, of which the paragraph before a formula speaks."""

import pytest

from deltarule.checking.files import check_text

SOFTMAX = r"$$p_i = \frac{e^{u_i}}{\sum_k e^{u_k}}$$" + "\n\n"
OTHERS = r"Now the slope of $p_i$ by another $u_j$, where $j \neq i$. The numerator is a constant then." + "\n\n"

ROWS = [
    (OTHERS, r"\frac{\partial p_i}{\partial u_j} = -p_i p_j", "proved"),
    (OTHERS, r"\frac{\partial p_i}{\partial u_j} = p_i p_j", "refuted"),
    (OTHERS, r"\frac{\partial p_i}{\partial u_j} = -p_i p_j^2", "refuted"),
    (OTHERS + "In general:\n\n", r"\frac{\partial p_i}{\partial u_j} = -p_i p_j", "refuted"),
    ("", r"\frac{\partial p_i}{\partial u_j} = -p_i p_j", "refuted"),
    (OTHERS, r"\frac{\sum_j e^{u_j} \cdot 0 - e^{u_i} e^{u_j}}{(\sum_j e^{u_j})^2} = -p_i p_j", "proved"),
    (OTHERS, r"\frac{\sum_j e^{u_j} \cdot 0 + e^{u_i} e^{u_j}}{(\sum_j e^{u_j})^2} = -p_i p_j", "refuted"),
]


@pytest.mark.parametrize(("words", "row", "verdict"), ROWS)
def test_a_derivative_by_another_component(words: str, row: str, verdict: str) -> None:
    assert check_text(f"{SOFTMAX}{words}$${row}$$\n", "text.md").rows[-1].verdict == verdict
