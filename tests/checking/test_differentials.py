"""Matrix calculus by differentials: dZ = X dW + dX W, dL = tr(Gᵀ dZ), judged for every direction."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

LAYER = r"""$X \in \mathbb{R}^{n \times p}$, $W \in \mathbb{R}^{p \times k}$, $b \in \mathbb{R}^{1 \times k}$.
$$Z = X W + \mathbf{1} b$$
$$H = \tanh(Z)$$
$$L = \frac12 \|H\|_F^2$$
Let $G = \frac{\partial L}{\partial Z}$. We take differentials.
$$dZ = (dX) W + X dW + \mathbf{1} db$$
"""
HOLDS = frozenset({"proved", "conditional"})
FAILS = frozenset({"refuted", "ill-shaped"})
ROWS = [
    (r"dH = (1 - H \odot H) \odot dZ", frozenset({"proved"})),
    (r"dH = (1 - Z \odot Z) \odot dZ", FAILS),
    (r"dL = \operatorname{tr}(H^\top dH)", frozenset({"proved"})),
    (r"dL = \operatorname{tr}(H^\top dZ)", FAILS),
    (r"dL = \operatorname{tr}(G^\top dZ)", HOLDS),
    (r"dL = 2 \operatorname{tr}(G^\top dZ)", FAILS),
    (r"\operatorname{tr}(G^\top X\, dW) = \operatorname{tr}((X^\top G)^\top dW)", HOLDS),
    (r"\operatorname{tr}(G^\top X\, dW) = \operatorname{tr}((G^\top X)^\top dW)", FAILS),
    (r"dZ = X W + X dW", FAILS),
    (r"d(X W) = (dX) W + X dW", frozenset({"proved"})),
    (r"d(X W) = dX \, dW", FAILS),
    (r"d(W^\top) = (dW)^\top", frozenset({"proved"})),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_row_of_differentials(row: str, verdicts: frozenset[str]) -> None:
    checked = check_text(f"{LAYER}\n$${row}$$\n", "text.md")
    assert checked.rows[-1].verdict in verdicts, checked.rows[-1]
    assert any(f.finding == "differentials" for f in checked.findings)


def test_what_is_not_named_is_held_fixed() -> None:
    """dL = tr(Gᵀ X dW) is not all of dL in a text that varies X as well: it holds where X and b do not vary."""
    (*_, row) = check_text(f"{LAYER}\nFor $W$: $$dL = \\operatorname{{tr}}(G^\\top X\\, dW)$$\n", "text.md").rows
    assert row.verdict == "conditional", row
    assert row.condition is not None
    assert row.condition.text.endswith("nothing but W varies")
    (*_, wrong) = check_text(f"{LAYER}\nFor $W$: $$dL = \\operatorname{{tr}}(H^\\top X\\, dW)$$\n", "text.md").rows
    assert wrong.verdict == "refuted", wrong


def test_what_nothing_computes_is_left_open() -> None:
    text = r"$W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $y = W x$. The differential of $v$ is $$dv = W dx$$"
    (*_, row) = check_text(text, "text.md").rows
    assert row.verdict in {"undecided", "unread"}, row


def test_gradients_named_dw_are_no_differentials() -> None:
    """A text without dL, and without the word, has gradients: dW = Xᵀ dZ."""
    text = r"""$X \in \mathbb{R}^{n \times p}$, $W \in \mathbb{R}^{p \times k}$, $Y \in \mathbb{R}^{n \times k}$,
$Z = X W$, $L = \frac12 \|Z - Y\|_F^2$.
$$dZ = Z - Y$$
$$dW = X^T dZ$$
"""
    checked = check_text(text, "text.md")
    assert [row.verdict in HOLDS for row in checked.rows[-2:]] == [True, True], checked.rows
    assert not any(f.finding == "differentials" for f in checked.findings)


FORGOTTEN = r"""$X \in \mathbb{R}^{n \times p}$, $W \in \mathbb{R}^{p \times k}$, $b \in \mathbb{R}^{1 \times k}$.
$$Z = X W + \mathbf{1} b$$
The differential is
$$dZ = X dW$$
"""


def test_a_differential_that_is_nowhere_written_is_a_condition() -> None:
    """dZ = X dW forgets db, or holds b fixed: nothing in the text says which, so it is not proved."""
    (*_, row) = check_text(FORGOTTEN, "text.md").rows
    assert row.verdict == "conditional", row
    assert row.condition is not None and row.condition.text == "nothing but W varies"
    (*_, whole) = check_text(FORGOTTEN.replace("X dW", r"dX W + X dW + \mathbf{1} db"), "text.md").rows
    assert whole.verdict == "proved", whole
