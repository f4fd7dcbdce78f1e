"""Labels that are one-hot at a letter that the text names: rows that hold for these labels only say so."""

import pytest

from deltarule.checking.files import check_text

SOFTMAX = "Softmax $p_i = e^{z_i}/\\sum_j e^{z_j}$ and the loss $L = -\\sum_i y_i \\log p_i$. "

HOLDS = [
    ("Let $k$ be the index of the correct class.", "L = -\\log p_k", "y is one-hot at k"),
    ("The true label is $c$: the correct class $c$ has the 1.", "\\frac{\\partial L}{\\partial z_c} = p_c - 1", "c"),
    ("The vector $y$ is one-hot at $m$.", "L = -\\log p_m", "y is one-hot at m"),
    ("Sei $c$ die richtige Klasse.", "L = -z_c + \\log\\sum_j e^{z_j}", "y is one-hot at c"),
    ("Only the $m$-th entry of $y$ is 1.", "L = -\\log p_m", "y is one-hot at m"),
    ("As only k-th component of the label equals one,", "L = -\\log p_k", "y is one-hot at k"),
    ("All of $y$ is zero except for the $k^{th}$ entry, which is one.", "L = -\\log p_k", "y is one-hot at k"),
    ("Here $y_w = 1$ when $w = o$, else 0.", "-\\sum_w y_w \\log p_w = -\\log p_o", "y is one-hot at o"),
]
FAILS = [
    ("Let $k$ be the index of the correct class.", "\\frac{\\partial L}{\\partial z_i} = p_i - 1"),
    ("Let $k$ be the index of the correct class.", "\\frac{\\partial L}{\\partial z_k} = p_k"),
    ("Let $k$ be the index of the correct class.", "L = \\log p_k"),
    ("The index $k$ runs over the classes.", "L = -\\log p_k"),
    ("Only the $m$-th entry of $y$ is 1.", "L = \\log p_m"),
    ("Only the $m$-th entry of $p$ counts.", "L = -\\log p_m"),
    ("Let $k$ be the index of the correct class.", "-\\sum_k y_k \\log p_k = -\\sum_k \\log p_k"),
]


@pytest.mark.parametrize("words, row, condition", HOLDS)
def test_holds_at_the_class_that_is_named(words: str, row: str, condition: str) -> None:
    rows = check_text(f"{SOFTMAX}{words}\n\n$${row}$$\n", "a.md").rows
    assert rows[-1].verdict == "conditional"
    assert rows[-1].condition is not None
    assert condition in rows[-1].condition.text


@pytest.mark.parametrize("words, row", FAILS)
def test_is_refuted_where_the_one_hot_does_not_help(words: str, row: str) -> None:
    assert check_text(f"{SOFTMAX}{words}\n\n$${row}$$\n", "a.md").rows[-1].verdict == "refuted"


def test_a_condition_in_parentheses_is_of_the_delta_and_of_no_row() -> None:
    text = f"{SOFTMAX}With the Kronecker delta $\\delta_{{ki}}$ ($i = k$: 1, else 0):\n\n"
    row = "$$\\frac{\\partial p_k}{\\partial z_i} = p_k (\\delta_{ki} - p_k)$$\n"
    assert check_text(text + row, "a.md").rows[-1].verdict == "refuted"


def test_a_bold_line_says_a_case() -> None:
    row = "$$\\frac{\\partial p_k}{\\partial z_i} = -p_k p_i$$\n"
    text = f"{SOFTMAX}\n\n**Case 2: $i \\neq k$**\n\nThe rest is a constant, so:\n\n{row}\n**Both**\n\n{row}"
    rows = check_text(text, "a.md").rows
    assert [r.verdict for r in rows][-2:] == ["proved", "refuted"]


def test_a_component_under_a_condition_defines_no_vector() -> None:
    rows = check_text("Here $y_w = 1$ when $w = o$.\n\n$$\\sum_w y_w p_w = \\sum_w p_w$$\n", "a.md").rows
    assert rows[0].verdict == "assumption"
    assert rows[-1].verdict not in {"proved", "conditional"}


def test_labels_are_not_differentiated() -> None:
    text = "The states are vectors, $U_{xs}$, $U_{ss}$, $U_{sy}$ are matrices, $p = \\text{softmax}(y)$; $c$ is the "
    steps = "correct class.\n\n$$s_t = \\tanh(U_{xs} x_t + U_{ss} s_{t-1} + b_s)$$\n\n$$y_t = U_{sy} s_t + b_y$$\n\n"
    last = "$$y = U_{sy} s_n + b_y$$\n\n"
    row = "$$\\frac{\\partial y}{\\partial s_{t+1}} * \\frac{\\partial s_{t+1}}{\\partial s_t} = "
    wrong = "\\frac{\\partial y}{\\partial s_{t+1}} (1 - s_t^2) U_{ss}$$\n"
    assert check_text(text + steps + last + row + wrong, "a.md").rows[-1].verdict not in {"proved", "conditional"}


@pytest.mark.parametrize(
    "row, verdicts",
    [
        ("\\frac{\\partial L}{\\partial p_i} p_i = -y_i", {"proved"}),
        ("y_i (1 - p_i) = y_i - p_i", {"refuted", "undecided"}),
    ],
)
def test_the_index_of_the_sum_is_no_class(row: str, verdicts: set[str]) -> None:
    text = "Here $y_i = 1$ if the class is $i$, and 0 otherwise.\n\n$$L = -\\sum_i y_i \\log p_i$$\n\n"
    assert check_text(f"{text}$${row}$$\n", "a.md").rows[-1].verdict in verdicts
