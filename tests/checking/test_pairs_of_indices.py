"""Matrix factorisation as people write it: sums over pairs, r̂_{nm} of R̂, ℝ^{(N × M)}, += with \\mathrel."""

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

FACTORS = (
    r"With $A \in \mathbb{R}^{(N \times M)}$, $P \in \mathbb{R}^{N \times F}$ and $Q \in \mathbb{R}^{M \times F}$ let "
    r"$\hat A = P Q^\top$, $L = \frac12 \sum_{(n, m)} (a_{nm} - \hat a_{nm})^2$ and "
    r"$E = \hat A - A \in \mathbb{R}^{(N \times M)}$."
)

ROWS = [
    (r"\hat a_{nm} = \sum_{f=1}^F p_{nf} q_{mf}", HOLDS),
    (r"\hat a_{nm} = \sum_{f=1}^F p_{nf} q_{nf}", WRONG),
    (r"\frac{\partial L}{\partial p_{nf}} = -\sum_m (a_{nm} - \hat a_{nm}) q_{mf}", HOLDS),
    (r"\frac{\partial L}{\partial p_{nf}} = \sum_m (a_{nm} - \hat a_{nm}) q_{mf}", WRONG),
    (r"\frac{\partial L}{\partial P} = E Q", HOLDS),
    (r"\frac{\partial L}{\partial Q} = E P", WRONG),
    (r"\frac{\partial L}{\partial Q} = E^\top P", HOLDS),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_row_of_a_note(row: str, verdicts: frozenset[str]) -> None:
    rows = check_text(f"{FACTORS}\n\n$${row}$$\n", "text.md").rows
    assert rows[-1].verdict in verdicts, rows[-1]


def test_a_sign_that_is_put_together_is_an_update() -> None:
    row = check_text(r"$$g \mathrel{+}= x \quad\text{and}\quad h \mathrel{-} = y$$", "text.md").rows
    assert [(r.relation, r.verdict) for r in row] == [("+=", "none"), ("-=", "none")]
