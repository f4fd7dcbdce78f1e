"""`p(y \\lvert x)`: half a pair of bars inside brackets is the sign of a condition; a pair of bars is a modulus."""

import pytest

from deltarule.checking.files import check_text

MODEL = "Here $g$ is the sigmoid.\n\n$$p(y=1 \\{bar} x) = g(u^T x)$$\n\n$$J = -\\log p(y=1 \\{bar} x)$$\n\n"


@pytest.mark.parametrize("bar", ["lvert", "rvert", "mid"])
@pytest.mark.parametrize("row, holds", [("J = -\\log g(u^T x)", True), ("J = -g(u^T x)", False)])
def test_a_lone_bar_is_a_condition(bar: str, row: str, holds: bool) -> None:
    rows = check_text(MODEL.replace("{bar}", bar) + f"$${row}$$\n", "a.md").rows
    assert (rows[-1].verdict == "proved") is holds
    assert rows[0].verdict == "definition"


@pytest.mark.parametrize(
    "row, verdict",
    [
        ("(\\lvert a \\rvert + 1)^2 = a^2 + 2\\lvert a \\rvert + 1", "proved"),
        ("(\\lvert a \\rvert + 1)^2 = a^2 + 2a + 1", "refuted"),
        ("\\lvert a = a", "unread"),
    ],
)
def test_a_pair_of_bars_is_a_modulus(row: str, verdict: str) -> None:
    assert check_text(f"$${row}$$\n", "a.md").rows[-1].verdict == verdict
