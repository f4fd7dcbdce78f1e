"""Texts about one step of a recurrence, which say so.

Every text was written for this test; what is true of each row was worked out by hand.
"""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

HOLDS = frozenset({"proved", "conditional"})
WRONG = frozenset({"refuted", "ill-shaped"})

CELL = (
    r"Columns $x_t \in \mathbb{R}^d$, $s_t, z_t, n_t \in \mathbb{R}^m$, $A, B \in \mathbb{R}^{m \times d}$. "
    r"$$z_t = \sigma(A x_t), \quad n_t = \tanh(B x_t), \quad s_t = z_t \odot s_{t-1} + n_t, \quad y_t = \tanh(s_t)$$ "
    r"Here $\sigma$ is the logistic function, and the loss $E$ sees $y_t$ alone."
)
SAID = [
    "This is for one time step.",
    "We consider only a single step.",
    "All of this is for a single time step of the cell.",
    "Hier geht es nur um einen Schritt.",
]
ROWS = [
    (r"\frac{\partial E}{\partial s_t} = \frac{\partial E}{\partial y_t} \odot (1 - y_t^2)", HOLDS),
    (r"\frac{\partial E}{\partial s_t} = \frac{\partial E}{\partial y_t} \odot y_t \odot (1 - y_t)", WRONG),
    (r"\frac{\partial E}{\partial s_{t-1}} = \frac{\partial E}{\partial s_t} \odot z_t", HOLDS),
    (r"\frac{\partial E}{\partial s_{t-1}} = \frac{\partial E}{\partial s_t} \odot n_t", WRONG),
    (r"\frac{\partial E}{\partial z_t} = \frac{\partial E}{\partial s_t} \odot s_{t-1}", HOLDS),
    (r"\frac{\partial E}{\partial z_t} = \frac{\partial E}{\partial s_t} \odot s_t", WRONG),
    (r"\frac{\partial E}{\partial B} = \left(\frac{\partial E}{\partial s_t} \odot (1 - n_t^2)\right) x_t^\top", HOLDS),
    (r"\frac{\partial E}{\partial B} = \frac{\partial E}{\partial s_t} x_t^\top", WRONG),
]


@pytest.mark.parametrize(("row", "verdicts"), ROWS)
def test_a_row_of_one_step(row: str, verdicts: frozenset[str]) -> None:
    assert check_text(f"{SAID[0]} {CELL} $${row}$$", "notes.md").rows[-1].verdict in verdicts


@pytest.mark.parametrize("said", SAID)
def test_how_a_text_says_so(said: str) -> None:
    assert check_text(f"{CELL} {said} $${ROWS[0][0]}$$", "notes.md").rows[-1].verdict in HOLDS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The state is passed on one step later.",
        "This is for one step of gradient descent.",
        r"For one time step, with $\frac{\partial E}{\partial s_{t+1}}$ from behind.",
        r"For one time step of all, $E = \sum_t E_t$.",
    ],
)
def test_other_texts_are_about_all_steps(text: str) -> None:
    cell = CELL.replace(", and the loss $E$ sees $y_t$ alone", "")
    assert check_text(f"{text} {cell} $${ROWS[0][0]}$$", "notes.md").rows[-1].verdict not in HOLDS
