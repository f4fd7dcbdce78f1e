"""Functions and losses that a text gives at each sample, x^{(i)}, and uses at any argument; struck out terms."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

MODEL = r"$$f_w(x^{(i)}) = \frac{1}{1 + e^{-w_0 - w_1 x^{(i)}}}$$ Its value at $x$ is $f_w(x)$."
COST = (
    MODEL + r" $$J(w) = \frac{1}{m} \sum_{i=1}^{m} \text{Cost}(f_w(x^{(i)}), y^{(i)})$$"
    r"$$\text{Cost}(f_w(x^{(i)}), y^{(i)}) = \frac12 (f_w(x^{(i)}) - y^{(i)})^2$$"
)

ROWS = [
    (MODEL, r"\frac{\partial f_w}{\partial w_0} = f_w(x) (1 - f_w(x))", HOLDS),
    (MODEL, r"\frac{\partial f_w}{\partial w_1} = f_w(x) (1 - f_w(x)) x", HOLDS),
    (MODEL, r"\frac{\partial f_w}{\partial w_1} = f_w(x) (1 - f_w(x))", WRONG),
    (MODEL, r"\frac{\partial}{\partial w_0} \log f_w(x^{(i)}) = 1 - f_w(x^{(i)})", HOLDS),
    (
        COST,
        r"\frac{\partial J}{\partial w_0} = \frac1m \sum_i (f_w(x^{(i)}) - y^{(i)}) f_w(x^{(i)}) (1 - f_w(x^{(i)}))",
        HOLDS,
    ),
    (COST, r"\frac{\partial J}{\partial w_0} = \frac1m \sum_{i=1}^m (f_w(x^{(i)}) - y^{(i)}) f_w(x^{(i)})", WRONG),
    ("", r"\sum_{i=1}^n (u_i \cancel{- u_i v_i} - v_i \cancel{+ u_i v_i}) = \sum_{i=1}^n (u_i - v_i)", HOLDS),
    ("", r"\sum_{i=1}^n (u_i \cancel{- u_i v_i} - v_i \cancel{- u_i v_i}) = \sum_{i=1}^n (u_i - v_i)", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_of_a_note(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
