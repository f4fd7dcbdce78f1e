"""`\\log f(x)^y (1 - f(x))^{1-y}` is the logarithm of both powers; a group without a power of its own is a factor."""

import pytest

from deltarule.checking.files import check_text

HOLDS = {"proved", "conditional"}
PROVED = [
    "\\log \\prod_{i=1}^n g(v_i)^{y_i} (1 - g(v_i))^{1-y_i} = \\sum_{i=1}^n \\log g(v_i)^{y_i} (1 - g(v_i))^{1-y_i}",
    "\\log g(a)^{y} (1 - g(a))^{1-y} = \\log \\left(g(a)^{y} (1 - g(a))^{1-y}\\right)",
    "\\log g(a) (1 - b) = (1 - b) \\log g(a)",
    "\\log g(a)^2 (1 - b) = (1 - b) \\log \\left(g(a)^2\\right)",
]
WRONG = [
    "\\log \\prod_{i=1}^n g(v_i)^{y_i} (1 - g(v_i))^{1-y_i} = \\sum_{i=1}^n \\log g(v_i)^{1-y_i} (1 - g(v_i))^{y_i}",
    "\\log g(a)^{y} (1 - g(a))^{1-y} = (1 - g(a))^{1-y} \\log \\left(g(a)^{y}\\right)",
    "\\log g(a)^{y} (1 - g(a))^{1-y} = \\log \\left(g(a)^{y}\\right) - \\log \\left((1 - g(a))^{1-y}\\right)",
]


@pytest.mark.parametrize("row", PROVED)
def test_holds(row: str) -> None:
    assert check_text(f"Here $g$ is the sigmoid, $y$ a number.\n\n$${row}$$\n", "a.md").rows[0].verdict == "proved"


@pytest.mark.parametrize("row", WRONG)
def test_does_not_hold(row: str) -> None:
    assert check_text(f"Here $g$ is the sigmoid, $y$ a number.\n\n$${row}$$\n", "a.md").rows[0].verdict not in HOLDS
