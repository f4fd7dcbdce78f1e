"""A bias beside a matrix of samples is added to every row or every column."""

import pytest

from deltarule.checking.files import check_text

ROWS = r"Let $X \in \mathbb{R}^{N \times D}$, $W \in \mathbb{R}^{D \times K}$, $b \in \mathbb{R}^K$, $Z = X W + b$."
COLUMNS = r"Let $X \in \mathbb{R}^{D \times N}$, $W \in \mathbb{R}^{K \times D}$, $b \in \mathbb{R}^K$, $Z = W X + b$."
OPEN = "With matrices $X$ and $W$ let $Z = X W + b$."
FAILS = {"refuted", "ill-shaped", "unread", "undecided"}


@pytest.mark.parametrize(
    ("known", "row", "verdicts"),
    [
        (ROWS, r"\frac{\partial L}{\partial b_k} = \sum_n \frac{\partial L}{\partial Z_{nk}}", {"proved"}),
        (ROWS, r"Z_{nk} = \sum_j X_{nj} W_{jk} + b_k", {"proved"}),
        (ROWS, r"\frac{\partial L}{\partial b_k} = \sum_j \frac{\partial L}{\partial Z_{kj}}", FAILS),
        (COLUMNS, r"\frac{\partial L}{\partial b_k} = \sum_n \frac{\partial L}{\partial Z_{kn}}", {"proved"}),
        (COLUMNS, r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial Z} X^\top", {"conditional"}),
        (OPEN, r"\frac{\partial L}{\partial b_k} = \sum_n \frac{\partial L}{\partial Z_{nk}}", {"proved"}),
        (OPEN, r"\frac{\partial L}{\partial b_k} = \sum_n \frac{\partial L}{\partial Z_{kn}}", FAILS),
    ],
)
def test_derivatives_through_a_bias_of_all_samples(known: str, row: str, verdicts: set[str]) -> None:
    rows = check_text(f"{known}\n\n$${row}$$\n", "a.md").rows
    assert rows[0].verdict == "definition"
    assert rows[-1].verdict in verdicts


def test_what_is_no_bias_is_not_added_to_every_row() -> None:
    known = r"Let $X, M \in \mathbb{R}^{N \times D}$ and $u \in \mathbb{R}^D$."
    assert check_text(f"{known}\n\n$$X + u = M$$\n", "a.md").rows[-1].verdict in FAILS
