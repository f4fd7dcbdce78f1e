"""A loss E(a, b) and a loss E(u) in one text: ∂E/∂a is of the first, ∂E/∂u of the second."""

import pytest

from deltarule.checking.files import check_text

TEXT = r"""$$E(a, b) = (3 a + b - 1)^2$$

$$E(u) = u^4$$

"""

ROWS = [
    (r"\frac{\partial E}{\partial a} = 6 (3 a + b - 1)", "proved"),
    (r"\frac{\partial E}{\partial a} = 6 (3 a + b + 1)", "refuted"),
    (r"\frac{\partial E}{\partial b} = 2 (3 a + b - 1)", "proved"),
    (r"\frac{\partial E}{\partial b} = 3 a + b - 1", "refuted"),
    (r"\frac{\partial^2 E}{\partial a \partial b} = 6", "proved"),
    (r"\frac{\partial^2 E}{\partial a \partial b} = 3", "refuted"),
    (r"\frac{\partial E}{\partial u} = 4 u^3", "proved"),
    (r"\frac{\partial E}{\partial u} = 3 u^3", "refuted"),
]


@pytest.mark.parametrize(("row", "verdict"), ROWS)
def test_a_derivative_of_one_of_two_losses(row: str, verdict: str) -> None:
    assert check_text(f"{TEXT}$${row}$$\n", "a.md").rows[-1].verdict == verdict
