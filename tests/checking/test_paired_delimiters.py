"""`\\DeclarePairedDelimiter\\norm{\\lVert}{\\rVert}`: brackets under a name; a star or a size says nothing."""

import pytest

from deltarule.checking.files import check_text

DECLARED = [
    "$\\DeclarePairedDelimiter\\size{\\lVert}{\\rVert}$",
    "$$\\DeclarePairedDelimiter{\\size}{\\lVert}{\\rVert}$$",
    "$\\DeclarePairedDelimiter\\size\\|\\|$",
]
WRITTEN = ["\\size{U a - c}", "\\size*{U a - c}", "\\size[\\big]{U a - c}"]


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("factor, holds", [("2 ", True), ("", False)])
def test_a_norm_under_its_own_name(declared: str, written: str, factor: str, holds: bool) -> None:
    words = "The matrix $U$, the vectors $a$ and $c$, column gradients.\n\n"
    text = f"{declared}\n\n{words}$$\\nabla_a {written}_2^2 = {factor}U^T (U a - c)$$\n"
    assert (check_text(text, "a.md").rows[-1].verdict in {"proved", "conditional"}) is holds


@pytest.mark.parametrize("row, holds", [("\\norm*{a}_2^2 = a^T a", True), ("\\norm*{a}_2^2 = 2 a^T a", False)])
def test_a_star_behind_a_norm(row: str, holds: bool) -> None:
    text = f"The vector $a$.\n\n$${row}$$\n"
    assert (check_text(text, "a.md").rows[-1].verdict == "proved") is holds


def test_a_star_that_multiplies_stays() -> None:
    text = "$\\DeclarePairedDelimiter\\size{\\lvert}{\\rvert}$\n\n$$\\size{a} * \\size*{b} = \\size{a b}$$\n"
    assert check_text(text, "a.md").rows[-1].verdict == "proved"
