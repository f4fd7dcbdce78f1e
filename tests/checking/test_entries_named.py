"""Vectors and matrices of letters: rows with commas or gaps between the entries, and products that say what the
letters are."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

COMMAS = r"The input is $u = \begin{bmatrix} u_1, u_2, u_3 \end{bmatrix}$."
GAPS = r"The input is $u = [u_1\; u_2\; u_3]$."
TURNED = r"$R = \begin{pmatrix} 1, 2 \\ 3, 4 \end{pmatrix}$."
PRODUCT = (
    r"$P = \begin{bmatrix} p_1 & p_2 \\ p_3 & p_4 \end{bmatrix}, \quad Q = \begin{bmatrix} q_1 & q_2 \\ q_3 & q_4 "
    r"\end{bmatrix}, \quad R = \begin{bmatrix} r_1 & r_2 \\ r_3 & r_4 \end{bmatrix}$ and $R = PQ$."
)
VECTOR = (
    r"$s = \begin{bmatrix} g \\ h \end{bmatrix}$, $W = \begin{bmatrix} k & l \\ m & n \end{bmatrix}$, "
    r"$x = \begin{bmatrix} u \\ v \end{bmatrix}$ and $s = W x$."
)
CAPITAL = (
    r"$P = \begin{bmatrix} p_{11} & p_{12} \\ p_{21} & p_{22} \end{bmatrix}$, "
    r"$Q = \begin{bmatrix} q_{11} & q_{12} \\ q_{21} & q_{22} \end{bmatrix}$, "
    r"$R = \begin{bmatrix} r_{11} & r_{12} \\ r_{21} & r_{22} \end{bmatrix}$ and $R = P Q$."
)
WITH_A_BIAS = (
    r"A layer is $y = w * x + q$. Here $x = [x_1, x_2, x_3]$ is a row, "
    r"$w = \begin{bmatrix} w_1 \\ w_2 \\ w_3 \end{bmatrix}$ and $y = xw = x_1 w_1 + x_2 w_2 + x_3 w_3$."
    "\n\n" + PRODUCT
)

ROWS = [
    (COMMAS, r"\begin{bmatrix} u_1 & u_2 & u_3 \end{bmatrix} = u", HOLDS),
    (COMMAS, r"\begin{bmatrix} u_1 \\ u_2 \\ u_3 \end{bmatrix} = u^T", HOLDS),
    (COMMAS, r"\begin{bmatrix} u_1 \\ u_2 \\ u_3 \end{bmatrix} = u", WRONG),
    (GAPS, r"\begin{bmatrix} u_1 \\ u_2 \\ u_3 \end{bmatrix} = u^T", HOLDS),
    (GAPS, r"\begin{bmatrix} u_1 \\ u_2 \\ u_3 \end{bmatrix} = u", WRONG),
    (GAPS, r"u u^T = u_1^2 + u_2^2 + u_3^2", HOLDS),
    (TURNED, r"R^T = \begin{pmatrix} 1, 3 \\ 2, 4 \end{pmatrix}", HOLDS),
    (TURNED, r"R^T = \begin{pmatrix} 1, 2 \\ 3, 4 \end{pmatrix}", WRONG),
    (PRODUCT, r"r_3 = p_3 q_1 + p_4 q_3", HOLDS),
    (PRODUCT, r"r_3 = p_3 q_1 + p_4 q_4", WRONG),
    (PRODUCT, r"\frac{\partial r_2}{\partial p_1} = q_2", HOLDS),
    (PRODUCT, r"\frac{\partial r_2}{\partial p_1} = q_1", WRONG),
    (VECTOR, r"g = k u + l v", HOLDS),
    (VECTOR, r"g = k u + m v", WRONG),
    (CAPITAL, r"r_{12} = p_{11} q_{12} + p_{12} q_{22}", HOLDS),
    (CAPITAL, r"r_{12} = p_{11} q_{12} + p_{12} q_{21}", WRONG),
    (WITH_A_BIAS, r"r_3 = p_3 q_1 + p_4 q_3", HOLDS),
    (WITH_A_BIAS, r"r_3 = p_3 q_1 + p_4 q_4", WRONG),
]


@pytest.mark.parametrize(("text", "row", "verdicts"), ROWS)
def test_a_row_about_entries(text: str, row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{text}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


@pytest.mark.parametrize(
    ("last", "verdicts"), [(r"r_4 = p_3 q_2 + p_4 q_4", HOLDS), (r"r_4 = p_3 q_2 + p_4 q_3", WRONG | {"undecided"})]
)
def test_entries_first_and_the_product_after_them(last: str, verdicts: frozenset[str]) -> None:
    equations = [r"r_1 = p_1 q_1 + p_2 q_3", r"r_2 = p_1 q_2 + p_2 q_4", r"r_3 = p_3 q_1 + p_4 q_3", last]
    before = PRODUCT.replace(" and $R = PQ$", "")
    rows = check_text("\n\n".join([before, *(f"$${e}$$" for e in equations), "$$R = PQ$$"]), "text.md").rows
    assert [row.verdict for row in rows[3:-1]] == ["definition"] * 4
    assert rows[-1].verdict in verdicts


def test_of_a_product_that_is_not_understood_no_entry_is_defined() -> None:
    text = PRODUCT.replace("$R = PQ$", "$R = |P| Q$")
    rows = check_text(text + "\n\n$$r_1 = p_1 + q_4$$\n\n$$r_1 = q_4 + p_1$$\n", "text.md").rows
    assert [row.verdict for row in rows[-3:]] == ["unread", "undecided", "undecided"]
