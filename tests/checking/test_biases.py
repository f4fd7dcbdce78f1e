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


@pytest.mark.parametrize(("letter", "whole", "component"), [("b", {"definition"}, {"proved"}), ("u", FAILS, None)])
def test_what_is_no_bias_is_not_added_to_every_row(letter: str, whole: set[str], component: set[str] | None) -> None:
    known = rf"Let $X \in \mathbb{{R}}^{{N \times D}}$, ${letter} \in \mathbb{{R}}^D$ and $M = X + {letter}$."
    row = f"$$M_{{ij}} = X_{{ij}} + {letter}_j$$"
    rows = check_text(f"{known}\n\n{row}\n", "a.md").rows
    assert rows[-2].verdict in whole
    assert rows[-1].verdict in (component or {"definition", "undecided", "unread"})
