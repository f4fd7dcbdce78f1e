"""What a text says of the layout of its gradients decides between the layouts."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text
from deltarule.checking.words.stated_layout import stated_layout


@pytest.mark.parametrize(
    ("text", "lies"),
    [
        ("Gradients as column vectors.", "column"),
        ("All gradients are written as columns here.", "column"),
        ("We use denominator layout throughout.", "column"),
        ("Gradienten sind Spaltenvektoren.", "column"),
        ("The gradient with respect to a matrix has the same shape as the matrix.", "column"),
        ("Here the derivative of a scalar is a row vector.", None),
        ("numerator-layout is used", "row"),
        ("Les gradients sont des vecteurs colonnes.", "column"),
        ("Gradients are not column vectors here.", None),
        ("Let x be a column vector. The gradient follows.", None),
        ("The gradient by the column vector w is computed next.", None),
        ("In denominator layout gradients are columns, in numerator layout gradients are rows.", None),
        ("The gradient is a row of the Jacobian.", None),
    ],
)
def test_the_layout_that_a_text_announces(text: str, lies: str | None):
    assert stated_layout(text) == lies


def test_a_row_in_the_other_layout_is_wrong_where_the_layout_is_announced():
    text = "$z = W x$, $W \\in \\mathbb{R}^{m \\times n}$, $x \\in \\mathbb{R}^n$, $L = \\frac12 \\|z - t\\|^2$.\n\n"
    row = "$\\frac{\\partial L}{\\partial W} = x (z - t)^\\top$"
    assert check_text(text + row, "a.md").rows[-1].verdict == "conditional"
    assert check_text("Gradients are column vectors. " + text + row, "a.md").rows[-1].verdict == "ill-shaped"
    right = "$\\frac{\\partial L}{\\partial W} = (z - t) x^\\top$"
    assert check_text("Gradients are column vectors. " + text + right, "a.md").rows[-1].verdict == "proved"
