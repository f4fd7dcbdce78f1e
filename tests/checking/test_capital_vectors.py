"""Vectors by a capital, their components by small letters."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

LAYER = r"""Each output is $z_{j}=c_{j}+\sum_{i}u_{i}v_{i j}$, with

$$U=[u_{1}\ \ \cdots\ \ u_{i}] \quad\quad C=\left[c_{1}\ \ \cdots\ \ c_{j}\right]$$

$$Z = UV + C$$
"""

ROWS = [
    (r"Z = UV + C", HOLDS),
    (r"Z = UV - C", WRONG),
    (r"\frac{\partial E}{\partial U} = \frac{\partial E}{\partial Z} V^T", HOLDS),
    (r"\frac{\partial E}{\partial U} = \frac{\partial E}{\partial Z} V", WRONG),
    (r"\frac{\partial E}{\partial V} = U^T \frac{\partial E}{\partial Z}", HOLDS),
    (r"\frac{\partial E}{\partial V} = \frac{\partial E}{\partial Z} U^T", WRONG | {"undecided"}),
    (r"\frac{\partial E}{\partial u_i} = \frac{\partial E}{\partial z_1} v_{i1} + \dots"
     r" + \frac{\partial E}{\partial z_j} v_{ij}", HOLDS),
    (r"\frac{\partial E}{\partial v_{ij}} = \frac{\partial E}{\partial z_j} u_i", HOLDS),
    (r"\frac{\partial E}{\partial v_{ij}} = \frac{\partial E}{\partial z_i} u_j", WRONG),
    (r"Z - Z^* = [z_1 - z_1^* \quad ... \quad z_j - z_j^*]", HOLDS),
    (r"Z - Z^* = [z_1^* - z_1 \quad ... \quad z_j^* - z_j]", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_row_of_a_note(row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{LAYER}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]
