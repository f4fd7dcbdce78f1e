"""f(x) = a x + b beside Σ_i (a x_i + b - y_i)²: the x of the function is one number, x_i one of the samples."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

LINE = (
    r"We look for $f(x) = a x + b$ with the cost $$J(a, b) = \frac{1}{2n} \sum_{i=1}^n (a x_i + b - y_i)^2$$ and "
    r"the means $\bar x = \frac1n \sum_i x_i$, $\bar y = \frac1n \sum_i y_i$."
)
VECTORS = LINE + "\n\n" + r"# Several" + "\n\n" + r"Now $\theta \in \mathbb{R}^d$, $X \in \mathbb{R}^{n \times d}$ and "
VECTORS += r"$J(\theta) = \frac{1}{2n} \| X \theta - \mathbf{y} \|^2$."

ROWS = [
    (LINE, r"\frac{\partial J}{\partial a} = \frac1n \sum_{i=1}^n (a x_i + b - y_i) x_i", HOLDS),
    (LINE, r"\frac{\partial J}{\partial a} = \frac1n \sum_{i=1}^n (a x_i + b - y_i)", WRONG),
    (LINE, r"\frac{\partial J}{\partial b} = a \bar x + b - \bar y", HOLDS),
    (LINE, r"\frac{\partial J}{\partial b} = a \bar x - b - \bar y", WRONG),
    (LINE, r"f'(x) = a", HOLDS),
    (LINE, r"f'(x) = a x", WRONG),
    (VECTORS, r"\nabla J(\theta) = \frac1n X^\top (X \theta - \mathbf{y})", HOLDS),
    (VECTORS, r"\nabla J(\theta) = \frac1n X (X \theta - \mathbf{y})", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_a_vector_stays_one() -> None:
    text = r"$f(x) = w^\top x$ with $x \in \mathbb{R}^d$. $$\frac{\partial f(x)}{\partial x_i} = w_i$$"
    assert check_text(text, "text.md").rows[-1].verdict in HOLDS


def test_normal_equations_solve_something() -> None:
    text = VECTORS + "\n\nEn annulant le gradient : " + r"$X^\top X \theta = X^\top \mathbf{y}$."
    assert check_text(text, "text.md").rows[-1].verdict not in WRONG
