"""One equation for several letters of a list, as notes on gates write it.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})
OPEN = frozenset({"undecided", "unread"})

SHAPES = (
    r"Columns $x \in \mathbb{R}^d$, $h \in \mathbb{R}^m$; $W_q \in \mathbb{R}^{m \times d}$, "
    r"$U_q \in \mathbb{R}^{m \times m}$, $b_q \in \mathbb{R}^m$. "
)
GATES = r"$$i = \sigma(s^i), \quad f = \sigma(s^f), \quad g = \tanh(s^g)$$ $$k = f \odot h + i \odot g$$ "
SIGNALS = r"We write $\delta^q$ for $\partial E / \partial s^q$. With $v = \frac{\partial E}{\partial k}$:"
LISTS = [
    r"For $q$ any of the letters i, f, g: $$s^q = W_q x + U_q h + b_q$$",
    r"For each $q \in \{i, f, g\}$ let $$s^q = W_q x + U_q h + b_q.$$",
    r"$$s^q = W_q x + U_q h + b_q$$ where $q$ is one of $i$, $f$ and $g$.",
    r"Für $q = i, f, g$ ist $$s^q = W_q x + U_q h + b_q.$$",
]
ABOVE = SHAPES + LISTS[0] + GATES + SIGNALS
BELOW = ABOVE.replace("s^", "s_").replace(r"\delta^", r"\delta_")

ROWS = [
    (r"\delta^i = v \odot g \odot i \odot (1 - i)", HOLDS),
    (r"\delta^f = v \odot h \odot f \odot (1 - f)", HOLDS),
    (r"\delta^g = v \odot i \odot (1 - g^2)", HOLDS),
    (r"\delta^g = v \odot i \odot g \odot (1 - g)", WRONG),
    (r"\frac{\partial E}{\partial W_f} = \delta^f x^\top", HOLDS),
    (r"\frac{\partial E}{\partial U_g} = \delta^g h^\top", HOLDS),
    (r"\frac{\partial E}{\partial W_f} = \delta^g x^\top", WRONG),
    (r"\frac{\partial E}{\partial b_i} = \delta^i", HOLDS),
    (r"\frac{\partial E}{\partial x} = W_i^\top \delta^i + W_f^\top \delta^f + W_g^\top \delta^g", HOLDS),
    (r"\frac{\partial E}{\partial x} = W_i^\top \delta^i + W_f^\top \delta^f", WRONG),
    (r"\frac{\partial E}{\partial x} = \sum_q W_q^\top \delta^q", HOLDS),
    (r"\frac{\partial E}{\partial x} = \sum_{q \in \{i, f, g\}} W_q^\top \delta^q", HOLDS),
    (r"\frac{\partial E}{\partial x} = \sum_{q \in \{i, f\}} W_q^\top \delta^q", WRONG),
    (r"\frac{\partial E}{\partial x} = \sum_q U_q^\top \delta^q", WRONG),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_labels_above(row: str, verdicts: frozenset[str]) -> None:
    assert check_text(f"{ABOVE} $${row}$$", "notes.md").rows[-1].verdict in verdicts


@pytest.mark.parametrize(("row", "verdicts"), ROWS[:5])
def test_labels_below(row: str, verdicts: frozenset[str]) -> None:
    row = row.replace(r"\delta^", r"\delta_")
    assert check_text(f"{BELOW} $${row}$$", "notes.md").rows[-1].verdict in verdicts


@pytest.mark.parametrize("said", LISTS)
def test_how_a_text_lists_the_letters(said: str) -> None:
    rows = [ROWS[4][0], ROWS[6][0]]
    text = SHAPES + said + GATES + SIGNALS + "".join(f" $${row}$$" for row in rows)
    assert [row.verdict in HOLDS for row in check_text(text, "notes.md").rows[-2:]] == [True, False]


def test_a_row_with_the_letter_for_all_is_not_proved_for_one_of_them() -> None:
    rows = check_text(ABOVE + r" $$\delta^q = \frac{\partial E}{\partial q} \odot q \odot (1 - q)$$", "notes.md").rows
    assert rows[-1].verdict in OPEN | WRONG  # it is true of i and f alone


def test_names_in_a_row_are_no_list() -> None:
    text = (
        r"$x, y, u_a, u_b, u_c \in \mathbb{R}^n$. The matrices of $a$, $b$ and $c$ are square: "
        r"$$u_a = W_a x$$ $$u_b = W_b y$$ $$u_c = W_c (u_a + u_b)$$ "
        r"$$E = \tfrac12 \|u_c\|^2$$ $$\frac{\partial E}{\partial u_b} = W_c^\top u_c$$"
    )
    assert [row.verdict in HOLDS | {"definition"} for row in check_text(text, "notes.md").rows] == [True] * 5
