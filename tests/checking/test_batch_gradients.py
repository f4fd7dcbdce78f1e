"""dZ and dW of a batch without words that say what they are: error signals side by side, gradients of the mean."""

import pytest

from deltarule.checking.files import check_text

FORWARD = (
    "With the $m$ examples as the columns of $X$ and the weight matrix $W^{[1]}$, $W^{[2]}$ of each layer:\n\n"
    "$$Z^{[1]} = W^{[1]} X + b^{[1]}, \\quad A^{[1]} = g(Z^{[1]}), \\quad Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}, \\quad "
    "A^{[2]} = h(Z^{[2]})$$\n\n"
)
MEAN = "$$dW^{[2]} = \\frac{1}{m} dZ^{[2]} A^{[1]T}$$\n\n"
SUM = "$$dW^{[2]} = dZ^{[2]} A^{[1]T}$$\n\n"


@pytest.mark.parametrize(
    ("known", "row", "verdict"),
    [
        (MEAN, r"dZ^{[1]} = W^{[2]T} dZ^{[2]} \odot g'(Z^{[1]})", "conditional"),
        (MEAN, r"dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T", "conditional"),
        (MEAN, r"dW^{[1]} = dZ^{[1]} X^T", "refuted"),
        (MEAN, r"dZ^{[1]} = W^{[2]T} dZ^{[2]} \odot g'(A^{[1]})", "refuted"),
        (SUM, r"dW^{[1]} = dZ^{[1]} X^T", "conditional"),
        (SUM, r"dA^{[1]} = W^{[2]T} dZ^{[2]}", "conditional"),
    ],
)
def test_gradients_of_a_batch(known: str, row: str, verdict: str) -> None:
    rows = check_text(f"{FORWARD}{known}$${row}$$\n", "a.md").rows
    assert [r.verdict for r in rows] == ["definition"] * 4 + ["conditional", verdict]


def test_differentials_are_no_gradients() -> None:
    rows = check_text(
        "With $y = f(x)$ is $dy = f'(x) dx$, with $u = g(y)$ is $du = g'(y) dy$, $N$ points.", "a.md"
    ).rows
    assert not any("J" in r.reason for r in rows)
    assert all(r.verdict not in {"refuted", "ill-shaped"} for r in rows)
