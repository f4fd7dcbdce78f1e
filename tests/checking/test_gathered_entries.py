"""Matrices that are gathered from their entries, and the indicator with a plain 1."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

ENTRIES = r"$R = \frac{1}{M}\sum_{i, j} (p_{ij} - v_{ij})^2$ and $f(x) = \max(x, 0)$."

GATHERED = [
    (r"\left(\frac{2}{M} (p_{ij} - v_{ij})\right)_{ij} = \frac{2}{M} (p - v)", HOLDS),
    (r"\left(\frac{2}{M} (p_{ij} - v_{ij})\right)_{ij} = \frac{1}{M} (p - v)", WRONG),
    (r"\left(p_{ij} - v_{ij}\right)_{ij} = (p - v)^T", WRONG),
    (r"\left(p_{ij} - v_{ij}\right)_{ij}^T = (p - v)^T", HOLDS),
    (
        r"\frac{\partial R}{\partial p} = (\frac{\partial}{\partial p_{ij}} \frac1M (p_{ij} - v_{ij})^2)_{ij}",
        HOLDS,
    ),
    (r"\frac{\partial R}{\partial p} = \left(\frac{\partial}{\partial p_{ij}} (p_{ij} - v_{ij})^2\right)_{ij}", WRONG),
    (r"f'(x) = 1(x > 0)", HOLDS),
    (r"f'(x) = \begin{cases} 0 & x \le 0 \\ 1 & x > 0 \end{cases} = 1(x > 0)", HOLDS),
    (r"f'(x) = 1(x < 0)", WRONG),
]


@pytest.mark.parametrize(("row", "verdicts"), GATHERED)
def test_a_matrix_by_its_entries(row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{ENTRIES}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
