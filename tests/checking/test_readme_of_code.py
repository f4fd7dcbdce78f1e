"""The mathematics in the README of a program: shapes in a table of code, (W_1)_{ij} for entries, a mask in words."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

NETWORK = r"""
| array | shape | what it is |
|---|---|---|
| `X` | (N, D) | the batch |
| `T` | (N, C) | the targets |
| `W1`, `b1` | (D, H), (1, H) | first layer |
| `W2` | (H, C) | second layer |

$$Z_1 = X W_1 + b_1, \quad A_1 = \mathrm{ReLU}(Z_1), \quad Z_2 = A_1 W_2$$
$$\mathcal{L} = \frac{1}{2N} \sum_{n=1}^N \sum_{c=1}^C ((Z_2)_{nc} - T_{nc})^2$$

For every array $M$ above, $dM$ is short for $\frac{\partial \mathcal{L}}{\partial M}$ and has the shape of $M$.
The mask is $S_{nh} = 1$ where $(Z_1)_{nh}$ is positive and 0 else.

$$dZ_2 = \frac1N (Z_2 - T)$$
$$dW_2 = A_1^\top dZ_2$$
"""

ROWS = [
    (r"(Z_1)_{nh} = \sum_{d=1}^{D} X_{nd} (W_1)_{dh} + (b_1)_h", HOLDS),
    (r"(Z_1)_{nh} = \sum_{d=1}^{D} X_{nd} (W_1)_{hd} + (b_1)_h", WRONG),
    (r"\frac{\partial (Z_2)_{nc}}{\partial (A_1)_{nh}} = (W_2)_{hc}", HOLDS),
    (r"\frac{\partial (Z_2)_{nc}}{\partial (A_1)_{nh}} = (A_1)_{nh}", WRONG),
    (r"dZ_2 = \frac1N (Z_2 - T)", HOLDS),
    (r"dZ_2 = \frac1N (T - Z_2)", WRONG),
    (r"(dZ_2)_{nc} = \frac1N ((Z_2)_{nc} - T_{nc})", HOLDS),
    (r"dA_1 = dZ_2 W_2^\top", HOLDS),
    (r"dA_1 = W_2^\top dZ_2", WRONG),
    (r"dZ_1 = dA_1 \odot S", HOLDS),
    (r"dZ_1 = dA_1 \odot A_1", WRONG),
    (r"db_1 = \mathbf{1}^\top dZ_1", HOLDS),
    (r"db_1 = dZ_1", WRONG),
    (r"(dW_1)_{dh} = \sum_{n=1}^{N} X_{nd} (dZ_1)_{nh}", HOLDS),
    (r"(dW_1)_{dh} = \sum_{n=1}^{N} X_{nd} (dZ_1)_{hn}", WRONG),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_row_of_a_readme(row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{NETWORK}\n$${row}$$\n", "README.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


LISTED = [
    ("- `W`: (D, C)\n- `x`: `(D,)`\n", "a list"),
    ("`W` has shape `[D, C]` and\n`x` has shape (D,).\n", "sentences"),
    ("| `W` | D weights for each class | (D, C) |\n| `x` | a sample | (D,) |\n", "a table with words between"),
]


@pytest.mark.parametrize(("said", "_how"), LISTED)
def test_shapes_in_code(said: str, _how: str) -> None:
    text = f"{said}\n$$z = W^\\top x$$\n\n$$\\frac{{\\partial z_c}}{{\\partial x_d}} = W_{{dc}}$$\n\n$$z = W x$$\n"
    assert [row.verdict for row in check_text(text, "README.md").rows] == ["definition", "proved", "ill-shaped"]


MASKS = [
    ("$m_i = 1$ where $z_i$ is positive and 0 else.", r"z_i > 0"),
    ("$m_i = 1$ if $z_i$ is greater than zero, 0 otherwise.", r"z_i > 0"),
    ("Sei $m_i = 1$, wo $z_i$ positiv ist, und 0 sonst.", r"z_i > 0"),
    ("$m_i = 1$ where $z_i$ is negative and 0 elsewhere.", r"z_i < 0"),
]


@pytest.mark.parametrize(("said", "condition"), MASKS)
def test_a_mask_in_words(said: str, condition: str) -> None:
    other = condition.translate(str.maketrans("<>", "><"))
    text = f"$z_i = w_i x$. {said}\n\n$$m_i = \\mathbf{{1}}[{condition}]$$\n\n$$m_i = \\mathbf{{1}}[{other}]$$\n"
    assert [row.verdict for row in check_text(text, "README.md").rows][2:] == ["proved", "refuted"]
