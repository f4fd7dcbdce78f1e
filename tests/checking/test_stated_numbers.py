"""A step of gradient descent with numbers, by the numbers that the rows before it state."""

from __future__ import annotations

import pytest

from deltarule.checking.files import check_text

GIVEN = r"""# One step by hand

A unit $y = \phi(z)$ with $z = w x + b$, $w = 0.5$, $x = 1$, $b = -0.5$ and rate $\eta = 2$ gave

$$\frac{\partial E}{\partial w} = -0.125, \qquad \frac{\partial E}{\partial b} = -0.125$$
"""


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (r"b - \eta \frac{\partial E}{\partial b} = -0.5 - 2 \cdot 0.125", "refuted"),
        (r"b - \eta \frac{\partial E}{\partial b} = -0.5 + 2 \cdot 0.125", "none"),
        (r"b - \eta \frac{\partial E}{\partial b} = -0.75", "refuted"),
        (r"w - \eta \frac{\partial E}{\partial w} = 0.75", "none"),
        (r"w - \eta \frac{\partial E}{\partial w} = 0.25", "refuted"),
        (r"w - \eta \frac{\partial E}{\partial x} = 0.25", "undecided"),
    ],
)
def test_a_step_with_numbers(row: str, verdict: str):
    assert check_text(f"{GIVEN}\n$${row}$$\n").rows[-1].verdict == verdict


def test_two_numbers_of_one_derivative_are_none():
    text = GIVEN + "\nThe next pair gave\n\n$$\\frac{\\partial E}{\\partial b} = 0.25$$\n"
    row = r"b - \eta \frac{\partial E}{\partial b} = -0.75"
    assert check_text(f"{text}\n$${row}$$\n").rows[-1].verdict not in {"refuted", "none"}
